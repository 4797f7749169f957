# SPDX-License-Identifier: AGPL-3.0-or-later
"""The OpenID provider of a case as its settings name it (section ``[oidc]``)."""

from __future__ import annotations

import ipaddress
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from vestigo.console.accounts import ROLES
from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.settings import Section

WHERE = "[settings.oidc]"
PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True)
class Provider:
    """Whom the console asks who somebody is; ``roles`` maps values of a claim to roles.

    ``address`` is the literal address behind the issuer's name: names are not resolved.
    ``secret`` is "" for a public client; ``jwks_file`` None has the keys fetched.
    """

    issuer: str
    client_id: str
    address: str
    secret: str = field(repr=False)
    jwks_file: Path | None
    roles_claim: str
    roles: tuple[tuple[str, str], ...]
    deadline_seconds: float

    @property
    def place(self) -> tuple[str, int]:
        """Host and port of the issuer: nothing else is asked."""
        return place_of(self.issuer)

    def is_own(self, url: object) -> bool:
        """Say whether ``url`` lies on the issuer's own host, port and scheme."""
        if not isinstance(url, str):
            return False
        try:
            same = place_of(url) == self.place
        except ValueError:
            return False
        return same and urlsplit(url).scheme == urlsplit(self.issuer).scheme


def place_of(url: str) -> tuple[str, int]:
    """Return host and port of an http address; ``ValueError`` where it is none."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname or parts.username or parts.fragment:
        raise ValueError("not an http address")
    return parts.hostname, parts.port or PORTS[parts.scheme]


def read_provider(section: Section, folder: Path) -> Provider | None:
    """Return the provider that the section names, None where it names no issuer.

    Raises ``ConfigurationError`` E-CON-080 for a value that cannot be used.
    """
    if not section["issuer"]:
        return None
    texts = ("issuer", "client_id", "address", "secret_file", "jwks_file", "roles_claim")
    if not all(isinstance(section[name], str) for name in texts):
        raise _wrong(_("The keys of an OpenID provider are texts."))
    issuer, address = section["issuer"], section["address"]
    _refuse_unsafe(issuer, address)
    if not section["client_id"]:
        raise _wrong(_("“client_id” is missing: the provider gives it."))
    jwks = folder / section["jwks_file"] if section["jwks_file"] else None
    return Provider(
        issuer, section["client_id"], address, _secret(section["secret_file"], folder), jwks,
        section["roles_claim"], _roles(section["roles"]), float(section["deadline_seconds"]),
    )  # fmt: skip


def issuer_of(section: Section, folder: Path) -> str:
    """Return the issuer that the section names; E-CON-080 where it names none."""
    found = read_provider(section, folder)
    if found is None:
        raise _wrong(_("“issuer” is missing: the case names no OpenID provider."))
    return found.issuer


def _refuse_unsafe(issuer: str, address: str) -> None:
    try:
        host, _port = place_of(issuer)
        literal = ipaddress.ip_address(address) if address else None
    except ValueError as error:
        raise _wrong(_("“issuer” or “address” cannot be used.")) from error
    if urlsplit(issuer).query:
        raise _wrong(_("“issuer” or “address” cannot be used."))
    loopback = _is_loopback(host)
    if issuer.startswith("http://") and not loopback:
        raise _wrong(_("“issuer” begins with https:// unless it is a literal loopback address."))
    if literal is None and not loopback:
        raise _wrong(_("“address” must name the literal address of the issuer: names are not "
                       "resolved."))  # fmt: skip


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _roles(given: object) -> tuple[tuple[str, str], ...]:
    if not isinstance(given, Mapping) or not set(given.values()) <= set(ROLES):
        raise _wrong(_("“roles” maps values of the claim to {roles}.").format(
            roles=", ".join(ROLES)))  # fmt: skip
    return tuple(sorted((str(value), str(role)) for value, role in given.items()))


def _secret(name: str, folder: Path) -> str:
    """Return the secret of a confidential client; its file is nobody else's to read."""
    if not name:
        return ""
    path = folder / name
    try:
        if path.resolve().is_relative_to(folder.resolve()):
            raise _wrong(_("“secret_file” must lie outside of the case folder."))
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise _wrong(_("Others may read “secret_file”: give it the mode 0600."))
        return path.read_text("utf-8").strip()
    except (OSError, ValueError) as error:
        raise _wrong(_("“secret_file” cannot be read.")) from error


def _wrong(what: str) -> ConfigurationError:
    return ConfigurationError(
        "E-CON-080",
        what,
        where=WHERE,
        remedy=_("Correct the section [settings.oidc]."),
    )
