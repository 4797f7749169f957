# SPDX-License-Identifier: AGPL-3.0-or-later
"""The further parts of a proposal in TOML: what is doubtful stands there as a comment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from crawler.market.learning.further import Part
from crawler.market.learning.toml_text import comment, quoted, shown_text
from vestigo.i18n import _

LONGEST_SHOWN = 60


def further_lines(parts: Sequence[Part]) -> Iterator[str]:
    """Yield the tables of the listing's further parts; none of them can cost a listing."""
    for part in parts:
        yield from _table(part, _of_listing(part))


def vendor_lines(parts: Sequence[Part], n_pages: int) -> Iterator[str]:
    """Yield the tables of vendors' pages, as far as the pages that were set apart show them."""
    if not parts:
        return
    yield ""
    yield from comment(
        _("Vendors' pages: from {n} that stood among the pages. LOOK.").format(n=n_pages)
    )
    for part in parts:
        head = "[vendor.fields.handle]" if part.name == "handle" else "[[vendor.pgp]]"
        lines = [head, f"css = {quoted(part.css)}"]
        lines += ['as = "handle"'] if part.name == "handle" else ["lines = true", "joined = true"]
        yield from _table(part, lines)


def _of_listing(part: Part) -> list[str]:
    if part.name == "stock":
        return ["[listing.stock]", f"label = [{quoted(part.label)}]"]
    if part.name == "listed_on":
        return [
            "[listing.listed_on]",
            f"label = [{quoted(part.label)}]",
            f"form = {quoted(part.form)}",
            "lenient = true",
        ]
    if part.name == "description":
        return [
            "[listing.fields.description]",
            f"css = {quoted(part.css)}",
            "joined = true",
            "lines = true",
        ]
    return [
        "[feedback]",
        f"row = {quoted(part.css)}",
        "",
        "[feedback.fields.text]",
        f"css = {quoted(part.inner or '*')}",
        "joined = true",
    ]


def _table(part: Part, lines: Sequence[str]) -> Iterator[str]:
    shown = shown_text(part.shown[:LONGEST_SHOWN])
    yield ""
    if part.sure:
        yield from comment(
            _("{field}: on every page alike, as “{value}”.").format(field=part.name, value=shown)
        )
        yield from lines
        return
    yield from comment(
        _("LOOK: perhaps {field}, as “{value}”. Please check, then take the signs away.").format(
            field=part.name, value=shown
        )
    )
    yield from (f"# {line}" if line else "#" for line in lines)
