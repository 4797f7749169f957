# SPDX-License-Identifier: AGPL-3.0-or-later
"""Markets as data: a profile says how pages are told apart, read and checked."""

from crawler.market.fields import (
    CaptchaForm,
    FeedbackFields,
    FormField,
    Link,
    ListingFields,
    LoginForm,
    PageReading,
    Price,
    VendorFields,
)
from crawler.market.loading import load_profile, profile_names
from crawler.market.page import read_page
from crawler.market.profile import MarketProfile

__all__ = [
    "CaptchaForm",
    "FeedbackFields",
    "FormField",
    "Link",
    "ListingFields",
    "LoginForm",
    "MarketProfile",
    "PageReading",
    "Price",
    "VendorFields",
    "load_profile",
    "profile_names",
    "read_page",
]
