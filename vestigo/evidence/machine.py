# SPDX-License-Identifier: AGPL-3.0-or-later
"""A name for this machine that says nothing of its hardware and differs per case."""

from __future__ import annotations

import hashlib
import os
import secrets
from functools import cache
from pathlib import Path

SALT_BYTES = 32


@cache
def machine_id(custody_folder: Path) -> str:
    """Return 32 hex digits: the digest of a random salt of this case and the machine's own name.

    Two cases on one machine have different ids; no MAC address enters.
    """
    salt = _salt(custody_folder / "machine.salt")
    return hashlib.sha256(salt + _own_name()).hexdigest()[:32]


def _own_name() -> bytes:
    try:
        return Path("/etc/machine-id").read_bytes().strip() or os.uname().nodename.encode()
    except OSError:
        return os.uname().nodename.encode()


def _salt(path: Path) -> bytes:
    """Return the salt of the case, drawn once; two processes that race agree on one."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        partial = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        partial.write_bytes(secrets.token_bytes(SALT_BYTES))
        partial.chmod(0o600)
        try:
            os.link(partial, path)
        except FileExistsError:
            pass
        finally:
            partial.unlink()
    return path.read_bytes()
