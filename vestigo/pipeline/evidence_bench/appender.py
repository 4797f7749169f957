# SPDX-License-Identifier: AGPL-3.0-or-later
"""One process of appenders: threads that write to one custody log at once.

``python -m vestigo.pipeline.evidence_bench.appender FOLDER THREADS EVENTS``; says that it
is there, waits for a line on standard input, writes, and prints begin, end and processor
time (seconds).
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from threading import Thread

from vestigo.clock import system_clock
from vestigo.evidence.custody import CustodyLog


def append_many(log: CustodyLog, n_events: int) -> None:
    """Write ``n_events``, each on the disk before the next."""
    for number in range(n_events):
        log.append("access", reason=f"bench {number}", object_sha256=f"{number:064x}")


def main(arguments: list[str]) -> None:
    """Write with so many threads and say when it began and ended."""
    log = CustodyLog(Path(arguments[0]), actor="bench", clock=system_clock)
    n_threads, n_events = int(arguments[1]), int(arguments[2])
    threads = [Thread(target=append_many, args=(log, n_events)) for _n in range(n_threads)]
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    began, used = time.time(), time.process_time()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.stdout.write(f"{began} {time.time()} {time.process_time() - used}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
