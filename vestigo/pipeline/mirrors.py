# SPDX-License-Identifier: AGPL-3.0-or-later
"""The mirrors of a market in a case: trusted keys, signed lists, and a verdict on each address.

A key is trusted by a person who says how it was had; it lies as a file beside the
descriptors, and a judgement in the ledger says so.  Verdicts are made from archive and
trusted keys alone, as of the last capture: run again they are the same records.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from crawler.mirrors import (
    PHISHING_SUSPECT,
    MirrorJudgement,
    Refused,
    Statement,
    judge_mirror,
    message_text,
    read_pasted_key,
    read_statements,
    site_of_uri,
)
from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.warc import read_exchange
from vestigo.i18n import _
from vestigo.identifiers.pgp import KeyUnreadable
from vestigo.pipeline.reading import CrawledMarkets
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.records import (
    CERTAIN,
    Capture,
    Judgement,
    Method,
    MirrorVerdict,
    content_id,
    probability,
)
from vestigo.store.atomic import write_atomically

RULE = "crawler.mirrors.v1"
SUSPICION = probability("0.9")  # set by rule, not calibrated
TRUSTED, WITHDRAWN = "key-trusted", "key-withdrawn"


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key that a person trusts to sign for a market, and how the unit came to it."""

    market: str
    fingerprint: str
    armoured: str
    origin: str
    person: str
    repaired: bool = False  # the block did not stand in the file as it is kept


@dataclass(slots=True)
class _Seen:
    """What was seen of one market: statements with their captures, hosts, damaged captures."""

    statements: list[tuple[Statement, Capture]] = field(default_factory=list)
    refused: dict[str, list[Refused]] = field(default_factory=dict)
    hosts: dict[str, Capture] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class MirrorsJudged:
    """The verdicts, and the captures whose archive is damaged, each with the code of what is wrong.

    Where a capture of a market is damaged its verdicts are told and not recorded: one from a
    part of the captures would stand in place of the right one.
    """

    verdicts: list[MirrorVerdict] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)


def trust_key(session: CaseSession, market: str, block: str, origin: str) -> TrustedKey:
    """Trust the armoured key in ``block`` (a file as it was saved) to sign for ``market``.

    Raises ``UsageError`` E-CRA-081 where the block is no key, E-CRA-082 where ``origin``
    (how the unit came to it: not from the page that it is to prove) is empty.
    """
    if not origin.strip():
        raise UsageError(
            "E-CRA-082",
            _("A key needs its origin."),
            where="--origin",
            remedy=_("Say how the unit came to it, and not from the page that it is to prove."),
        )
    try:
        armoured, key = read_pasted_key(block)
    except KeyUnreadable as error:
        raise UsageError(
            "E-CRA-081",
            _("This is no OpenPGP public key: {reason}.").format(reason=error),
            remedy=_("Give one armoured public key block."),
        ) from error
    fingerprint = key.fingerprint
    path = session.folder.origin / "keys" / f"{fingerprint}.asc"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, armoured.encode("utf-8"))
    _judge_key(session, f"{market}/{fingerprint}", TRUSTED, origin.strip())
    return TrustedKey(
        market, fingerprint, armoured, origin.strip(), os_account(), key.armour_repaired
    )


def withdraw_key(session: CaseSession, market: str, fingerprint: str, reason: str) -> None:
    """Trust a key no longer; raises ``UsageError`` E-CRA-083 where it was not trusted."""
    if fingerprint.upper() not in {key.fingerprint for key in trusted_keys(session, market)}:
        raise UsageError(
            "E-CRA-083",
            _("No such key is trusted for this market."),
            where=f"{market}/{fingerprint}",
            remedy=_("See the keys with “vestigo crawl mirrors keys”."),
        )
    _judge_key(session, f"{market}/{fingerprint.upper()}", WITHDRAWN, reason)


def trusted_keys(session: CaseSession, market: str = "") -> list[TrustedKey]:
    """Return the keys that are trusted now, of one market or of all, in a fixed order."""
    standing: dict[str, Judgement] = {}
    for judgement in session.ledger.of_kind(Judgement):
        if judgement.verdict in (TRUSTED, WITHDRAWN):
            standing[judgement.subject] = judgement
    found = []
    for subject, judgement in sorted(standing.items()):
        name, _slash, fingerprint = subject.rpartition("/")
        path = session.folder.origin / "keys" / f"{fingerprint}.asc"
        if judgement.verdict == TRUSTED and market in ("", name) and path.is_file():
            block = path.read_text("utf-8")
            found.append(TrustedKey(name, fingerprint, block, judgement.reason, judgement.person))
    return found


def judge_mirrors(session: CaseSession, market: str = "") -> MirrorsJudged:
    """Judge every address of each market that was crawled or signed; append the verdicts."""
    keys = trusted_keys(session)
    judged = MirrorsJudged()
    for name, seen in sorted(_look(session, keys).items()):
        if market in ("", name):
            own = [key for key in keys if key.market == name]
            made = list(_verdicts(session, name, seen, own))
            judged.verdicts += made
            judged.damaged |= seen.damaged
            session.ledger.append([] if seen.damaged else made)
    return judged


