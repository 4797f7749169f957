# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: E501, D401 - pages are long lines, invented by chance
"""Layouts of forums and of plain text, and further odd makes."""

from __future__ import annotations

from vestigo.pipeline.market_layouts.layout import Site, coin, coins, comma, e, fiat, layout, wrap
from vestigo.pipeline.market_layouts.offers import Offer


@layout(coins, optional=("ships_to",))
def forum_posts(o: Offer, s: Site) -> str:
    """A forum topic: the first post is the offer, replies are by buyers."""
    replies = "".join(
        f'<div class="post"><dl class="postprofile"><dt><a class="username" href="/memberlist.php?u={n}">{b}</a></dt><dd>Posts: {n * 3}</dd></dl><div class="postbody"><h3><a href="#p{n}">Re: {o.t}</a></h3><div class="content">thanks, arrived. paid 0.01 BTC</div></div></div>'
        for n, b in enumerate(s.buyers)
    )
    return wrap(
        f"{o.t} - Harbour Board",
        f"""
<div id="page-header"><ul class="linklist navlinks"><li><a href="/index.php">Board index</a> <strong>‹</strong> {" <strong>‹</strong> ".join(f'<a href="/viewforum.php?f={n}">{e(c)}</a>' for n, c in enumerate(o.category))}</li></ul><ul><li><a href="/ucp.php?mode=logout">Logout [ {s.me} ]</a></li></ul></div>
<h2 class="topic-title"><a href="/viewtopic.php?t={o.number}">{o.t}</a></h2>
<div class="post"><dl class="postprofile"><dt><a class="username" href="/memberlist.php?u={o.number}">{o.vendor}</a></dt><dd>Vendor</dd><dd>Posts: {o.sales}</dd></dl>
<div class="postbody"><h3><a href="#p0">{o.t}</a></h3><div class="content"><span style="font-weight:bold">Price:</span> {coin(o)} BTC<br><span style="font-weight:bold">Ships from:</span> {o.ships_from}<br>{s.maybe("ships_to", f'<span style="font-weight:bold">Ships to:</span> {o.ships_to}<br>')}<br>{o.text}</div></div></div>{replies}""",
    )


@layout(fiat("USD"), lacks=("ships_to",))
def plain_lines(o: Offer, s: Site) -> str:
    """Plain text lines in one paragraph."""
    return wrap(
        o.t,
        f"""
<p><a href="/">index</a> <a href="/logout">logout ({s.me})</a></p><h3>{o.t}</h3>
<p>Price: ${o.fiat:.2f}<br>Vendor: {o.vendor} ({o.rating}) [{o.sales}]<br>Category: {o.path}<br>Ships from: {o.ships_from}<br>Escrow: yes</p><hr><p>{o.text}</p>""",
    )


@layout(fiat("USD"), leaf=True)
def one_line(o: Offer, s: Site) -> str:
    """All facts in one line with separators."""
    return wrap(
        f"{o.t} | Slate",
        f"""
<div id="u">{s.me} | 0.000 BTC | <a href="/logout">logout</a></div><h1>{o.t}</h1>
<p class="facts">${o.fiat:.2f} | Vendor: {o.vendor} | Category: {o.leaf} | Ships from: {o.ships_from} | Ships to: {o.ships_to} | {o.stock} left</p><p>{o.text}</p>""",
    )


@layout(fiat("EUR"))
def split_price(o: Offer, s: Site) -> str:
    """The price in several elements; currency behind it."""
    whole, _dot, cents = f"{o.fiat:.2f}".partition(".")
    return wrap(
        f"{o.t} - Mosaic",
        f"""
<div class="bar"><a href="/u/{s.me}">{s.me}</a> <a href="/orders">My orders</a></div><div class="item"><h1>{o.t}</h1>
<div class="item-price"><span class="int">{whole}</span><span class="dec">.{cents}</span> <span class="cur">EUR</span></div>
<table><tr><td class="l">Seller</td><td class="r"><a href="/seller/{o.vendor}">{o.vendor}</a></td></tr><tr><td class="l">Section</td><td class="r">{o.path}</td></tr><tr><td class="l">Shipping</td><td class="r">{o.ships_from} → {o.ships_to}</td></tr></table><p>{o.text}</p></div>""",
    )


@layout(coins, leaf=True)
def currency_in_label(o: Offer, s: Site) -> str:
    """The currency stands in the label of the price only."""
    return wrap(
        o.t,
        f"""
<div>{s.me} <a href="/logout">logout</a></div><h1>{o.t}</h1><table><tr><th>Price (BTC)</th><td>{coin(o)}</td></tr><tr><th>Price (USD)</th><td>{o.fiat:.2f}</td></tr><tr><th>Seller</th><td>{o.vendor}</td></tr><tr><th>Type</th><td>{o.leaf}</td></tr><tr><th>Origin country</th><td>{o.ships_from}</td></tr><tr><th>Ships to</th><td>{o.ships_to}</td></tr></table><p>{o.text}</p>""",
    )


@layout(fiat("USD"), optional=("ships_from", "ships_to", "category"))
def two_pairs_a_row(o: Offer, s: Site) -> str:
    """Rows of four cells: label, value, label, value."""
    return wrap(
        f"Meridian: {o.t}",
        f"""
<table class="hdr"><tr><td>Meridian</td><td>Hello {s.me}</td><td>BTC 0.00</td></tr></table><h2>{o.t}</h2>
<table class="spec"><tr><td>Vendor</td><td><a href="/vendor?name={o.vendor}">{o.vendor}</a></td><td>Price</td><td>${o.fiat:.2f} / {coin(o)} BTC</td></tr>
<tr><td>Category</td><td>{s.maybe("category", o.path)}</td><td>Stock</td><td>{o.stock}</td></tr><tr><td>Ships from</td><td>{s.maybe("ships_from", o.ships_from)}</td><td>Ships to</td><td>{s.maybe("ships_to", o.ships_to)}</td></tr></table><div>{o.text}</div>""",
    )


