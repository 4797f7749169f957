# SPDX-License-Identifier: AGPL-3.0-or-later
"""Recording an authorization in a case."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import Any

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession
from vestigo.records import ACTS, DATA_CLASSES, Authorization, Record, Retention
from vestigo.settings import read_toml, refuse_unknown_keys

HOST = re.compile(r"(\[[0-9a-f:]+\]|[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?)(:[0-9]{1,5})?")
_TEXTS = ("issuing_body", "reference", "legal_basis", "authorization_kind", "order_sha256")
_LISTS = ("persons", "hosts", "accounts", "acts", "data_classes")
KNOWN_KEYS: dict[str, Any] = {
    **dict.fromkeys(_TEXTS, ""),
    **{name: [] for name in _LISTS},
    "starts_at": None,
    "ends_at": None,
    "amends": None,
    "retain_until": None,
}


def read_authorization(path: Path) -> Authorization:
    """Return the authorization that the TOML file at ``path`` describes.

    Raises ``ConfigurationError``: E-CFG-001 … 003 as for any configuration, E-CFG-004
    for a missing key or a value of the wrong kind, E-CFG-005 for an act or data
    class that does not exist, E-CFG-006 for times in the wrong order, E-CFG-007 for
    what is no host.
    """
    document = read_toml(path)
    refuse_unknown_keys(document, KNOWN_KEYS, str(path))
    values: dict[str, Any] = {name: _text(document, name, path) for name in _TEXTS}
    values.update({name: _names(document, name, path) for name in _LISTS})
    values.update({name: _moment(document, name, path) for name in ("starts_at", "ends_at")})
    _refuse_unknown_names(values["acts"], ACTS, "acts", path)
    _refuse_unknown_names(values["data_classes"], DATA_CLASSES, "data_classes", path)
    values["hosts"] = tuple(_host(host, path) for host in values["hosts"])
    if values["ends_at"] <= values["starts_at"]:
        raise ConfigurationError(
            "E-CFG-006",
            _("The authorization ends before it begins."),
            where=f"{path} ends_at",
            remedy=_("Correct the times."),
        )
    return Authorization(**values, amends=document.get("amends"))


def read_retention(path: Path) -> date | None:
    """Return until which day the order lets things be kept, None where it does not say.

    Raises ``ConfigurationError`` E-CFG-004 for anything but a day.
    """
    value = read_toml(path).get("retain_until")
    if value is None:
        return None
    if isinstance(value, datetime) or not isinstance(value, date):
        raise _wrong("retain_until", _("a day, e.g. 2027-01-31"), path)
    return value


def record_authorization(
    session: CaseSession, authorization: Authorization, retain_until: date | None = None
) -> None:
    """Append the authorization, and until when its fruits may be kept, to the ledger; log it."""
    records: list[Record] = [authorization]
    if retain_until is not None:
        records.append(
            Retention(
                authorization_id=authorization.record_id, retain_until=retain_until,
                reference=authorization.reference,
            )
        )  # fmt: skip
    session.ledger.append(records)
    session.custody.append(
        "recognition",
        object_sha256=authorization.record_id,
        reason="authorization recorded",
        authorization_id=authorization.record_id,
    )


def _text(document: dict[str, Any], name: str, path: Path) -> str:
    value = document.get(name, "" if name == "order_sha256" else None)
    if not isinstance(value, str):
        raise _wrong(name, _("a text"), path)
    return value


def _names(document: dict[str, Any], name: str, path: Path) -> tuple[str, ...]:
    value = document.get(name, [] if name == "accounts" else None)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise _wrong(name, _("a list of texts"), path)
    return tuple(value)


def _moment(document: dict[str, Any], name: str, path: Path) -> datetime:
    value = document.get(name)
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise _wrong(name, _("a time with its zone, e.g. 2026-01-31T12:00:00Z"), path)
    return value


def _host(text: str, path: Path) -> str:
    """Return one host (or ``host:port``) in lower case; no patterns, no paths."""
    host = text.lower().rstrip(".")
    if not HOST.fullmatch(host):
        raise ConfigurationError(
            "E-CFG-007",
            _("“{name}” is no host.").format(name=text),
            where=f"{path} hosts",
            remedy=_("Name each host, or host:port; a pattern covers nothing."),
        )
    return host


def _wrong(name: str, expected: str, path: Path) -> ConfigurationError:
    return ConfigurationError(
        "E-CFG-004",
        _("The key “{key}” must be {expected}.").format(key=name, expected=expected),
        where=str(path),
        remedy=_("Add or correct the key."),
    )


def _refuse_unknown_names(
    names: tuple[str, ...], known: tuple[str, ...], key: str, path: Path
) -> None:
    for name in names:
        if name not in known:
            raise ConfigurationError(
                "E-CFG-005",
                _("“{name}” is none of: {known}.").format(name=name, known=", ".join(known)),
                where=f"{path} {key}",
                remedy=_("Correct the name."),
            )
