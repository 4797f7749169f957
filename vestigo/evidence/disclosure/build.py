# SPDX-License-Identifier: AGPL-3.0-or-later
"""Building a disclosed copy: hidden first, searched for leaks, verified, logged, then named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vestigo.clock import Clock
from vestigo.errors import SourceUnreachable, UsageError
from vestigo.evidence.anchors import write_anchors
from vestigo.evidence.bundle.documents.wanted import kept_pdfs, wanted_documents
from vestigo.evidence.bundle.exhibits import add_exhibits
from vestigo.evidence.bundle.log_proofs import add_proofs
from vestigo.evidence.bundle.money import add_cash_outs
from vestigo.evidence.bundle.origin import add_origin
from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.rates import add_rates
from vestigo.evidence.bundle.received import add_received
from vestigo.evidence.bundle.records import add_not_included, add_records
from vestigo.evidence.bundle.seal import add_seal
from vestigo.evidence.bundle.verification import verify_bundle
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.disclosure.closure import Withheld, withheld_by
from vestigo.evidence.disclosure.partial import LedgerWithout, partial_view
from vestigo.evidence.disclosure.redacting import add_redactions
from vestigo.evidence.disclosure.wish import Wish
from vestigo.evidence.disclosure.writing import (
    add_list_of_withheld,
    add_remaining_captures,
    add_remaining_events,
    refuse_leaks,
)
from vestigo.evidence.keys import UnlockedKeys
from vestigo.i18n import _
from vestigo.store.atomic import sync_folder
from vestigo.store.scratch import scratch_folder

REASON = "disclosed copy built"
Attachments = Callable[[CaseView], Mapping[str, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Disclosed:
    """A disclosed copy that stands under its name, and what it leaves out."""

    path: Path
    checkpoint: int
    statement_sha256: str
    exhibits: tuple[str, ...]
    withheld: tuple[str, ...]
    redacted: tuple[str, ...]
    n_records: int
    n_events: int


def build_disclosed(
    view: CaseView,
    keys: UnlockedKeys,
    custody: CustodyLog,
    wish: Wish,
    out: Path,
    attachments: Attachments,
    clock: Clock,
) -> Disclosed:
    """Build the copy of the case at the checkpoint of ``view`` in the new folder ``out``.

    ``attachments`` makes the further files (graph, coverage) of the part that remains.
    Raises as ``withheld_by``, ``refuse_leaks`` and ``verify_bundle``; E-EVI-214 where
    ``out`` is there already, E-EVI-215 when the disk is full (nothing is left then).
    """
    withheld = withheld_by(view, wish)
    commitments = {
        one.record_id: one.commitment
        for one in view.ledger.chained(up_to=view.n_entries)
        if one.record_id in withheld.records
    }
    write_anchors(view.folder)
    with _unfinished(out) as path, _without(view, withheld) as part, BagFolder(path) as bag:
        exhibits = _payload(bag, view, part, withheld, wish, commitments, keys, attachments)
        add_proofs(bag, part, keys, exhibits)
        add_seal(bag, part, keys, exhibits, clock())
        refuse_leaks(path, withheld)
        verify_bundle(path, view.folder.anchors)
        bag.settle()
        os.sync()
        done = _logged(bag, view, custody, withheld, wish, exhibits, out)
        path.rename(out)
        sync_folder(out.parent)
    return done


def _payload(
    bag: BagFolder,
    whole: CaseView,
    part: CaseView,
    withheld: Withheld,
    wish: Wish,
    commitments: Mapping[str, str],
    keys: UnlockedKeys,
    attachments: Attachments,
) -> list[str]:
    add_remaining_captures(bag, part, withheld, commitments)
    add_records(bag, part)
    add_remaining_events(bag, whole, withheld)
    add_origin(bag, part)
    add_rates(bag, part)
    add_received(bag, part)
    add_cash_outs(bag, part)
    wanted = wanted_documents(part.folder, ())
    with kept_pdfs(wanted, part.folder, keys.documents_key()) as pdfs:
        exhibits = add_exhibits(bag, part, wanted, pdfs)
    for name, content in sorted(attachments(part).items()):
        bag.add(f"data/{name}", content)
    add_redactions(bag, whole, withheld, wish, commitments)
    add_list_of_withheld(bag, whole, withheld, wish, commitments)
    add_not_included(bag, part)
    return exhibits


@contextmanager
def _without(view: CaseView, withheld: Withheld) -> Iterator[CaseView]:
    with LedgerWithout(view.folder.records, withheld.records.keys()) as ledger:
        yield partial_view(view, ledger, withheld)


@contextmanager
def _unfinished(out: Path) -> Iterator[Path]:
    """Yield a hidden folder beside ``out`` that is gone again unless it was given that name."""
    if out.exists() or out.is_symlink():
        raise UsageError(
            "E-EVI-214",
            _("There is already something at this path."),
            where=str(out),
            remedy=_("Choose a new folder: nothing is overwritten."),
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with scratch_folder(out.parent, "vestigo-disclosure") as path:
            yield path
    except OSError as error:
        raise SourceUnreachable(
            "E-EVI-215",
            _("The copy cannot be written: {reason}").format(reason=error.strerror or error),
            where=str(out),
            remedy=_("Free space, or choose a place that you may write to; nothing was left."),
        ) from error


def _logged(
    bag: BagFolder,
    view: CaseView,
    custody: CustodyLog,
    withheld: Withheld,
    wish: Wish,
    exhibits: list[str],
    out: Path,
) -> Disclosed:
    """Log who withholds what and why before the copy gets its name."""
    statement = bag.files["seal/statement.json"].sha256
    custody.append(
        "disclose",
        object_sha256=statement,
        reason=REASON,
        details={
            "bundle": out.name, "checkpoint": str(view.size), "why": wish.reason,
            "withheld": " ".join(sorted(withheld.exhibits)),
            "redacted": " ".join(sorted(withheld.redacted)),
            "fields": " ".join(sorted(f"{kind}.{name}" for kind, name in wish.fields)),
            "n_records": str(len(withheld.records)), "n_events": str(len(withheld.events)),
        },
    )  # fmt: skip
    return Disclosed(
        path=out, checkpoint=view.size, statement_sha256=statement, exhibits=tuple(exhibits),
        withheld=tuple(sorted(withheld.exhibits)), redacted=tuple(sorted(withheld.redacted)),
        n_records=len(withheld.records), n_events=len(withheld.events),
    )  # fmt: skip
