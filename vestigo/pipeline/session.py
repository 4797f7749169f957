# SPDX-License-Identifier: AGPL-3.0-or-later
"""One person's session on a case: folder, ledger, custody log and gate together."""

from __future__ import annotations

import getpass
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from vestigo.authority import Gate, Refusal
from vestigo.clock import Clock, system_clock
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.head_note import announce_head, forget_head
from vestigo.evidence.quarantine import masked_address
from vestigo.records import Authorization
from vestigo.settings import Section
from vestigo.store import CaseFolder, LedgerHead, RecordLedger, writer_lock


@dataclass(frozen=True, slots=True)
class CaseSession:
    """What a stage needs of a case; every write goes through here."""

    folder: CaseFolder
    ledger: RecordLedger
    custody: CustodyLog
    clock: Clock

    def settings(self, stage: str) -> Section:
        """Return the settings of one stage in this case."""
        return self.folder.settings()[stage]

    def gate(self) -> Gate:
        """Return the gate over the authorizations recorded so far; refusals are logged."""
        authorizations = list(self.ledger.of_kind(Authorization))
        return Gate(authorizations, self.clock, on_refusal=self.log_refusal)

    def log_refusal(self, refusal: Refusal) -> None:
        """Write a refused act to the custody log."""
        intent = refusal.intent
        self.custody.append(
            "fail",
            reason=f"{refusal.code} act refused",  # the log speaks no language of the user
            details={"act": intent.act, "host": f"{intent.host}:{intent.port}",
                     "account": intent.account, "data_class": intent.data_class,
                     "what": masked_address(intent.what)},
        )  # fmt: skip


def os_account() -> str:
    """Return the OS account and machine: the actor of every event."""
    return f"{getpass.getuser()}@{socket.gethostname()}"


@contextmanager
def open_session(
    path: Path, *, write: bool = True, clock: Clock = system_clock
) -> Iterator[CaseSession]:
    """Open the case at ``path``; ``write`` takes the lock of the one writing process.

    Reading takes no lock, but access is still an event in the custody log, which
    serialises its own appends.
    """
    folder = CaseFolder.open(path)
    with ExitStack() as stack:
        if write:
            stack.enter_context(writer_lock(folder.lock))
        custody = CustodyLog(folder.custody, actor=os_account(), clock=clock)

        def log_head(head: LedgerHead) -> None:
            custody.append(
                "processing",
                object_sha256=head.entry_sha256,
                reason="record ledger head",
                details={"n_entries": str(head.n_entries)},
            )
            forget_head(folder.custody)

        def announce(head: LedgerHead) -> None:
            custody.refuse_clock()
            announce_head(folder.custody, head)

        ledger = stack.enter_context(
            RecordLedger(folder.records, on_commit=log_head, before_commit=announce)
        )
        yield CaseSession(folder, ledger, custody, clock)
