# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pair of files that grows together: a WARC file and its sealed originals."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from vestigo.clock import Clock
from vestigo.evidence.warc.exchange import ClosedSegment, Exchange
from vestigo.evidence.warc.group import build_group, warcinfo
from vestigo.evidence.warc.record import Place
from vestigo.evidence.warc.segment import OPEN, SEALED_SUFFIX, SUFFIX, AppendFile
from vestigo.records import Capture
from vestigo.store.atomic import sync_folder


class SegmentPair:
    """Writes batches of exchanges; opens a new pair of files when there is none."""

    def __init__(
        self,
        folder: Path,
        sealed_folder: Path,
        seal_key: bytes | None,
        clock: Clock,
        software: str,
        mark: str = "",
    ) -> None:
        self._mark = mark
        self._folder = folder
        self._sealed_folder = sealed_folder
        self._seal_key = seal_key
        self._clock = clock
        self._software = software
        self._warc: AppendFile | None = None
        self._sealed: AppendFile | None = None
        self._name = ""
        self._n_captures = 0
        for place in (folder, sealed_folder):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def size(self) -> int:
        """Bytes in the open WARC file."""
        return self._warc.size if self._warc else 0

    def write(self, exchanges: list[Exchange]) -> list[Capture]:
        """Append the exchanges and make them durable, secrets first; return the captures.

        Raises ``OSError`` when the disk does not take them; then nothing of the batch
        is left in either file.
        """
        try:
            warc = self._warc or self._open()
            captures = [self._append(warc, exchange) for exchange in exchanges]
            if self._sealed:
                self._sealed.sync()
            warc.sync()
        except OSError:
            self._take_back()
            raise
        self._n_captures += len(captures)
        return captures

    def close(self) -> ClosedSegment | None:
        """Give the open file its final name; None when none is open."""
        warc, self._warc = self._warc, None
        sealed, self._sealed = self._sealed, None
        if sealed:
            sealed.close()
        if warc is None:
            return None
        digest, size = warc.close(), warc.size
        warc.path.rename(self._folder / self._name)
        sync_folder(self._folder)
        return ClosedSegment(
            name=self._name, sha256=digest, n_bytes=size, n_captures=self._n_captures
        )

    def _append(self, warc: AppendFile, exchange: Exchange) -> Capture:
        place = Place(self._name, warc.size)
        group = build_group(exchange, place, self._seal_key, self._sealed_name)
        if group.sealed:
            self._sealed_file().append(group.sealed)
        warc.append(group.members)
        return group.capture

    @property
    def _sealed_name(self) -> str:
        return self._name.removesuffix(SUFFIX) + SEALED_SUFFIX

    def _open(self) -> AppendFile:
        moment = self._clock()
        number = _last_number(self._folder, self._sealed_folder) + 1
        self._name = f"crawl-{number:05d}-{moment:%Y%m%dT%H%M%SZ}{self._mark}{SUFFIX}"
        self._n_captures = 0
        warc = AppendFile(self._folder / f"{self._name}{OPEN}")
        self._warc = warc
        warc.append(warcinfo(Place(self._name, 0), moment, self._software))
        return warc

    def _sealed_file(self) -> AppendFile:
        if self._sealed is None:
            self._sealed = AppendFile(self._sealed_folder / self._sealed_name)
        return self._sealed

    def _take_back(self) -> None:
        for file in (self._warc, self._sealed):
            if file:
                with suppress(OSError):
                    file.take_back()


def _last_number(*folders: Path) -> int:
    numbers = [
        int(path.name[6:11])
        for folder in folders
        for path in folder.glob("crawl-*")
        if path.name[6:11].isdigit()
    ]
    return max(numbers, default=0)
