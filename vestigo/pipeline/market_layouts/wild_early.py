# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: ARG001, D103, D401, E501 - pages are long lines; frames, bodies and rows have one form each
"""Wild layouts, first batch, part one: English markets of 2011 to 2019 in their makes."""

from __future__ import annotations

from decimal import Decimal

from vestigo.pipeline.market_layouts.layout import Site, coin, coins, e, fiat, wrap
from vestigo.pipeline.market_layouts.offers import Offer
from vestigo.pipeline.market_layouts.wild import wild


def usd(o: Offer) -> tuple[str, str]:
    """Return the price in dollars; pages show it with a comma for thousands."""
    return f"{o.fiat:.2f}", "USD"


def xmr(o: Offer) -> tuple[str, str]:
    return f"{o.amount:.5f}", "XMR"


def btc(o: Offer) -> str:
    return f"{o.amount / 7:.8f}"


def f_road(title: str, body: str, s: Site) -> str:
    user = (
        f'<div id="hdr">Hi, {s.me} &nbsp; <a href="/messages">messages 2</a> | <a href="/orders">orders 0</a> | account <a href="/account">&#3647;0.1523</a> <a href="/logout">logout</a></div>'
        if s.me
        else '<div id="hdr"><a href="/register">click here to join</a></div>'
    )
    left = "".join(
        f'<li><a href="/c/{n}">{c}</a> {n * 31 + 7}</li>'
        for n, c in enumerate(
            ("Drugs", "Apparel", "Art", "Books", "Electronics", "Home &amp; Garden", "Packaging")
        )
    )
    return wrap(
        f"Silken Way anonymous market :: {title}",
        f'{user}<div id="search"><form><input name="q"><button>Go</button></form></div><div id="left"><b>Shop by category</b><ul>{left}</ul></div><div id="main">{body}</div><div id="footer">community forums | wiki | support</div>',
    )


def r_road(o: Offer, s: Site) -> str:
    return f'<div class="item_row"><img src="/t.jpg"><a href="/item/{o.number}">{o.t}</a> &#3647;{coin(o)}<br>vendor: <a href="/user/{o.vendor}">{o.vendor}</a> ({o.sales})<br>ships from: {o.ships_from}<br>ships to: {o.ships_to}</div>'


@wild(coins, f_road, r_road, leaf=True, optional=("ships_to",))
def road_item(o: Offer, s: Site) -> str:
    """Runs of text with line breaks, coin sign before the amount, vendor's score in brackets."""
    fb = "".join(
        f"<tr><td>5 of 5</td><td>great as always, paid {n}.00</td><td>{n} days</td></tr>"
        for n in range(1, 4)
    )
    return f"""<h2>{o.t}</h2><div class="pic"><img src="/i.jpg"></div><div class="price_big">&#3647;{coin(o)}</div><div>seller: <a href="/user/{o.vendor}">{o.vendor}</a>({o.sales})<br>ships from: {o.ships_from}<br>{s.maybe("ships_to", f"ships to: {o.ships_to}<br>")}category: <a href="/c/9">{o.leaf}</a></div><form><button>add to cart</button></form><a href="/bm">bookmark this item</a> <a href="/u">discuss this item</a><h3>Description:</h3><p>{o.text}</p><h3>Recent feedback:</h3><table><tr><th>Rating</th><th>Feedback</th><th>Freshness</th></tr>{fb}</table>"""


def f_evo(title: str, body: str, s: Site) -> str:
    nav = (
        f'<ul class="nav pull-right"><li><a href="/wallet"><i class="icon-btc"></i> 0.0000</a></li><li class="dropdown"><a href="#">{s.me} <b class="caret"></b></a><ul class="dropdown-menu"><li><a href="/profile/{s.me}">Profile</a></li><li><a href="/logout">Logout</a></li></ul></li></ul>'
        if s.me
        else '<ul class="nav pull-right"><li><a href="/login">Login</a></li></ul>'
    )
    return wrap(
        f"Elevation :: {title}",
        f'<div class="navbar navbar-fixed-top"><div class="navbar-inner"><a class="brand" href="/">Elevation</a>{nav}</div></div><div class="container-fluid"><div class="row-fluid">{body}</div></div><div class="exchange">BTC 421.10 USD | 339.92 EUR | 270.01 GBP</div>',
    )


