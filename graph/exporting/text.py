# SPDX-License-Identifier: AGPL-3.0-or-later
"""How values become text in files: captured text is hostile, files must stay well-formed."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import escape, quoteattr

from graph.model import Value
from vestigo.evidence.harmless import without_formulas

_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def plain_text(value: Value) -> str:
    """Return a value as text; lists as JSON, booleans as ``true`` and ``false``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def xml_text(value: Value) -> str:
    """Return text for an element; what XML forbids becomes U+FFFD."""
    return escape(_FORBIDDEN.sub("\ufffd", plain_text(value)), {"\r": "&#13;"})


def xml_attribute(value: Value) -> str:
    """Return text for an attribute, quotes included; line ends survive."""
    marks = {"\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
    return quoteattr(_FORBIDDEN.sub("\ufffd", plain_text(value)), marks)


def cell(value: Value) -> str:
    """Return text for a table; what a spreadsheet takes for a formula gets an apostrophe."""
    text = plain_text(value)
    return without_formulas(text) if isinstance(value, str) else text
