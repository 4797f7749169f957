# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: E501, D401 - pages are long lines, invented by chance
"""Layouts of tables, lists of terms and bold labels."""

from __future__ import annotations

from vestigo.pipeline.market_layouts.layout import Site, coin, coins, comma, e, fiat, layout, wrap
from vestigo.pipeline.market_layouts.offers import Offer


@layout(coins, optional=("ships_to", "category"))
def table_rows(o: Offer, s: Site) -> str:
    """A table of labels and values, balance in the header, feedback below."""
    feedback = "".join(
        f"<tr><td>5/5</td><td>{b}</td><td>great stuff, 0.002 BTC well spent</td></tr>"
        for b in s.buyers
    )
    return wrap(
        f"{o.t} - Umbra",
        f"""
<div id="top">Welcome back, <a href="/user/{s.me}">{s.me}</a> | Balance: 0.000 BTC | 1 BTC = $42,133.10 | <a href="/logout">Logout</a></div>
<div id="menu"><a href="/">Home</a> <a href="/cat/1">Household</a> <a href="/cat/2">Food</a> <a href="/vendors">Vendors</a></div>
<h2>{o.t}</h2>
<table class="info"><tr><td>Price</td><td>{coin(o)} BTC</td></tr>
<tr><td>Vendor</td><td><a href="/vendor/{o.vendor}">{o.vendor}</a> ({o.rating}) [{o.sales}]</td></tr>
{s.maybe("category", f"<tr><td>Category</td><td>{o.path}</td></tr>")}
<tr><td>Ships from</td><td>{o.ships_from}</td></tr>
{s.maybe("ships_to", f"<tr><td>Ships to</td><td>{o.ships_to}</td></tr>")}
<tr><td>In stock</td><td>{o.stock}</td></tr></table>
<p>{o.text}</p><h3>Feedback</h3><table>{feedback}</table>""",
    )


@layout(fiat("EUR"), optional=("ships_from",))
def terms(o: Offer, s: Site) -> str:
    """dl/dt/dd with the price converted in brackets and breadcrumbs in a list."""
    crumbs = "".join(f'<li><a href="/c/{n}">{e(c)}</a></li>' for n, c in enumerate(o.category))
    return wrap(
        f"{o.t} :: Agate Market",
        f"""
<header><a class="logo" href="/">Agate Market</a><form><select name="cat"><option>All</option><option>Food</option></select><input name="q"></form></header>
<ol class="breadcrumb"><li><a href="/">Home</a></li>{crumbs}<li class="active">{o.t}</li></ol>
<main><h1>{o.t}</h1><dl>
<dt>Price:</dt><dd>€{o.fiat:.2f} ({coin(o)} BTC)</dd>
<dt>Seller:</dt><dd><a href="/shop/{o.vendor}">{o.vendor}</a></dd>
{s.maybe("ships_from", f"<dt>Ships from:</dt><dd>{o.ships_from}</dd>")}
<dt>Ships to:</dt><dd>{o.ships_to}</dd><dt>Available:</dt><dd>{o.stock} pieces</dd></dl>
<div class="desc">{o.text}</div></main><footer>Agate Market 2019</footer>""",
    )


@layout(fiat("USD"), optional=("ships_to",))
def bold_lines(o: Offer, s: Site) -> str:
    """<b>Label:</b> value<br>, everything in one cell of a nested table."""
    related = "".join(
        f"<tr><td><a href='item.php?id={r.number}'>{r.t}</a></td><td>${r.fiat:.2f}</td></tr>"
        for r in s.others
    )
    return wrap(
        "The Old Bazaar",
        f"""
<table width="100%"><tr><td bgcolor="#333"><font color="white">The Old Bazaar</font></td><td align=right>Hi <b>{s.me}</b>, your balance is $0.00 [<a href=logout.php>logout</a>]</td></tr></table>
<table><tr><td valign=top width=150><b>Categories</b><br><a href="cat.php?id=1">Food</a><br><a href="cat.php?id=2">Digital</a><br></td>
<td><font size="5">{o.t}</font><br><br>
<b>Price:</b> ${o.fiat:,.2f}<br>
<b>Vendor:</b> <a href="profile.php?u={o.vendor}">{o.vendor}</a> ({o.rating}) [{o.sales}]<br>
<b>Category:</b> {o.path}<br>
<b>Ships from:</b> {o.ships_from}<br>
{s.maybe("ships_to", f"<b>Ships to:</b> {o.ships_to}<br>")}
<b>Stock:</b> {o.stock}<br><br>{o.text}<hr>
<b>Related items</b><table border=1>{related}</table></td></tr></table>""",
        end="</body></html>",
    )


