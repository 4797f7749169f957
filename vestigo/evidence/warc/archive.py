# SPDX-License-Identifier: AGPL-3.0-or-later
"""The archive of a case: exchanges go in, durable captures come out.

One thread compresses and writes; everything that waits at that moment shares one
sync (group commit).  A future resolves only when its bytes are on the disk.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path

from vestigo.clock import Clock
from vestigo.closing import Closing
from vestigo.errors import SourceUnreachable, VestigoError
from vestigo.evidence.warc.exchange import ClosedSegment, Exchange
from vestigo.evidence.warc.segment import recover, recover_sealed
from vestigo.evidence.warc.writing import SegmentPair
from vestigo.i18n import _
from vestigo.records import Capture

OnEvent = Callable[[str, str, dict[str, str]], None]
OnSegment = Callable[[ClosedSegment], None]
OnCapture = Callable[[Capture], None]

SEGMENT_BYTES = 256 * 1024 * 1024
_BATCH = 64
_Item = tuple[Exchange, "Future[Capture]"]


class WarcArchive(Closing):
    """Writes WARC files into ``folder`` and sealed originals into ``sealed_folder``.

    ``seal_key`` is a raw X25519 public key (32 bytes); None means that secrets are
    dropped.  ``on_capture`` sees every durable capture in the order of the archive
    and ``on_segment`` every closed file, both in the writing thread; ``on_event``
    hears of torn ends that were set apart on opening; ``mark`` ends the names of new files.
    """

    def __init__(
        self,
        folder: Path,
        sealed_folder: Path,
        seal_key: bytes | None,
        clock: Clock,
        software: str,
        *,
        segment_bytes: int = SEGMENT_BYTES,
        on_capture: OnCapture | None = None,
        on_segment: OnSegment | None = None,
        on_event: OnEvent | None = None,
        mark: str = "",
    ) -> None:
        self._pair = SegmentPair(folder, sealed_folder, seal_key, clock, software, mark)
        self._segment_bytes = segment_bytes
        self._on_capture = on_capture
        self._on_segment = on_segment
        self._on_event = on_event
        self._queue: queue.SimpleQueue[_Item | None] = queue.SimpleQueue()
        self._broken: VestigoError | None = None
        self._recover(folder, sealed_folder)
        self._thread = threading.Thread(target=self._run, name="warc-archive", daemon=True)
        self._thread.start()
        self._closed = False

    def submit(self, exchange: Exchange) -> Future[Capture]:
        """Hand over an exchange; the future gives its capture once it is durable.

        The future raises ``SourceUnreachable`` E-EVI-101 when the disk is full or
        fails; what was durable before stays.
        """
        future: Future[Capture] = Future()
        if self._closed:
            raise ValueError("the archive is closed")
        self._queue.put((exchange, future))
        return future

    def write(self, exchange: Exchange) -> Capture:
        """Archive one exchange and return its capture once it is durable."""
        return self.submit(exchange).result()

    def close(self) -> None:
        """Write what waits, close the file; calling it again does nothing.

        Raises E-EVI-101 when the disk failed before or now.
        """
        if self._closed:
            return
        self._closed = True
        self._queue.put(None)
        self._thread.join()
        if self._broken:
            raise self._broken

    def _recover(self, folder: Path, sealed_folder: Path) -> None:
        for name, n_torn in recover_sealed(sealed_folder).items():
            self._report_torn(name, n_torn)
        for found in recover(folder):
            if found.n_torn:
                self._report_torn(found.segment.name, found.n_torn)
            if self._on_segment:
                self._on_segment(found.segment)

    def _report_torn(self, name: str, n_torn: int) -> None:
        if self._on_event:
            details = {"file": name, "n_bytes": str(n_torn)}
            self._on_event("fail", "torn end set apart after a crash", details)

    def _run(self) -> None:
        running = True
        while running:
            batch, running = self._next_batch()
            if batch:
                self._write_batch(batch)
        self._rotate()

    def _next_batch(self) -> tuple[list[_Item], bool]:
        first = self._queue.get()
        if first is None:
            return [], False
        batch = [first]
        with suppress(queue.Empty):
            while len(batch) < _BATCH:
                item = self._queue.get_nowait()
                if item is None:
                    return batch, False
                batch.append(item)
        return batch, True

    def _write_batch(self, batch: list[_Item]) -> None:
        if self._broken is None:
            try:
                captures = self._pair.write([exchange for exchange, _future in batch])
            except OSError as error:
                self._broken = _disk_error(error)
            except Exception as error:  # noqa: BLE001  # a waiting crawl must hear of any bug
                for _exchange, future in batch:
                    future.set_exception(error)
                return
        if self._broken is not None:
            for _exchange, future in batch:
                future.set_exception(self._broken)
            return
        self._hand_out(captures, batch)
        if self._pair.size >= self._segment_bytes:
            self._rotate()

    def _hand_out(self, captures: list[Capture], batch: list[_Item]) -> None:
        for capture, (_exchange, future) in zip(captures, batch, strict=True):
            if self._on_capture:
                self._on_capture(capture)
            future.set_result(capture)

    def _rotate(self) -> None:
        try:
            closed = self._pair.close()
        except OSError as error:
            self._broken = self._broken or _disk_error(error)
            return
        if closed and self._on_segment:
            self._on_segment(closed)


def _disk_error(error: OSError) -> SourceUnreachable:
    return SourceUnreachable(
        "E-EVI-101",
        _("The archive cannot be written: {reason}").format(reason=error.strerror or error),
        where=str(error.filename or ""),
        remedy=_("Free space on the disk and run the crawl again: it goes on where it stopped."),
    )
