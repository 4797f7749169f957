# SPDX-License-Identifier: AGPL-3.0-or-later
"""``[[market]]``: what one venue looks like and how it treats visitors."""

from __future__ import annotations

from dataclasses import dataclass

from vestigo.training.behaviour.keys import text, whole, word

LAYOUTS = ("table", "cards", "forum", "minimal", "drawn")
KINDS = ("dark_market", "shop")
CAPTCHAS = ("none", "login", "queue")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketSection:
    """One venue; a shop has one vendor account, a dark market many."""

    key: str = text("range", "The short name of the venue in paths and records.",
                    r"[a-z][a-z0-9-]{0,19}")  # fmt: skip
    name: str = text("Candil Market", "The name that its pages show.")
    kind: str = word("dark_market", KINDS, "Whether many vendors sell here or one.")
    layout: str = word("table", LAYOUTS, "How its pages are built on the first pass.")
    redesign_layout: str = word("", ("", *LAYOUTS), "How they are built after a redesign.")
    redesign_at_pass: int = whole(0, 0, 6, "The pass from which the redesign shows; 0 for never.")
    share: int = whole(1, 1, 100, "Its part of all listings, as a weight among the venues.")
    page_size: int = whole(12, 4, 60, "Listings on one page of a category.")
    captcha: str = word("none", CAPTCHAS, "Where a captcha has to be solved.")
    queue_requests: int = whole(0, 0, 20, "Requests that wait in a queue page at the beginning.")
    session_requests: int = whole(
        0, 0, 100_000, "Requests after which a session is lost; 0: never."
    )
    requests_a_minute: int = whole(0, 0, 6_000, "Requests a minute before it answers 429; 0: any.")
    maintenance_every: int = whole(0, 0, 10_000, "Each n-th request answers 503; 0 for none.")
    truncated_every: int = whole(0, 0, 10_000, "Each n-th page breaks off; 0 for none.")
    n_mirrors: int = whole(0, 0, 4, "Further addresses of the same venue.")
    n_phishing: int = whole(0, 0, 4, "Addresses that look like the venue and are not.")
