# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case against the truth: all areas together."""

from __future__ import annotations

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.store import RecordLedger
from vestigo.training.scoring.area import Area, Score
from vestigo.training.scoring.chain_areas import chain_areas
from vestigo.training.scoring.comparison import Comparison
from vestigo.training.scoring.holdings import Holdings, holdings_of
from vestigo.training.scoring.looked_at import View
from vestigo.training.scoring.market_areas import market_areas
from vestigo.training.scoring.overstated import overstated
from vestigo.training.scoring.party_areas import party_areas
from vestigo.training.scoring.proof import Prover
from vestigo.training.scoring.reading_areas import reading_areas
from vestigo.training.scoring.truth_file import Truth


def score_case(ledger: RecordLedger, truth: Truth) -> Score:
    """Return how the records of a case compare with the truth of a world.

    Raises ``UsageError`` E-TRA-033 where the case found things and none of them is of
    this world.
    """
    held = holdings_of(ledger)
    _refuse_another_world(held, truth)
    view = View(truth, held)
    work = Comparison(truth, held, view, Prover(ledger, held.read_already()))
    areas: list[Area] = [
        *market_areas(work),
        *reading_areas(work),
        *party_areas(work),
        *chain_areas(work),
    ]
    return Score(
        seed=truth.seed,
        areas={area.name: area for area in areas},
        overstated=overstated(work, areas),
        looked_at=view.passes,
    )


def _refuse_another_world(held: Holdings, truth: Truth) -> None:
    """Compare listing keys and addresses, a world's own; handles come up again in others."""
    listings = {f"{item.market}/{item.listing_key}" for item in held.listings.values()}
    addresses = {s.value for s in held.selectors.values() if s.selector_kind == "btc"}
    addresses |= {item.start_address for item in held.traces.values()}
    known = (set(truth.vendor_at) | set(truth.owner_at)) & addresses
    if (listings or addresses) and not known and not listings & set(truth.listings):
        raise UsageError(
            "E-TRA-033",
            _("Nothing in this case belongs to the world of this truth (seed {seed}).").format(
                seed=truth.seed
            ),
            remedy=_("Give the truth, or the seed and behaviour, of the range that was crawled."),
        )
