# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: E501, D401 - pages are long lines
"""Layouts written after the last change of the method: what they give is the honest figure."""

from __future__ import annotations

from vestigo.pipeline.market_layouts.layout import Site, coin, coins, comma, e, fiat, layout, wrap
from vestigo.pipeline.market_layouts.offers import Offer


@layout(fiat("USD"), optional=("ships_to",), held_out=True)
def summary_panel(o: Offer, s: Site) -> str:
    """A panel of buying at the right, description first, per-unit price."""
    return wrap(
        f"Buy {o.t} from {o.vendor} | Kelp",
        f"""
<div class="navbar"><div class="brand">Kelp</div><div class="nav-user"><a href="/vendor/{s.me}">{s.me}</a> <span>$0.00</span></div></div><div class="crumbline"><a href="/">Kelp</a><span>/</span>{"<span>/</span>".join(f'<a href="/category/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div>
<div class="two"><div class="l"><h2 class="prod">{o.t}</h2><div class="desc">{o.text} We also have bundles at $99.00.</div></div><div class="r"><div class="buy"><div class="big">${o.fiat:.2f} <small>/ piece</small></div><div>Qty <input name="q" value="1"></div></div><div class="vbox"><div class="vname"><a href="/vendor/{o.vendor}">{o.vendor}</a></div><div>Level 4 | 97%</div></div><dl class="s"><dt>Ships From</dt><dd>{o.ships_from}</dd>{s.maybe("ships_to", f"<dt>Ships To</dt><dd>{o.ships_to}</dd>")}</dl></div></div>""",
    )


@layout(coins, optional=("ships_to", "ships_from"), held_out=True)
def colon_cells(o: Offer, s: Site) -> str:
    """Cells with the colon in a cell of its own."""
    row = "<tr><td align=right>{}</td><td>:</td><td>{}</td></tr>"
    rows = [
        ("Item", o.t),
        ("Seller", f"<b>{o.vendor}</b> [{o.sales}]"),
        ("Category", o.path),
        ("Price", f"{coin(o)} BTC"),
        *([("Ships from", o.ships_from)] if s.has("ships_from") else []),
        *([("Ships to", o.ships_to)] if s.has("ships_to") else []),
        ("Available", o.stock),
    ]
    return wrap(
        f"{o.t}",
        f"""<div>{s.me} :: <a href="/?x">quit</a></div><table>{"".join(row.format(a, b) for a, b in rows)}</table><p>{o.text}</p>""",
    )


@layout(fiat("EUR"), leaf=True, held_out=True)
def list_group(o: Offer, s: Site) -> str:
    """A list group with badges as values, price in a button-like link."""
    return wrap(
        f"{o.t} - Tern",
        f"""
<header class="p-3"><a href="/">Tern</a><ul><li><a href="/notifications">0</a></li><li><a href="/@{s.me}">@{s.me}</a></li></ul></header><h1 class="display-6">{o.t}</h1><a class="btn" href="/buy/{o.number}">Buy for €{o.fiat:.2f}</a><ul class="list-group"><li>Vendor <span class="badge"><a href="/@{o.vendor}">@{o.vendor}</a></span></li><li>Category <span class="badge">{o.leaf}</span></li><li>Ships from <span class="badge">{o.ships_from}</span></li><li>Ships to <span class="badge">{o.ships_to}</span></li></ul><p>{o.text}</p>""",
    )


@layout(fiat("EUR"), language="es", held_out=True)
def foro_es(o: Offer, s: Site) -> str:
    """A Spanish forum post with labels in the text."""
    return wrap(
        f"{o.t} - Foro Sur",
        f"""
<div class="cab"><a href="/">Foro Sur</a> » {" » ".join(f'<a href="/forum/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div><div class="usr">Hola, {s.me} | <a href="/ucp?logout">Desconectarse</a></div><h2>{o.t}</h2><div class="post"><div class="autor">Autor: <a href="/user/{o.number}">{o.vendor}</a></div><div class="msg"><p>{o.text}</p><p>Precio: {o.fiat:.2f} euros<br>Se envía desde: {o.ships_from}<br>Envíos a: {o.ships_to}</p></div></div><div class="post"><div class="autor">Autor: <a href="/user/9">{s.buyers[0]}</a></div><div class="msg"><p>Gracias, todo bien</p></div></div>""",
    )


