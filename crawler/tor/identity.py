# SPDX-License-Identifier: AGPL-3.0-or-later
"""One isolated identity for each account of each market, and a fresh one on demand.

Tor keeps connections with different SOCKS user names on different circuits.  A fresh
identity is a new user name: kept-alive connections of the old one cannot be met again,
which NEWNYM would not give.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from crawler.job import CrawlJob

FRESH = "fresh Tor identity"
NAME_LENGTH = 16


def isolation_name(job: CrawlJob) -> str:
    """Return the SOCKS user name that keeps this account's circuits apart (it names nobody)."""
    return isolation_of(job.profile.market, job.account, job.identity)


def isolation_of(market: str, account: str, identity: int) -> str:
    """Return the SOCKS user name of an account that was given ``identity`` fresh identities."""
    # NUL is in no name: no account and rotation together look like another account
    named = "\0".join((market, account, str(identity)))
    return hashlib.sha256(named.encode()).hexdigest()[:NAME_LENGTH]


def identity_number(
    logged: Iterable[tuple[str, Mapping[str, str]]], market: str, account: str
) -> int:
    """Return how often an account was given a fresh identity.

    ``logged`` are reason and details of the events of the custody log.
    """
    wanted = {"market": market, "account": account}
    return sum(
        1 for reason, details in logged if reason == FRESH and wanted.items() <= details.items()
    )


def fresh_details(job: CrawlJob) -> dict[str, str]:
    """Return what the custody log holds of a fresh identity."""
    return {
        "market": job.profile.market, "account": job.account,
        "identity": str(job.identity), "isolation": isolation_name(job),
    }  # fmt: skip
