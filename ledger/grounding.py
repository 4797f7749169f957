# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each hop of a trail rests on: inputs, votes, alternatives, measured precision."""

from __future__ import annotations

from ledger.change import OWN_MODEL
from ledger.following import Trail
from ledger.index import NONE, ChainIndex
from ledger.likelihood import AT_SERVICE, Likelihood
from ledger.services import Services
from vestigo.records import HopAlternative, HopGround, probability

OWN_RULE = "ledger.own_output.v1"
PAID_RULE = "ledger.paid_into_service.v1"
UNKNOWN = probability("0.5")


class Grounding:
    """Makes the grounds of hops."""

    def __init__(self, index: ChainIndex, services: Services, likelihood: Likelihood) -> None:
        self._index = index
        self._services = services
        self._likelihood = likelihood

    def of(self, trail: Trail) -> tuple[HopGround, ...]:
        """Return one ground a hop, in the order of the hops."""
        last = len(trail.hops) - 1
        at_service = trail.stop.reason in AT_SERVICE
        return tuple(
            self._ground(output, paid_in=at_service and n == last)
            for n, (output, _sat) in enumerate(trail.hops)
        )

    def _ground(self, output: int, *, paid_in: bool) -> HopGround:
        index = self._index
        tx = int(index.tx_of[output])
        judged = self._likelihood.own.of(tx)
        vout = index.vout(output)
        own = judged[vout].probability if judged else UNKNOWN
        tagged = paid_in and self._services.of(int(index.script_of[output])) is not None
        votes = judged[vout].votes if judged else {}
        return HopGround(
            tier="attribution" if tagged else "heuristic",
            rule=PAID_RULE if paid_in else OWN_RULE,
            inputs=tuple(self._named(spent) for spent in index.spent_by(tx) if spent != NONE),
            votes=tuple(f"{name}:{'yes' if vote > 0 else 'no'}" for name, vote in votes.items()),
            alternatives=tuple(
                HopAlternative(
                    vout=index.vout(other),
                    address=index.address(int(index.script_of[other])),
                    value_sat=int(index.value_sat[other]),
                    own_probability=judged[index.vout(other)].probability if judged else UNKNOWN,
                )
                for other in index.outputs(tx)
                if other != output
            ),
            own_probability=own,
            measured=self._likelihood.odds[OWN_MODEL].measured(own) if judged else None,
        )

    def _named(self, output: int) -> str:
        index = self._index
        return f"{index.txid(int(index.tx_of[output]))}:{index.vout(output)}"