def r_evo(o: Offer, s: Site) -> str:
    return f'<div class="row-fluid"><div class="span2"><img></div><div class="span7"><h4><a href="/listing/{o.number}">{o.t}</a></h4>by <a href="/profile/{o.vendor}">{o.vendor}</a> ({o.rating}★)</div><div class="span3">BTC {btc(o)}</div></div>'


@wild(lambda o: (btc(o), "BTC"), f_evo, r_evo)
def evo_sidebar(o: Offer, s: Site) -> str:
    """Bootstrap 2: breadcrumb with dividers, "by NAME" below the heading, a list in a well."""
    crumbs = "".join(
        f'<li><a href="/category/{n}">{e(c)}</a> <span class="divider">/</span></li>'
        for n, c in enumerate(o.category)
    )
    return f"""<ul class="breadcrumb"><li><a href="/">Home</a> <span class="divider">/</span></li>{crumbs}<li class="active">{o.t}</li></ul><div class="page-header"><h3>{o.t} <small>by <a href="/profile/{o.vendor}">{o.vendor}</a> Level {o.sales % 5 + 1} ({o.sales})</small></h3></div><div class="span4"><img src="x"></div><div class="span4 well"><h4>BTC {btc(o)}</h4><p class="muted">≈ ${o.fiat:.2f}</p><form><select name="shipping"><option>Standard - BTC 0.0050</option><option>Express - BTC 0.0120</option></select><button class="btn btn-success">Buy It Now</button></form><ul class="unstyled"><li><b>Ships from:</b> {o.ships_from}</li><li><b>Ships to:</b> {o.ships_to}</li><li><b>Escrow:</b> Yes</li></ul></div><div class="tabbable"><ul class="nav nav-tabs"><li><a>Description</a></li><li><a>Return policy</a></li><li><a>Feedback ({o.sales})</a></li></ul><div class="tab-content">{o.text}</div></div>"""


def f_bay(title: str, body: str, s: Site) -> str:
    rates = "<div class='rates'><table><tr><th>BTC</th><th>XMR</th></tr><tr><td>USD 2,512.90</td><td>USD 41.18</td></tr><tr><td>EUR 2,205.00</td><td>EUR 36.02</td></tr></table></div>"
    user = (
        f"<div class='userpanel'>Welcome, <b>{s.me}</b> Buyer<br>Balance: BTC 0.0042 [ USD 10.55 ]<br>Level 1, Trust Level 2<br><a href='logout.php'>Logout</a></div>"
        if s.me
        else ""
    )
    return wrap(
        f"{title} - BetaBay Market",
        f"<div class='top'><a href='/'>HOME</a> <a href='/sales'>SALES</a> <a href='/msg'>MESSAGES</a> <a href='/fb'>FEEDBACK</a></div><div class='leftcol'>{user}{rates}</div><div class='content2'>{body}</div>",
    )


def r_bay(o: Offer, s: Site) -> str:
    return f"<div class='listing'><a href='listing.php?id={o.number}'>[MS] {o.t}</a><br><span>Item # {o.number} - {o.leaf} - <a href='user.php?id={o.vendor}'>{o.vendor}</a> ({o.sales})</span><span class='pr'>USD {o.fiat:,.2f}</span></div>"


