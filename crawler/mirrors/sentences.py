# SPDX-License-Identifier: AGPL-3.0-or-later
"""A signed text as sentences, each with the addresses in it, in the order of the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from crawler.links import MAX_URI, normal_uri
from crawler.mirrors.stances import plain
from vestigo.identifiers.onion import onion_name, onion_version

_TOKEN = re.compile(r"[^\s<>\"'|]+")
_EDGES = "()[]{}*,;`“”„«»!"
_HOST = re.compile(r"\x01(\d+)\x02")
_ENDS = re.compile(r"(?<=[.!?;])[\s)\"]+(?=\S)")
_SHORT = re.compile(r"\b(e\.g|i\.e|z\.b|p\.? ?ej|etc|no|nr|vs|т\.е|т\.д)\.(?=\s)", re.IGNORECASE)
_JOINED = re.compile(
    r"(\x01\d+\x02)(?:[\s>\])]*(?:,|;|/|\||&|(?=\x01)|\+|and|or|y|e|o|et|ou|und|oder|и|или|en|of)[\s<\[(]*"
    r"(?:and |or |y |e |et |ou |und |oder |и |или )?(\x01\d+\x02))+",
    re.IGNORECASE,
)
_MARKS = " \t*#>=~_-–—•·|+.)(0123456789[]"
WRAPPED = 50
LONGEST, MOST_TEXT, MOST_SENTENCES = 4000, 100_000, 4000


@dataclass(frozen=True, slots=True)
class Sentence:
    r"""One sentence in plain form; each of its addresses stands in it as ``\x01number\x02``.

    ``hosts`` are theirs by number.  ``after_blank``: an empty line stands before it.
    ``ends_open``: it ends as a heading does, without the end of a sentence.
    """

    text: str
    hosts: dict[str, tuple[str, ...]]
    after_blank: bool
    ends_open: bool
    goes_on: bool


def sentences_of(text: str) -> Iterator[Sentence]:
    """Yield the sentences of a text in order, of its first 100,000 characters at most 4,000.

    What stands behind those is not read: no address there is owned.
    """
    return islice(_sentences(text[:MOST_TEXT]), MOST_SENTENCES)


def _sentences(text: str) -> Iterator[Sentence]:
    for after_blank, paragraph, hosts in _lines(text):
        for number, part in enumerate(_ENDS.split(_SHORT.sub(r"\1", paragraph))):
            joined, groups = _grouped(part, hosts)
            said = plain(joined[:LONGEST])
            if said.strip(_MARKS):
                yield Sentence(
                    text=said,
                    hosts=groups,
                    after_blank=after_blank and number == 0,
                    ends_open=said.rstrip()[-1] not in ".!?;",
                    goes_on=number == 0 and part.lstrip(" \t*#>-^")[:1].islower(),
                )


def _lines(text: str) -> Iterator[tuple[bool, str, dict[str, str]]]:
    """Yield (after an empty line, line with marks for its addresses, addresses by number).

    A line that goes on a sentence of the line before is one with it.
    """
    held, blank, pending = "", False, False
    hosts: dict[str, str] = {}
    for raw in text.splitlines():
        line, found = _marked(raw, len(hosts))
        if not line.strip():
            if held:
                yield pending, held, hosts
            held, hosts, blank = "", {}, True
            continue
        if held and _goes_on(held, line):
            held, hosts = f"{held.rstrip()} {line.strip()}", hosts | found
            continue
        if held:
            yield pending, held, hosts
            line, found = _marked(raw, 0)
        held, hosts, pending, blank = line, found, blank, False
    if held:
        yield pending, held, hosts


def _goes_on(held: str, line: str) -> bool:
    if len(held) > LONGEST:
        return False
    before, first = held.rstrip(), line.lstrip()
    if before[-1] in ".!?:;\x02" or not _HOST.sub("", before).strip(_MARKS):
        return False
    if first[0] == "\x01" or ("\x01" in held and "\x01" in line):
        return False
    return first[0].islower() or (len(before) >= WRAPPED and first[0].isalpha())


def _marked(line: str, first: int) -> tuple[str, dict[str, str]]:
    found: dict[str, str] = {}

    def mark(match: re.Match[str]) -> str:
        token = match.group()
        if "." not in token or len(token) > MAX_URI:
            return token
        host = _host_of(token.strip(_EDGES).rstrip(".:"))
        if not host:
            return token
        number = str(first + len(found))
        found[number] = host
        before = token[: len(token) - len(token.lstrip(_EDGES))]
        behind = token[len(token.rstrip(_EDGES + ".:")) :]
        return f"{before}\x01{number}\x02{behind}"

    clean = line.replace("\x01", " ").replace("\x02", " ")
    return _TOKEN.sub(mark, clean), found


def _host_of(token: str) -> str:
    uri = normal_uri(token if "://" in token else f"http://{token}")
    host = uri.split("/")[2].rpartition(":")[0] or uri.split("/")[2] if uri else ""
    return site_of(host) if host and (onion_version(host) or "://" in token) else ""


def site_of(host: str) -> str:
    """Return the host by which a site is known: an onion host without its subdomains."""
    name = onion_name(host)
    return f"{name}.onion" if name else host.lower().rstrip(".")


def _grouped(part: str, hosts: dict[str, str]) -> tuple[str, dict[str, tuple[str, ...]]]:
    """Return the sentence with each plain enumeration of addresses as one, and what each holds."""
    groups: dict[str, tuple[str, ...]] = {}

    def join(match: re.Match[str]) -> str:
        numbers = _HOST.findall(match.group())
        groups[numbers[0]] = tuple(hosts[number] for number in numbers)
        return f"\x01{numbers[0]}\x02"

    text = _JOINED.sub(join, part)
    for number in _HOST.findall(text):
        groups.setdefault(number, (hosts[number],))
    return text, groups
