# SPDX-License-Identifier: AGPL-3.0-or-later
"""The SOCKS5 proxy through which authorities are asked."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from vestigo.errors import ConfigurationError
from vestigo.evidence.stamping.refusal import SETTINGS
from vestigo.i18n import _


def parse_proxy(url: str) -> tuple[str, int] | None:
    """Return the literal address and port of ``socks5://ADDRESS:PORT``, None for "".

    Raises ``ConfigurationError`` E-EVI-157.
    """
    if not url:
        return None
    try:
        parts = urlsplit(url)
        if parts.scheme in ("socks5", "socks5h") and parts.hostname and parts.port:
            return str(ipaddress.ip_address(parts.hostname)), parts.port
    except ValueError:
        pass
    raise ConfigurationError(
        SETTINGS,
        _("The proxy must be given as socks5://ADDRESS:PORT."),
        where="[settings.stamping] proxy",
        remedy=_("Correct the section [settings.stamping]."),
    )