@layout(coins, lacks=("category",))
def nested_tables(o: Offer, s: Site) -> str:
    """Nested tables of the 2000s without any class, labels in bold cells."""
    return wrap(
        f"SilkyWay - {o.t}",
        f"""
<center><table border=0 cellpadding=0><tr><td><table><tr><td><img src=logo.gif></td><td><font size=1>messages(0) | orders(2) | account ฿0.0000 | {s.me}</font></td></tr></table></td></tr>
<tr><td><table width=760><tr><td width=300><img src="/i/{o.number}.jpg"></td><td>
<table><tr><td colspan=2><h3>{o.t}</h3></td></tr>
<tr><td><b>seller:</b></td><td><a href="/silk/user/{o.number}x">{o.vendor}</a> <font color=green>({o.rating}/5)</font></td></tr>
<tr><td><b>price:</b></td><td>฿{coin(o)}</td></tr>
<tr><td><b>ships from:</b></td><td>{o.ships_from}</td></tr>
<tr><td><b>ships to:</b></td><td>{o.ships_to}</td></tr>
<tr><td><b>postage option:</b></td><td><select><option>Standard ฿0.01</option><option>Express ฿0.05</option></select></td></tr>
</table></td></tr></table></td></tr><tr><td><b>description</b><p>{o.text}</p></td></tr></table></center>""",
    )


@layout(coins, leaf=True)
def label_column(o: Offer, s: Site) -> str:
    """All labels in one column element, all values in another."""
    return wrap(
        f"{o.t}",
        f"""
<nav><a href="/">Start</a><a href="/inbox">Inbox</a><span>{s.me}</span><a href="/logout">Log out</a></nav>
<div class="offer"><h1 class="offer-title">{o.t}</h1><div class="facts"><div class="names"><p>Vendor</p><p>Category</p><p>Ships from</p><p>Ships to</p><p>Price</p></div>
<div class="values"><p><a href="/v/{o.vendor}">{o.vendor}</a></p><p>{o.leaf}</p><p>{o.ships_from}</p><p>{o.ships_to}</p><p>{coin(o)} BTC</p></div></div>
<div class="txt">{o.text}</div></div>""",
    )


@layout(fiat("EUR"), language="es", optional=("ships_to", "vendor"))
def tabla_es(o: Offer, s: Site) -> str:
    """A Spanish table with th and td."""
    return wrap(
        f"{o.t} | Mercado Aurora",
        f"""
<div class="cabecera"><span>Bienvenido, {s.me}</span> <span>Saldo: 0,00 €</span> <a href="/salir">Cerrar sesión</a></div>
<div class="migas"><a href="/">Inicio</a> &raquo; {" &raquo; ".join(f'<a href="/categoria/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div>
<h1>{o.t}</h1><table class="ficha">
<tr><th>Precio</th><td>{comma(o.fiat)} €</td></tr>
{s.maybe("vendor", f"<tr><th>Vendedor</th><td><a href='/vendedor/{o.vendor}'>{o.vendor}</a> ★ {o.rating}</td></tr>")}
<tr><th>Envío desde</th><td>{o.ships_from}</td></tr>{s.maybe("ships_to", f"<tr><th>Envío a</th><td>{o.ships_to}</td></tr>")}
<tr><th>Existencias</th><td>{o.stock}</td></tr></table><h2>Descripción</h2><p>{o.text}</p>
<h2>Opiniones</h2><ul>{"".join(f"<li>{b}: muy bien</li>" for b in s.buyers)}</ul>""",
    )


@layout(fiat("EUR"), language="de")
def liste_de(o: Offer, s: Site) -> str:
    """A German list of "label: value" items."""
    return wrap(
        f"{o.t} - Kontor",
        f"""
<div id="kopf">Angemeldet als {s.me} · Guthaben 0,00 € · <a href="/abmelden">Abmelden</a></div>
<div id="inhalt"><h1>{o.t}</h1><ul class="daten"><li>Preis: {comma(o.fiat)} EUR</li><li>Verkäufer: <a href="/anbieter/{o.vendor}">{o.vendor}</a> (Bewertung {o.rating})</li>
<li>Kategorie: {o.path}</li><li>Versand aus: {o.ships_from}</li><li>Versand nach: {o.ships_to}</li><li>Versandkosten: 4,90 EUR</li></ul>
<p>{o.text}</p><h3>Ähnliche Angebote</h3>{"".join(f'<div class="mini"><a href="/angebot/{r.number}">{r.t}</a> <span>{comma(r.fiat)} EUR</span></div>' for r in s.others)}</div>""",
    )


