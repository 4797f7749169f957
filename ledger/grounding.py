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
MOST_LISTED = 50  # inputs and alternatives of one hop: anybody can make 100,000 outputs


class Grounding:
    """Makes the grounds of hops."""

    def __init__(self, index: ChainIndex, services: Services, likelihood: Likelihood) -> None:
        self._index = index
        self._services = services
        self._likelihood = likelihood
        self._likeliest: dict[int, list[int]] = {}
        self._grounds: dict[tuple[int, bool], HopGround] = {}

    def of(self, trail: Trail) -> tuple[HopGround, ...]:
        """Return one ground a hop, in the order of the hops."""
        last = len(trail.hops) - 1
        at_service = trail.stop.reason in AT_SERVICE
        return tuple(
            self._known(output, paid_in=at_service and n == last)
            for n, (output, _sat) in enumerate(trail.hops)
        )

    def _known(self, output: int, *, paid_in: bool) -> HopGround:
        """Return the ground of a hop, made once: trails share their beginnings."""
        key = output, paid_in
        if key not in self._grounds:
            self._grounds[key] = self._ground(output, paid_in=paid_in)
        return self._grounds[key]

    def _ground(self, output: int, *, paid_in: bool) -> HopGround:
        index = self._index
        tx = int(index.tx_of[output])
        judged = self._likelihood.own.of(tx)
        vout = index.vout(output)
        own = judged[vout].probability if judged else UNKNOWN
        tagged = paid_in and self._services.of(int(index.script_of[output])) is not None
        votes = judged[vout].votes if judged else {}
        n_in = int(index.first_input[tx + 1] - index.first_input[tx])
        n_others = len(index.outputs(tx)) - 1
        return HopGround(
            tier="attribution" if tagged else "heuristic",
            rule=PAID_RULE if paid_in else OWN_RULE,
            inputs=self._inputs(tx),
            votes=tuple(f"{name}:{'yes' if vote > 0 else 'no'}" for name, vote in votes.items()),
            alternatives=self._alternatives(tx, output),
            own_probability=own,
            measured=self._likelihood.odds[OWN_MODEL].measured(own) if judged else None,
            n_inputs=n_in if n_in > MOST_LISTED else None,
            n_alternatives=n_others if n_others > MOST_LISTED else None,
        )

    def _inputs(self, tx: int) -> tuple[str, ...]:
        first = self._index.first_input[tx]
        spent = self._index.spent_output[first : self._index.first_input[tx + 1]][:MOST_LISTED]
        return tuple(self._named(output) for output in spent.tolist() if output != NONE)

    def _alternatives(self, tx: int, output: int) -> tuple[HopAlternative, ...]:
        """Return the other outputs, the likeliest of them where there are many, in order."""
        others = [one for one in self._ranked(tx) if one != output][:MOST_LISTED]
        return tuple(self._alternative(tx, one) for one in sorted(others))

    def _ranked(self, tx: int) -> list[int]:
        """Return the outputs that may be listed: those that the payer likeliest holds still."""
        if tx not in self._likeliest:
            outputs, judged = list(self._index.outputs(tx)), self._likelihood.own.of(tx)
            if judged and len(outputs) > MOST_LISTED:
                chances = {o: -one.probability for o, one in zip(outputs, judged, strict=True)}
                outputs.sort(key=lambda one: (chances[one], one))
            self._likeliest[tx] = outputs[: MOST_LISTED + 1]
        return self._likeliest[tx]

    def _alternative(self, tx: int, output: int) -> HopAlternative:
        index, judged = self._index, self._likelihood.own.of(tx)
        return HopAlternative(
            vout=index.vout(output),
            address=index.address(int(index.script_of[output])),
            value_sat=int(index.value_sat[output]),
            own_probability=judged[index.vout(output)].probability if judged else UNKNOWN,
        )

    def _named(self, output: int) -> str:
        index = self._index
        return f"{index.txid(int(index.tx_of[output]))}:{index.vout(output)}"
