# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading what a receiver's verification printed: ``verify.sh``, ``verify.py``, or our JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from vestigo.errors import VerificationError
from vestigo.evidence.stranger import verify
from vestigo.i18n import _
from vestigo.records import RECEIPT_STATUSES, ReceiptFinding

LARGEST = 1 << 20
MOST_LINES = 5000
LONGEST_DETAIL = 400
CHECKS = frozenset({*verify.LAYER_A, *verify.LAYER_B, "spans"})
_LINE = re.compile(r"(ok|FAILED|NOT CHECKED) {2,}([a-z0-9]{2,12}) {2,}(.{0,1000})")
_NAMED = re.compile(r"statement sha256:([0-9a-f]{64}|none)")
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receiver's result: bundle by its statement, tool, exit code (0, 3, 4), each line."""

    statement_sha256: str
    tool: str
    exit_code: int
    findings: tuple[ReceiptFinding, ...]


def parse_receipt(content: bytes) -> Receipt:
    """Return the result that a file holds.

    Raises ``VerificationError`` E-EVI-198 for anything that no verifier printed, or that
    contradicts itself.
    """
    try:
        text = content[: LARGEST + 1].decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _no_receipt(_("it is no UTF-8 text")) from error
    if len(content) > LARGEST:
        raise _no_receipt(_("it is too long"))
    receipt = _of_json(text) if text.lstrip().startswith("{") else _of_lines(text)
    if not receipt.findings or len(receipt.findings) > MOST_LINES:
        raise _no_receipt(_("it holds no line of a verification, or too many"))
    _refuse_contradiction(receipt)
    return receipt


def _of_lines(text: str) -> Receipt:
    findings, named = [], []
    for line in text.replace("\r\n", "\n").split("\n"):
        if matched := _LINE.fullmatch(line):
            findings.append(_finding(*matched.groups()))
        elif matched := _NAMED.fullmatch(line.strip()):
            named.append(matched[1])
    if len(named) != 1:
        raise _no_receipt(_("no line names the bundle (“statement sha256:…”), or several do"))
    both = any(one.check in verify.LAYER_B for one in findings)
    tool = "verify.py" if both else "verify.sh"
    return Receipt(named[0], tool, _code(findings), tuple(findings))


def _of_json(text: str) -> Receipt:
    try:
        body = json.loads(text)
        findings = [_finding(one["status"], one["check"], one["detail"])
                    for one in body["findings"]]  # fmt: skip
        statement, code, ok = body["statement_sha256"], body["exit_code"], body["ok"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise _no_receipt(_("it is not what “bundle verify --json” prints")) from error
    if not isinstance(statement, str) or not _DIGEST.fullmatch(statement):
        raise _no_receipt(_("no line names the bundle (“statement sha256:…”), or several do"))
    if code != _code(findings) or ok is not (code == 0) or isinstance(code, bool):
        raise _no_receipt(_("its conclusion is not that of its lines"))
    return Receipt(statement, "vestigo", _code(findings), tuple(findings))


def _finding(status: Any, check: Any, detail: Any) -> ReceiptFinding:
    if status not in RECEIPT_STATUSES or check not in CHECKS or not isinstance(detail, str):
        raise _no_receipt(_("a line names no check that the verifiers make"))
    plain = "".join(c if " " <= c <= "~" else "?" for c in detail)
    return ReceiptFinding(status=status, check=check, detail=plain[:LONGEST_DETAIL])


def _code(findings: list[ReceiptFinding]) -> int:
    statuses = {one.status for one in findings}
    return 3 if verify.FAILED in statuses else 4 if verify.UNCHECKED in statuses else 0


def _refuse_contradiction(receipt: Receipt) -> None:
    """Refuse a result of 0 that leaves a check of its layers out: part of it was cut away."""
    layers = {*verify.LAYER_A} if receipt.tool == "verify.sh" else CHECKS
    missing = layers - {one.check for one in receipt.findings}
    if missing:
        raise _no_receipt(
            _("lines are missing: {checks}").format(checks=", ".join(sorted(missing)))
        )


def _no_receipt(why: str) -> VerificationError:
    return VerificationError(
        "E-EVI-198",
        _("This is no result of a verification: {why}.").format(why=why),
        where="FILE",
        remedy=_("Ask the receiver for the whole output of verify.sh or verify.py, in a file."),
    )
