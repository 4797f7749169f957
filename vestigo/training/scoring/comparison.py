# SPDX-License-Identifier: AGPL-3.0-or-later
"""What every area is made from: true keys, claimed keys, and the causes of differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vestigo.training.scoring.area import FOUND, MISSED, NOT_LOOKED_AT, WRONG, Area, Item, area_of
from vestigo.training.scoring.holdings import Claims, Holdings
from vestigo.training.scoring.looked_at import View
from vestigo.training.scoring.proof import Prover
from vestigo.training.scoring.truth_file import Truth

Explained = tuple[str, str]
UNKNOWN: Explained = ("not_in_truth", "")


@dataclass(frozen=True, slots=True)
class Fact:
    """A true thing: why it was not looked at ("" when it was), its group, what to say of a miss."""

    unseen: str = ""
    group: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Truth, case, view and prover together."""

    truth: Truth
    held: Holdings
    view: View
    prover: Prover

    def area(
        self,
        name: str,
        true: Mapping[str, Fact],
        claims: Claims,
        explain: Callable[[str, set[str]], Explained] = lambda _key, _ids: UNKNOWN,
        group: Callable[[str, set[str]], str] = lambda _key, _ids: "",
    ) -> Area:
        """Return the area of these keys.

        ``explain`` is asked for the cause (a stable word, and what it is about) of each
        wrong claim, ``group`` for its part of the area; both get the key and the record ids.
        """
        items = [self._true_item(key, one, claims) for key, one in true.items()]
        for key in claims:
            if key not in true:
                ids = claims.ids(key)
                why, detail = explain(key, ids)
                proofs = self.prover.of(ids)
                items.append(Item(key, WRONG, group(key, ids), why, detail, proofs))
        return area_of(name, items)

    def _true_item(self, key: str, one: Fact, claims: Claims) -> Item:
        if key in claims:
            return Item(key, FOUND, one.group, proofs=self.prover.of(claims.ids(key)))
        status = NOT_LOOKED_AT if one.unseen else MISSED
        return Item(key, status, one.group, one.unseen, one.detail)

    def seen_on(self, ids: set[str]) -> tuple[str, ...]:
        """Return the addresses of the pages that records rest on, sorted."""
        return tuple(sorted({e.uri for proof in self.prover.of(ids) for e in proof.exhibits}))

    def phishing(self, ids: set[str]) -> str:
        """Return the phishing mirror that records rest on, "" where they rest on none."""
        false = phishing_hosts(self.truth)
        hosts = (uri.partition("://")[2].partition("/")[0] for uri in self.seen_on(ids))
        return next((host for host in hosts if host in false), "")


def phishing_hosts(truth: Truth) -> set[str]:
    """Return the hosts (as in addresses of pages) that only look like a market."""
    return {
        str(host) for market in truth.document["markets"] for host in market["mirrors"]["phishing"]
    }
