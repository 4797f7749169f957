# SPDX-License-Identifier: AGPL-3.0-or-later
"""Profiles of invented markets, put together from the tables that they share."""

from __future__ import annotations

from pathlib import Path

from crawler.market import MarketProfile, load_profile

LOG_IN = """
[login]
path = "/login"
form = "form#login"
user_field = "user"
password_field = "password"
succeeded = "a.logout"
failed = "p.error"
"""
CAPTCHA = """
[captcha]
form = "form.captcha"
picture = "img"
answer_field = "answer"
"""
PRICE = """
[[listing.prices]]
css = "p.price"
pattern = '(?P<amount>[0-9.]+) (?P<currency>BTC)'
"""
PICTURES = 'pictures = ["img"]'


def market(name: str, *, concurrency: int, never: tuple[str, ...] = ()) -> str:
    """Return the head of a profile: the market, its pace, how a page ends, where not to go."""
    patterns = ", ".join(f"'{pattern}'" for pattern in never)
    return rf"""
format = 1
market = "{name}"
title = "Invented market: {name}"
start = ["/"]

[politeness]
concurrency = {concurrency}
delay_seconds = 0

[document]
end = '</html>\s*\Z'

[links]
never = [{patterns}]
"""


def follow(pattern: str, page_kind: str) -> str:
    """Return the rule that links to ``pattern`` are followed as pages of that kind."""
    return f"\n[[links.follow]]\npattern = '{pattern}'\nkind = \"{page_kind}\"\n"


def kind(page_kind: str, sign: str) -> str:
    """Return the rule that a page with ``sign`` (CSS, or a status) is of that kind."""
    seen = f"status = [{sign}]" if sign.isdigit() else f'has = ["{sign}"]'
    return f'\n[[kinds]]\nkind = "{page_kind}"\n{seen}\n'


def listing(key: str, pictures: str = "") -> str:
    """Return how a listing is read: its title, and the price after ``PRICE``.

    ``pictures`` is "" or ``PICTURES``: pictures that belong to it are asked for.
    """
    return f"""
[listing]
regions = ["h1.listing"]
key = '{key}'
{pictures}

[listing.fields.title]
css = "h1.listing"
required = true
"""


def vendor(pictures: str = "") -> str:
    """Return how a vendor's page is read."""
    return f"""
[vendor]
regions = ["h1.vendor"]
{pictures}

[vendor.fields.handle]
css = "h1.vendor"
required = true
"""


def load_into(folder: Path, name: str, text: str) -> MarketProfile:
    """Write a profile to ``folder`` as ``name``.toml, where commands find it, and load it."""
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return load_profile(str(path))
