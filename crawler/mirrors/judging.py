# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether an address belongs to a market: what its key-holder signed decides.

Mirrors copy most of what onion services show: likeness proves nothing, in either
direction.  An address is accepted only where a key that was had from elsewhere signed
it; a copy may show the genuine list, but it cannot put itself on it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from crawler.mirrors.sentences import site_of
from crawler.mirrors.statement import Refused, Statement
from crawler.network import is_loopback
from vestigo.identifiers.onion import onion_name, onion_version

SIGNED_CURRENT = "signed-current"
SIGNED_STALE = "signed-stale"
SIGNED_UNCLEAR = "signed-unclear"
UNSIGNED = "unsigned"
PHISHING_SUSPECT = "phishing-suspect"
KEYS_DIFFER = "keys-differ"
ALIKE_LETTERS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorJudgement:
    """What is known of one address, with the reason as a stable word.

    ``statement`` is the signed message that decided, None where none did.
    """

    host: str
    status: str
    reason: str
    statement: Statement | None = None

    @property
    def accepted(self) -> bool:
        """Whether the market's key-holder called this address the market's own.

        A stale list still says whose the address was; the status says that it is stale.
        """
        return self.status in (SIGNED_CURRENT, SIGNED_STALE)


def judge_mirror(
    host: str,
    known: Sequence[Statement],
    shown: Sequence[Statement | Refused],
    on: date,
    fresh_days: int,
    others: Collection[str] = (),
) -> MirrorJudgement:
    """Return the verdict on ``host``, which shows itself as the market.

    ``known`` are all verified statements of the market's key, wherever they were seen;
    ``shown`` is what the messages on the address itself are; a list without a date of its
    own holds ``fresh_days`` from its signature.  ``others`` are the keys that the lists seen at
    other addresses of the market name.
    """
    site = site_of(host)
    statements = sorted(known, key=lambda one: (one.signed_at, sorted(one.hosts)))
    if _on_this_machine(site):
        why = _why_unsigned([one for one in shown if isinstance(one, Refused)], others)
        reason = why if why == KEYS_DIFFER and not known else "loopback"
        return MirrorJudgement(host=site, status=UNSIGNED, reason=reason)
    if onion_name(site) and onion_version(site) is None:
        return MirrorJudgement(host=site, status=PHISHING_SUSPECT, reason="address-malformed")
    naming = [one for one in statements if site in one.hosts | one.denounced | one.unclear]
    if naming:
        return _named(site, naming[-1], statements[-1], on, fresh_days)
    return _not_named(site, statements, shown, others)


def _on_this_machine(site: str) -> bool:
    name, _colon, port = site.rpartition(":")
    return is_loopback(site) or (port.isdecimal() and is_loopback(name.strip("[]")))


def _named(site: str, last: Statement, newest: Statement, on: date, days: int) -> MirrorJudgement:
    """Judge an address by the last statement that names it, and the newest of all."""
    if site in last.denounced:
        return MirrorJudgement(
            host=site, status=PHISHING_SUSPECT, reason="denounced", statement=last
        )
    if site in last.unclear:
        return MirrorJudgement(
            host=site, status=SIGNED_UNCLEAR, reason="cannot-be-told", statement=last
        )
    if last is not newest and newest.hosts:
        return MirrorJudgement(
            host=site, status=SIGNED_STALE, reason="left-out-later", statement=last
        )
    if on > (last.holds_until or last.signed_at.date() + timedelta(days=days)):
        return MirrorJudgement(host=site, status=SIGNED_STALE, reason="out-of-date", statement=last)
    return MirrorJudgement(host=site, status=SIGNED_CURRENT, reason="signed", statement=last)


def _not_named(
    site: str,
    known: Sequence[Statement],
    shown: Sequence[Statement | Refused],
    others: Collection[str],
) -> MirrorJudgement:
    refused = [one for one in shown if isinstance(one, Refused)]
    reasons = {one.reason for one in refused}
    for reason in ("bad-signature", "several-signatures", "unknown-key"):
        if known and reason in reasons:
            return MirrorJudgement(host=site, status=PHISHING_SUSPECT, reason=reason)
    if _looks_like_one_of(site, known):
        return MirrorJudgement(host=site, status=PHISHING_SUSPECT, reason="look-alike")
    if any(one.hosts | one.unclear for one in known):
        return MirrorJudgement(host=site, status=PHISHING_SUSPECT, reason="not-on-the-list")
    if "bad-signature" in reasons:
        return MirrorJudgement(host=site, status=PHISHING_SUSPECT, reason="bad-signature")
    return MirrorJudgement(host=site, status=UNSIGNED, reason=_why_unsigned(refused, others))


def _why_unsigned(refused: Sequence[Refused], others: Collection[str]) -> str:
    """Return the reason; which of two keys is the market's cannot be told, that one is not can."""
    here = {one.fingerprint for one in refused} - {""}
    if here and set(others) - {""} - here:
        return KEYS_DIFFER
    return "key-not-known" if refused else "no-signed-list"


def _looks_like_one_of(site: str, known: Sequence[Statement]) -> bool:
    """Say whether the name begins as one of the market's does: chosen to be taken for it."""
    genuine = {host[:ALIKE_LETTERS] for one in known for host in one.hosts if onion_name(host)}
    return onion_name(site) is not None and site[:ALIKE_LETTERS] in genuine