@layout(fiat("USD"), lacks=("category",), held_out=True)
def key_value_pre(o: Offer, s: Site) -> str:
    """Everything in one pre element, as text."""
    return wrap(
        "node",
        f"""<pre>user: {s.me}   balance: 0.0000

<b>{o.t}</b>

price......: {o.fiat:.2f} USD
vendor.....: {o.vendor}
ships from.: {o.ships_from}
ships to...: {o.ships_to}

{o.text}</pre>""",
    )


@layout(fiat("GBP"), held_out=True)
def tabs_and_meta(o: Offer, s: Site) -> str:
    """Tabs, a row of meta data with icons, all prices in a table of currencies."""
    return wrap(
        f"{o.t} | Otter Market",
        f"""
<div id="header"><div id="logo">Otter Market</div><div id="usernav">{s.me} <a href="/logout">logout</a></div></div><div id="breadcrumbs">{" &rsaquo; ".join(f'<a href="/cat/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div><div id="item"><h1>{o.t}</h1><p class="sub">Sold by <a href="/v/{o.vendor}">{o.vendor}</a> <span title="rating">({o.rating})</span> &middot; Ships from {o.ships_from} &middot; Ships to {o.ships_to}</p><table class="prices"><tr><td>GBP</td><td>£{o.fiat:.2f}</td></tr><tr><td>BTC</td><td>{coin(o)} BTC</td></tr></table><ul class="tabs"><li>Description</li><li>Feedback</li><li>Refund policy</li></ul><div>{o.text}</div></div>""",
    )


@layout(fiat("EUR"), language="de", held_out=True)
def karte_de(o: Offer, s: Site) -> str:
    """A German card with the label behind an icon and value in strong."""
    return wrap(
        f"{o.t}",
        f"""
<div class="kopfzeile"><a href="/">Markthalle</a> | <a href="/profil/{s.me}">{s.me}</a> | Guthaben: 0,00 EUR</div><div class="karte"><h3>{o.t}</h3><div class="zeile">von <a href="/verkaeufer/{o.vendor}">{o.vendor}</a> in <a href="/kategorie/1">{e(o.category[0])}</a>{"".join(f' › <a href="/kategorie/{n}">{e(c)}</a>' for n, c in enumerate(o.category[1:]))}</div><div class="zeile">Preis <strong>{comma(o.fiat)} EUR</strong> zzgl. Versand 5,00 EUR</div><div class="zeile">Versandort <strong>{o.ships_from}</strong></div><div class="zeile">Liefert nach <strong>{o.ships_to}</strong></div><p>{o.text}</p></div>""",
    )


@layout(lambda o: coins(o, "LTC"), leaf=True, optional=("vendor",), held_out=True)
def semantic_data(o: Offer, s: Site) -> str:
    """Attributes data-testid and no telling classes."""
    return wrap(
        f"{o.t}",
        f"""
<div data-testid="shell"><div data-testid="session">{s.me}</div><div data-testid="listing"><div data-testid="listing-title">{o.t}</div><div data-testid="listing-price"><span>Ł{coin(o)}</span></div>{s.maybe("vendor", f'<div data-testid="listing-vendor"><a href="/x/{o.number}">{o.vendor}</a></div>')}<div data-testid="listing-category"><a href="/y/1">{o.leaf}</a></div><div><span>Ships from</span><span>{o.ships_from}</span></div><div><span>Ships to</span><span>{o.ships_to}</span></div><div>{o.text}</div></div></div>""",
    )
