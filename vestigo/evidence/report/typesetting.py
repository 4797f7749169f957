# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents as PDF/A-2a and PDF/UA-1, set by Typst: the same bytes for the same input.

The layout is ours and fixed; what is read comes as JSON.  Only the fonts inside of Typst
are used, the date is that of the document, no package is fetched.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import ModuleType

from vestigo.errors import ConfigurationError, VerificationError
from vestigo.evidence.report.blocks import Document
from vestigo.i18n import _
from vestigo.store.scratch import scratch_folder

STANDARDS = ("a-2a", "ua-1")
LAYOUT = ("document.typ", "figures.typ", "pieces.typ")
LARGEST = 40_000_000  # characters of one document as JSON


def can_typeset() -> bool:
    """Say whether Typst is installed (the extra ``reports``)."""
    return importlib.util.find_spec("typst") is not None


@cache
def layout() -> dict[str, bytes]:
    """Return the page layout by file name."""
    return {name: Path(__file__).with_name(name).read_bytes() for name in LAYOUT}


class Typesetter:
    """One Typst for many documents: starting it costs more than setting a page."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._fonts = _typst().Fonts(include_system_fonts=False, include_embedded_fonts=True)
        for name, content in layout().items():
            (root / name).write_bytes(content)
        self._main = root / LAYOUT[0]
        self._compiler = _typst().Compiler(self._main, root=root, font_paths=self._fonts)

    def pdf(self, document: Document) -> bytes:
        """Return the document as PDF.

        Raises ``VerificationError`` E-EVI-171 where Typst refuses it, E-EVI-172 for one too
        large to be set.
        """
        made = self._compile(document, "pdf")
        assert isinstance(made, bytes)
        return made

    def pages(self, document: Document, dots_per_inch: float = 100.0) -> list[bytes]:
        """Return the pages as PNG; raises as ``pdf`` does."""
        made = self._compile(document, "png", dots_per_inch)
        return made if isinstance(made, list) else [made]

    def _compile(
        self, document: Document, form: str, dots_per_inch: float | None = None
    ) -> bytes | list[bytes]:
        text = json.dumps(document.plain(), ensure_ascii=False, sort_keys=True)
        if len(text) > LARGEST:
            raise _too_large(document.title)
        for name, content in document.pictures.items():
            (self._root / name).write_bytes(content)
        try:
            made: bytes | list[bytes] = self._compiler.compile(
                self._main,
                format=form,
                ppi=dots_per_inch,
                sys_inputs={"document": text},
                pdf_standards=list(STANDARDS) if form == "pdf" else [],
                timestamp=int(document.at.timestamp()),
            )
        except (RuntimeError, ValueError) as error:
            raise _refused(document.title, str(error)) from error
        finally:
            for name in document.pictures:
                (self._root / name).unlink(missing_ok=True)
        return made


@contextmanager
def typesetter(scratch: Path) -> Iterator[Typesetter]:
    """Yield a typesetter whose working folder (below ``scratch``) is gone afterwards.

    Raises ``ConfigurationError`` E-EVI-170 where Typst is not installed.
    """
    with scratch_folder(scratch, "setting") as folder:
        yield Typesetter(folder)


@cache
def typesetting_digest() -> str:
    """Return a digest of what, besides the document, decides over the bytes of a PDF."""
    digest = hashlib.sha256(f"typst {_typst().__version__} {STANDARDS}\n".encode("ascii"))
    for name, content in layout().items():
        digest.update(f"{name} {len(content)}\n".encode("ascii") + content)
    return digest.hexdigest()


def _typst() -> ModuleType:
    try:
        import typst
    except ImportError as error:
        raise ConfigurationError(
            "E-EVI-170",
            _("Documents cannot be made as PDF: Typst is not installed."),
            where="typst",
            remedy=_(
                "Install the extra “reports” (pip install vestigo[reports]), or write "
                'format = "text" under [settings.report] in case.toml.'
            ),
        ) from error
    return typst


def _refused(title: str, reason: str) -> VerificationError:
    return VerificationError(
        "E-EVI-171",
        _("A document could not be made as PDF: {reason}").format(reason=shortened(reason)),
        where=title,
        remedy=_("Nothing was sealed. Report it with the version of Vestigo and of Typst."),
    )


def _too_large(title: str) -> VerificationError:
    return VerificationError(
        "E-EVI-172",
        _("A document is too large to be made as PDF."),
        where=title,
        remedy=_('Write format = "text" under [settings.report] in case.toml.'),
    )


def shortened(reason: str, longest: int = 300) -> str:
    """Return the first line of a reason, cut."""
    return (reason.strip().splitlines() or ["-"])[0][:longest]
