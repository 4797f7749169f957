# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading captures and exchanges back from the archive, digests compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from vestigo.clock import parse_iso
from vestigo.errors import VerificationError
from vestigo.evidence.warc.exchange import ArchivedExchange
from vestigo.evidence.warc.members import Member, iter_members, member_at
from vestigo.evidence.warc.segment import OPEN, SUFFIX
from vestigo.evidence.warc.wire import read_response
from vestigo.i18n import _
from vestigo.records import Capture

_FIELDS = (
    "capture_id", "uri", "request_method", "status", "media_type", "charset", "content_sha256",
    "n_body_bytes", "authorization_id", "account", "problem",
)  # fmt: skip


def segment_paths(folder: Path) -> list[Path]:
    """Return the WARC files of ``folder`` in the order of the archive."""
    return sorted([*folder.glob(f"*{SUFFIX}"), *folder.glob(f"*{SUFFIX}{OPEN}")])


def broken_segments(folder: Path) -> list[tuple[str, int]]:
    """Return (file, offset) of every closed WARC file that cannot be read to its end, in order.

    Nothing behind the offset is found by ``iter_captures``; whether the bytes before are
    those that were written, only their digests tell.
    """
    found = []
    for path in sorted(folder.glob(f"*{SUFFIX}")):
        end = 0
        with path.open("rb") as handle:
            for member in iter_members(handle):
                end = member.end
        if end < path.stat().st_size:
            found.append((path.name, end))
    return found


def iter_captures(folder: Path, *, after: tuple[str, int] | None = None) -> Iterator[Capture]:
    """Yield every capture in the order of the archive.

    ``after`` is the (``warc_name``, ``warc_offset``) of a capture: only later ones are
    given.  A torn end of the file that is being written is left out.
    """
    for capture, _label in iter_labelled(folder, after=after):
        yield capture


def iter_labelled(
    folder: Path, *, after: tuple[str, int] | None = None, ending: str = ""
) -> Iterator[tuple[Capture, str]]:
    """Yield (capture, label) pairs as ``iter_captures`` does, of files whose names end so."""
    for path in segment_paths(folder):
        name = path.name.removesuffix(OPEN)
        if not name.endswith(ending) or (after and name < after[0]):
            continue
        start = after[1] if after and name == after[0] else 0
        with path.open("rb") as handle:
            for offset, metadata in _metadata(handle, start):
                if start == 0 or offset != start:
                    yield _capture(metadata, name, offset)


def read_exchange(folder: Path, capture: Capture) -> ArchivedExchange:
    """Return the exchange of ``capture`` as it stands in the archive (secrets masked).

    Raises ``VerificationError`` E-EVI-105 when the file is not there, E-EVI-103 when no
    record begins at the place, E-EVI-102 when the bytes are not those of the capture.
    """
    with _open(folder, capture) as handle:
        response = member_at(handle, capture.warc_offset, capture.warc_name)
        request = member_at(handle, response.end, capture.warc_name)
        metadata = member_at(handle, request.end, capture.warc_name)
    _compare(capture, response, request, metadata)
    wire = read_response(response.block, capture.request_method)
    if hashlib.sha256(wire.body).hexdigest() != capture.content_sha256:
        raise _wrong(capture)
    return ArchivedExchange(
        capture=capture,
        request=request.block,
        response=response.block,
        body=wire.body,
        status=wire.status,
        headers=wire.headers,
        label=_capture(metadata, capture.warc_name, capture.warc_offset)[1],
    )


def _open(folder: Path, capture: Capture) -> BinaryIO:
    for name in (capture.warc_name, f"{capture.warc_name}{OPEN}"):
        path = folder / name
        if path.parent == folder and path.is_file():
            return path.open("rb")
    raise VerificationError(
        "E-EVI-105",
        _("The WARC file of this capture is not there."),
        where=capture.warc_name,
        remedy=_("Restore the file from a copy of the case."),
    )


def _compare(capture: Capture, response: Member, request: Member, metadata: Member) -> None:
    kinds = (response.kind, request.kind, metadata.kind)
    digest = hashlib.sha256(response.head + response.block).hexdigest()
    if kinds != ("response", "request", "metadata") or digest != capture.capture_id:
        raise _wrong(capture)
    for member in (response, request, metadata):
        block = hashlib.sha256(member.block).hexdigest()
        if member.headers.get("WARC-Block-Digest") != f"sha256:{block}":
            raise _wrong(capture)
    named, _label = _capture(metadata, capture.warc_name, capture.warc_offset)
    if named.capture_id != capture.capture_id:
        raise _wrong(capture)


def _wrong(capture: Capture) -> VerificationError:
    return _not_its_bytes(capture.warc_name, capture.warc_offset)


def _not_its_bytes(name: str, offset: int) -> VerificationError:
    return VerificationError(
        "E-EVI-102",
        _("The archived bytes are not those of this capture."),
        where=f"{name}@{offset}",
        remedy=_("Compare the file with its digest in the custody log."),
    )


def _metadata(handle: BinaryIO, start: int) -> Iterator[tuple[int, Member]]:
    """Yield (offset of the response, metadata record) for every whole group."""
    offset = start
    for member in iter_members(handle, start):
        if member.kind == "response":
            offset = member.start
        elif member.kind == "metadata":
            yield offset, member


def _capture(metadata: Member, name: str, offset: int) -> tuple[Capture, str]:
    """Return the capture that a metadata record describes and its label; else E-EVI-102."""
    try:
        said: dict[str, Any] = json.loads(metadata.block)
        fields = {field: said[field] for field in _FIELDS}
        moment = parse_iso(said["observed_at"])
        capture = Capture(**fields, observed_at=moment, warc_name=name, warc_offset=offset)
        return capture, str(said["label"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _not_its_bytes(name, offset) from error
