# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: E501, D401, ARG001 - pages are long lines, invented by chance
"""Layouts of div elements: cards, utility classes, hashed classes, microdata."""

from __future__ import annotations

from vestigo.pipeline.market_layouts.layout import Site, coin, coins, comma, e, fiat, layout, wrap
from vestigo.pipeline.market_layouts.offers import Offer


@layout(fiat("USD"), optional=("ships_to",))
def utility_classes(o: Offer, s: Site) -> str:
    """Div soup with utility classes only, similar listings with the same classes."""
    cards = "".join(
        f'<div class="p-4 shadow rounded"><a class="text-sm font-bold" href="/listing/{r.number}">{r.t}</a><p class="text-lg text-green-500">${r.fiat:.2f}</p><p class="text-xs">{r.vendor}</p></div>'
        for r in s.others
    )
    return wrap(
        f"{o.t} | Nimbus",
        f"""
<div class="flex justify-between bg-gray-900 p-2"><a href="/" class="font-bold">Nimbus</a><div class="flex"><a href="/wallet">0.000 BTC</a><a href="/profile">{s.me}</a><a href="/logout">Logout</a></div></div>
<div class="container mx-auto md:flex"><div class="w-2/3"><div class="text-xs text-gray-400"><a href="/browse">Browse</a> / {" / ".join(f'<a href="/browse/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div>
<div class="text-2xl font-bold mt-2">{o.t}</div><div class="text-lg text-green-500 mt-1">${o.fiat:.2f}</div><div class="text-xs">≈ {coin(o)} BTC</div>
<div class="mt-2">Sold by <a class="text-blue-500" href="/u/{o.vendor}">{o.vendor}</a> <span class="text-xs">★ {o.rating}</span></div>
<div class="grid grid-cols-2 mt-4"><div>Ships from</div><div>{o.ships_from}</div>{s.maybe("ships_to", f"<div>Ships to</div><div>{o.ships_to}</div>")}<div>Stock</div><div>{o.stock}</div></div>
<div class="mt-4 whitespace-pre">{o.text}</div></div><div class="w-1/3"><div class="font-bold">Similar listings</div>{cards}</div></div>""",
    )


@layout(fiat("EUR"))
def bootstrap_card(o: Offer, s: Site) -> str:
    """Bootstrap cards, badges, list groups."""
    return wrap(
        "Bastion Market",
        f"""
<nav class="navbar navbar-dark"><a class="navbar-brand" href="/">Bastion Market</a><ul class="navbar-nav"><li class="nav-item"><a class="nav-link" href="/u/{s.me}">{s.me}</a></li><li class="nav-item"><span class="badge">€0.00</span></li></ul></nav>
<div class="container"><nav aria-label="breadcrumb"><ol class="breadcrumb"><li class="breadcrumb-item"><a href="/">Home</a></li>{"".join(f'<li class="breadcrumb-item"><a href="/c/{n}">{e(c)}</a></li>' for n, c in enumerate(o.category))}</ol></nav>
<div class="row"><div class="col-md-8"><div class="card"><div class="card-header"><h4 class="card-title">{o.t}</h4></div><div class="card-body"><h5 class="text-success">{o.fiat:.2f} €</h5><p class="card-text">{o.text}</p></div></div></div>
<div class="col-md-4"><div class="card"><div class="card-header">Vendor</div><div class="card-body"><a href="/vendor/{o.vendor}">{o.vendor}</a> <span class="badge badge-info">Level 3</span></div></div>
<ul class="list-group"><li class="list-group-item d-flex justify-content-between">Ships from <span>{o.ships_from}</span></li><li class="list-group-item d-flex justify-content-between">Ships to <span>{o.ships_to}</span></li><li class="list-group-item d-flex justify-content-between">Left <span>{o.stock}</span></li></ul></div></div></div>""",
    )