@layout(fiat("USD"))
def late_price(o: Offer, s: Site) -> str:
    """The price in a box of buying far below, reviews with amounts before it."""
    reviews = "".join(
        f"<div class='rev'><b>{b}</b> ★★★★★ spent $40.00 <p>fine</p></div>" for b in s.buyers
    )
    return wrap(
        f"{o.t}",
        f"""
<div class="hdr">Pier 9 <span class="acc">{s.me}, $0.00</span></div><div class="trail"><a href="/">Pier 9</a> → {" → ".join(f'<a href="/t/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div>
<h1>{o.t}</h1><div class="who">Merchant: <a href="/m/{o.vendor}">{o.vendor}</a></div><div class="about">{o.text}</div><div class="where">Sent from: {o.ships_from}<br>Delivers to: {o.ships_to}</div><div class="reviews"><h3>Reviews</h3>{reviews}</div><div class="buybox"><form><span class="now">Buy now for ${o.fiat:.2f}</span><input name="qty" value="1"><button>Buy</button></form></div>""",
    )


@layout(coins, leaf=True, optional=("ships_to",))
def no_heading(o: Offer, s: Site) -> str:
    """No heading element; the title is bold in a table cell."""
    return wrap(
        f"{o.t} :: Tinderbox",
        f"""
<table class="m"><tr><td class="n"><a href="/index">Index</a> | <a href="/pm">Messages</a> | <a href="/bye">Sign out</a> | {s.me}</td></tr><tr><td class="h"><b>{o.t}</b></td></tr><tr><td class="b"><i>Seller</i>: <a href="/who/{o.number}">{o.vendor}</a><br><i>Category</i>: {o.leaf}<br><i>From</i>: {o.ships_from}<br>{s.maybe("ships_to", f"<i>To</i>: {o.ships_to}<br>")}<i>Price</i>: {coin(o)} BTC<br><br>{o.text}</td></tr></table>""",
    )


@layout(fiat("EUR"), language="de", optional=("category", "ships_to"))
def kacheln_de(o: Offer, s: Site) -> str:
    """A German page with price by class only and the vendor in "von"."""
    return wrap(
        f"{o.t} – Speicherstadt",
        f"""
<div class="leiste"><span>Konto: {s.me}</span><span>0,0000 BTC</span></div>{s.maybe("category", '<div class="brotkrumen"><a href="/">Startseite</a> / ' + " / ".join(f'<a href="/kategorie/{n}">{e(c)}</a>' for n, c in enumerate(o.category)) + "</div>")}
<h1>{o.t}</h1><p class="preis">{comma(o.fiat)} €<span class="btc"> ({coin(o)} BTC)</span></p><p>Angeboten von <a href="/haendler/{o.vendor}">{o.vendor}</a></p><dl><dt>Versandland</dt><dd>{o.ships_from}</dd>{s.maybe("ships_to", f"<dt>Lieferung nach</dt><dd>{o.ships_to}</dd>")}</dl><p>{o.text}</p>""",
    )


@layout(lambda o: coins(o, "XMR"), lacks=("category",), optional=("ships_to",))
def definition_divs(o: Offer, s: Site) -> str:
    """Rows of div with label and value, amount behind its code."""
    return wrap(
        f"{o.t}",
        f"""
<div class="site-header"><div class="brand">Monolith</div><div class="user-menu"><a href="/profile/{s.me}">{s.me}</a><a href="/logout">Log out</a><span class="balance">XMR 0.000000</span></div></div>
<div class="listing-page"><h1>{o.t}</h1><div class="listing-row"><div class="listing-label">Price</div><div class="listing-value">XMR {coin(o)}</div></div><div class="listing-row"><div class="listing-label">Vendor</div><div class="listing-value"><a href="/vendor/{o.vendor}/">{o.vendor}</a> <span>(98%)</span></div></div>
<div class="listing-row"><div class="listing-label">Ships from</div><div class="listing-value">{o.ships_from}</div></div>{s.maybe("ships_to", f'<div class="listing-row"><div class="listing-label">Ships to</div><div class="listing-value">{o.ships_to}</div></div>')}<div class="listing-row"><div class="listing-label">Views</div><div class="listing-value">{o.sales}</div></div></div><div class="txt">{o.text}</div>""",
    )


@layout(fiat("USD"))
def labels_above(o: Offer, s: Site) -> str:
    """Small labels above their values, title labelled too."""
    rows = "".join(
        f'<div class="f"><span style="display:block" class="s">{a}</span><span style="display:block">{b}</span></div>'
        for a, b in (
            ("Product", o.t),
            ("Price", f"{o.fiat:.2f} USD"),
            ("Supplier", f'<a href="/x/{o.number}">{o.vendor}</a>'),
            ("Category", o.path),
            ("Ships from", o.ships_from),
            ("Ships to", o.ships_to),
            ("Quantity available", str(o.stock)),
        )
    )
    return wrap(
        "Vault",
        f"""<div><a href="/">Vault</a> <a href="/settings">{s.me}</a> <a href="/logout">Exit</a></div><div class="sheet">{rows}</div><div>{o.text}</div>""",
    )
