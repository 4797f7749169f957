# SPDX-License-Identifier: AGPL-3.0-or-later
"""The process that is killed: threads that write events, and one that writes records.

``python -m vestigo.pipeline.custody_kills.victim CASE write|append``; prints a line with
number and digest for each event once it is acknowledged.  ``write`` holds the lock of the
one writing process and adds records as well, whose heads go into the log.
"""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Thread

from vestigo.pipeline.session import CaseSession, open_session
from vestigo.records import Retraction, content_id

N_THREADS = 4
AT = datetime(2026, 1, 1, tzinfo=UTC)


def append_on(session: CaseSession, who: str) -> None:
    """Write events until the end of the process, and say of each that it is written."""
    for number in count():
        event = session.custody.append(
            "access", reason=f"{who} {number}", object_sha256=content_id([who, number])
        )
        os.write(1, f"{event.id} {event.sha256}\n".encode())


def write_on(session: CaseSession) -> None:
    """Write records until the end of the process; each transaction is an event."""
    for number in count():
        name = content_id(["killed", os.getpid(), number])
        session.ledger.append(
            [Retraction(retracts=name, reason="bench", person="bench", retracted_at=AT)]
        )


def main(arguments: list[str]) -> None:
    """Start the threads; nothing but a signal ends them."""
    writes = arguments[1] == "write"
    with open_session(Path(arguments[0]), write=writes) as session:
        for number in range(N_THREADS):
            who = f"{os.getpid()} {number}"
            Thread(target=append_on, args=(session, who), daemon=True).start()
        if writes:
            write_on(session)
        else:
            append_on(session, f"{os.getpid()} main")


if __name__ == "__main__":
    main(sys.argv[1:])