@wild(usd, f_bay, r_bay, optional=("ships_to",))
def bay_product(o: Offer, s: Site) -> str:
    """A table of features in pairs, "Sold by", purchase price after the options of postage."""
    to = s.maybe("ships_to", f"<td><b>Ships to</b></td><td>{o.ships_to}</td>")
    crumbs = " / ".join(f"<a href='search.php?c={n}'>{e(c)}</a>" for n, c in enumerate(o.category))
    return f"""<div class='path'>{crumbs} / <b>View Listing</b></div><h1 class='std'>{o.t}</h1><div class='d'><p>{o.text}</p></div><div>Sold by <a class='std' href='user.php?id={o.vendor}'>{o.vendor}</a> - {o.sales} sold since Jan 12, 2016 <span class='vl'>Vendor Level 4</span> <span class='tl'>Trust Level 5</span></div><table class='feat' width='100%'><tr><th colspan='2'>Features</th><th colspan='2'>Features</th></tr><tr><td><b>Product Class</b></td><td>Physical package</td><td><b>Origin Country</b></td><td>{o.ships_from}</td></tr><tr><td><b>Quantity Left</b></td><td>Unlimited</td>{to}</tr><tr><td><b>Ends In</b></td><td>Never</td><td><b>Payment</b></td><td>Escrow</td></tr></table><form><select name='s'><option>Default - 1 days - USD +0.00 / item</option><option>Tracked - 4 days - USD +9.50 / item</option></select><div>Purchase price: <span>USD {o.fiat:,.2f}</span></div><div>Qty: <input value='1'> <button>Buy Now</button></div><div>{btc(o)} BTC / 2.2010 XMR</div></form><div class='tabs'><a>Description</a> <a>Bids</a> <a>Feedback</a> <a>Refund Policy</a></div>"""


def f_vision(title: str, body: str, s: Site) -> str:
    tree = "".join(
        f'<li><a href="?category={n}">{c}</a> <span>{n * 977 + 12}</span></li>'
        for n, c in enumerate(
            ("Digital Goods", "Drugs", "Drugs Paraphernalia", "Services", "Other")
        )
    )
    user = (
        f'<div class="headNav"><span>{s.me}</span> <span>฿0.00000</span><a href="/logout">Logout</a></div>'
        if s.me
        else ""
    )
    return wrap(
        "Vision Market",
        f'{user}<div class="main"><div class="sidebar"><div class="browse">Browse by category<ul>{tree}</ul></div><div class="rates">Exchange rates<table><tr><td>BTC</td><td>1.0</td></tr><tr><td>mBTC</td><td>1000.0</td></tr><tr><td>USD</td><td>6,411.5</td></tr><tr><td>EUR</td><td>5,519.8</td></tr></table></div></div><div class="content">{body}</div></div>',
    )


def r_vision(o: Offer, s: Site) -> str:
    return f'<div class="around"><div class="oTitle"><a href="viewProduct?offer={o.number}">{o.t}</a></div><div class="oPrice">฿{btc(o)} (${o.fiat:,.2f})</div><div class="oVendor"><a href="/contactMember?member={o.vendor}">{o.vendor}</a> ({o.sales})</div><div>{o.ships_from} → {o.ships_to}</div></div>'


@wild(lambda o: (btc(o), "BTC"), f_vision, r_vision, lacks=("category",))
def vision_offer(o: Offer, s: Site) -> str:
    """Label and value in divs side by side; flags before places; title is no heading."""
    rows = (
        (
            "Vendor",
            f'<a href="/contactMember?member={o.vendor}">{o.vendor}</a> ({o.sales}) ({o.rating}★) (✉ 41/2/1)',
        ),
        ("Price", f"<span>฿{btc(o)}</span> <span>(${o.fiat:,.2f})</span>"),
        ("Ships to", f'<span class="ico"><img src="/w.png" alt=""></span> {o.ships_to}'),
        ("Ships from", f'<span class="ico"><img src="/f.png" alt=""></span> {o.ships_from}'),
        ("Escrow", "Yes"),
    )
    cells = "".join(
        f'<div class="pRow"><div class="l1">{k}</div><div class="r1">{v}</div></div>'
        for k, v in rows
    )
    return f"""<div class="viewProduct"><div class="title">{o.t}</div><div class="image"><img src="a.jpg"></div>{cells}<div class="tabl"><a>Product description</a><div>{o.text}</div></div><div class="tabl"><b>Ratings</b><table><tr><td>4d</td><td>★★★★★</td><td>{s.buyers[0]}</td><td>~$45</td></tr><tr><td>9d</td><td>★★★★★</td><td>{s.buyers[1]}</td><td>~$120</td></tr></table></div></div>"""


