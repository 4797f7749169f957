# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: E501 - pages are long lines, invented by chance
"""Pages of the invented markets that are no listings: log-in, errors, vendors, categories."""

from __future__ import annotations

from vestigo.pipeline.market_layouts.layout import Site, coin, wrap
from vestigo.pipeline.market_layouts.offers import Offer


def doors(o: Offer, s: Site) -> dict[str, str]:
    """Return pages by their kind; their frames have balances and menus as listings have."""
    frame = f'<div class="topbar"><a href="/">Market</a> <span>Balance: 0.000 BTC</span> <a href="/u/{s.me}">{s.me}</a> <a href="/logout">Logout</a></div>'
    cards = "".join(
        f'<div class="card"><h3><a href="/listing/{r.number}">{r.t}</a></h3><p class="price">{coin(r)} BTC</p><p>Vendor: <a href="/vendor/{r.vendor}">{r.vendor}</a></p><p>Ships from: {r.ships_from}</p></div>'
        for r in s.others
    )
    return {
        "login": wrap(
            "Login",
            '<h1>Login</h1><form method="post"><p>Username <input name="u"></p><p>Password <input type="password" name="p"></p><p>Price of one account: 0.001 BTC</p><button>Log in</button></form>',
        ),
        "login_bare": wrap(
            "Market",
            '<form action="/in"><table><tr><td>User</td><td><input name=u></td></tr><tr><td>Pass</td><td><input type="password" name=p></td></tr></table></form><p>Vendor bond: 0.05 BTC</p>',
        ),
        "error": wrap(
            "Error",
            f"{frame}<h1>Listing not found</h1><p>The listing does not exist or was removed by the vendor.</p><h2>Featured listings</h2>{cards}",
        ),
        "error_plain": wrap(
            "500 Internal Server Error",
            "<center><h1>500 Internal Server Error</h1></center><hr><center>nginx</center>",
        ),
        "captcha": wrap(
            "Verify",
            '<h2>Are you human?</h2><form><img src="/captcha.png"><input name="captcha_answer"></form>',
        ),
        "vendor": wrap(
            f"{o.vendor}",
            f"{frame}<h1>{o.vendor}</h1><p>Ships from: {o.ships_from}</p><p>Rating {o.rating}, member since 2018</p><p>{o.text}</p><h2>Listings</h2>{cards}",
        ),
        "category": wrap("Category", f"{frame}<h1>{o.leaf}</h1>{cards}"),
    }
