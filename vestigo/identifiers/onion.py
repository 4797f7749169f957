# SPDX-License-Identifier: AGPL-3.0-or-later
"""Onion service names: version 3 with its checksum, version 2 without one.

rend-spec-v3, section 6: ``base32(public key + checksum + version)`` where the
checksum is the first two bytes of SHA3-256(".onion checksum" + key + version).
"""

from __future__ import annotations

import base64
import hashlib
import re

V3_LENGTH = 56
V2_LENGTH = 16
_NAME = re.compile(r"[a-z2-7]+")


def onion_version(host: str) -> int | None:
    """Return 3 or 2 for a well-formed onion host, else None.

    ``host`` is ``name.onion`` or ``sub.name.onion``, in any case.  Version 3 is
    checked (16 bits); version 2 carries no checksum: only its form is.
    """
    name = onion_name(host)
    if name is None:
        return None
    if len(name) == V2_LENGTH:
        return 2
    return 3 if len(name) == V3_LENGTH and _checksum_holds(name) else None


def onion_name(host: str) -> str | None:
    """Return the service name of an onion host in lower case, without ``.onion``."""
    labels = host.lower().split(".")
    if len(labels) < 2 or labels[-1] != "onion":  # noqa: PLR2004 - name and suffix
        return None
    name = labels[-2]
    return name if _NAME.fullmatch(name) else None


def _checksum_holds(name: str) -> bool:
    raw = base64.b32decode(name.upper())
    key, checksum, version = raw[:32], raw[32:34], raw[34:]
    if version != b"\x03":
        return False
    return hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2] == checksum