def f_hans(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="col-xs-6 text-right"><a href="/account">{s.me}</a> &middot; <a href="/wallet">BTC 0.00000000</a> &middot; <a href="/signout">Sign out</a></div>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} | HERMES Market",
        f'<div class="container"><header class="row"><div class="col-xs-6"><a href="/"><img alt="HERMES"></a></div>{user}</header><div class="row"><div class="col-md-12">{body}</div></div><footer>1 BTC = $1,204.11</footer></div>',
    )


def r_hans(o: Offer, s: Site) -> str:
    return f'<div class="panel panel-default"><div class="panel-body"><a href="/listing/{o.number}/">{o.t}</a><div>Vendor <a href="/vendor/{o.vendor}/">{o.vendor}</a></div><div>USD {o.fiat:.2f}</div></div></div>'


@wild(usd, f_hans, r_hans)
def hermes_panel(o: Offer, s: Site) -> str:
    """An inline run "Vendor … Class … in Category", definition table in a panel, bulk prices below."""
    path = " &rarr; ".join(f'<a href="/category/{n}/">{e(c)}</a>' for n, c in enumerate(o.category))
    bulk = "".join(
        f"<tr><td>{n}+</td><td>USD {o.fiat * (100 - n) / 100:.2f}</td></tr>" for n in (5, 10, 50)
    )
    return f"""<div class="panel panel-primary"><div class="panel-heading"><h3 class="panel-title">{o.t}</h3></div><div class="panel-body"><div class="row"><div class="col-md-4"><img></div><div class="col-md-8"><h2 class="text-success">USD {o.fiat:.2f} <small>฿ {btc(o)}</small></h2><table class="table table-condensed"><tbody><tr><td>Vendor</td><td><a href="/vendor/{o.vendor}/">{o.vendor}</a> <span class="label label-success">+{o.sales}</span> <span class="label label-danger">-3</span> <span class="label label-info">Level 7</span></td></tr><tr><td>Class</td><td>Physical</td></tr><tr><td>Category</td><td>{path}</td></tr><tr><td>Ships From</td><td>{o.ships_from}</td></tr><tr><td>Ships To</td><td>{o.ships_to}</td></tr><tr><td>Delivery</td><td>2-5 days</td></tr></tbody></table></div></div></div></div><div class="panel panel-default"><div class="panel-heading">Bulk discount</div><table class="table"><tr><th>Quantity</th><th>Price per item</th></tr>{bulk}</table></div><div class="panel panel-default"><div class="panel-heading">Details</div><div class="panel-body">{o.text}</div></div>"""


def f_wall(title: str, body: str, s: Site) -> str:
    user = (
        f"<td align=right><font size=2>Logged in as <b>{s.me}</b> (buyer) | Balance: 0.00000000 BTC | <a href=logout>Log out</a></font></td>"
        if s.me
        else "<td></td>"
    )
    return wrap(
        "The Exchange Floor",
        f"<table width=100% bgcolor=#222><tr><td><font size=5>The Exchange Floor</font></td>{user}</tr></table><table width=100%><tr><td width=180 valign=top><b>Categories</b><br>- <a href=/c1>Drugs</a> (1201)<br>- <a href=/c2>Fraud</a> (440)<br>- <a href=/c3>Jewels</a> (12)</td><td valign=top>{body}</td></tr></table>",
    )


def r_wall(o: Offer, s: Site) -> str:
    return f"<table border=0><tr><td><a href=/offer/{o.number}><b>{o.t}</b></a></td></tr><tr><td>Seller: <a href=/s/{o.vendor}>{o.vendor}</a></td></tr><tr><td>{o.fiat:.2f} USD</td></tr></table>"


