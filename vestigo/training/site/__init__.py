# SPDX-License-Identifier: AGPL-3.0-or-later
"""The venues of the range as visitors meet them: pages, access rules, mirrors."""

from vestigo.training.site.answer import Answer
from vestigo.training.site.layouts import layout_of
from vestigo.training.site.market_site import Site
from vestigo.training.site.mirrors import Door, doors, market_key, mirrors_truth
from vestigo.training.site.pictures import shared_pictures
from vestigo.training.site.saving import market_pages

__all__ = [
    "Answer",
    "Door",
    "Site",
    "doors",
    "layout_of",
    "market_key",
    "market_pages",
    "mirrors_truth",
    "shared_pictures",
]
