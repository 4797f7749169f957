# SPDX-License-Identifier: AGPL-3.0-or-later
"""Small invented markets for measurements: their responses and their profiles."""

from vestigo.pipeline.invented_market.pages import http_response, page_response
from vestigo.pipeline.invented_market.profiles import (
    CAPTCHA,
    LOG_IN,
    PICTURES,
    PRICE,
    follow,
    kind,
    listing,
    load_into,
    market,
    vendor,
)

__all__ = [
    "CAPTCHA", "LOG_IN", "PICTURES", "PRICE", "follow", "http_response", "kind", "listing",
    "load_into", "market", "page_response", "vendor",
]  # fmt: skip