@wild(usd, f_wall, r_wall, leaf=True)
def floor_nested(o: Offer, s: Site) -> str:
    """Tables in tables with font tags; the label and its value share a cell, bold against plain."""
    return f"""<table width=100% cellpadding=4><tr><td bgcolor=#ddd><font size=4><b>{o.t}</b></font></td></tr><tr><td><table><tr><td rowspan=6><img src=p.gif width=150></td><td><b>Seller:</b> <a href=/s/{o.vendor}>{o.vendor}</a> <font color=green>({o.sales} sales, {o.rating * 20:.1f}%)</font></td></tr><tr><td><b>Price:</b> {o.fiat:.2f} USD <i>({btc(o)} BTC)</i></td></tr><tr><td><b>Ships from:</b> {o.ships_from} &nbsp; <b>to:</b> {o.ships_to}</td></tr><tr><td><b>Category:</b> {o.leaf}</td></tr><tr><td><b>Views:</b> {o.stock * 11} | <b>Sales:</b> {o.sales}</td></tr><tr><td><form><input name=q value=1 size=3><input type=submit value="Order"></form></td></tr></table></td></tr><tr><td bgcolor=#ddd><b>Description</b></td></tr><tr><td>{o.text}</td></tr><tr><td bgcolor=#ddd><b>Other items of this seller</b></td></tr><tr><td><a href=/offer/1>{s.others[0].t}</a> - {s.others[0].fiat:.2f} USD<br><a href=/offer/2>{s.others[1].t}</a> - {s.others[1].fiat:.2f} USD</td></tr></table>"""


def f_tail(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="flex items-center space-x-4"><span class="text-sm text-gray-400">{s.me}</span><span class="px-2 py-1 rounded bg-gray-800 text-xs">0.000000 XMR</span><a href="/logout" class="text-red-400">Logout</a></div>'
        if s.me
        else '<a href="/login">Sign in</a>'
    )
    return wrap(
        f"{title} — Moraine",
        f'<nav class="bg-gray-900 px-6 py-3 flex justify-between"><a class="text-xl font-bold" href="/">Moraine</a>{user}</nav><main class="max-w-7xl mx-auto p-6">{body}</main><footer class="text-xs text-gray-500 p-6">XMR $161.22 · BTC $67,120.00</footer>',
    )


def r_tail(o: Offer, s: Site) -> str:
    return f'<a class="block rounded-lg border p-4" href="/offers/{o.number}"><p class="font-semibold">{o.t}</p><p class="text-sm">{o.vendor} · ★ {o.rating}</p><p class="text-green-400">${o.fiat:.2f}</p></a>'


@wild(usd, f_tail, r_tail, optional=("ships_to",))
def tailwind_offer(o: Offer, s: Site) -> str:
    """Utility classes only; price with the coin below; places with label over value in small grids."""
    crumbs = '<span class="mx-2 text-gray-600">›</span>'.join(
        f'<a class="hover:underline" href="/c/{n}">{e(c)}</a>' for n, c in enumerate(o.category)
    )
    cell = '<div class="rounded bg-gray-800 p-3"><p class="text-xs uppercase text-gray-500">{}</p><p class="text-sm font-medium">{}</p></div>'
    cells = (
        cell.format("Ships from", o.ships_from)
        + s.maybe("ships_to", cell.format("Ships to", o.ships_to))
        + cell.format("In stock", o.stock)
        + cell.format("Type", "Physical")
    )
    return f"""<div class="text-sm text-gray-400 mb-4">{crumbs}</div><div class="grid grid-cols-3 gap-6"><div class="col-span-2"><h1 class="text-2xl font-bold">{o.t}</h1><div class="mt-4 prose">{o.text}</div></div><aside class="rounded-xl border p-5"><p class="text-3xl font-bold text-green-400">${o.fiat:.2f}</p><p class="text-sm text-gray-500">≈ {btc(o)} XMR</p><div class="mt-4 flex items-center"><img class="w-8 h-8 rounded-full"><div class="ml-3"><a class="font-medium" href="/u/{o.vendor}">{o.vendor}</a><p class="text-xs text-gray-500">★ {o.rating} · {o.sales} sales · Level 6</p></div></div><div class="mt-4 grid grid-cols-2 gap-2">{cells}</div><form class="mt-4"><label class="text-xs">Shipping method</label><select><option>Untracked (+$5.00)</option><option>Tracked (+$14.00)</option></select><button class="w-full bg-green-600">Add to cart</button></form></aside></div>"""


def f_fish(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="right">{s.me} <i>[buyer]</i><br>Wallet: <b>$0.00</b> <small>0.00000000 BTC, 0.0000 XMR</small></div>'
        if s.me
        else ""
    )
    return wrap(
        f"DeepWolf - {title}",
        f'<div class="menu"><a href="/">DeepWolf</a> <a href="/products">Products</a> <a href="/support">Support</a>{user}</div>{body}',
    )


