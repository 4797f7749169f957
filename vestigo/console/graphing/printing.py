# SPDX-License-Identifier: AGPL-3.0-or-later
"""A picture of the canvas as PDF, set by Typst (the extra ``reports``)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.store.scratch import scratch_folder

PAGE = """#set page(width: auto, height: auto, margin: 8mm)
#set document(title: sys.inputs.title, date: none)
#image("picture.svg", alt: sys.inputs.title)
"""


def pdf(picture: bytes, title: str, scratch: Path) -> bytes:
    """Return an SVG picture as a PDF page of its size; ``scratch`` is a folder of the case.

    Raises ``ConfigurationError`` E-CON-026 where Typst is not installed.
    """
    if importlib.util.find_spec("typst") is None:
        raise ConfigurationError(
            "E-CON-026",
            _("A PDF cannot be made: the extra “reports” is not installed."),
            remedy=_("Install it (pip install 'vestigo[reports]'), or export SVG or PNG."),
        )
    import typst

    scratch.mkdir(mode=0o700, exist_ok=True)
    with scratch_folder(scratch, "picture") as folder:
        (folder / "main.typ").write_text(PAGE, "utf-8")
        (folder / "picture.svg").write_bytes(picture)
        made: bytes = typst.compile(
            folder / "main.typ", root=folder, format="pdf", sys_inputs={"title": title},
            timestamp=0,
        )  # fmt: skip
    return made
