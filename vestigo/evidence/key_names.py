# SPDX-License-Identifier: AGPL-3.0-or-later
"""The files of ``CASE/keys`` and the events that tell of them."""

from __future__ import annotations

import re
from pathlib import Path

from vestigo.errors import ConfigurationError
from vestigo.i18n import _

BOX, UNIT, CHECKPOINT, VKEY, SEAL = (
    "private.box", "unit.pem", "checkpoint.pem", "checkpoint.vkey", "seal.pub",
)  # fmt: skip
ROTATION, NEW_PASSPHRASE = "private.rotation.box", "private.passphrase.box"
STAGED = (ROTATION, NEW_PASSPHRASE)
REVOKED = "revoked.txt"
HAND_OVER_NOTES = re.compile(r"handover-[0-9]{4}\.note")
OPERATOR_NOTES = re.compile(r"operator-[a-z0-9][a-z0-9-]{0,31}\.note")

MADE, ROTATED, PASSPHRASE_CHANGED, KEY_REVOKED, OPERATOR_ADDED = (
    "keys made", "keys rotated", "passphrase changed", "key revoked", "operator key added",
)  # fmt: skip
OPERATOR_PASSPHRASE_CHANGED = "operator passphrase changed"  # noqa: S105 (an event)


def key_file(path: Path) -> bytes:
    """Return the content of a file of the keys; E-EVI-012 where it is not there."""
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise ConfigurationError(
            "E-EVI-012",
            _("The case has no keys."),
            where=str(path),
            remedy=_("Make them with “vestigo case keys”."),
        ) from error
