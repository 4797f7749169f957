# SPDX-License-Identifier: AGPL-3.0-or-later
"""From block files into the chain store of a case.

Of a file, either every block proves itself and all become visible in one step, or
nothing does.  Blocks are known by their hash: a second ingest adds nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

from ledger.intake import Admitted, Fresh, IngestedFile, Intake
from ledger.obfuscation import KEY_FILE, plain_content
from ledger.parsing import read_chain_file
from ledger.scanning.loading import load_compiled
from ledger.sources.recorded import Recorded, is_recorded, read_recorded
from ledger.store import ChainStore
from ledger.store.loose import LooseTransaction
from vestigo.errors import UsageError, VestigoError
from vestigo.i18n import _
from vestigo.records import Block
from vestigo.store import writer_lock

LOCK = ".lock"
_NO_BLOCKS = "rev"  # Core's undo data: what blocks spent, no blocks
Outcome = IngestedFile | VestigoError


def ingest(chain_folder: Path, paths: Sequence[Path], network: str) -> Iterator[Block]:
    """Ingest block files (or folders of them) and yield the record of every block in them.

    Known blocks are yielded again with the record they first got.  Raises ``InputError``
    with file and offset at the first file that does not verify; files before it stay.
    """
    for path in chain_files(paths):
        yield from ingest_file(chain_folder, path, network).blocks


def chain_files(paths: Sequence[Path]) -> list[Path]:
    """Return the files of ``paths``; a folder stands for its own files, by name.

    Of a folder of Bitcoin Core, the key and the undo files are left out.  Raises
    ``UsageError`` E-LED-013 for a path that is not there.
    """
    files: list[Path] = []
    for path in paths:
        if not path.exists():
            raise UsageError(
                "E-LED-013",
                _("There is no file at this path."),
                where=str(path),
                remedy=_("Check the path and the permissions."),
            )
        inside = sorted(path.iterdir()) if path.is_dir() else [path]
        files += [file for file in inside if file.is_file() and not _is_aside(file)]
    return files


def _is_aside(file: Path) -> bool:
    undo = file.name.startswith(_NO_BLOCKS) and file.suffix == ".dat"
    return file.name.startswith(".") or file.name == KEY_FILE or undo


def ingest_file(chain_folder: Path, path: Path, network: str) -> IngestedFile:
    """Ingest one file: wholly or, with an ``InputError`` that says where, not at all."""
    ((_path, outcome),) = ingest_files(chain_folder, [path], network)
    if isinstance(outcome, VestigoError):
        raise outcome
    return outcome


def ingest_files(
    chain_folder: Path, paths: Sequence[Path], network: str, fresh: Fresh | None = None
) -> Iterator[tuple[Path, Outcome]]:
    """Ingest files in their order; yield each with what it gave, or with why it was refused.

    While one is proven, the disk keeps the one before and fetches the one after.  A file is
    yielded when it is kept.  ``fresh`` is what ``number_blocks`` wants.
    """
    with _intake(chain_folder, network, fresh) as intake, ThreadPoolExecutor(1) as disk:
        kept: deque[tuple[Path, Future[IngestedFile]]] = deque()
        for path, content in _read_ahead(disk, paths):
            admitted = _admitted(intake, path, content)
            yield from _kept(kept)
            if isinstance(admitted, VestigoError):
                yield path, admitted
            elif isinstance(admitted, Recorded):
                yield path, _recorded(intake, admitted, path)
            else:
                kept.append((path, disk.submit(intake.keep, admitted)))
            del content, admitted  # as large as the file
        yield from _kept(kept)


def _kept(
    waiting: deque[tuple[Path, Future[IngestedFile]]],
) -> Iterator[tuple[Path, IngestedFile]]:
    while waiting:
        path, future = waiting.popleft()
        yield path, future.result()


def _read_ahead(
    disk: ThreadPoolExecutor, paths: Sequence[Path]
) -> Iterator[tuple[Path, bytes | VestigoError]]:
    """Yield the content of each file, or why there is none; the next is read meanwhile."""
    ahead = deque(disk.submit(_content, path) for path in paths[:1])
    load_compiled()
    for path, after in zip_longest(paths, paths[1:]):
        content = ahead.popleft().result()
        if after is not None:
            ahead.append(disk.submit(_content, after))
        yield path, content
        del content


def _content(path: Path) -> bytes | VestigoError:
    try:
        return plain_content(read_chain_file(path), path)
    except VestigoError as error:
        return error


def _admitted(
    intake: Intake, path: Path, content: bytes | VestigoError
) -> Admitted | Recorded | VestigoError:
    if isinstance(content, VestigoError):
        return content
    try:
        if is_recorded(content):
            return read_recorded(content, str(path))
        return intake.admit(content, str(path), path.name)
    except VestigoError as error:
        return error


def _recorded(intake: Intake, found: Recorded, path: Path) -> Outcome:
    try:
        return intake.keep_recorded(found, path)
    except VestigoError as error:
        return error


def ingest_content(
    chain_folder: Path, content: bytes, where: str, source_name: str, network: str
) -> IngestedFile:
    """Ingest the content of one source as ``ingest_file`` does; ``where`` names it in errors."""
    with _intake(chain_folder, network) as intake:
        return intake.keep(intake.admit(content, where, source_name))


def ingest_loose(
    chain_folder: Path, transactions: Sequence[LooseTransaction], network: str, source_name: str
) -> int:
    """Ingest transactions without their blocks, all or none; return how many were new or better.

    Raises ``InputError`` E-LED-103 where one contradicts what the store knows already.
    """
    with _intake(chain_folder, network) as intake:
        return intake.keep_loose(transactions, source_name)


def number_blocks(chain_folder: Path, network: str, fresh: Fresh) -> None:
    """Bring the numbered tables of a store up to date with its parts."""
    with writer_lock(chain_folder / LOCK), ChainStore(chain_folder, network, fresh) as store:
        store.publish()


@contextmanager
def _intake(chain_folder: Path, network: str, fresh: Fresh | None = None) -> Iterator[Intake]:
    chain_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with writer_lock(chain_folder / LOCK):
        yield Intake(chain_folder, network, fresh)