def standing_verdicts(session: CaseSession) -> dict[tuple[str, str], MirrorVerdict]:
    """Return the last verdict on each (market, host) that the ledger holds."""
    return {(one.market, one.host): one for one in session.ledger.of_kind(MirrorVerdict)}


def refuse_copy(session: CaseSession, market: str, start_uri: str) -> None:
    """Raise ``UsageError`` E-CRA-080 where the last verdict on the start is "suspected copy"."""
    host = site_of_uri(start_uri)
    verdict = standing_verdicts(session).get((market, host))
    if verdict is not None and verdict.status == PHISHING_SUSPECT:
        raise UsageError(
            "E-CRA-080",
            _("This address is suspected to be a copy of the market ({reason}).").format(
                reason=verdict.reason
            ),
            where=host,
            remedy=_("Crawl it under a profile with a market name of its own, or trust its key."),
        )


def _judge_key(session: CaseSession, subject: str, verdict: str, reason: str) -> None:
    judgement = Judgement(
        subject=subject, seen_record_id="", verdict=verdict, person=os_account(),
        reason=reason, judged_at=session.clock(),
    )  # fmt: skip
    session.ledger.append([judgement])
    session.custody.append(
        "processing", object_sha256=judgement.record_id, reason=f"market {verdict}",
        details={"subject": subject},
    )  # fmt: skip


def _look(session: CaseSession, keys: Sequence[TrustedKey]) -> dict[str, _Seen]:
    """Read every capture of a crawled market once: its host, and the messages that it shows."""
    market_of = CrawledMarkets(session, ()).of
    seen: dict[str, _Seen] = {}
    for capture in session.ledger.of_kind(Capture):
        market = market_of(capture)
        if market is None:
            continue
        found = seen.setdefault(market, _Seen())
        host = site_of_uri(capture.uri)
        found.hosts[host] = capture
        blocks = [key.armoured for key in keys if key.market == market]
        try:
            messages = list(_messages(session, capture, blocks))
        except VerificationError as error:
            found.damaged[capture.capture_id] = error.code
            continue
        for one in messages:
            if isinstance(one, Statement):
                found.statements.append((one, capture))
            else:
                found.refused.setdefault(host, []).append(one)
    return seen


def _messages(
    session: CaseSession, capture: Capture, blocks: Sequence[str]
) -> Iterator[Statement | Refused]:
    body = read_exchange(session.folder.captures, capture).body
    text = message_text(body, capture.charset, capture.media_type)
    yield from read_statements(text, blocks)


def _verdicts(
    session: CaseSession, market: str, seen: _Seen, keys: Sequence[TrustedKey]
) -> Iterator[MirrorVerdict]:
    known = [statement for statement, _capture in seen.statements]
    days = int(session.settings("crawl")["mirror_list_days"])
    signed = {host for one in known for host in one.hosts | one.denounced | one.unclear}
    last = max((capture.observed_at for capture in seen.hosts.values()), default=None)
    for host in sorted({*seen.hosts, *signed}):
        assert last is not None
        shown = seen.refused.get(host, [])
        judged = judge_mirror(host, known, shown, last.date(), days, _elsewhere(seen, host))
        yield _record(market, judged, _sources(seen, judged), last, keys, days)


def _elsewhere(seen: _Seen, host: str) -> set[str]:
    """Return the keys that the lists on the other addresses name."""
    return {
        one.fingerprint for other, found in seen.refused.items() if other != host for one in found
    }


def _sources(seen: _Seen, judged: MirrorJudgement) -> tuple[str, ...]:
    """Return the captures that a verdict rests on: of the message, and of the address."""
    of_message = [c.capture_id for s, c in seen.statements if s is judged.statement]
    of_host = [seen.hosts[judged.host].capture_id] if judged.host in seen.hosts else []
    rest = [c.capture_id for _s, c in seen.statements]
    return tuple(dict.fromkeys((of_message + of_host) or rest[:1]))


def _record(
    market: str,
    judged: MirrorJudgement,
    sources: tuple[str, ...],
    on: datetime,
    keys: Sequence[TrustedKey],
    days: int,
) -> MirrorVerdict:
    signed = judged.statement
    fingerprint = signed.fingerprint if signed else ""
    origins = {key.fingerprint: key.origin for key in keys}
    settings = {"mirror_list_days": days, "keys": sorted(origins)}
    return MirrorVerdict(
        sources=sources,
        method=Method(rule=RULE, settings_sha256=content_id(settings)),
        confidence=SUSPICION if judged.status == PHISHING_SUSPECT else CERTAIN,
        observed_at=on,
        market=market,
        host=judged.host,
        status=judged.status,
        reason=judged.reason,
        key_fingerprint=fingerprint,
        key_origin=origins.get(fingerprint, ""),
        signed_at=signed.signed_at if signed else None,
    )
