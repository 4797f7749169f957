# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented answers of a market that nobody ever saw: pages of offers, and photographs.

The same number always gives the same bytes.  Photographs do not shrink, as real ones do not.
"""

from __future__ import annotations

import gzip
import random
from dataclasses import dataclass
from functools import cache

SYLLABLES = ("ba", "do", "fe", "gi", "ka", "lu", "mo", "ne", "pi", "ra", "so", "tu", "ve", "zo")
N_WORDS = 3000
PARAGRAPHS = 90
WORDS_A_PARAGRAPH = 60
CHUNK = 4000
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000")


@dataclass(frozen=True, slots=True)
class Opinion:
    """One buyer's words on a page, and how that buyer says to be reached."""

    buyer: str
    text: str
    mail: str


@dataclass(frozen=True, slots=True)
class OfferPage:
    """A page of one offer: what stands on it, and its bytes before any coding."""

    title: str
    opinions: tuple[Opinion, ...]
    body: bytes


@cache
def _words() -> tuple[str, ...]:
    dice = random.Random("words")  # noqa: S311 (invents text, no secrets)
    return tuple("".join(dice.choices(SYLLABLES, k=dice.randint(1, 4))) for _n in range(N_WORDS))


def offer_page(n: int, n_opinions: int) -> OfferPage:
    """Return page ``n``, with so many opinions on it."""
    dice = random.Random(f"page {n}")  # noqa: S311 (as above)

    def said(k: int) -> str:
        return " ".join(dice.choices(_words(), k=k))

    title = f"{said(4)}, lot {n}"
    opinions = tuple(
        Opinion(f"buyer{n}x{k}", f"{said(8)} {n}.{k}", f"{said(1)}{n}-{k}@mail.example")
        for k in range(n_opinions)
    )
    parts = [f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"]
    parts += [
        f'<li class="opinion"><b>{one.buyer}</b> <q>{one.text}</q> <i>{one.mail}</i></li>'
        for one in opinions
    ]
    parts += [f'<p class="t">{said(WORDS_A_PARAGRAPH)}</p>' for _k in range(PARAGRAPHS)]
    return OfferPage(title, opinions, "\n".join([*parts, "</body></html>"]).encode("ascii"))


def page_answer(n: int, body: bytes) -> bytes:
    """Return the answer with a page on the wire: every other one is chunked gzip."""
    kind = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
    if n % 2:
        return kind + b"Content-Length: %d\r\n\r\n" % len(body) + body
    packed = gzip.compress(body, 6, mtime=0)
    pieces = [packed[at : at + CHUNK] for at in range(0, len(packed), CHUNK)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    head = b"Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
    return kind + head + chunks + b"0\r\n\r\n"


def photograph_answer(n: int, n_bytes: int) -> bytes:
    """Return the answer with photograph ``n`` of so many bytes, which no packing makes less."""
    dice = random.Random(f"photograph {n}")  # noqa: S311 (as above)
    head = b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % n_bytes
    return head + JPEG + dice.randbytes(max(0, n_bytes - len(JPEG)))
