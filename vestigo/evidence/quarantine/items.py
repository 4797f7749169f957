# SPDX-License-Identifier: AGPL-3.0-or-later
"""The quarantine of a case: encrypted items that nobody here can open, and who is called.

An item is one file of two lines: what may be told (digests, list, masked address), then
the content encrypted to the recipient's key.  It is whole or absent: the custody event
follows it, and is caught up at the next start where a crash came between.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence.quarantine.recipient import Recipient
from vestigo.evidence.warc.sealed import SealedRecord, new_salt, open_sealed, seal
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

SUFFIX = ".quarantined"
RELEASED = "released.json"
FORMAT = "vestigo-quarantine/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuarantineItem:
    """What may be told of an item.

    ``cause`` is ``hit`` or ``person``; ``address`` is masked, or a digest where it was
    the address that matched; ``sha256`` is that of the content that matched (or of the
    exhibit); ``kept`` is ``sealed`` or ``dropped``.
    """

    item_id: str
    cause: str
    at: str
    sha256: str
    n_bytes: int
    address: str
    host: str
    list_name: str
    list_version: str
    match_kind: str
    distance: int
    recipient: str
    kept: str
    authorization_id: str
    exhibit: str = ""
    reason: str = ""

    def details(self) -> dict[str, str]:
        """Return the details of the item's custody event."""
        told = {
            "item": self.item_id, "address": self.address, "host": self.host,
            "seen_at": self.at, "list": self.list_name, "list_version": self.list_version,
            "match": self.match_kind, "distance": str(self.distance), "kept": self.kept,
            "recipient": self.recipient, "n_bytes": str(self.n_bytes), "cause": self.cause,
        }  # fmt: skip
        return {name: value for name, value in told.items() if value}


class Quarantine:
    """The quarantine folder of a case."""

    def __init__(self, folder: CaseFolder) -> None:
        self._folder = folder.quarantine

    def put(
        self, item: QuarantineItem, recipient: Recipient | None, blocks: Mapping[str, bytes]
    ) -> QuarantineItem:
        """Write an item durably; without a recipient its content is dropped.

        ``blocks`` are the content by name.  One that is there already stays as it is.
        """
        kept = "sealed" if recipient else "dropped"
        name = recipient.name if recipient else ""
        told = QuarantineItem(**{**asdict(item), "kept": kept, "recipient": name})
        path = self._path(told.item_id)
        if path.exists():
            return self._read(path)
        lines = json.dumps({"format": FORMAT, **asdict(told)}, sort_keys=True).encode() + b"\n"
        if recipient:
            records = {key: SealedRecord(new_salt(), block) for key, block in blocks.items()}
            lines += seal(recipient.public_key, told.item_id, records)
        write_atomically(path, lines)
        return told

    def items(self) -> list[QuarantineItem]:
        """Return what may be told of every item, by time and id."""
        found = [self._read(path) for path in self._folder.glob(f"*{SUFFIX}")]
        return sorted(found, key=lambda item: (item.at, item.item_id))

    def item(self, item_id: str) -> QuarantineItem:
        """Return one item by its id (or the beginning of it); ``UsageError`` E-SCR-007."""
        found = [one for one in self.items() if item_id and one.item_id.startswith(item_id)]
        if len(found) != 1:
            raise UsageError(
                "E-SCR-007",
                _("The quarantine has no item, or more than one, of this id."),
                where=item_id,
                remedy=_("See “vestigo evidence quarantine CASE --list”."),
            )
        return found[0]

    def opened(self, item_id: str, private_key: bytes) -> dict[str, bytes]:
        """Return the content of an item.

        Raises ``VerificationError`` E-EVI-104 for another key or changed bytes,
        ``UsageError`` E-SCR-008 where the content was dropped.
        """
        lines = self._path(item_id).read_bytes().splitlines()
        if len(lines) < len(("told", "sealed")):
            raise UsageError(
                "E-SCR-008",
                _("The content of this item was dropped, as the order says."),
                where=item_id,
                remedy=_("Only its digests are left."),
            )
        records = open_sealed(private_key, json.loads(lines[1]))
        return {name: record.block for name, record in records.items()}

    def drop(self, item_id: str) -> QuarantineItem:
        """Destroy the content of an item; what may be told of it stays."""
        told = QuarantineItem(**{**asdict(self.item(item_id)), "kept": "dropped"})
        line = json.dumps({"format": FORMAT, **asdict(told)}, sort_keys=True).encode() + b"\n"
        write_atomically(self._path(told.item_id), line)
        return told

    def sealed_sha256(self, item_id: str) -> str:
        """Return the digest of the item's file."""
        return hashlib.sha256(self._path(item_id).read_bytes()).hexdigest()

    def parked_hosts(self) -> dict[str, str]:
        """Return the hosts that wait for a person, each with the id of its last hit."""
        released = self._released()
        return {item.host: item.item_id for item in self.items()
                if item.cause == "hit" and item.host and item.item_id not in released}  # fmt: skip

    def release(self, host: str) -> list[str]:
        """Let a host be crawled again; return the ids that had parked it (``E-SCR-009``)."""
        released = self._released()
        waiting = [item for item in self.items() if item.host == host and item.cause == "hit"]
        ids = [item.item_id for item in waiting if item.item_id not in released]
        if not ids:
            raise UsageError(
                "E-SCR-009",
                _("This host is not parked."),
                where=host,
                remedy=_("Give host and port as “vestigo evidence quarantine CASE --list” does."),
            )
        body = json.dumps(sorted({*released, *ids})).encode("ascii")
        write_atomically(self._folder / RELEASED, body)
        return ids

    def _released(self) -> set[str]:
        path = self._folder / RELEASED
        return set(_parsed(path, path.read_bytes())) if path.is_file() else set()

    def _path(self, item_id: str) -> Path:
        return self._folder / f"{item_id}{SUFFIX}"

    def _read(self, path: Path) -> QuarantineItem:
        with path.open("rb") as handle:
            body = _parsed(path, handle.readline())
        try:
            body.pop("format")
            return QuarantineItem(**body)
        except (KeyError, TypeError, AttributeError) as error:
            raise _damaged(path) from error


def item_id_of(parts: Iterable[bytes]) -> str:
    """Return the id of an item: a digest over all that it is made of."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(hashlib.sha256(part).digest())
    return digest.hexdigest()


def _parsed(path: Path, content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> ConfigurationError:
    return ConfigurationError(
        "E-SCR-010",
        _("A file of the quarantine is damaged."),
        where=path.name,
        remedy=_("Restore it from a copy of the case; nothing was sent."),
    )
