# SPDX-License-Identifier: AGPL-3.0-or-later
"""Private keys at rest: one JSON box, scrypt for the passphrase, AES-256-GCM for the content."""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.records.canonical import canonical_json

FORMAT = "vestigo-keybox-1"
WORK = 2**16  # 64 MiB and a fifth of a second: what a guess at the passphrase costs
WORK_LIMIT = 2**20
BLOCK, PARALLEL, KEY_BYTES = 8, 1, 32


def lock(content: bytes, passphrase: str) -> bytes:
    """Return the box that holds ``content`` under ``passphrase``."""
    salt, nonce = secrets.token_bytes(32), secrets.token_bytes(12)
    head = {"format": FORMAT, "kdf": "scrypt", "n": WORK, "r": BLOCK, "p": PARALLEL,
            "salt": _text(salt), "cipher": "AES-256-GCM", "nonce": _text(nonce)}  # fmt: skip
    sealed = AESGCM(_derived(passphrase, salt, WORK)).encrypt(nonce, content, canonical_json(head))
    return json.dumps({**head, "content": _text(sealed)}, indent=1).encode("ascii") + b"\n"


def unlock(box: bytes, passphrase: str, where: str) -> bytes:
    """Return the content of the box.

    Raises ``ConfigurationError``: E-EVI-013 the box is damaged or of another form,
    E-EVI-014 the passphrase is wrong (or the box was changed).
    """
    head, sealed = _parsed(box, where)
    key = _derived(passphrase, base64.b64decode(head["salt"]), head["n"])
    try:
        return AESGCM(key).decrypt(base64.b64decode(head["nonce"]), sealed, canonical_json(head))
    except InvalidTag as error:
        raise ConfigurationError(
            "E-EVI-014",
            _("The passphrase does not open the keys."),
            where=where,
            remedy=_("Try again; nobody can recover a lost passphrase."),
        ) from error


def _parsed(box: bytes, where: str) -> tuple[dict[str, Any], bytes]:
    try:
        head = json.loads(box)
        sealed = base64.b64decode(head.pop("content"), validate=True)
        form = head["format"], head["kdf"], head["r"], head["p"], head["cipher"]
        right = form == (FORMAT, "scrypt", BLOCK, PARALLEL, "AES-256-GCM")
        n = head["n"]
        usable = isinstance(n, int) and WORK <= n <= WORK_LIMIT and not n & (n - 1)
        base64.b64decode(head["salt"], validate=True)
        base64.b64decode(head["nonce"], validate=True)
    except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
        raise ConfigurationError(
            "E-EVI-013",
            _("The box of the private keys is damaged: it cannot be read."),
            where=where,
            remedy=_("Restore the file from a backup."),
        ) from error
    if not right or not usable:
        raise ConfigurationError(
            "E-EVI-013",
            _("The box of the private keys is of a form that this release does not read."),
            where=where,
            remedy=_("Restore the file from a backup."),
        )
    return head, sealed


def _derived(passphrase: str, salt: bytes, work: int) -> bytes:
    kdf = Scrypt(salt=salt, length=KEY_BYTES, n=work, r=BLOCK, p=PARALLEL)
    return kdf.derive(passphrase.encode("utf-8"))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")
