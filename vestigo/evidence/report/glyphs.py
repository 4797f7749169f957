# SPDX-License-Identifier: AGPL-3.0-or-later
r"""What the fonts of a document can show; everything else is written as ``\u202e``.

The documents use the fonts that Typst brings along and no other, so that they are the same
on every machine.  A mark that neither font draws, that is invisible, that joins the letter
before it or that turns the direction of a line round never reaches the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from vestigo.evidence.harmless import escaped

# code points of DejaVu Sans Mono out of Latin, Greek, Cyrillic, punctuation, currency, figures,
# mathematics and boxes, as first-last in hexadecimal; a test draws each of them
_DRAWN = """
20-7e a0-ac ae-1c3 1cd-1e3 1e6-1f0 1f4-1f6 1f8-1f9 1fc-221 224-241 243-245 24c-24d 250-2b9
2bb-2c1 2c6-2c9 2cc-2d3 2d6-2de 2e0-2e9 2ee 2f3 374-377 37a-37f 384-38a 38c 38e-3a1 3a3-3ce
3d0-3e1 3f0-45f 462-463 472-473 490-49b 4a2-4a5 4aa-4b3 4ba-4bb 4c0-4c4 4c7-4c8 4cb-4cc 4cf-4f9
510-511 51a-51d 1e00-1e13 1e18-1e2d 1e30-1e4d 1e54-1e63 1e68-1e79 1e7c-1e99 1e9b 1e9f-1ea1
1eac-1eb1 1eb6-1ebd 1ec6-1ecd 1ed8-1edd 1ee0-1ee5 1ee8-1eeb 1eee-1ef5 1ef8-1ef9 1f00-1f15
1f18-1f1d 1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f7d 1f80-1fb4 1fb6-1fc4 1fc6-1fd3
1fd6-1fdb 1fdd-1fef 1ff2-1ff4 1ff6-1ffe 2010-2023 2026 2030-2037 2039-203a 203c-203f 2045-2049
204b 2070-2071 2074-208e 2090-209c 20a0-20b5 20b8-20ba 20bd 2102 2105 210d-210f 2115-2117
2119-211a 211d 2122 2124 2126 212a-212b 212e 2148 2150-2151 2153-215f 2189 2190-2213 2215
2217-2220 2223 2227-222d 2234-223d 2241-2269 226d-228b 228d-22a5 22b2-22b5 22b8 22c2-22c6
22cd-22d1 22da-22e9 22ef 2500-25ff
"""
_NARROW_SPACE = "\u202f"  # French numbers are written with it; neither font has it
_NO_BREAK = "\u00a0"


def drawn_points() -> Iterator[int]:
    """Yield every code point that a document shows as itself."""
    for run in _DRAWN.split():
        first, _dash, last = run.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)


class _Table(dict[int, int | str]):
    """What each code point is shown as, worked out once a code point."""

    def __missing__(self, point: int) -> int | str:
        self[point] = point if point in _KNOWN else escaped(chr(point))
        return self[point]


_KNOWN = frozenset(drawn_points())
_TABLE = _Table({ord(_NARROW_SPACE): _NO_BREAK, ord("\n"): "\n"})


def shown(text: str) -> str:
    """Return ``text`` with every mark escaped that the page cannot show as it is."""
    return text if text.isascii() and text.isprintable() else text.translate(_TABLE)
