# SPDX-License-Identifier: AGPL-3.0-or-later
"""PDFs that were made before: found again by all that decides over their bytes.

Each lies under a name that its content (and layout, fonts, Typst) gives, behind a tag that
only who holds the case's keys can make: a file that somebody exchanged is made afresh.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from pathlib import Path

from vestigo.evidence.report.blocks import Document
from vestigo.evidence.report.typesetting import Typesetter, typesetting_digest

TAG_BYTES = 32


@dataclass(slots=True)
class Kept:
    """Makes PDFs and keeps them in ``folder``; ``n_made`` and ``n_found`` count."""

    typesetter: Typesetter
    folder: Path
    key: bytes
    n_made: int = 0
    n_found: int = 0
    used: set[str] = field(default_factory=set)

    def pdf(self, document: Document) -> bytes:
        """Return the PDF of a document, from the folder where it is there; raises as ``pdf``."""
        name = self._name(document)
        self.used.add(name)
        found = self._read(name)
        if found is not None:
            self.n_found += 1
            return found
        made = self.typesetter.pdf(document)
        self.n_made += 1
        self._keep(name, self._tag(name, made) + made)
        return made

    def forget_others(self) -> None:
        """Remove every kept PDF that was not asked for."""
        for path in self.folder.glob("*.pdf"):
            if path.name not in self.used:
                path.unlink(missing_ok=True)

    def _name(self, document: Document) -> str:
        pictures = {n: hashlib.sha256(c).hexdigest() for n, c in document.pictures.items()}
        what = [typesetting_digest(), document.plain(), pictures]
        text = json.dumps(what, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest() + ".pdf"

    def _read(self, name: str) -> bytes | None:
        try:
            content = (self.folder / name).read_bytes()
        except OSError:
            return None
        tag, pdf = content[:TAG_BYTES], content[TAG_BYTES:]
        return pdf if hmac.compare_digest(tag, self._tag(name, pdf)) else None

    def _keep(self, name: str, content: bytes) -> None:
        """Write without waiting for the disk: a torn file has a wrong tag and is made afresh."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        partial = self.folder / f".{name}.part"
        partial.write_bytes(content)
        partial.replace(self.folder / name)

    def _tag(self, name: str, pdf: bytes) -> bytes:
        return hmac.digest(self.key, name.encode("ascii") + b"\n" + pdf, "sha256")
