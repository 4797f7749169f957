# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts of attributes that know where they stood in the source, as those of the page do.

A tag with such attributes gets one more in the marked copy, which names the runs:
``alt:12 title:13``.  A page cannot forge it: the name is taken out of its own mark-up.
"""

from __future__ import annotations

import re
from itertools import islice
from typing import Any

MARK = "data-vestigo-run"
MOST = 5_000
_NAMES = r"alt|title|aria-label|value|content|data-[a-z][a-z-]{0,30}"
_ANY = re.compile(rf"\s(?:{_NAMES})\s*=", re.IGNORECASE)
_TAG = re.compile(
    r"""<(?P<name>[A-Za-z][^\s/>]*+)(?P<rest>(?>(?:[^>"'=]++|=\s*+(?:"[^"]*+"|'[^']*+'|(?!["']))|["'])*)>)"""
)
_ONE = re.compile(
    rf"""\s(?P<name>{_NAMES})\s*=\s*(?:"(?P<a>[^"]*)"|'(?P<b>[^']*)'|(?P<c>[^\s>"']+))""",
    re.IGNORECASE,
)
_LONG = 4 * 256  # characters behind the name of a tag: fewer hold no more than MOST_IN_A_TAG
MOST_IN_A_TAG = 256
_ATTRIBUTE = re.compile(
    r"""[\s/]*+(?:[^\s=>"'/]++|["'=])(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"']*+))?+"""
)
_FORGED = re.compile(re.escape(MARK), re.IGNORECASE)


def mark_attributes(markup: str, base: int, runs: list[tuple[int, int]]) -> str:
    """Return mark-up with the numbers of its attributes' runs, which are added to ``runs``.

    ``base`` is where the mark-up begins in the source.
    """
    if not _ANY.search(markup):
        return _FORGED.sub("data-x", markup)
    copy, position = [], 0
    for tag in _TAG.finditer(markup):
        found = _runs_of(tag, base, runs) if len(runs) < MOST else ""
        if found:
            copy += [
                _FORGED.sub("data-x", markup[position : tag.end("name")]),
                f' {MARK}="{found}"',
            ]
            position = tag.end("name")
    return "".join((*copy, _FORGED.sub("data-x", markup[position:])))


def bound_attributes(markup: str) -> str:
    """Return mark-up whose tags have no more than ``MOST_IN_A_TAG`` attributes each.

    The parser compares each attribute of a tag with all others: a tag with 200,000 of them
    would hold it for minutes.
    """
    if len(markup) < _LONG:
        return markup
    copy, position = [], 0
    for tag in _TAG.finditer(markup):
        if len(tag["rest"]) < _LONG:
            continue
        last = next(islice(_ATTRIBUTE.finditer(tag["rest"]), MOST_IN_A_TAG, None), None)
        if last is not None:
            copy += [markup[position : tag.start("rest") + last.start()], ">"]
            position = tag.end("rest")
    return "".join((*copy, markup[position:]))


def _runs_of(tag: re.Match[str], base: int, runs: list[tuple[int, int]]) -> str:
    found = []
    for one in _ONE.finditer(tag["rest"]):
        group = next(name for name in "abc" if one[name] is not None)
        start, end = one.span(group)
        if start < end:
            found.append(f"{one['name'].lower()}:{len(runs)}")
            start, end = start + base + tag.start("rest"), end + base + tag.start("rest")
            runs.append((start, end))
    return " ".join(found)


def attribute_runs(element: Any) -> dict[str, int]:
    """Return the numbers of the runs of an element's attributes by their names."""
    marks = (element.get(MARK) or "").split()
    return {name: int(number) for name, _sign, number in (mark.partition(":") for mark in marks)}