def r_fish(o: Offer, s: Site) -> str:
    return f'<div class="prod"><h5><a href="/product/{o.number}">{o.t}</a></h5><b>{o.fiat:.2f} USD</b><span>{o.vendor}</span></div>'


@wild(usd, f_fish, r_fish)
def wolf_inline(o: Offer, s: Site) -> str:
    """One run of text with strong labels and pipes, no elements around the values."""
    path = " » ".join(f"<a href='/category/{n}'>{e(c)}</a>" for n, c in enumerate(o.category))
    return f"""<div class="wrapper"><h2 class="product-title">{o.t}</h2><p class="info"><strong>Vendor</strong>: <a href="/vendor/{o.vendor}">{o.vendor}</a> <span class="lvl">L{o.sales % 9 + 1}</span> | <strong>Category</strong>: {path} | <strong>Sold</strong>: {o.sales}</p><p class="info"><strong>Ships from</strong>: {o.ships_from} | <strong>Ships to</strong>: {o.ships_to} | <strong>Type</strong>: Physical</p><div class="buybox"><div>Price: <strong>{o.fiat:.2f} USD</strong></div><div class="small">{btc(o)} BTC &nbsp; {o.amount:.4f} XMR</div><div>Payment: Escrow | FE</div></div><h4>About this product</h4><p>{o.text}</p><h4>Similar products</h4>{"".join(r_fish(r, s) for r in s.others[:3])}</div>"""


def f_woo(title: str, body: str, s: Site) -> str:
    user = (
        f'<span class="account">Hello {s.me}</span> <a class="cart-contents" href="/cart"><span class="amount">$0.00</span> <span class="count">0 items</span></a>'
        if s.me
        else '<a href="/my-account">My account</a>'
    )
    return wrap(
        f"{title} – GreenLoft",
        f'<body class="woocommerce single-product"><header class="site-header"><div class="site-branding"><p class="site-title"><a href="/">GreenLoft</a></p></div>{user}</header><div class="site-content">{body}</div><footer class="site-footer">© GreenLoft, since 2015</footer>',
    )


def r_woo(o: Offer, s: Site) -> str:
    return f'<li class="product"><a href="/product/{o.number}"><h2 class="woocommerce-loop-product__title">{o.t}</h2><span class="price">${o.fiat:.2f}</span></a></li>'


@wild(usd, f_woo, r_woo, lacks=("vendor", "ships_to"), optional=("ships_from",))
def woo_shop(o: Offer, s: Site) -> str:
    """A shop of one vendor in a common shop's theme: variations with prices, related products."""
    crumbs = " / ".join(
        f'<a href="/product-category/{n}">{e(c)}</a>' for n, c in enumerate(o.category)
    )
    frm = s.maybe("ships_from", f"<tr><th>Ships from</th><td><p>{o.ships_from}</p></td></tr>")
    return f"""<nav class="woocommerce-breadcrumb"><a href="/">Home</a> / {crumbs} / {o.t}</nav><div class="product"><div class="summary entry-summary"><h1 class="product_title entry-title">{o.t}</h1><p class="price"><span class="woocommerce-Price-amount amount"><bdi><span class="woocommerce-Price-currencySymbol">$</span>{o.fiat:.2f}</bdi></span></p><div class="short"><p>{o.text}</p></div><p class="stock in-stock">{o.stock} in stock</p><form class="cart"><input type="number" value="1"><button>Add to cart</button></form><div class="product_meta"><span class="sku_wrapper">SKU: <span class="sku">GL-{o.number}</span></span></div></div><div class="woocommerce-tabs"><ul class="tabs"><li>Description</li><li>Additional information</li><li>Reviews (3)</li></ul><table class="shop_attributes"><tr><th>Weight</th><td>0.2 kg</td></tr>{frm}</table></div><section class="related products"><h2>Related products</h2><ul>{"".join(r_woo(r, s) for r in s.others)}</ul></section></div>"""