@layout(fiat("EUR"), language="fr", optional=("category",))
def fiche_fr(o: Offer, s: Site) -> str:
    """A French page with the label in strong, comma as decimal sign, non-breaking spaces."""
    return wrap(
        f"{o.t}",
        f"""
<div class="haut"><a href="/">Accueil</a> <a href="/messages">Messages</a> <strong>{s.me}</strong> <a href="/deconnexion">Déconnexion</a></div>
<article><h1>{o.t}</h1><p class="prix"><strong>Prix&nbsp;:</strong> {comma(o.fiat, "&nbsp;")}&nbsp;€</p>
<p><strong>Vendeur&nbsp;:</strong> <a href="/vendeur/{o.vendor}">{o.vendor}</a></p>
{s.maybe("category", f"<p><strong>Catégorie&nbsp;:</strong> {o.path}</p>")}
<p><strong>Expédié depuis&nbsp;:</strong> {o.ships_from}</p><p><strong>Livraison vers&nbsp;:</strong> {o.ships_to}</p>
<p>{o.text}</p></article>""",
    )


@layout(lambda o: coins(o, "XMR"), language="ru", optional=("ships_to",))
def tablica_ru(o: Offer, s: Site) -> str:
    """A Russian table."""
    return wrap(
        f"{o.t} — Ярмарка",
        f"""
<div class="verh">Добро пожаловать, <a href="/user/{s.me}">{s.me}</a> Баланс: 0.0000 XMR <a href="/logout">Выход</a></div>
<h1>{o.t}</h1><table><tr><td>Цена:</td><td>{coin(o)} XMR</td></tr><tr><td>Продавец:</td><td><a href="/shop/{o.vendor}">{o.vendor}</a></td></tr>
<tr><td>Категория:</td><td>{o.path}</td></tr><tr><td>Отправка из:</td><td>{o.ships_from}</td></tr>{s.maybe("ships_to", f"<tr><td>Доставка в:</td><td>{o.ships_to}</td></tr>")}
<tr><td>В наличии:</td><td>{o.stock}</td></tr></table><div>{o.text}</div>""",
    )


@layout(fiat("BRL"), language="pt")
def quadro_pt(o: Offer, s: Site) -> str:
    """A Portuguese definition list in two columns."""
    return wrap(
        f"{o.t} - Feira",
        f"""
<div class="topo"><em>Olá, {s.me}</em> <a href="/sair">Sair</a></div>
<h1>{o.t}</h1><div class="preco-box"><span class="rot">Preço:</span> <span class="preco">R$ {comma(o.fiat)}</span></div>
<dl class="dados"><dt>Vendedor</dt><dd>{o.vendor} <small>({o.sales} vendas)</small></dd><dt>Categoria</dt><dd>{o.path}</dd>
<dt>Enviado de</dt><dd>{o.ships_from}</dd><dt>Envia para</dt><dd>{o.ships_to}</dd><dt>Estoque</dt><dd>{o.stock}</dd></dl><p>{o.text}</p>""",
    )


@layout(fiat("EUR"), language="nl", leaf=True)
def kaart_nl(o: Offer, s: Site) -> str:
    """A Dutch page with labels in spans."""
    return wrap(
        f"{o.t} | Kade",
        f"""
<div class="bovenbalk">Ingelogd als {s.me} <a href="/uitloggen">Uitloggen</a> <span>Koers: 1 BTC = € 39.120,00</span></div>
<section><h2>{o.t}</h2><div><span>Prijs</span> <span>€ {comma(o.fiat)}</span></div><div><span>Verkoper</span> <span><a href="/verkoper/{o.vendor}">{o.vendor}</a></span></div>
<div><span>Rubriek</span> <span>{o.leaf}</span></div><div><span>Verzonden vanuit</span> <span>{o.ships_from}</span></div><div><span>Verzending naar</span> <span>{o.ships_to}</span></div>
<div><span>Verzendkosten</span> <span>€ 5,95</span></div></section><p>{o.text}</p>""",
    )


@layout(coins)
def header_row(o: Offer, s: Site) -> str:
    """One table with a row of headings and one row of values."""
    return wrap(
        f"Listing {o.number}",
        f"""
<p>logged in as {s.me} (<a href="/?logout">log out</a>)</p><h1>{o.t}</h1>
<table border="1"><tr><th>Vendor</th><th>Category</th><th>Ships from</th><th>Ships to</th><th>Price</th><th>Stock</th></tr>
<tr><td><a href="?vendor={o.vendor}">{o.vendor}</a></td><td>{o.path}</td><td>{o.ships_from}</td><td>{o.ships_to}</td><td>{coin(o)} BTC</td><td>{o.stock}</td></tr></table>
<pre>{o.text}</pre>""",
    )
