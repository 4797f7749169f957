# SPDX-License-Identifier: AGPL-3.0-or-later
"""How listings and vendors changed from capture to capture: a view of the records."""

from vestigo.pipeline.history.holding import Holding
from vestigo.pipeline.history.listings import ListingHistory, Version, listing_histories
from vestigo.pipeline.history.vendors import VendorLife, vendor_lives

__all__ = [
    "Holding",
    "ListingHistory",
    "VendorLife",
    "Version",
    "listing_histories",
    "vendor_lives",
]
