# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time stamps on disk: ``evidence/stamps/CHECKPOINT/AUTHORITY/`` of a case.

A request without a response is pending: nothing else is kept of it, so that a kill at
any instant loses nothing.  The response is written last of all that belongs to it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from vestigo.evidence.stamping.refusal import TAMPERED, refused
from vestigo.evidence.stamping.revocation import RevocationFiles
from vestigo.evidence.stamping.verifying import Trust
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

NOTE, REQUEST, RESPONSE = "checkpoint.note", "stamp.tsq", "stamp.tsr"
IN_BUNDLE = re.compile(r"stamp\.ts[qr]|chain-[0-9]\.cer|revocation-[0-9]{1,3}\.(crl|ocsp)")


@dataclass(frozen=True, slots=True)
class StampPlace:
    """Where the stamp of one checkpoint by one authority lies."""

    folder: Path
    size: int
    authority: str

    @property
    def note(self) -> bytes:
        """The note that is stamped."""
        return (self.folder.parent / NOTE).read_bytes()

    @property
    def request(self) -> bytes | None:
        """The request, None where none was made yet."""
        return _content(self.folder / REQUEST)

    @property
    def response(self) -> bytes | None:
        """The full response, None while it is pending."""
        return _content(self.folder / RESPONSE)

    def trust(self, anchors: tuple[x509.Certificate, ...], policies: tuple[str, ...] = ()) -> Trust:
        """Return what the stamp is measured against, with the files kept beside it."""
        links = [x509.load_der_x509_certificate(p.read_bytes()) for p in self._kept("chain-*.cer")]
        lists = tuple(path.read_bytes() for path in self._kept("revocation-*.crl"))
        answers = tuple(path.read_bytes() for path in self._kept("revocation-*.ocsp"))
        return Trust(anchors, tuple(links), RevocationFiles(lists, answers), policies)

    def keep_request(self, content: bytes) -> None:
        """Write the request before it is sent."""
        write_atomically(self.folder / REQUEST, content)

    def keep_response(self, content: bytes, links: tuple[x509.Certificate, ...]) -> None:
        """Write the chain (without its anchor), and then the response."""
        for n, link in enumerate(links):
            write_atomically(self.folder / f"chain-{n}.cer", link.public_bytes(Encoding.DER))
        write_atomically(self.folder / RESPONSE, content)

    def keep_revocation(self, content: bytes, kind: str) -> Path | None:
        """Write a revocation list (``crl``) or answer (``ocsp``); None where it is there."""
        if self.holds_revocation(content):
            return None
        path = self.folder / f"revocation-{len(self._kept('revocation-*.*')) + 1}.{kind}"
        write_atomically(path, content)
        return path

    def holds_revocation(self, content: bytes) -> bool:
        """Say whether these very bytes are kept as a list or answer."""
        return any(path.read_bytes() == content for path in self._kept("revocation-*.*"))

    def files(self) -> dict[str, bytes]:
        """Return name and content of what goes into a bundle; {} while it is pending."""
        if self.response is None:
            return {}
        return {
            path.name: path.read_bytes()
            for path in sorted(self.folder.iterdir())
            if IN_BUNDLE.fullmatch(path.name)
        }

    def _kept(self, pattern: str) -> list[Path]:
        return sorted(self.folder.glob(pattern))


def stamps_folder(folder: CaseFolder) -> Path:
    """Return the folder of the stamps of a case."""
    return folder.path / "evidence" / "stamps"


def place_of(stamps: Path, size: int, authority: str) -> StampPlace:
    """Return where the stamp of a checkpoint by an authority lies, or will."""
    return StampPlace(stamps / f"{size:08d}" / authority, size, authority)


def keep_note(stamps: Path, size: int, note: bytes) -> None:
    """Keep the note that is to be stamped; E-EVI-162 where another one was kept."""
    path = stamps / f"{size:08d}" / NOTE
    kept = _content(path)
    if kept is None:
        write_atomically(path, note)
    elif kept != note:
        raise refused(TAMPERED, _("The note of this checkpoint is not the one stamped."), str(path))


def kept_note(stamps: Path, size: int) -> bytes:
    """Return the note that is being stamped; E-EVI-162 where it is gone."""
    path = stamps / f"{size:08d}" / NOTE
    content = _content(path)
    if content is None:
        raise refused(TAMPERED, _("The note of this checkpoint is not the one stamped."), str(path))
    return content


def places(stamps: Path) -> Iterator[StampPlace]:
    """Yield every place with a request, by checkpoint and authority."""
    for path in sorted(stamps.glob(f"[0-9]*/*/{REQUEST}")):
        yield StampPlace(path.parent, int(path.parts[-3]), path.parts[-2])


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None
