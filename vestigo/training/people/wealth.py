# SPDX-License-Identifier: AGPL-3.0-or-later
"""How each party cashes out: whoever sells the dearest goods goes through a mix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vestigo.training.behaviour import Behaviour
from vestigo.training.people.parties import AccountPlan, parties_of
from vestigo.training.sales import MIXES
from vestigo.training.stream import Stream
from vestigo.training.wares.dealing import Ware
from vestigo.training.world import Party

_SCRIPT_KINDS = ("p2wpkh",) * 7 + ("p2pkh", "p2pkh", "p2sh-p2wpkh")


def make_parties(
    seed: int,
    behaviour: Behaviour,
    plans: Sequence[AccountPlan],
    dealt: Mapping[str, Sequence[Ware]],
) -> tuple[Party, ...]:
    """Return the parties with their ways of cashing out; the attacker holds."""
    grouped = parties_of(plans)
    attackers = {plan.party for plan in plans if plan.is_attacker}
    ways = _ways(seed, behaviour, grouped, attackers, dealt)
    stream = Stream(seed, "script kinds")
    made = []
    for party, accounts in grouped.items():
        kind = stream.pick(_SCRIPT_KINDS)
        made.append(
            Party(
                id=party,
                behaviour=ways[party],
                script_kind="p2wpkh" if ways[party] in MIXES else kind,
                language=accounts[0].language,
                accounts=tuple(plan.account for plan in accounts),
            )
        )
    return tuple(made)


def _ways(
    seed: int,
    behaviour: Behaviour,
    grouped: Mapping[str, Sequence[AccountPlan]],
    attackers: set[str],
    dealt: Mapping[str, Sequence[Ware]],
) -> dict[str, str]:
    counts = behaviour.cash_out.counts()
    others = [party for party in grouped if party not in attackers]
    by_price = sorted(
        others, key=lambda party: (-_dearest(dealt[grouped[party][0].account]), party)
    )
    mixes = [way for way in MIXES for _party in range(counts[way])]
    ways = dict.fromkeys(attackers, "hold") | dict(zip(by_price, mixes, strict=False))
    rest = [party for party in others if party not in ways]
    planned = [way for way in counts if way not in MIXES for _party in range(counts[way])]
    planned += ["direct"] * (len(rest) - len(planned))
    return ways | dict(zip(rest, Stream(seed, "behaviours").shuffled(planned), strict=True))


def _dearest(wares: Sequence[Ware]) -> int:
    """Return what the dearest good costs in whichever form is drawn, in euro."""
    return max(
        int((max if ware.good.options else min)(form.eur for form in ware.good.forms))
        for ware in wares
    )
