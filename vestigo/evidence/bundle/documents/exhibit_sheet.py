# SPDX-License-Identifier: AGPL-3.0-or-later
"""The sheet of one exhibit as a document: first for anybody, then for the expert."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from vestigo import __version__
from vestigo.evidence.bundle.documents.authority import under
from vestigo.evidence.bundle.documents.checking import check_steps
from vestigo.evidence.bundle.documents.pictured import picture_blocks
from vestigo.evidence.bundle.documents.quoting import Surroundings
from vestigo.evidence.bundle.documents.readings import reading_blocks
from vestigo.evidence.bundle.exhibit import Exhibit, SheetContext
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.report.blocks import (
    Block,
    Cell,
    Document,
    box,
    bullets,
    facts,
    heading,
    mono,
    note,
    paragraph,
    parts,
    steps,
    strong,
    table,
)
from vestigo.evidence.report.writing import count, instant, moment_in_words, unknown
from vestigo.evidence.words import action_words, kind_words, page_words
from vestigo.i18n import _, active_language, ngettext

NOT_NAMED = ("page", "coverage_estimate", "text_reading")
NAMED = 8  # things that were read which page one names


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSource:
    """One exhibit with its page and pictures, and what its sheet says of the case.

    Nothing in it changes because the case goes on: a sheet stays the same from one
    checkpoint to the next unless something about its exhibit is new.
    """

    exhibit: Exhibit
    page: Surroundings
    files: dict[str, bytes]
    context: SheetContext
    unit: str
    with_pictures: bool

    @property
    def at(self) -> datetime:
        """When the last thing happened that the sheet tells of: the date of the document."""
        events = self.context.events_of(self.exhibit)
        return max([self.exhibit.capture.observed_at, *(event.at for event in events)])


def exhibit_sheet(source: SheetSource) -> Document:
    """Return the sheet of an exhibit in the active language."""
    exhibit = source.exhibit
    title = _("Exhibit {number}").format(number=exhibit.number)
    pictures, printed = picture_blocks(exhibit, source.files, with_pictures=source.with_pictures)
    blocks = [heading(title, 1), paragraph(strong(_kind_of_page(exhibit))), *_plain_words(source)]
    blocks += [heading(_("Circumstances")), facts(_circumstances(source)), *pictures]
    blocks += [heading(_("What was read from the page")), *_read(source)]
    blocks += [heading(_("Custody")), *_custody(source)]
    blocks += [heading(_("Limits")), bullets(_limits())]
    return Document(
        title=title, author=source.unit, language=active_language(), at=source.at,
        head=(source.unit, title), foot=made_by_vestigo(), blocks=blocks, pictures=printed,
    )  # fmt: skip


def made_by_vestigo() -> str:
    """Return which program made a document, for the foot of its pages."""
    return _("Made by Vestigo {version}").format(version=__version__)


def _kind_of_page(exhibit: Exhibit) -> str:
    kinds = [body["page_kind"] for _id, body in exhibit.derived if body["kind"] == "page"]
    markets = [str(body["market"]) for _id, body in exhibit.derived if body.get("market")]
    kind = page_words(kinds[0]) if kinds else _("captured page")
    words = _("{kind}, market “{market}”")
    return words.format(kind=kind.capitalize(), market=markets[0]) if markets else kind.capitalize()


def _plain_words(source: SheetSource) -> Iterator[Block]:
    capture = source.exhibit.capture
    received = source.exhibit.handed_over
    asked = _(
        "On {moment} the unit’s program asked a server for one page and stored the answer, byte "
        "by byte. This sheet shows what was read from that answer."
    )
    handed = _(
        "Others handed over a file with this page; it says that a server answered so on {moment}. "
        "The unit did not ask that server. This sheet shows what was read from the page."
    )
    blocks = [
        paragraph(strong(_("What this is"))),
        paragraph(
            (handed if received else asked).format(moment=moment_in_words(capture.observed_at))
        ),
        paragraph(strong(_("What was found"))),
        bullets([*_found(source)]),
        paragraph(strong(_("How to check it"))),
        steps(_steps(source)),
    ]
    yield box(blocks)
    yield box(
        [
            paragraph(strong(_("What it does not prove"))),
            paragraph(_unproven_of_received() if received else _unproven()),
        ],
        warning=True,
    )


def _unproven() -> str:
    return _(
        "It does not prove who wrote the page, that the offer was genuine, or that anything was "
        "sold. It shows what this server sent to this unit at this time."
    )


def _unproven_of_received() -> str:
    return _(
        "It does not prove who made the file, that a server ever sent this page, who wrote it, or "
        "that anything was sold. It shows what the unit was handed."
    )


def _found(source: SheetSource) -> Iterator[Cell]:
    kinds: dict[str, int] = {}
    for _id, body in source.exhibit.derived:
        if body["kind"] == "listing":
            words = _("an offer: “{title}”")
            yield words.format(title=source.page.seen(body["title"] or unknown(), 120))
        elif body["kind"] == "vendor_account":
            words = _("an account that sells: “{handle}”")
            yield words.format(handle=source.page.seen(body["handle"], 120))
        elif body["kind"] not in NOT_NAMED:
            kinds[body["kind"]] = kinds.get(body["kind"], 0) + 1
    for kind, n in sorted(kinds.items())[:NAMED]:
        yield _("{kind}: {n}").format(kind=kind_words(kind), n=count(n))


def _steps(source: SheetSource) -> Iterator[str]:
    capture = source.exhibit.capture
    yield from check_steps()
    words = _(
        "Look up {file} at byte {offset}: the record there must have the SHA-256 given below. "
        "Then compare the highlighted words with it."
    )
    yield words.format(file=f"data/captures/{capture.warc_name}", offset=capture.warc_offset)


def _circumstances(source: SheetSource) -> Iterator[tuple[str, Cell]]:
    capture, context, page = source.exhibit.capture, source.context, source.page
    events = context.events_of(source.exhibit)
    authorization = context.authorizations.get(capture.authorization_id)
    account = _("an account of the unit, name withheld") if capture.account else "–"
    coded = f"{capture.media_type} {capture.charset}".strip() or unknown()
    yield _("Address"), mono(page.seen(capture.uri))
    yield (
        _("Captured"),
        parts([instant(capture.observed_at), *context.times.around(_filed(events))]),
    )
    yield _("Authority"), under(authorization)
    by = ", ".join(sorted({e.actor for e in events})) or unknown()
    yield (_("Filed by") if source.exhibit.handed_over else _("Collected by")), by
    yield _("With"), ", ".join(sorted({e.software for e in events})) or unknown()
    yield _("Account used"), account
    yield _("Request and answer"), f"{capture.request_method}, {capture.status or unknown()}"
    yield _("Media type"), page.seen(coded)
    yield _("Length of the content"), _bytes(capture.n_body_bytes)
    yield _("Problem of the bytes"), page.seen(capture.problem) or "–"
    if source.exhibit.handed_over:
        yield _("Origin"), _("read out of a WARC file that others handed over")
        yield from _handed_over(source)
    yield _("Archived in"), mono(f"data/captures/{capture.warc_name} @ {capture.warc_offset}")
    yield _("SHA-256 of the record"), mono(capture.capture_id)
    yield _("SHA-256 of the content"), mono(capture.content_sha256)
    digest = context.warc_digests.get(capture.warc_name, "")
    yield _("SHA-256 of the file"), mono(digest or unknown())


def _handed_over(source: SheetSource) -> Iterator[tuple[str, Cell]]:
    """Yield who handed over the file that the page was read out of, as the unit wrote it."""
    item = source.context.givers.get(source.exhibit.capture.capture_id)
    if item is not None:
        yield _("Handed over by"), source.page.seen(item["from_whom"], 120)
        yield _("By which act"), source.page.seen(item["act"], 120)
        yield _("Received item"), mono(f"data/received/{item['number']}")


def _bytes(n: int) -> str:
    return ngettext("{n} byte", "{n} bytes", n).format(n=count(n))


def _filed(events: list[CustodyEvent]) -> int | None:
    """Return the first event that names the archived bytes; the page was there before it."""
    return min((event.id for event in events), default=None)


def _read(source: SheetSource) -> Iterator[Block]:
    found = list(reading_blocks(source.exhibit.derived, source.page))
    yield from found or [paragraph("–")]
    yield note(
        _(
            "Highlighted: the words from which a value was read, as they stand in the page’s "
            "source. {mask} stands for a third person’s name; marks that cannot be printed stand "
            "by their number, such as \\u202e."
        ).format(mask="█████")
    )


def _custody(source: SheetSource) -> Iterator[Block]:
    events = source.context.events_of(source.exhibit)
    head = (_("Event"), _("Time (UTC)"), _("Action"), _("By"), _("Reason, as the log words it"))
    rows = [
        (str(e.id), mono(instant(e.at)), action_words(e.action), f"{e.actor}, {e.software}",
         source.page.seen(e.reason))
        for e in events
    ]  # fmt: skip
    if not rows:
        yield paragraph(_("No event names this exhibit or its file."))
        return
    yield table(head, (2, 5, 3, 5, 6), rows)


def _limits() -> Iterator[str]:
    yield _("The times are those of the unit’s machine, unless time stamps in the bundle say more.")
    yield _("The server signs nothing: that it sent these bytes rests on the unit’s word and log.")
    yield _("What was read was read by rules, which can err. The archived bytes are the evidence.")
    yield _("Third persons are masked here; the archived bytes are unchanged.")
    yield _("More stands in LIMITS, at the top of the bundle.")
