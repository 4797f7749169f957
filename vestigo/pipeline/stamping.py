# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamping the checkpoints of a case: settings, gate, guard and proxy put together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vestigo.authority import SocketGuard, guarded
from vestigo.authority.infrastructure import InfrastructureGate
from vestigo.evidence.stamping.asking import REVOCATION, STAMP, Courier
from vestigo.evidence.stamping.authorities import (
    Authority,
    host_of,
    read_authorities,
    refuse_too_few,
)
from vestigo.evidence.stamping.bracket import TimeBracket, time_bracket
from vestigo.evidence.stamping.bundled import add_late_stamps
from vestigo.evidence.stamping.by_file import ReadFile, read_responses, write_requests
from vestigo.evidence.stamping.case_stamps import kept_note, places, stamps_folder
from vestigo.evidence.stamping.kept import verify_kept
from vestigo.evidence.stamping.making import (
    StampingCase,
    StampOutcome,
    checkpoint_note,
    stamp_checkpoint,
)
from vestigo.evidence.stamping.not_before import BlockAnchor, logged_anchors, read_header
from vestigo.evidence.stamping.socks import parse_proxy
from vestigo.pipeline.session import CaseSession
from vestigo.records import Block
from vestigo.settings import Section

CASE_CHAIN = "case chain"


def authorities_of(session: CaseSession) -> tuple[Authority, ...]:
    """Return the two or more authorities of the case; raises E-EVI-157 for fewer."""
    authorities = read_authorities(session.settings("stamping"))
    refuse_too_few(authorities)
    return authorities


def stamp_case(
    session: CaseSession, size: int | None, anchors: Path | None = None
) -> list[StampOutcome]:
    """Have a checkpoint (None: the last signed one) stamped by every authority of the case."""
    authorities, case = authorities_of(session), _case(session, anchors)
    wanted, note = checkpoint_note(session.folder, size)
    with _courier(session, authorities) as courier:
        outcomes = stamp_checkpoint(case, authorities, wanted, note, courier)
    add_late_stamps(session.folder)
    return outcomes


def retry_stamps(session: CaseSession, anchors: Path | None = None) -> list[StampOutcome]:
    """Ask again for whatever is pending at any checkpoint; what is there is verified."""
    authorities, case = authorities_of(session), _case(session, anchors)
    sizes = sorted({place.size for place in places(case.stamps)})
    outcomes = []
    with _courier(session, authorities) as courier:
        for size in sizes:
            note = kept_note(case.stamps, size)
            outcomes += stamp_checkpoint(case, authorities, size, note, courier)
    add_late_stamps(session.folder)
    return outcomes


def planned_stamps(session: CaseSession, size: int | None) -> list[dict[str, str]]:
    """Return what would be asked of whom, and what asking gives away; nothing is sent."""
    wanted, _note = checkpoint_note(session.folder, size)
    return [
        {"checkpoint": str(wanted), "authority": one.name, "url": one.url, "secrecy": one.secrecy}
        for one in authorities_of(session)
    ]


def requests_to_files(session: CaseSession, size: int | None, out: Path) -> list[Path]:
    """Write the unanswered requests of a checkpoint to a folder; return their paths."""
    wanted, note = checkpoint_note(session.folder, size)
    return write_requests(_case(session, None), authorities_of(session), wanted, note, out)


def responses_from_files(
    session: CaseSession, source: Path, anchors: Path | None = None
) -> list[ReadFile]:
    """Read the responses in a folder; what holds goes into case and bundles."""
    results = read_responses(_case(session, anchors), authorities_of(session), source)
    add_late_stamps(session.folder)
    return results


def case_bracket(
    session: CaseSession, size: int | None = None, anchors: Path | None = None
) -> TimeBracket:
    """Return the time bracket of a checkpoint (None: the last stamped), all stamps verified."""
    trust = session.folder.anchors if anchors is None else anchors
    kept = verify_kept(stamps_folder(session.folder), trust, session.custody)
    return time_bracket(session.custody.events(), kept, size)


def newest_block(session: CaseSession) -> BlockAnchor | None:
    """Return the newest block that the case knows: of its chain, or one that was filed before."""
    found = [a.anchor for a in logged_anchors(session.custody.events())]
    blocks = list(session.ledger.of_kind(Block))
    if blocks:
        last = max(blocks, key=lambda block: (block.mined_at, block.block_hash))
        found.append(read_header(last.header_hex, last.network, CASE_CHAIN))
    return max(found, key=lambda anchor: (anchor.mined_at, anchor.block_hash), default=None)


def not_before_details(session: CaseSession) -> dict[str, str]:
    """Return what the event of a session's start says of the newest block known."""
    anchor = newest_block(session)
    return anchor.details() if anchor else {"not_before_block": "not known"}


def _case(session: CaseSession, anchors: Path | None) -> StampingCase:
    trust = session.folder.anchors if anchors is None else anchors
    return StampingCase(session.folder, session.custody, session.clock, trust)


@contextmanager
def _courier(session: CaseSession, authorities: tuple[Authority, ...]) -> Iterator[Courier]:
    section: Section = session.settings("stamping")
    proxy = parse_proxy(section["proxy"] or session.settings("crawl")["proxy"])
    hosts: dict[str, tuple[str, ...]] = {}
    for one in authorities:
        for host in one.hosts:
            hosts[host] = (*hosts.get(host, ()), REVOCATION)
        hosts[host_of(one.url)] = (*hosts[host_of(one.url)], STAMP)
    gate = InfrastructureGate(hosts, session.clock, session.log_refusal)
    guard = SocketGuard(session.clock, session.log_refusal)
    with guarded(guard):
        yield Courier(gate, guard, proxy, float(section["deadline_seconds"]))
