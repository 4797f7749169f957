# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which time-stamping authorities a case asks: hosts of kind infrastructure, with their cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from vestigo.errors import ConfigurationError
from vestigo.evidence.stamping.refusal import SETTINGS
from vestigo.evidence.stamping.request import OIDS
from vestigo.i18n import _
from vestigo.settings import Section, refuse_unknown_keys

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
HOST = re.compile(r"(\[[0-9a-f:]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?):[0-9]{1,5}")
DOTTED = re.compile(r"[0-2](\.(0|[1-9][0-9]{0,9})){1,20}")
PORTS = {"http": 80, "https": 443}
WHERE = "[settings.stamping]"
KEYS: dict[str, Any] = {
    "name": "", "url": "", "secrecy": "", "policy": "", "hash": "sha256", "revocation": [],
}  # fmt: skip
LEAST = 2


@dataclass(frozen=True, slots=True)
class Authority:
    """One authority: where it is asked, and what asking it gives away.

    ``revocation`` are further ``host:port`` from which lists and answers may be fetched;
    ``policy`` "" accepts any.
    """

    name: str
    url: str
    secrecy: str
    policy: str
    hash_name: str
    revocation: tuple[str, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """Every ``host:port`` that may be asked for the sake of this authority."""
        return (host_of(self.url), *self.revocation)


def host_of(url: str) -> str:
    """Return ``host:port`` of an http address; ``ValueError`` where it is none."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.fragment:
        raise ValueError("not an http address")
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    host = f"{name.lower()}:{parts.port or PORTS[parts.scheme]}"
    if not HOST.fullmatch(host):
        raise ValueError("not an http address")
    return host


def read_authorities(section: Section) -> tuple[Authority, ...]:
    """Return the authorities that the section ``[stamping]`` names.

    Raises ``ConfigurationError``: E-EVI-157 for a value that is wrong, E-CFG-003 for a key
    that is not known.
    """
    given = section["authorities"]
    if not isinstance(given, list) or not all(isinstance(item, Mapping) for item in given):
        raise _wrong(_("“authorities” must be a list of tables."))
    found = tuple(_authority(item) for item in given)
    if len({one.name for one in found}) != len(found):
        raise _wrong(_("Two authorities have the same name."))
    return found


def refuse_too_few(authorities: tuple[Authority, ...]) -> None:
    """Raise ``ConfigurationError`` E-EVI-157 where there are not two with hosts of their own."""
    if len({host_of(one.url) for one in authorities}) < LEAST:
        raise _wrong(_("A checkpoint is stamped by at least two authorities."))


def _authority(item: Mapping[str, Any]) -> Authority:
    refuse_unknown_keys(item, KEYS, WHERE)
    values = {**KEYS, **item}
    texts = ("name", "url", "secrecy", "policy", "hash")
    if not all(isinstance(values[name], str) for name in texts):
        raise _wrong(_("The keys of an authority are texts."))
    hosts = values["revocation"]
    if not isinstance(hosts, list) or not all(
        isinstance(host, str) and HOST.fullmatch(host) for host in hosts
    ):
        raise _wrong(_("“revocation” must be a list of host:port."))
    if not NAME.fullmatch(values["name"]):
        raise _wrong(_("The name of an authority has small letters, digits and hyphens."))
    if not values["secrecy"].strip():
        raise _wrong(_("“secrecy” must say what asking this authority gives away."))
    if values["hash"] not in OIDS or (values["policy"] and not DOTTED.fullmatch(values["policy"])):
        raise _wrong(_("“hash” or “policy” of an authority is wrong."))
    try:
        host_of(values["url"])
    except ValueError as error:
        raise _wrong(_("“{url}” is no http address.").format(url=values["url"])) from error
    return Authority(
        name=values["name"],
        url=values["url"],
        secrecy=values["secrecy"],
        policy=values["policy"],
        hash_name=values["hash"],
        revocation=tuple(hosts),
    )


def _wrong(what: str) -> ConfigurationError:
    return ConfigurationError(
        SETTINGS, what, where=WHERE, remedy=_("Correct the section [settings.stamping].")
    )
