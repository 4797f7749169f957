# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading ``truth.json``: checked, and indexed for the comparison."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vestigo.errors import InputError, UsageError
from vestigo.i18n import _

FORMAT = "vestigo.range.truth.v2"
MISSHAPEN = (LookupError, TypeError, ValueError, AttributeError, ArithmeticError)
"""What comes up where a truth holds something else than the range writes."""
_PREFIX = "vestigo.range.truth.v"
_LISTS = ("passes", "markets", "vendors", "delisted", "listings", "published_addresses",
          "cash_outs", "mixes", "services", "clusters", "parties", "links")  # fmt: skip


@dataclass(frozen=True, slots=True)
class Truth:
    """The truth of one world; ``accounts`` and ``listings`` by their keys ``market/name``.

    ``party_of`` names the owner of each account; ``vendor_at`` the account that
    publishes an address; ``owner_at`` who really holds an address; ``service_at`` the
    service that an address belongs to, with its kind.
    """

    document: Mapping[str, Any]
    accounts: Mapping[str, Mapping[str, Any]]
    listings: Mapping[str, Mapping[str, Any]]
    party_of: Mapping[str, str]
    vendor_at: Mapping[str, str]
    owner_at: Mapping[str, str]
    service_at: Mapping[str, tuple[str, str]]
    mixes: Mapping[str, str] = field(default_factory=dict)

    @property
    def seed(self) -> int:
        """The seed of the world."""
        return int(self.document["seed"])

    @property
    def n_passes(self) -> int:
        """How many views of the markets the world has."""
        return max(1, len(self.document.get("passes", ())))

    def market_keys(self) -> tuple[str, ...]:
        """Return the keys of the markets, sorted."""
        return tuple(sorted(item["key"] for item in self.document["markets"]))

    def first_account(self, account: str) -> str:
        """Return the name of the party of an account: its first account."""
        party = self.party_of.get(account)
        same = [one for one, owner in self.party_of.items() if owner == party]
        return min(same) if party is not None and same else account


def read_truth(path: Path) -> Truth:
    """Return the truth in a file.

    Raises ``UsageError`` E-TRA-030 (cannot be read), ``InputError`` E-TRA-031 (no truth
    of a range) and E-TRA-032 (a format that this release does not know).
    """
    try:
        document = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise UsageError(
            "E-TRA-030",
            _("The truth cannot be read: {reason}.").format(reason=error.strerror),
            where=str(path),
            remedy=_("Give the truth.json that “vestigo training range --write” made."),
        ) from error
    except (ValueError, RecursionError) as error:
        raise _no_truth(str(path), str(error)[:80]) from error
    return truth_from(document, str(path))


def truth_from(document: Any, where: str) -> Truth:
    """Return the truth in a parsed document; raises as ``read_truth``."""
    named = document.get("format") if isinstance(document, dict) else None
    if not isinstance(named, str) or not named.startswith(_PREFIX):
        raise _no_truth(where, _("it does not name its format"))
    if named != FORMAT:
        raise InputError(
            "E-TRA-032",
            _("The truth has the format {format}; this release reads {known}.").format(
                format=named[:60], known=FORMAT
            ),
            where=where,
            remedy=_("Make the range again with this release, or use the release that made it."),
        )
    try:
        return _indexed(document)
    except MISSHAPEN as error:
        raise misshapen(where, error) from error


def misshapen(where: str, error: Exception) -> InputError:
    """Return the refusal (E-TRA-031) of a truth in which ``error`` came up."""
    return _no_truth(where, f"{type(error).__name__}: {error}"[:80])


def _no_truth(where: str, reason: str) -> InputError:
    return InputError(
        "E-TRA-031",
        _("This is no truth of a practice range: {reason}.").format(reason=reason),
        where=where,
        remedy=_("Give the truth.json that “vestigo training range --write” made."),
    )


def _indexed(document: dict[str, Any]) -> Truth:
    for name in _LISTS:
        if not isinstance(document[name], list):
            raise TypeError(name)
    accounts = {f"{item['market']}/{item['handle']}": item for item in document["vendors"]}
    published = document["published_addresses"]
    vendor_at = {item["address"]: f"{item['market']}/{item['vendor']}" for item in published}
    truth = Truth(
        document=document,
        accounts=accounts,
        listings={f"{item['market']}/{item['key']}": item for item in document["listings"]},
        party_of={key: str(item["party"]) for key, item in accounts.items()},
        vendor_at=vendor_at,
        owner_at={
            address: str(item["owner"])
            for item in document["clusters"]
            for address in item["addresses"]
        },
        service_at=_services(document),
        mixes={item["txid"]: str(item["kind"]) for item in document["mixes"]},
    )
    return _with_every_key(truth)


def _with_every_key(truth: Truth) -> Truth:
    """Touch what the comparison needs, so that a truth with a hole is refused at once."""
    document = truth.document
    int(document["seed"])
    _require(document["cash_outs"], "market", "vendor", "start_address", "address", "txid",
             "service", "service_kind", "service_tagged", "behind_mix", "mix_kinds")  # fmt: skip
    _require(document["markets"], "key", "mirrors")
    _require((market["mirrors"] for market in document["markets"]), "phishing", "copies")
    _require(document["delisted"], "market", "key")
    _require(document["payjoins"], "txid")
    _require(document["tx0s"], "txid")
    _require(document["links"], "a", "b", "same", "relation")
    _require(truth.listings.values(), "substances", "offers", "prices_shown", "vendor",
             "holding", "holding_prices", "changes", "market")  # fmt: skip
    _require(truth.accounts.values(), "contacts", "pgp_fingerprint")
    truth.market_keys()
    return truth


def _require(rows: Iterable[Mapping[str, Any]], *names: str) -> None:
    for row in rows:
        for name in names:
            row[name]


def _services(document: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for item in document["services"]:
        named = (str(item["name"]), str(item["kind"]))
        for part in ("tagged", "hot", "kiosks", "deposits"):
            found.update(dict.fromkeys(item.get(part, ()), named))
    return found
