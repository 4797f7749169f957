# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verdicts on addresses without a case: one JSON line in, one out.

In: ``{"id", "host", "keys": [armoured], "messages": [text], "shown": [text], "on": date}``;
``messages`` are texts, or pages as their mark-up, seen anywhere, ``shown`` those on the address
itself, ``keys`` had from elsewhere.  Out: ``{"id", "host", "status", "reason", "accepted",
"key_fingerprint", "signed_at"}``, or ``{"id", "problem"}``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from crawler.mirrors.judging import MirrorJudgement, judge_mirror
from crawler.mirrors.page import read_pasted_key, statements_shown
from crawler.mirrors.statement import Refused, Statement
from vestigo.clock import iso
from vestigo.identifiers.pgp import KeyUnreadable

LISTS = ("keys", "messages", "shown")


def judged_lines(lines: Iterable[bytes], fresh_days: int) -> Iterator[dict[str, Any]]:
    """Yield one document for each line, in order; a line that cannot be read says why."""
    for number, line in enumerate(lines, 1):
        case_id: Any = number
        try:
            given = _object(line)
            case_id = given.get("id", number)
            yield {"id": case_id, **_judged(given, fresh_days)}
        except Unusable as error:
            yield {"id": case_id, "problem": str(error)}


class Unusable(ValueError):  # noqa: N818  # reads as what it is
    """A line that is no case; the text says why, in words of ours."""


def _object(line: bytes) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unusable("the line is no JSON") from error
    if not isinstance(given, dict):
        raise Unusable("the line is no JSON object")
    return given


def _judged(given: dict[str, Any], fresh_days: int) -> dict[str, Any]:
    keys, messages, shown = (_texts(given, name) for name in LISTS)
    keys = [_usable_key(key, number) for number, key in enumerate(keys, 1)]
    known = [one for text in messages for one in statements_shown(text, keys)]
    there = [one for text in shown for one in statements_shown(text, keys)]
    statements = [one for one in (*known, *there) if isinstance(one, Statement)]
    refused = [one for one in there if isinstance(one, Refused)]
    others = {one.fingerprint for one in known if isinstance(one, Refused)}
    host, on = _text(given, "host"), _day(_text(given, "on"))
    return _document(judge_mirror(host, statements, refused, on, fresh_days, others))


def _usable_key(text: str, number: int) -> str:
    try:
        return read_pasted_key(text)[0]
    except KeyUnreadable as error:
        raise Unusable(f"key {number} is no armoured OpenPGP public key") from error


def _text(given: dict[str, Any], name: str) -> str:
    if name not in given:
        raise Unusable(f"“{name}” is missing")
    if not isinstance(given[name], str):
        raise Unusable(f"“{name}” is no text")
    return str(given[name])


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Unusable("“on” is no day: give it as 2026-03-01") from error


def _texts(given: dict[str, Any], name: str) -> list[str]:
    texts = given.get(name, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise Unusable(f"“{name}” is no list of texts")
    return texts


def _document(judged: MirrorJudgement) -> dict[str, Any]:
    signed = judged.statement
    return {
        "host": judged.host,
        "status": judged.status,
        "reason": judged.reason,
        "accepted": judged.accepted,
        "key_fingerprint": signed.fingerprint if signed else "",
        "signed_at": iso(signed.signed_at) if signed else None,
    }