def f_torz(title: str, body: str, s: Site) -> str:
    user = (
        f'<span class="navbar-text">{s.me}</span><a class="nav-link" href="/wallet">£0.00</a>'
        if s.me
        else ""
    )
    return wrap(
        f"Forge: {title}",
        f'<nav class="navbar navbar-dark bg-dark"><a class="navbar-brand" href="/home">Forge</a><form class="form-inline"><input placeholder="Search"></form>{user}</nav><div class="container mt-3">{body}</div>',
    )


def r_torz(o: Offer, s: Site) -> str:
    return f'<div class="card mb-2"><div class="card-body"><h5 class="card-title"><a href="/i/{o.number}">{o.t}</a></h5><p class="card-text">£{o.fiat:.2f} by {o.vendor}</p></div></div>'


@wild(fiat("GBP"), f_torz, r_torz, optional=("ships_to", "category"), leaf=True)
def forge_badges(o: Offer, s: Site) -> str:
    """Bootstrap 4 card; label and value in columns of a row, the value as badge."""
    row = '<div class="row"><div class="col-4 text-muted">{}</div><div class="col-8">{}</div></div>'
    rows = row.format(
        "Sold by",
        f'<a href="/u/{o.vendor}" class="badge badge-primary">{o.vendor}</a> <span class="badge badge-warning">{o.rating} ★</span> <span class="badge badge-secondary">{o.sales} sales</span>',
    )
    rows += s.maybe("category", row.format("Listed in", f'<a href="/c/1">{o.leaf}</a>'))
    rows += row.format("Origin", f'<span class="flag-icon flag-icon-xx"></span> {o.ships_from}')
    rows += s.maybe(
        "ships_to",
        row.format("Destination", f'<span class="flag-icon flag-icon-xx"></span> {o.ships_to}'),
    )
    return f"""<div class="card"><div class="card-header"><h4 class="mb-0">{o.t}</h4></div><div class="card-body">{rows}<hr><div class="row"><div class="col-4 text-muted">Price</div><div class="col-8"><span class="h4">£{o.fiat:,.2f}</span> <small class="text-muted">{btc(o)} BTC</small></div></div></div></div><ul class="nav nav-tabs mt-3"><li class="nav-item">Description</li><li class="nav-item">Vendor terms</li></ul><div class="p-3">{o.text}</div><h5>Reviews</h5><div class="media"><div class="media-body"><b>{s.buyers[0]}</b> Spent £{Decimal(60):.2f} <p>All good</p></div></div>"""


def f_arch(title: str, body: str, s: Site) -> str:
    user = f'<div class="me"><img><strong>{s.me}</strong><em>0.00 €</em></div>' if s.me else ""
    return wrap(
        f"ArchType | {title}",
        f'<div id="app"><header>{user}<a class="logo" href="/">ARCHTYPE</a><p class="rate">1 XMR = 148,20 €</p></header>{body}</div>',
    )


def r_arch(o: Offer, s: Site) -> str:
    return f'<article class="tile"><h3><a href="/view/{o.number}">{o.t}</a></h3><span>{o.vendor}</span><b>{o.fiat:.2f} €</b></article>'


@wild(lambda o: (f"{o.fiat:.2f}", "EUR"), f_arch, r_arch)
def arch_variants(o: Offer, s: Site) -> str:
    """Section elements, "From → To" with an arrow, price of the first of several amounts."""
    crumb = "".join(f"<li>{e(c)}</li>" for c in o.category)
    return f"""<ol class="trail">{crumb}</ol><section class="offer"><h1>{o.t}</h1><p class="seller">Offered by <a href="/dealer/{o.vendor}">{o.vendor}</a> <span class="trust">Trust {o.sales % 10}/10</span></p><dl><dt>Price</dt><dd>{o.fiat:.2f} € <span>({o.amount:.4f} XMR)</span></dd><dt>Ships</dt><dd>{o.ships_from} → {o.ships_to}</dd><dt>Payment</dt><dd>Escrow</dd></dl><table class="amounts"><thead><tr><th>Amount</th><th>Price</th></tr></thead><tr><td>1x</td><td>{o.fiat:.2f} €</td></tr><tr><td>5x</td><td>{o.fiat * 4:.2f} €</td></tr></table></section><section class="text"><h2>Description</h2><p>{o.text}</p></section>"""
