# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping onion descriptors beside what was fetched: ``evidence/origin/<onion>/``.

For each there is the descriptor as it came (``NAME.descriptor``) and what is known of it
(``NAME.json``, canonical JSON).  The custody log has the digests of both.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from vestigo.clock import iso, parse_iso
from vestigo.errors import VerificationError
from vestigo.evidence.origin.descriptor import (
    OnionDescriptor,
    onion_key,
    parse_descriptor,
    verify_descriptor,
)
from vestigo.evidence.origin.period import PUBLIC_LENGTH, PUBLIC_OFFSET, TimePeriod, find_period
from vestigo.i18n import _
from vestigo.records import canonical_json
from vestigo.store.atomic import write_atomically

FORMAT = "vestigo-onion-descriptor-1"
PUBLIC = (PUBLIC_LENGTH, PUBLIC_OFFSET)


@dataclass(frozen=True, slots=True, kw_only=True)
class OriginFacts:
    """What was known when a descriptor was fetched.

    ``consensus_valid_after`` is None where Tor did not say; ``directory`` the fingerprint of
    the relay that gave it, or ""; ``lengths`` the (length, offset) in minutes of the periods
    of that network.
    """

    host: str
    fetched_at: datetime
    tor_version: str
    consensus_valid_after: datetime | None
    directory: str = ""
    lengths: tuple[tuple[int, int], ...] = (PUBLIC,)


@dataclass(frozen=True, slots=True)
class ArchivedDescriptor:
    """One descriptor in the case; ``facts`` is the document beside it."""

    path: Path
    facts: dict[str, Any]
    sha256: str
    facts_sha256: str

    @property
    def facts_path(self) -> Path:
        """The file of the facts."""
        return self.path.with_suffix(".json")


def archive_descriptor(folder: Path, content: bytes, facts: OriginFacts) -> ArchivedDescriptor:
    """Write descriptor and facts below ``folder``; return what was written.

    A descriptor that does not verify is kept all the same, and its facts name the code.
    Raises ``OSError`` when the disk is full (then neither counts).
    """
    document = _document(content, facts)
    period = document["period"]["number"] if document["period"] else "unknown"
    counter, sha256 = document["revision_counter"], document["descriptor_sha256"]
    path = folder / facts.host / f"{period}-{counter}-{sha256[:16]}.descriptor"
    write_atomically(path, content)
    written = canonical_json(document) + b"\n"
    write_atomically(path.with_suffix(".json"), written)
    return ArchivedDescriptor(path, document, sha256, hashlib.sha256(written).hexdigest())


def archived_descriptors(folder: Path) -> Iterator[ArchivedDescriptor]:
    """Yield what is archived below ``folder`` (it need not be there), sorted by name.

    Raises ``VerificationError`` E-EVI-134 where one of the two files is missing or broken.
    """
    for path in sorted(folder.glob("*/*.json")):
        try:
            written = path.read_bytes()
            facts = json.loads(written)
            content = path.with_suffix(".descriptor").read_bytes()
        except (OSError, ValueError, RecursionError) as error:
            raise _broken(path) from error
        if not isinstance(facts, dict) or facts.get("format") != FORMAT:
            raise _broken(path)
        yield ArchivedDescriptor(
            path.with_suffix(".descriptor"), facts,
            hashlib.sha256(content).hexdigest(), hashlib.sha256(written).hexdigest(),
        )  # fmt: skip


def verify_archived(item: ArchivedDescriptor) -> None:
    """Check digest, address, period and signatures of one archived descriptor again.

    Raises ``VerificationError`` E-EVI-130 … E-EVI-134.
    """
    facts = item.facts
    if item.sha256 != facts.get("descriptor_sha256"):
        raise _broken(item.path)
    try:
        period = facts["period"]
        found = TimePeriod(int(period["number"]), int(period["length"]), int(period["offset"]))
        at, host = parse_iso(facts["fetched_at"]), str(facts["host"])
    except (KeyError, TypeError, ValueError) as error:
        raise _broken(item.facts_path) from error
    verify_descriptor(parse_descriptor(item.path.read_bytes()), host, found, at)


def _document(content: bytes, facts: OriginFacts) -> dict[str, Any]:
    """Return the facts with what the descriptor itself says and whether it verifies."""
    said, verdict = _examined(content, facts)
    valid_after = facts.consensus_valid_after
    return {
        "format": FORMAT,
        "host": facts.host,
        "fetched_at": iso(facts.fetched_at),
        "tor_version": facts.tor_version,
        "consensus_valid_after": iso(valid_after) if valid_after else "",
        "directory": facts.directory,
        "descriptor_sha256": hashlib.sha256(content).hexdigest(),
        "verdict": verdict,
        **said,
    }


def _examined(content: bytes, facts: OriginFacts) -> tuple[dict[str, Any], str]:
    unknown = dict.fromkeys(
        ("revision_counter", "lifetime", "blinded_key", "signing_key_expires_at", "period")
    )
    try:
        descriptor = parse_descriptor(content)
        key = onion_key(facts.host)
    except VerificationError as error:
        return unknown, error.code
    moment = facts.consensus_valid_after or facts.fetched_at
    period = find_period(key, descriptor.blinded_key, moment, _lengths(facts.lengths))
    said = _said(descriptor, period)
    if period is None:
        return said, "E-EVI-131"
    try:
        verify_descriptor(descriptor, facts.host, period, facts.fetched_at)
    except VerificationError as error:
        return said, error.code
    return said, "verified"


def _said(descriptor: OnionDescriptor, period: TimePeriod | None) -> dict[str, Any]:
    times = period and {"starts_at": iso(period.starts_at), "ends_at": iso(period.ends_at)}
    return {
        "revision_counter": str(descriptor.revision_counter),
        "lifetime": descriptor.lifetime,
        "blinded_key": descriptor.blinded_key.hex(),
        "signing_key_expires_at": iso(descriptor.signing_key_expires_at),
        "period": {**asdict(period), **times} if period and times else None,
    }


def _lengths(given: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    return tuple(dict.fromkeys((*given, PUBLIC)))


def _broken(path: Path) -> VerificationError:
    return VerificationError(
        "E-EVI-134",
        _("An archived onion descriptor is not what was written."),
        where=str(path),
        remedy=_("Compare both files with their digests in the custody log; keep both."),
    )