@layout(coins, lacks=("ships_to",), optional=("ships_from",))
def microdata(o: Offer, s: Site) -> str:
    """schema.org microdata, vendor as an organisation."""
    return wrap(
        f"Buy {o.t}",
        f"""
<div class="hd"><b>Kiosk</b> <a href="/account/{s.me}">{s.me}</a></div>
<div itemscope itemtype="http://schema.org/Product"><div itemscope itemtype="http://schema.org/BreadcrumbList">{"".join(f'<a itemprop="item" href="/k/{n}"><span itemprop="name">{e(c)}</span></a> ' for n, c in enumerate(o.category))}</div>
<span class="t1" itemprop="name">{o.t}</span><div itemprop="offers" itemscope itemtype="http://schema.org/Offer"><span class="x9" itemprop="price">{coin(o)}</span> <span itemprop="priceCurrency">BTC</span>
<div itemprop="seller" itemscope itemtype="http://schema.org/Organization"><span itemprop="name">{o.vendor}</span></div></div>
{s.maybe("ships_from", f"<div class=s>Dispatched from {o.ships_from}</div>")}<div itemprop="description">{o.text}</div></div>""",
    )


@layout(fiat("USD"), leaf=True)
def hashed_classes(o: Offer, s: Site) -> str:
    """React-like hashed classes and empty comments between texts."""
    return wrap(
        f"{o.t} — Vanta",
        f"""
<div id="__next"><div class="css-1q2w3e"><span class="css-9z8y7x">Vanta</span><div class="css-aa11bb"><span>Balance</span><span>0.0000 BTC</span></div><button>{s.me}</button></div>
<div class="css-k3j2h1"><h1 class="css-tt55yy">{o.t}</h1><div class="css-pp00oo"><span class="css-q1q1q1">$<!-- -->{o.fiat:.2f}</span><span class="css-q2q2q2">(<!-- -->{coin(o)}<!-- --> BTC)</span></div>
<div class="css-v7v7v7">by <a class="css-lnk001" href="/vendor/{o.vendor}">{o.vendor}</a></div><div class="css-row111"><div class="css-lab">Category</div><div class="css-val"><a href="/category/{o.leaf}">{o.leaf}</a></div></div>
<div class="css-row111"><div class="css-lab">Ships from</div><div class="css-val">{o.ships_from}</div></div><div class="css-row111"><div class="css-lab">Ships to</div><div class="css-val">{o.ships_to}</div></div><div class="css-dsc">{o.text}</div></div></div>""",
    )


@layout(fiat("USD"), lacks=("category",))
def inline_styles(o: Offer, s: Site) -> str:
    """Nothing but inline styles."""
    return wrap(
        "market",
        f"""
<div style="background:#000;color:#fff;padding:4px">market <span style="float:right">{s.me} - $0.00 - <a href="/exit">exit</a></span></div>
<div style="padding:20px"><div style="font-size:24px;font-weight:bold">{o.t}</div><div style="font-size:18px;color:#090">${o.fiat:.2f}</div>
<div style="color:#666">Vendor: <a style="color:#00f" href="/store/{o.vendor}">{o.vendor}</a></div><div style="color:#666">Ships from {o.ships_from} to {o.ships_to}</div><div style="margin-top:10px">{o.text}</div>
<div style="margin-top:10px"><b>Shipping options</b><div>Standard +$5.00</div><div>Express +$15.00</div></div></div>""",
    )


