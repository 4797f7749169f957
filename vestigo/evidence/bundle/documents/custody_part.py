# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who did what, with which tool, by which rules, and what time rests on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from vestigo.clock import parse_iso
from vestigo.evidence.bundle.documents.authority import authority_rows
from vestigo.evidence.bundle.documents.case_facts import CaseFacts
from vestigo.evidence.bundle.documents.market_part import left_out
from vestigo.evidence.report.blocks import (
    Block,
    Cell,
    heading,
    mono,
    note,
    paragraph,
    parts,
    table,
)
from vestigo.evidence.report.blocks import facts as fact_rows
from vestigo.evidence.report.writing import count, instant, unknown
from vestigo.evidence.words import action_words, kind_words
from vestigo.i18n import _

MOST_EXHIBITS = 120
SEALED = "bundle built"


def authority_part(facts: CaseFacts) -> Iterator[Block]:
    """Yield every authorization, and by whom and when pages were collected."""
    yield heading(_("Under which authority"))
    if not facts.authorizations:
        yield paragraph(_("No authorization is on record."))
    for record_id, body in facts.authorizations:
        yield fact_rows(authority_rows(record_id, body))
    yield heading(_("What was collected, by whom, with what"))
    yield fact_rows(_collected(facts))
    yield from _received(facts)


def _collected(facts: CaseFacts) -> Iterator[tuple[str, Cell]]:
    collecting = [event for event in facts.events if event.action == "collection"]
    yield _("First and last answer"), f"{instant(facts.first_at)} – {instant(facts.last_at)}"
    yield _("Answers archived"), count(facts.n_captures)
    yield _("Persons"), ", ".join(sorted({event.actor for event in collecting})) or unknown()
    yield _("Programs"), ", ".join(sorted({event.software for event in facts.events}))
    yield _("Machines"), mono(", ".join(sorted({event.machine_id for event in collecting})) or "–")
    yield _("Time"), parts(facts.times.around(max((e.id for e in collecting), default=None)))
    yield "", _("Time stamps that came later lie in seal/stamps of the bundle; the verifier tells.")


def _received(facts: CaseFacts) -> Iterator[Block]:
    """Yield what others handed over: who, by which act, and what was read out of it."""
    items = facts.of("received_item")
    if not items:
        return
    yield heading(_("What others handed over"))
    said = _(
        "The unit filed these as they came; who made them is not shown by this. Pages read out of "
        "them: {n}."
    )
    yield paragraph(said.format(n=count(facts.n_received)))
    rows: list[tuple[Cell, ...]] = [
        (instant(parse_iso(body["received_at"])), facts.seen(body["from_whom"]),
         facts.seen(body["act"]), mono(facts.seen(body["file_name"])), mono(body["sha256"]))
        for _id, body in items[:MOST_EXHIBITS]
    ]  # fmt: skip
    head = (_("Received (UTC)"), _("Handed over by"), _("By which act"), _("File"), "SHA-256")
    yield table(head, (3, 4, 4, 4, 5), rows)
    yield from left_out(len(items), "data/received/index.csv", MOST_EXHIBITS)


def custody_part(facts: CaseFacts) -> Iterator[Block]:
    """Yield the state of the log, its events by action, and the rules that made records."""
    yield heading(_("Custody"))
    yield fact_rows(_state(facts))
    counted = Counter(event.action for event in facts.events)
    people: dict[str, set[str]] = {}
    for event in facts.events:
        people.setdefault(event.action, set()).add(event.actor)
    rows = [
        (action_words(action), count(n), ", ".join(sorted(people[action])))
        for action, n in sorted(counted.items())
    ]
    yield table((_("Action"), _("Events"), _("By")), (4, 2, 8), rows)
    yield heading(_("Rules that made records"), 3)
    rules = [(mono(rule), _tier(rule), count(n)) for rule, n in sorted(facts.methods.items())]
    yield table((_("Rule"), _("What it claims"), _("Records")), (6, 7, 2), rules)


def _state(facts: CaseFacts) -> Iterator[tuple[str, Cell]]:
    sealed = [event for event in facts.events if event.reason == SEALED]
    yield _("Checkpoint"), _("after event {n}").format(n=count(facts.checkpoint))
    yield _("Root of the log"), mono(facts.root)
    yield _("Entries of the record ledger"), count(facts.n_records)
    yield _("Bundles sealed before"), count(len(sealed))
    yield _("Verifications in the log"), count(sum(e.action == "verify" for e in facts.events))


def _tier(rule: str) -> str:
    """Return what a rule claims: ledger, linking and coverage infer, the others read."""
    inferring = ("ledger.", "nlp.linking", "crawler.coverage", "crawler.mirrors")
    if rule.startswith(inferring):
        return _("heuristic: infers, can err")
    return _("reading: takes words or bytes as they stand")


def exhibits_part(facts: CaseFacts) -> Iterator[Block]:
    """Yield the list of exhibits."""
    yield heading(_("Exhibits"))
    yield note(_("The sheet of an exhibit lies in data/exhibits/, in the folder of its number."))
    rows = []
    for exhibit in facts.exhibits[:MOST_EXHIBITS]:
        kinds = sorted({kind_words(body["kind"]) for _id, body in exhibit.derived
                        if body["kind"] != "page"})  # fmt: skip
        if exhibit.handed_over:
            kinds.insert(0, _("HANDED OVER BY OTHERS"))
        rows.append(
            (exhibit.number, instant(exhibit.capture.observed_at),
             mono(facts.seen(exhibit.capture.uri)), ", ".join(kinds))
        )  # fmt: skip
    head = (_("Exhibit"), _("Captured (UTC)"), _("Address"), _("What was read"))
    yield table(head, (2, 4, 7, 6), rows)
    yield from left_out(len(facts.exhibits), "data/exhibits/index.csv", MOST_EXHIBITS)
