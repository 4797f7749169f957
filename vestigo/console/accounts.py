# SPDX-License-Identifier: AGPL-3.0-or-later
"""Accounts of a case in one file (0600): Argon2id hashes, passkeys, names at a provider."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from vestigo.clock import Clock, iso
from vestigo.console.people.passkeys import Passkey
from vestigo.errors import ConfigurationError, UsageError
from vestigo.i18n import _
from vestigo.store import CaseFolder, writer_lock
from vestigo.store.atomic import write_atomically

FORMAT = 2
READ_FORMATS = (1, 2)  # in 1 an account has a password alone
ROLES = ("investigator", "prosecutor", "auditor", "operator")
CAPABILITIES: dict[str, frozenset[str]] = {
    "investigator": frozenset(
        {
            "view",
            "download",
            "explore",
            "judge",
            "decide",
            "tag",
            "export",
        }
    ),
    "prosecutor": frozenset(
        {
            "view",
            "download",
            "explore",
            "judge",
            "decide",
            "export",
            "verify",
            "seal",
            "disclose",
            "receive",
            "dispose",
            "unmask",
        }
    ),
    "auditor": frozenset({"view", "verify", "audit"}),
    "operator": frozenset({"view", "crawl", "audit", "revoke"}),
}
MIN_PASSWORD = 12
MAX_PASSWORD = 1024
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASHER = PasswordHasher()
_NOBODY = _HASHER.hash("the password of nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """One person who may sign in; ``role`` is one of ``ROLES``.

    ``password_hash`` "" means none; ``user_handle`` is what authenticators keep in the place of
    the name; ``issuer`` and ``subject`` name the person at an OpenID provider.
    """

    name: str
    role: str
    password_hash: str
    made_at: str
    user_handle: str = ""
    passkeys: tuple[Passkey, ...] = ()
    issuer: str = ""
    subject: str = ""

    def may(self, capability: str) -> bool:
        """Return whether the role of this account includes ``capability``."""
        return capability in CAPABILITIES[self.role]


class Accounts:
    """The accounts file of one case; it is read again whenever it has changed."""

    def __init__(self, folder: CaseFolder) -> None:
        self.path = folder.path / "console-accounts.json"
        self._lock = folder.path / "console-accounts.lock"
        self._stamp: tuple[int, int] | None = None
        self._known: dict[str, Account] = {}

    def add(self, name: str, role: str, password: str, clock: Clock) -> Account:
        """Add an account with a password and return it.

        Raises ``UsageError``: E-CON-001 the name is not usable, E-CON-002 it is taken,
        E-CON-003 the password is too short or too long.
        """
        _refuse_bad_name(name)
        _refuse_bad_password(password)
        return self._added(Account(name, role, _HASHER.hash(_normal(password)), iso(clock())))

    def add_known_elsewhere(
        self, name: str, role: str, issuer: str, subject: str, clock: Clock
    ) -> Account:
        """Add an account without a password, whom ``issuer`` knows as ``subject``; return it.

        Raises ``UsageError``: E-CON-001 the name is not usable, E-CON-002 it or the subject
        is taken.
        """
        _refuse_bad_name(name)
        return self._added(Account(name, role, "", iso(clock()), issuer=issuer, subject=subject))

    def _added(self, account: Account) -> Account:
        with writer_lock(self._lock):
            accounts = dict(self._read())
            known = self.known_elsewhere(account.issuer, account.subject)
            if account.name in accounts or known is not None:
                raise UsageError(
                    "E-CON-002",
                    _("There is already an account of this name."),
                    where=known.name if known else account.name,
                    remedy=_("Choose another name, or remove the account first."),
                )
            self._write({**accounts, account.name: account})
        return account

    def remove(self, name: str) -> None:
        """Remove an account; its open sessions end. E-CON-004 where there is none."""
        with writer_lock(self._lock):
            accounts = dict(self._read())
            if accounts.pop(name, None) is None:
                raise _no_account(name)
            self._write(accounts)

    def change_password(self, name: str, old: str, new: str) -> bool:
        """Put a new password in the place of the old one; False where the old one is wrong.

        Raises ``UsageError`` E-CON-003 for a new one that is too short or too long.
        """
        _refuse_bad_password(new)
        if self.sign_in(name, old) is None:
            return False
        hashed = _HASHER.hash(_normal(new))
        return self.change(name, lambda one: replace(one, password_hash=hashed)) is not None

    def change_role(self, name: str, role: str) -> Account:
        """Give an account another role; its open sessions end. E-CON-004 where there is none."""
        changed = self.change(name, lambda one: replace(one, role=role))
        if changed is None:
            raise _no_account(name)
        return changed

    def change(self, name: str, made: Callable[[Account], Account]) -> Account | None:
        """Put what ``made`` makes of an account in its place; None where there is none."""
        with writer_lock(self._lock):
            accounts = dict(self._read())
            if name not in accounts:
                return None
            accounts[name] = made(accounts[name])
            self._write(accounts)
        return accounts[name]

    def all(self) -> list[Account]:
        """Return the accounts, sorted by name."""
        return [account for _name, account in sorted(self._read().items())]

    def get(self, name: str) -> Account | None:
        """Return the account of this name, or None."""
        return self._read().get(name)

    def known_elsewhere(self, issuer: str, subject: str) -> Account | None:
        """Return the account that ``issuer`` knows as ``subject``, or None."""
        if not subject:
            return None
        known = (one for one in self._read().values() if one.subject == subject)
        return next((one for one in known if one.issuer == issuer), None)

    def with_passkey(self, passkey_id: str) -> tuple[Account, Passkey] | None:
        """Return the account that has this passkey, and the passkey; None where nobody has."""
        for account in self._read().values():
            for one in account.passkeys:
                if one.id == passkey_id:
                    return account, one
        return None

    def sign_in(self, name: str, password: str) -> Account | None:
        """Return the account if the password is right, else None.

        An unknown name, or one without a password, costs the same Argon2id verification.
        """
        account = self.get(name)
        expected = (account.password_hash if account else "") or _NOBODY
        try:
            _HASHER.verify(expected, _normal(password[:MAX_PASSWORD]))
        except (VerificationError, InvalidHashError):
            return None
        return account

    def _read(self) -> dict[str, Account]:
        try:
            status = self.path.stat()
        except FileNotFoundError:
            self._stamp, self._known = None, {}
            return self._known
        stamp = (status.st_mtime_ns, status.st_size)
        if stamp != self._stamp:
            self._known = _parse(self.path)
            self._stamp = stamp
        return self._known

    def _write(self, accounts: dict[str, Account]) -> None:
        rows = [asdict(account) for _name, account in sorted(accounts.items())]
        text = json.dumps({"format": FORMAT, "accounts": rows}, ensure_ascii=False, indent=1)
        write_atomically(self.path, text.encode("utf-8") + b"\n", mode=0o600)


def _parse(path: Path) -> dict[str, Account]:
    try:
        document = json.loads(path.read_text("utf-8"))
        accounts = _accounts(document)
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigurationError(
            "E-CON-005",
            _("The accounts file of the console cannot be read."),
            where=str(path),
            remedy=_("Restore it, or remove it and add the accounts again."),
        ) from error
    return {account.name: account for account in accounts}


def _accounts(document: dict[str, Any]) -> list[Account]:
    if document["format"] not in READ_FORMATS:
        raise ValueError(document["format"])
    accounts = [_account(row) for row in document["accounts"]]
    if any(account.role not in CAPABILITIES for account in accounts):
        raise ValueError("role")
    return accounts


def _account(row: dict[str, Any]) -> Account:
    passkeys = tuple(Passkey(**one) for one in row.get("passkeys", ()))
    return Account(**{**row, "passkeys": passkeys})


def _normal(password: str) -> str:
    """Return one form of the password, however the keyboard composed its accents."""
    return unicodedata.normalize("NFC", password)


def _no_account(name: str) -> UsageError:
    return UsageError(
        "E-CON-004",
        _("There is no account of this name."),
        where=name,
        remedy=_("List the accounts with “vestigo console account list”."),
    )


def _refuse_bad_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise UsageError(
            "E-CON-001",
            _("This is no usable account name."),
            where=name,
            remedy=_("Use up to 64 letters, digits, dots, hyphens and underscores."),
        )


def _refuse_bad_password(password: str) -> None:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise UsageError(
            "E-CON-003",
            _("A password has between {least} and {most} characters.").format(
                least=MIN_PASSWORD, most=MAX_PASSWORD
            ),
            remedy=_("Choose a longer one; a sentence is good."),
        )
