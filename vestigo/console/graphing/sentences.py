# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the scripts of the pages say, and the keys; the template carries them to the browser."""

from __future__ import annotations

from collections.abc import Iterable

from vestigo.i18n import NONE_IS_SINGULAR, _, active_language, ngettext

MANY_AND_ONE = (2, 1)


def sentences() -> tuple[tuple[str, str, str], ...]:
    """Return each sentence of the graph page: its name, its words, its words for one (or "")."""
    plain = ((name, words, "") for name, words in _plain())
    return tuple(sorted((*plain, *_counted())))


def singular_counts() -> str:
    """Return the counts that go with the singular, as the script reads them."""
    return "0 1" if active_language() in NONE_IS_SINGULAR else "1"


def _counted() -> tuple[tuple[str, str, str], ...]:
    """Return the sentences that count what may be one."""
    pairs = {
        "brought": (ngettext(
            "{n} thing was brought. Nothing was moved.",
            "{n} things were brought. Nothing was moved.", n) for n in MANY_AND_ONE),
        "brought-back": (ngettext(
            "{n} thing of the last expansion was taken away.",
            "{n} things of the last expansion were taken away.", n) for n in MANY_AND_ONE),
        "chosen-here": (ngettext("{n} selected", "{n} selected", n) for n in MANY_AND_ONE),
        "exported": (ngettext(
            "{n} thing was exported as {format}.",
            "{n} things were exported as {format}.", n) for n in MANY_AND_ONE),
        "hidden-here": (ngettext("{n} hidden", "{n} hidden", n) for n in MANY_AND_ONE),
        "missing": (ngettext(
            "“{name}” is open; {n} of its things is no longer in the graph.",
            "“{name}” is open; {n} of its things are no longer in the graph.", n)
            for n in MANY_AND_ONE),
        "rows": (ngettext(
            "{n} row, page {page} of {pages}", "{n} rows, page {page} of {pages}", n)
            for n in MANY_AND_ONE),
        "shown-here": (ngettext("{n} thing shown", "{n} things shown", n) for n in MANY_AND_ONE),
        "ways-found": (ngettext("{n} way was found.", "{n} ways were found.", n)
                       for n in MANY_AND_ONE),
    }  # fmt: skip
    return tuple((name, *_both(forms)) for name, forms in pairs.items())


def _both(forms: Iterable[str]) -> tuple[str, str]:
    many, one = forms
    return many, one


def _plain() -> tuple[tuple[str, str], ...]:
    return (
        ("added", _("{name} is on the canvas.")),
        ("all-shown", _("all shown")),
        ("all-times", _("all times")),
        ("alternatives", _("What else joins them")),
        ("amount", _("Amount")),
        ("annotated", _("annotated")),
        ("as-group", _("all {n} as one group")),
        ("choose-one", _("Select a thing first, on the canvas or in the table.")),
        ("choose-two", _("Select two things or more first.")),
        ("coloured", _("coloured")),
        ("confidence", _("Confidence")),
        ("confirm", _("Confirm in another tab")),
        ("cut-off", _(
            "The server did not answer: nothing was changed. "
            "Look whether the console still runs, and try again.")),
        ("ended", _(
            "Your session has ended: sign in again in another tab, then go on here. "
            "Nothing was lost.")),
        ("expand", _("Expand")),
        ("expand-of", _("Expand {name}")),
        ("expanded", _("expansion of {name}")),
        ("folded", _("folded into one")),
        ("group", _("group")),
        ("group-of", _("Group of {n}")),
        ("grouped", _("grouped")),
        ("hidden", _("hidden")),
        ("hide", _("Hide")),
        ("hide-of", _("Hide {name}")),
        ("how-many", _("How many: {what}")),
        ("incomplete", _("The search reached its limit: ways may be missing.")),
        ("kind", _("Kind")),
        ("more-reasons", _("More")),
        ("moved", _("moved")),
        ("no-alternatives", _("Nothing else joins them.")),
        ("nothing", _("The graph holds nothing that is named “{text}”.")),
        ("nothing-to-do", _("There is nothing to undo or redo.")),
        ("of-case", _("everybody on the case")),
        ("only-this", _("only this")),
        ("open", _("Open")),
        ("open-view", _("Open “{name}”")),
        ("opened", _("“{name}” is open.")),
        ("page-of", _("Its page")),
        ("pinned", _("pinned")),
        ("private", _("only you")),
        ("record", _("Record")),
        ("redone", _("Done again: {what}")),
        ("remove", _("Remove")),
        ("remove-view", _("Remove “{name}”")),
        ("rule", _("Rule")),
        ("saved", _("“{name}” was saved.")),
        ("select", _("Select {name}")),
        ("several", _("It names {n} things: choose one.")),
        ("sources", _("Sources, down to the bytes")),
        ("standing", _("Standing")),
        ("stopped", _("Ways stop at {where}.")),
        ("sure", _("That is {n} things at once. Press “Expand” again if you want them all.")),
        ("taken-back", _("expansion taken back")),
        ("tier", _("How it is known")),
        ("time", _("Time")),
        ("too-large", _("The request is too large: select less.")),
        ("undone", _("Undone: {what}")),
        ("unfolded", _("opened")),
        ("unexpected", _(
            "Something unexpected happened; nothing was changed. Load the page again.")),
        ("version", _("Version")),
        ("why", _("why?")),
        ("why-of", _("Why: {what}")),
    )  # fmt: skip


def keys() -> tuple[tuple[str, str], ...]:
    """Return the keys of the console and what they do."""
    return (
        ("/", _("go to the search box")),
        ("?", _("show this sheet")),
        ("E", _("graph: expand what is selected")),
        ("P", _("graph: ways between two things")),
        ("H", _("graph: hide what is selected")),
        ("Shift+H", _("graph: only what is selected")),
        ("G", _("graph: group what is selected, or take the group away")),
        ("C", _("graph: fold what is selected into one, or open it")),
        ("← ↑ → ↓", _("graph, on the canvas: go to the next thing on that side; Shift keeps it")),
        ("Enter", _("graph, on the canvas: expand where you are")),
        ("A", _("graph: annotate")),
        ("F", _("graph: fit everything into view")),
        ("Ctrl+Z", _("graph: undo")),
        ("Ctrl+Y", _("graph: redo")),
        ("Esc", _("graph: select nothing; close a dialog")),
        ("1", _("judgements: one party, or confirm")),
        ("2", _("judgements: two parties, or reject")),
        ("3", _("judgements: not to be decided")),
        ("U", _("judgements: take back your last one")),
    )
