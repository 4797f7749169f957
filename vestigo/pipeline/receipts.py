# SPDX-License-Identifier: AGPL-3.0-or-later
"""Filing a receiver's verification: the file as it came, its result, and a ``verify`` event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.custody import CustodyEvent
from vestigo.evidence.received import GivenHash
from vestigo.evidence.received.receipt import LARGEST, Receipt, parse_receipt
from vestigo.i18n import _
from vestigo.pipeline.receiving import Filed, file_item
from vestigo.pipeline.session import CaseSession
from vestigo.records import VerificationReceipt

ACT = "verification of a bundle"
FILED = "receiver's verification filed"
HANDED_OVER = ("packing", "disclose")


@dataclass(frozen=True, slots=True)
class FiledReceipt:
    """The file as a received item, and what it says."""

    filed: Filed
    receipt: VerificationReceipt


def file_receipt(
    session: CaseSession, path: Path, from_whom: str, given: Sequence[GivenHash]
) -> FiledReceipt:
    """File what a receiver's verification printed; doing it again adds nothing.

    Raises ``VerificationError`` E-EVI-198 for what is no such output, E-EVI-199 where it
    names no bundle that was built in this case; else as ``file_item``.
    """
    found = parse_receipt(_head(path))
    packed = _bundle(session, found)
    filed = file_item(session, path, from_whom, ACT, given)
    receipt = VerificationReceipt(
        item_id=filed.record_id, statement_sha256=found.statement_sha256,
        bundle=packed.details.get("bundle", ""),
        checkpoint=int(packed.details.get("checkpoint", "0")), tool=found.tool,
        exit_code=found.exit_code, from_whom=filed.item.from_whom, findings=found.findings,
    )  # fmt: skip
    session.ledger.append([receipt])
    _log(session, filed, receipt)
    return FiledReceipt(filed, receipt)


def _head(path: Path) -> bytes:
    try:
        if path.is_file():
            with path.open("rb") as handle:
                return handle.read(LARGEST + 1)
    except OSError:
        pass
    raise UsageError(
        "E-EVI-192",
        _("There is no plain file to be read here. {reason}").format(reason="").strip(),
        where=ascii(str(path)),
        remedy=_("Give the path of one file; put a folder into an archive first."),
    )


def _bundle(session: CaseSession, found: Receipt) -> CustodyEvent:
    """Return the event that names the bundle; the log alone says which were handed over."""
    for event in session.custody.events():
        if event.action in HANDED_OVER and event.object_sha256 == found.statement_sha256:
            return event
    raise VerificationError(
        "E-EVI-199",
        _("The result names no bundle that was built in this case."),
        where=found.statement_sha256,
        remedy=_("File it in the case that the bundle came from; compare its statement digest."),
    )


def _log(session: CaseSession, filed: Filed, receipt: VerificationReceipt) -> None:
    logged = {event.details.get("item") for event in session.custody.events()
              if event.action == "verify" and event.reason == FILED}  # fmt: skip
    if filed.number in logged:
        return
    wrong = {one.check: one.detail for one in receipt.findings if one.status != "ok"}
    session.custody.append(
        "verify",
        object_sha256=receipt.statement_sha256,
        exhibit=filed.number,
        reason=FILED,
        details={
            **wrong, "bundle": receipt.bundle, "exit_code": str(receipt.exit_code),
            "tool": receipt.tool, "from": receipt.from_whom, "item": filed.number,
        },
    )  # fmt: skip
