# SPDX-License-Identifier: AGPL-3.0-or-later
"""Building a bundle: in a hidden folder first, checked, then given its name at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vestigo.clock import Clock, system_clock
from vestigo.errors import SourceUnreachable
from vestigo.evidence.anchors import keep_checkpoint, write_anchors
from vestigo.evidence.archive_check import refuse_unlogged_files
from vestigo.evidence.bundle.captures import add_captures
from vestigo.evidence.bundle.chain import add_chain, log_chain
from vestigo.evidence.bundle.continuity import compare_log
from vestigo.evidence.bundle.documents.wanted import Wanted, kept_pdfs, wanted_documents
from vestigo.evidence.bundle.exhibits import add_exhibits
from vestigo.evidence.bundle.log_proofs import BUILT, add_proofs, log_exhibits
from vestigo.evidence.bundle.money import add_cash_outs
from vestigo.evidence.bundle.origin import add_origin
from vestigo.evidence.bundle.payload import BagFolder
from vestigo.evidence.bundle.rates import add_rates, log_rates
from vestigo.evidence.bundle.received import add_received
from vestigo.evidence.bundle.records import add_custody, add_not_included, add_records
from vestigo.evidence.bundle.seal import add_seal
from vestigo.evidence.bundle.verification import bytes_to_verify, verify_bundle
from vestigo.evidence.bundle.view import HEAD_REASON, CaseView, view_at
from vestigo.evidence.bundle.watching import (
    COMPARING,
    COPYING,
    RECORDS,
    SEALING,
    SHEETS,
    SYNCING,
    VERIFYING,
    BuildWatch,
)
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.head_note import forget_head
from vestigo.evidence.keys import UnlockedKeys
from vestigo.evidence.report.keeping import Kept
from vestigo.i18n import _
from vestigo.store import CaseFolder, RecordLedger
from vestigo.store.atomic import sync_folder

UNFINISHED = ".unfinished-"


@dataclass(frozen=True, slots=True, kw_only=True)
class BuiltBundle:
    """A bundle that stands under its final name."""

    path: Path
    checkpoint: int
    n_files: int
    n_bytes: int
    n_exhibits: int
    statement_sha256: str


def build_bundle(
    folder: CaseFolder,
    ledger: RecordLedger,
    custody: CustodyLog,
    keys: UnlockedKeys,
    *,
    attachments: Mapping[str, bytes],
    at_checkpoint: int | None = None,
    languages: Sequence[str] = (),
    clock: Clock = system_clock,
    watch: BuildWatch | None = None,
) -> BuiltBundle:
    """Build, check and log the bundle of a case at a checkpoint (None: now).

    ``attachments`` are payload paths below ``data/`` with their content; ``languages`` those
    of the documents where they are not to be the case's own; ``watch`` hears how far it is.
    What is checked at the end is read from the folder as it stands there.  Raises as
    ``refuse_unsound``, ``view_at``, ``add_captures`` and ``verify_bundle`` do; E-BUN-004
    for an attachment whose name no bundle uses; E-BUN-006 when the disk is full (nothing
    is left then).
    """
    watch = watch or BuildWatch()
    wanted = wanted_documents(folder, languages)
    with watch.phase(COMPARING, _n_bytes(folder.captures)):
        digests = refuse_unsound(folder, ledger, custody, watch)
        if at_checkpoint is None:
            settle(folder, ledger, custody)
        view = view_at(folder, ledger, custody, at_checkpoint)
    write_anchors(folder)
    now = clock()
    with _unfinished(folder) as path, BagFolder(path) as bag:
        with watch.phase(COPYING, _n_bytes(folder.captures)):
            add_captures(bag, view, digests=digests, on_bytes=watch.advance)
        with kept_pdfs(wanted, folder, keys.documents_key()) as pdfs:
            exhibits = add_payload(bag, view, attachments, wanted, pdfs, watch)
            if pdfs is not None:
                pdfs.forget_others()
        with watch.phase(SEALING):
            add_proofs(bag, view, keys, exhibits)
            add_seal(bag, view, keys, exhibits, now)
        with watch.phase(VERIFYING, bytes_to_verify(path)):
            verify_bundle(path, folder.anchors, watch.advance)
        final = _free_name(folder.bundles, view.size)
        with watch.phase(SYNCING):
            bag.settle()
            os.sync()
        built = _logged(final, bag, view, custody, len(exhibits))
        path.rename(final)
        sync_folder(folder.bundles)
    keep_checkpoint(folder, view.size, (final / "seal" / "checkpoint.note").read_text("utf-8"))
    return built


def refuse_unsound(
    folder: CaseFolder,
    ledger: RecordLedger,
    custody: CustodyLog,
    watch: BuildWatch | None = None,
) -> dict[str, str]:
    """Compare log, ledger and WARC files before anything is written; seal none that differs.

    Returns the digests of the closed WARC files by name.  Raises as ``compare_log`` and
    ``refuse_unlogged_files`` do.
    """
    compare_log(folder, ledger, custody)
    on_bytes = (watch or BuildWatch()).advance
    return refuse_unlogged_files(folder.captures, custody.events(), on_bytes)


def settle(folder: CaseFolder, ledger: RecordLedger, custody: CustodyLog) -> None:
    """Log what the log does not know yet: rate files, a ledger head after a crash, exhibits."""
    log_rates(folder, custody)
    log_chain(folder, custody)
    head = ledger.head()
    logged = [event for event in custody.events() if event.reason == HEAD_REASON]
    if head.n_entries and (not logged or logged[-1].object_sha256 != head.entry_sha256):
        custody.append(
            "processing",
            object_sha256=head.entry_sha256,
            reason=HEAD_REASON,
            details={"n_entries": str(head.n_entries)},
        )
    forget_head(folder.custody)
    log_exhibits(folder, ledger, custody)


def add_payload(
    bag: BagFolder,
    view: CaseView,
    attachments: Mapping[str, bytes],
    wanted: Wanted,
    pdfs: Kept | None,
    watch: BuildWatch,
) -> list[str]:
    """Write everything below ``data/`` but the captures; return the numbers of the exhibits."""
    with watch.phase(RECORDS):
        add_records(bag, view)
        add_custody(bag, view)
        add_origin(bag, view)
        add_rates(bag, view)
        add_chain(bag, view)
        add_received(bag, view)
        add_cash_outs(bag, view)
    with watch.phase(SHEETS):
        exhibits = add_exhibits(bag, view, wanted, pdfs, watch)
    for name, content in sorted(attachments.items()):
        bag.add(f"data/{name}", content)
    add_not_included(bag, view)
    return exhibits


def _n_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


@contextmanager
def _unfinished(folder: CaseFolder) -> Iterator[Path]:
    """Yield a hidden folder that is gone again unless it was given its name."""
    folder.bundles.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.bundles.glob(f"{UNFINISHED}*"):
        shutil.rmtree(left)
    path = folder.bundles / f"{UNFINISHED}{os.getpid()}"
    path.mkdir(mode=0o700)
    try:
        yield path
    except OSError as error:
        raise SourceUnreachable(
            "E-BUN-006",
            _("The bundle cannot be written: {reason}").format(reason=error.strerror or error),
            where=str(folder.bundles),
            remedy=_("Free space on the disk and build again; nothing half-written was left."),
        ) from error
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _free_name(bundles: Path, size: int) -> Path:
    name = f"bundle-{size:08d}"
    final, n = bundles / name, 1
    while final.exists():
        n += 1
        final = bundles / f"{name}-{n}"
    return final


def _logged(
    final: Path, bag: BagFolder, view: CaseView, custody: CustodyLog, n_exhibits: int
) -> BuiltBundle:
    """Log the bundle before it gets its name, so that none is handed over unlogged."""
    payload = bag.payload().values()
    statement = bag.files["seal/statement.json"].sha256
    custody.append(
        "packing",
        object_sha256=statement,
        reason=BUILT,
        details={"bundle": final.name, "checkpoint": str(view.size), "verified": "yes"},
    )
    return BuiltBundle(
        path=final,
        checkpoint=view.size,
        n_files=len(payload),
        n_bytes=sum(digests.n_bytes for digests in payload),
        n_exhibits=n_exhibits,
        statement_sha256=statement,
    )
