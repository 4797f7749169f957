# SPDX-License-Identifier: AGPL-3.0-or-later
"""The page of what others handed over, as plain text in the active language."""

from __future__ import annotations

from typing import Any

from vestigo.evidence.harmless import harmless_line
from vestigo.i18n import _

WIDTH = 24


def received_sheet(
    number: str, record_id: str, body: dict[str, Any], receipt: dict[str, Any] | None
) -> str:
    """Return the page of one item: who handed it over, its facts, what a receiver found."""
    compared = ", ".join(body["given_hashes"]) or _("no hash came with it")
    rows = (
        (_("Handed over by"), body["from_whom"]),
        (_("By which act"), body["act"]),
        (_("Received at (UTC)"), body["received_at"]),
        (_("Filed by"), body["person"]),
        (_("Name as given"), body["file_name"]),
        (_("Media type"), body["media_type"]),
        (_("Length in bytes"), str(body["n_bytes"])),
        (_("Hash that came with it"), compared),
        ("SHA-256", body["sha256"]),
        ("SHA-512", body["sha512"]),
        (_("Record"), record_id),
    )
    lines = [
        _("RECEIVED ITEM {number}").format(number=number),
        "",
        *(f"{label:<{WIDTH}}  {harmless_line(value)}" for label, value in rows),
        "",
        _("It was made by others. We say only that these bytes were handed over so."),
    ]
    return "\n".join([*lines, *(_receipt_lines(receipt) if receipt else ()), ""])


def _receipt_lines(receipt: dict[str, Any]) -> list[str]:
    """Return what a receiver found, as a part of the sheet."""
    lines = [
        "",
        _(
            "It is a receiver's verification of bundle {bundle} with {tool}: exit code {code}."
        ).format(bundle=receipt["bundle"], tool=receipt["tool"], code=receipt["exit_code"]),
        f"statement {receipt['statement_sha256']}",
    ]
    found = receipt["findings"]
    return lines + [
        f"  {one['status']:<11}  {one['check']:<12}  {harmless_line(one['detail'])}"
        for one in found
    ]
