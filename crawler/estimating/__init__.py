# SPDX-License-Identifier: AGPL-3.0-or-later
"""How many listings a crawl never saw: estimated from the ways by which it found the others."""

from crawler.estimating.observations import STATES, Sighting
from crawler.estimating.population import ABSTENTIONS, METHOD, Estimate, estimate_on_sale

__all__ = ["ABSTENTIONS", "METHOD", "STATES", "Estimate", "Sighting", "estimate_on_sale"]