@layout(fiat("EUR"))
def side_box(o: Offer, s: Site) -> str:
    """The vendor in a side box together with similar listings of his."""
    more = "".join(
        f'<li><a href="/offer/{r.number}">{r.t}</a> <i>{r.fiat:.2f} EUR</i></li>' for r in s.others
    )
    return wrap(
        f"{o.t} @ Quay",
        f"""
<div class="head"><a href="/">Quay</a><div class="me"><a href="/me">{s.me}</a><a href="/orders">Orders</a><a href="/logout">Logout</a></div></div>
<div class="sidebar"><h3>Vendor</h3><p><a href="/vendors/{o.vendor}"><b>{o.vendor}</b></a></p><p>{o.sales} sales, {o.rating}</p><h3>More from {o.vendor}</h3><ul>{more}</ul></div>
<div class="content"><div class="path"><a href="/">Home</a> › {" › ".join(f'<a href="/c/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div><h1>{o.t}</h1><div class="cost">{o.fiat:.2f} EUR</div>
<p>From: {o.ships_from} | To: {o.ships_to} | Stock: {o.stock}</p><div>{o.text}</div></div>""",
    )


@layout(fiat("USD"), optional=("ships_from", "ships_to"))
def bulk_tiers(o: Offer, s: Site) -> str:
    """A main price, then a table of bulk tiers and postage options."""
    tiers = "".join(
        f"<tr><td>{n} +</td><td>${float(o.fiat) * (1 - n / 200):.2f}</td></tr>" for n in (5, 10, 25)
    )
    return wrap(
        f"{o.t} - Granary",
        f"""
<div class="topbar"><span class="user">{s.me}</span> <span class="bal">Balance: $0.00 / 0.00000 BTC</span></div>
<h1 class="listing-title">{o.t}</h1><div class="price-main"><span class="amount">${o.fiat:,.2f}</span> <span class="unit">per unit</span></div>
<div class="seller-line">Listed by <a href="/seller/{o.vendor}">{o.vendor}</a> in <a href="/category/{o.number}">{e(o.category[0])}</a>{"".join(f' &gt; <a href="/category/{n}">{e(c)}</a>' for n, c in enumerate(o.category[1:]))}</div>
{s.maybe("ships_from", f'<div class="meta"><span class="k">Ships from:</span> <span class="v">{o.ships_from}</span></div>')}{s.maybe("ships_to", f'<div class="meta"><span class="k">Ships to:</span> <span class="v">{o.ships_to}</span></div>')}
<h3>Bulk discounts</h3><table>{tiers}</table><h3>Postage</h3><ul><li>Normal mail - $3.50</li><li>Tracked - $9.90</li></ul><h3>Description</h3><p>{o.text}</p>""",
    )


@layout(coins)
def exchange_banner(o: Offer, s: Site) -> str:
    """A banner of exchange rates, coins first, fiat after."""
    return wrap(
        f"Coral / {o.t}",
        f"""
<div class="ticker">BTC/USD 42,110.20 BTC/EUR 39,001.77 XMR/USD 161.02</div><div class="nav"><a href="/">Coral</a> <a href="/wallet">Wallet (0.00000000 BTC)</a> <a href="/profile/{s.me}">{s.me}</a></div>
<div class="crumbs"><a href="/">Coral</a> / {" / ".join(f'<a href="/s/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div>
<div class="product"><div class="name">{o.t}</div><div class="vendor">{o.vendor} <span class="stars">★★★★☆</span></div><div class="btc">{coin(o)} BTC</div><div class="usd">~ ${o.fiat:.2f}</div>
<div class="ship"><label>Origin</label><span>{o.ships_from}</span></div><div class="ship"><label>Destination</label><span>{o.ships_to}</span></div><div class="body">{o.text}</div></div>""",
    )


@layout(fiat("GBP"), optional=("category",))
def value_above_label(o: Offer, s: Site) -> str:
    """Tiles with the value above its label."""
    return wrap(
        f"{o.t}",
        f"""
<header><span>Tile Market</span><a href="/inbox">Messages</a><a href="/me">{s.me}</a></header>
<h1>{o.t}</h1><div class="tiles"><div class="tile"><strong>£{o.fiat:.2f}</strong><small>Price</small></div><div class="tile"><strong>{o.ships_from}</strong><small>Ships from</small></div><div class="tile"><strong>{o.ships_to}</strong><small>Ships to</small></div>
<div class="tile"><strong><a href="/vendor/{o.vendor}">{o.vendor}</a></strong><small>Vendor</small></div>{s.maybe("category", f'<div class="tile"><strong>{o.path}</strong><small>Category</small></div>')}<div class="tile"><strong>{o.stock}</strong><small>In stock</small></div></div><p>{o.text}</p>""",
    )


