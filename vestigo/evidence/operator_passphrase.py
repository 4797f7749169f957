# SPDX-License-Identifier: AGPL-3.0-or-later
"""An operator's key under another passphrase; the log names the digest of the box that counts."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from vestigo.errors import ConfigurationError
from vestigo.evidence import keybox
from vestigo.evidence.custody import CustodyLog
from vestigo.evidence.key_history import read_history
from vestigo.evidence.key_names import OPERATOR_PASSPHRASE_CHANGED
from vestigo.evidence.keys import refuse_short
from vestigo.evidence.operator_key import box_path, no_such_operator, open_operator
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import sync_folder, write_atomically


def change_operator_passphrase(
    folder: CaseFolder, custody: CustodyLog, name: str, old: str, new: str
) -> str:
    """Put an operator's key under another passphrase; return the key's eight digits.

    A change that was cut off behind its event is finished first, one cut off before it is
    dropped.  Raises ``UsageError`` E-EVI-011, ``ConfigurationError`` E-EVI-266 and as
    ``open_operator``.
    """
    staged = staged_box(folder.keys, name)
    if not finish_change(folder, custody, name):
        refuse_short(new)
        operator = open_operator(folder.keys, name, old)
        if operator.key not in [one.key for one in read_history(folder.keys).operators]:
            raise no_such_operator(name)
        write_atomically(staged, keybox.lock(operator.private.private_bytes_raw(), new))
        custody.append(
            "processing", object_sha256=_digest(staged), reason=OPERATOR_PASSPHRASE_CHANGED,
            details={"operator": name, "key": operator.key.id.hex()},
        )  # fmt: skip
        finish_change(folder, custody, name)
    return open_operator(folder.keys, name, new).key.id.hex()


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
