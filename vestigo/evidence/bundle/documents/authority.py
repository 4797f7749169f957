# SPDX-License-Identifier: AGPL-3.0-or-later
"""Under which authority something was done, in words."""

from __future__ import annotations

from typing import Any

from vestigo.clock import parse_iso
from vestigo.evidence.report.blocks import Cell, mono, parts
from vestigo.evidence.report.writing import instant, unknown
from vestigo.evidence.words import act_words
from vestigo.i18n import _


def under(authorization: dict[str, Any] | None) -> Cell:
    """Return reference, body and term of an authorization, or that none is on record."""
    if authorization is None:
        return _("none on record")
    named = f"{authorization['reference']} ({authorization['issuing_body']})"
    return parts([named, term(authorization)])


def term(authorization: dict[str, Any]) -> str:
    """Return from when until when an authorization is in force."""
    words = _("in force from {start} until {end}")
    start, end = (parse_iso(authorization[name]) for name in ("starts_at", "ends_at"))
    return words.format(start=instant(start), end=instant(end))


def authority_rows(record_id: str, authorization: dict[str, Any]) -> list[tuple[str, Cell]]:
    """Return everything that an authorization says, but the names of the unit's accounts."""
    acts = ", ".join(act_words(act) for act in authorization["acts"])
    accounts = len(authorization["accounts"])
    return [
        (_("Reference"), authorization["reference"] or unknown()),
        (_("Issued by"), authorization["issuing_body"] or unknown()),
        (_("Legal basis, as the unit wrote it"), authorization["legal_basis"] or unknown()),
        (_("Kind"), authorization["authorization_kind"] or unknown()),
        (_("In force"), term(authorization)),
        (_("Acts allowed"), acts or "–"),
        (_("Servers"), mono(", ".join(authorization["hosts"])) if authorization["hosts"] else "–"),
        (_("Persons"), ", ".join(authorization["persons"]) or "–"),
        (_("Accounts of the unit"), _("{n}, names withheld").format(n=accounts)),
        (_("SHA-256 of the order"), mono(authorization["order_sha256"] or unknown())),
        (_("Record"), mono(record_id)),
    ]