@layout(coins, lacks=("ships_from", "ships_to"))
def all_categories(o: Offer, s: Site) -> str:
    """Select box and side menu of all categories beside the breadcrumbs."""
    menu = "".join(
        f'<li><a href="/category/{n}">{c}</a> ({n * 7})</li>'
        for n, c in enumerate(("Household", "Food", "Digital", "Herbs", "Pharmacy"))
    )
    return wrap(
        f"{o.t} - Emporium",
        f"""
<form><select><option>Household</option><option>Food</option><option>Digital</option></select></form><div id="left"><h4>Categories</h4><ul>{menu}</ul></div>
<div id="main"><p class="crumb"><a href="/">Emporium</a> &gt; {" &gt; ".join(f'<a href="/category/{n}">{e(c)}</a>' for n, c in enumerate(o.category))} &gt; {o.t}</p><h1>{o.t}</h1><p>by <a href="/vendor/{o.vendor}">{o.vendor}</a> ({o.rating}, {o.sales} deals)</p><p class="price">{coin(o)} BTC</p>
<p>Your balance: 0.0 BTC</p><p>{o.text}</p></div>""",
    )


@layout(fiat("EUR"), optional=("vendor", "category", "ships_from"), leaf=True)
def article_page(o: Offer, s: Site) -> str:
    """HTML5 elements, price struck through beside the new one."""
    return wrap(
        f"{o.t} · Lighthouse",
        f"""
<header><nav><a href="/">Lighthouse</a><a href="/cart">Cart (0)</a><a href="/u/{s.me}">@{s.me}</a></nav></header>
<main><article><header><h1>{o.t}</h1></header><p class="price"><del>€{float(o.fiat) * 1.3:.2f}</del> <ins>€{o.fiat:.2f}</ins></p>{s.maybe("vendor", f'<p class="vendor-info">Vendor <a href="/vendor/{o.vendor}">{o.vendor}</a> <em>98.2% positive</em></p>')}
{s.maybe("category", f'<p class="cat">Category <a href="/cat/{o.number}">{o.leaf}</a></p>')}{s.maybe("ships_from", f"<p>Ships from <b>{o.ships_from}</b></p>")}<p>Ships to <b>{o.ships_to}</b></p><section>{o.text}</section></article>
<aside><h2>You may also like</h2>{"".join(f'<article><h3><a href="/l/{r.number}">{r.t}</a></h3><p class="price">€{r.fiat:.2f}</p><p>Vendor <a href="/vendor/{r.vendor}">{r.vendor}</a></p></article>' for r in s.others)}</aside></main>""",
    )


@layout(lambda o: (comma(o.fiat).replace(".", "").replace(",", "."), "EUR"), language="es")
def tarjeta_es(o: Offer, s: Site) -> str:
    """A Spanish card with icons and without label for the price."""
    return wrap(
        f"{o.t}",
        f"""
<div class="barra"><a href="/">Plaza</a> <a href="/mensajes">Mensajes</a> <a href="/perfil">{s.me}</a></div>
<div class="tarjeta"><h2 class="titulo">{o.t}</h2><p class="importe">{comma(o.fiat)}€</p><p class="vende"><i class="ico-user"></i> Vendido por <a href="/tienda/{o.vendor}">{o.vendor}</a></p><p>Categoría: {o.path}</p>
<p><i class="ico-truck"></i> Envío desde {o.ships_from}</p><p><i class="ico-globe"></i> Envío a {o.ships_to}</p><p>Gastos de envío: 3,50€</p><div class="texto">{o.text}</div></div>""",
    )
