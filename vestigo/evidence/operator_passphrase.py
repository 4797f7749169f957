# SPDX-License-Identifier: AGPL-3.0-or-later
"""An operator's key under another passphrase; the log names the digest of the box that counts."""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from vestigo.errors import ConfigurationError
from vestigo.evidence import keybox
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.key_history import read_history
from vestigo.evidence.key_names import OPERATOR_PASSPHRASE_CHANGED
from vestigo.evidence.key_revocation import revocations
from vestigo.evidence.keys import refuse_short
from vestigo.evidence.operator_key import (
    NAME,
    OperatorKey,
    box_path,
    no_such_operator,
    open_operator,
)
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import sync_folder, write_atomically


def change_operator_passphrase(
    folder: CaseFolder, custody: CustodyLog, name: str, old: str, new: str
) -> str:
    """Put an operator's key under another passphrase; return the key's eight digits.

    A change to ``new`` that was cut off behind its event is finished and that is all; one cut
    off before it is dropped.  Raises ``UsageError`` E-EVI-011, and as ``open_acting``.
    """
    refuse_short(new)
    if named_operator(name) and finish_change(folder, custody, name):
        with suppress(ConfigurationError):
            return open_acting(folder, custody, name, new).key.id.hex()
    operator = open_acting(folder, custody, name, old)
    staged = staged_box(folder.keys, name)
    write_atomically(staged, keybox.lock(operator.private.private_bytes_raw(), new))
    custody.append(
        "processing", object_sha256=_digest(staged), reason=OPERATOR_PASSPHRASE_CHANGED,
        details={"operator": name, "key": operator.key.id.hex()},
    )  # fmt: skip
    finish_change(folder, custody, name)
    return operator.key.id.hex()


def open_acting(folder: CaseFolder, custody: CustodyLog, name: str, passphrase: str) -> OperatorKey:
    """Return the key of an operator who may act: named by the unit, not revoked, the last box.

    Raises ``ConfigurationError``: E-EVI-266 where there is no such operator, E-EVI-261 for an
    older box, E-EVI-013 and 014 as ``keybox.unlock``.
    """
    if not named_operator(name):
        raise no_such_operator(name)
    finish_change(folder, custody, name)
    refuse_older_box(folder, custody, name)
    operator = open_operator(folder.keys, name, passphrase)
    named = [one.key for one in read_history(folder.keys).operators]
    gone = {one.key for one in revocations(custody.events())}
    if operator.key not in named or operator.key.id.hex() in gone:
        raise no_such_operator(name)
    return operator


def named_operator(name: str) -> bool:
    """Return whether an operator can have this name at all (a path has none)."""
    return NAME.fullmatch(name) is not None


def staged_box(keys: Path, name: str) -> Path:
    """Return where the new box waits until the log names it."""
    return keys / f"operator-{name}.passphrase.box"


def finish_change(folder: CaseFolder, custody: CustodyLog, name: str) -> bool:
    """Put a box that the log names into its place, drop one that it does not; say which."""
    staged = staged_box(folder.keys, name)
    if not staged.exists():
        return False
    logged = _digest(staged) == named_box(custody, name)
    if logged:
        staged.replace(box_path(folder.keys, name))
    else:
        staged.unlink()
    sync_folder(folder.keys)
    return logged


def named_box(custody: CustodyLog, name: str) -> str | None:
    """Return the digest of the operator's box that the log names last; None before a change."""
    digests = [
        event.object_sha256
        for event in custody.events()
        if event.reason == OPERATOR_PASSPHRASE_CHANGED and event.details.get("operator") == name
    ]
    return digests[-1] if digests else None


def refuse_older_box(folder: CaseFolder, custody: CustodyLog, name: str) -> None:
    """Raise ``ConfigurationError`` E-EVI-261 where the box is not the one that the log names."""
    path = box_path(folder.keys, name)
    if path.is_file() and named_box(custody, name) not in (None, _digest(path)):
        raise ConfigurationError(
            "E-EVI-261",
            _("The box of the private keys is not the one that the custody log names."),
            where=str(path),
            remedy=_("It is an older copy, or of another case: restore the last one."),
        )


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()
