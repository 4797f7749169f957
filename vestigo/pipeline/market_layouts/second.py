# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: E501, D401 - pages are long lines
"""Layouts written after the method stood: measured once unseen (ADR 0021), then used too."""

from __future__ import annotations

from vestigo.pipeline.market_layouts.layout import Site, coin, coins, comma, e, fiat, layout, wrap
from vestigo.pipeline.market_layouts.offers import Offer


@layout(fiat("USD"), optional=("ships_to",))
def fieldset_form(o: Offer, s: Site) -> str:
    """Fieldsets with legends and labels in upper case."""
    return wrap(
        f"View listing :: {o.t}",
        f"""
<div id="wrap"><div id="bar">You are logged in as <em>{s.me}</em>. Funds: 0.00000000 BTC (<a href="deposit.php">deposit</a>) <a href="exit.php">Log off</a></div>
<fieldset><legend>{o.t}</legend><p><label>PRICE</label> <span>USD {o.fiat:.2f}</span></p><p><label>VENDOR</label> <span><a href="viewvendor.php?id={o.number}">{o.vendor}</a> +{o.sales}/-2</span></p><p><label>CATEGORY</label> <span>{o.path}</span></p><p><label>SHIPS FROM</label> <span>{o.ships_from}</span></p>{s.maybe("ships_to", f"<p><label>SHIPS TO</label> <span>{o.ships_to}</span></p>")}</fieldset>
<fieldset><legend>Description</legend>{o.text}</fieldset></div>""",
    )


@layout(lambda o: coins(o, "XMR"))
def emoji_rows(o: Offer, s: Site) -> str:
    """Icons and flags before the labels, arrows between places."""
    return wrap(
        f"{o.t} ⟡ Opal",
        f"""
<div class="t"><a href="/">⟡ Opal</a> <a href="/u/{s.me}">👤 {s.me}</a> <a href="/wallet">💰 0.0000 XMR</a></div>
<div class="c"><div class="bc"><a href="/">🏠</a> » {" » ".join(f'<a href="/browse?c={n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div><h2>{o.t}</h2>
<p>💶 Price: <b>{coin(o)} XMR</b> <small>(${o.fiat:.2f})</small></p><p>🏪 Vendor: <a href="/shop/{o.vendor}">{o.vendor}</a> <small>⭐ {o.rating} ({o.sales})</small></p><p>📦 Ships: {o.ships_from} ➜ {o.ships_to}</p><p>📊 Stock: {o.stock}</p><blockquote>{o.text}</blockquote></div>""",
    )


@layout(fiat("EUR"), leaf=True, optional=("category",))
def site_name_h1(o: Offer, s: Site) -> str:
    """The site's name is the only h1; the title is a bold paragraph."""
    return wrap(
        f"Cobalt Exchange - {o.t}",
        f"""
<h1>Cobalt Exchange</h1><ul class="menu"><li><a href="/">Home</a></li><li><a href="/l">Listings</a></li><li><a href="/msg">Messages</a></li><li>{s.me}</li></ul>
<p class="lead"><strong>{o.t}</strong></p><ul class="details"><li><strong>Cost</strong>: {o.fiat:.2f} €</li><li><strong>Seller</strong>: {o.vendor}</li>{s.maybe("category", f"<li><strong>Category</strong>: {o.leaf}</li>")}<li><strong>Shipping from</strong>: {o.ships_from}</li><li><strong>Shipping to</strong>: {o.ships_to}</li><li><strong>Delivery cost</strong>: 7.00 €</li></ul><p>{o.text}</p>
<h3>Other listings of this seller</h3><ul>{"".join(f'<li><a href="/l/{r.number}">{r.t}</a>, {r.fiat:.2f} €</li>' for r in s.others)}</ul>""",
    )


@layout(fiat("USD"), optional=("ships_from",))
def sentence_page(o: Offer, s: Site) -> str:
    """A sentence instead of labels."""
    return wrap(
        f"{o.t}",
        f"""
<div><a href="/">Grotto</a> / {" / ".join(f'<a href="/g/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div><h1>{o.t}</h1>
<p>Offered by <a href="/p/{o.vendor}">{o.vendor}</a> for <span>${o.fiat:.2f}</span>.</p>{s.maybe("ships_from", f"<p>Ships from <em>{o.ships_from}</em>.</p>")}<p>Ships to <em>{o.ships_to}</em>.</p><p>{o.text}</p><hr><p>You are {s.me}. <a href="/logout">Log out</a></p>""",
    )


@layout(coins, leaf=True)
def grid_of_spans(o: Offer, s: Site) -> str:
    """Two columns of spans with hashed classes, label elements equal to value elements."""
    cells = "".join(
        f'<span class="sc-a1b2">{k}</span><span class="sc-c3d4">{v}</span>'
        for k, v in (
            ("Sold by", f'<a class="sc-zz" href="/merchant/{o.vendor}">{o.vendor}</a>'),
            ("Category", o.leaf),
            ("Origin", o.ships_from),
            ("Destination", o.ships_to),
            ("Sold", str(o.sales)),
        )
    )
    return wrap(
        f"{o.t} | Fjord",
        f"""
<div class="sc-top"><span>Fjord</span><span>{s.me}</span><span>0.00000000 BTC</span></div><section class="sc-main"><h3 class="sc-h">{o.t}</h3><div class="sc-p"><b>{coin(o)}</b> <i>BTC</i></div><div style="display:grid">{cells}</div><p class="sc-d">{o.text}</p></section>""",
    )


@layout(fiat("EUR"), language="de", optional=("ships_to",))
def tabelle_de(o: Offer, s: Site) -> str:
    """A German table with headings in th scope=row."""
    return wrap(
        f"{o.t} · Zeche",
        f"""
<header><b>Zeche</b> <nav><a href="/nachrichten">Nachrichten</a> <a href="/konto">{s.me}</a> <a href="/logout">Abmelden</a></nav></header><p class="pfad"><a href="/">Übersicht</a> &gt; {" &gt; ".join(f'<a href="/rubrik/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</p>
<h2 class="artikelname">{o.t}</h2><table><tbody><tr><th scope="row">Stückpreis</th><td>{comma(o.fiat)} €</td></tr><tr><th scope="row">Anbieter</th><td><a href="/shop/{o.vendor}">{o.vendor}</a> <span>({o.sales} Verkäufe)</span></td></tr><tr><th scope="row">Herkunft</th><td>{o.ships_from}</td></tr>{s.maybe("ships_to", f"<tr><th scope='row'>Versand nach</th><td>{o.ships_to}</td></tr>")}<tr><th scope="row">Versandkosten</th><td>6,50 €</td></tr></tbody></table><p>{o.text}</p>""",
    )


@layout(fiat("EUR"), language="fr", leaf=True)
def annonce_fr(o: Offer, s: Site) -> str:
    """A French advertisement in divs."""
    return wrap(
        f"{o.t} | La Halle",
        f"""
<div class="bandeau">Bonjour {s.me} | Solde : 0,00 € | <a href="/quitter">Quitter</a></div><div class="annonce"><div class="annonce-titre">{o.t}</div><div class="annonce-prix">{comma(o.fiat, " ")} €</div><div class="ligne"><span>Vendu par :</span> <a href="/boutique/{o.vendor}">{o.vendor}</a></div><div class="ligne"><span>Rubrique :</span> {o.leaf}</div><div class="ligne"><span>Expédié de :</span> {o.ships_from}</div><div class="ligne"><span>Expédié vers :</span> {o.ships_to}</div><div class="ligne"><span>Frais de port :</span> 4,00 €</div><p>{o.text}</p></div>""",
    )


@layout(fiat("RUB"), language="ru", lacks=("ships_to",))
def lot_ru(o: Offer, s: Site) -> str:
    """A Russian lot in a list of terms."""
    return wrap(
        f"{o.t} - Базар",
        f"""
<div class="menu"><a href="/">Главная</a> <a href="/lk">{s.me}</a> Баланс: 0.00 руб. <a href="/exit">Выйти</a></div><div class="nav-path"><a href="/">Главная</a> → {" → ".join(f'<a href="/razdel/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div><h1>{o.t}</h1><dl><dt>Стоимость</dt><dd>{o.fiat:.2f} руб.</dd><dt>Магазин</dt><dd><a href="/magazin/{o.vendor}">{o.vendor}</a></dd><dt>Страна отправления</dt><dd>{o.ships_from}</dd><dt>Остаток</dt><dd>{o.stock}</dd></dl><div>{o.text}</div>""",
    )


@layout(fiat("EUR"), language="nl")
def advertentie_nl(o: Offer, s: Site) -> str:
    """A Dutch page, facts in one paragraph with bold labels."""
    return wrap(
        f"{o.t}",
        f"""
<p align="right">{s.me} | <a href="/berichten">berichten</a> | <a href="/afmelden">afmelden</a></p><h1>{o.t}</h1><p><b>Prijs</b>: €{o.fiat:.2f}<br><b>Aangeboden door</b>: <a href="/winkel/{o.vendor}">{o.vendor}</a> ({o.rating})<br><b>Categorie</b>: {o.path}<br><b>Verzending vanuit</b>: {o.ships_from}<br><b>Levering naar</b>: {o.ships_to}<br></p><p>{o.text}</p>""",
    )


@layout(fiat("EUR"), language="es", leaf=True, optional=("ships_from",))
def lista_es(o: Offer, s: Site) -> str:
    """A Spanish list with labels in em."""
    return wrap(
        f"Anuncio {o.number}",
        f"""
<div class="sup"><a href="/">Portada</a> <a href="/cuenta">{s.me}</a> <a href="/desconectar">Salir</a></div><h2>{o.t}</h2><ul><li><em>Precio:</em> {comma(o.fiat)} EUR</li><li><em>Anunciante:</em> <a href="/perfil/{o.vendor}">{o.vendor}</a> ({o.sales})</li><li><em>Sección:</em> {o.leaf}</li>{s.maybe("ships_from", f"<li><em>Origen:</em> {o.ships_from}</li>")}<li><em>Destino:</em> {o.ships_to}</li></ul><p>{o.text}</p><h3>Anuncios relacionados</h3><ul>{"".join(f'<li><a href="/anuncio/{r.number}">{r.t}</a> {comma(r.fiat)} EUR</li>' for r in s.others)}</ul>""",
    )


@layout(fiat("BRL"), language="pt")
def oferta_pt(o: Offer, s: Site) -> str:
    """A Portuguese card with panels."""
    return wrap(
        f"{o.t} – Armazém",
        f"""
<div class="navbar"><a class="brand" href="/">Armazém</a><span class="navbar-text">{s.me}</span></div><div class="panel"><div class="panel-heading"><h3 class="panel-title">{o.t}</h3></div><div class="panel-body"><p class="lead">R$ {comma(o.fiat)}</p><table class="table"><tr><td><strong>Vendido por</strong></td><td><a href="/loja/{o.vendor}">{o.vendor}</a></td></tr><tr><td><strong>Categoria</strong></td><td>{o.path}</td></tr><tr><td><strong>Origem</strong></td><td>{o.ships_from}</td></tr><tr><td><strong>Envio para</strong></td><td>{o.ships_to}</td></tr><tr><td><strong>Frete</strong></td><td>R$ 20,00</td></tr></table><p>{o.text}</p></div></div>""",
    )


@layout(fiat("USD"))
def three_columns(o: Offer, s: Site) -> str:
    """Three columns of tables: menu, listing, seller card; prices in three currencies."""
    return wrap(
        f"{o.t} — Dockside",
        f"""
<table><tr><td colspan="3"><a href="/">Dockside</a> [{s.me}] [<a href="/pm">PM (0)</a>] [<a href="/out">Logout</a>] 1 XMR = $160.11</td></tr><tr valign="top"><td><b>Browse</b><br><a href="/c/1">Food (12)</a><br><a href="/c/2">Herbs (77)</a></td>
<td><h2>{o.t}</h2><p>${o.fiat:,.2f} | €{float(o.fiat) * 0.9:,.2f} | {coin(o)} BTC</p><p>{o.text}</p><p>Category: {" &raquo; ".join(f'<a href="/c/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</p><p>Ships from: {o.ships_from}. Ships to: {o.ships_to}</p></td>
<td><b>Seller</b><br><a href="/seller/{o.vendor}">{o.vendor}</a><br>{o.sales} sales<br>Rating: {o.rating}<br><b>Similar</b><br>{"".join(f'<a href="/i/{r.number}">{r.t}</a> ${r.fiat:.2f}<br>' for r in s.others)}</td></tr></table>""",
    )


@layout(coins, lacks=("category", "ships_to"), optional=("ships_from",))
def feedback_first(o: Offer, s: Site) -> str:
    """Feedback with buyers' names and amounts stands above the listing's own box."""
    rows = "".join(
        f'<tr><td><a href="/user/{b}">{b}</a></td><td>{n + 1} days ago</td><td>0.0{n + 1} BTC</td><td>perfect, thanks</td></tr>'
        for n, b in enumerate(s.buyers)
    )
    return wrap(
        f"{o.t} / Reef",
        f"""
<div class="header"><a href="/">Reef</a><a href="/user/{s.me}">{s.me}</a><a href="/sign-out">Sign out</a></div><div class="left"><h4>Latest feedback</h4><table><tr><th>Buyer</th><th>Date</th><th>Price</th><th>Comment</th></tr>{rows}</table></div>
<div class="right"><h1>{o.t}</h1><div class="box"><div>Price: {coin(o)} BTC</div><div>Vendor: <a href="/user/{o.vendor}">{o.vendor}</a></div>{s.maybe("ships_from", f"<div>Dispatched from: {o.ships_from}</div>")}</div><div>{o.text}</div></div>""",
    )


@layout(fiat("GBP"), optional=("vendor", "ships_to"))
def article_meta(o: Offer, s: Site) -> str:
    """An article with a line of meta data and OpenGraph in the head."""
    head = f'<meta property="og:title" content="{o.t}"><meta property="og:type" content="product">'
    return wrap(
        "Anchor Market",
        f"""
<header><a href="/">Anchor Market</a><a href="/account">{s.me}</a></header><main><article><p class="kicker">{" / ".join(f'<a href="/department/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</p><h2>{o.t}</h2><p class="meta">{s.maybe("vendor", f'by <a rel="author" href="/traders/{o.vendor}">{o.vendor}</a> · ')}from <b>{o.ships_from}</b>{s.maybe("ships_to", f" · to <b>{o.ships_to}</b>")} · {o.sales} sold</p><p class="figure">£{o.fiat:.2f}</p><p>{o.text}</p></article></main>""",
        head=head,
    )


@layout(fiat("EUR"), leaf=True)
def pairs_in_paragraphs(o: Offer, s: Site) -> str:
    """Labels as headings, values as paragraphs."""
    return wrap(
        f"{o.t}",
        f"""
<div class="account-bar">{s.me} (balance €0.00) <a href="/logout">Logout</a></div><h1>{o.t}</h1><h4>Price</h4><p>€{o.fiat:.2f}</p><h4>Vendor</h4><p>{o.vendor}</p><h4>Category</h4><p>{o.leaf}</p><h4>Ships from</h4><p>{o.ships_from}</p><h4>Ships to</h4><p>{o.ships_to}</p><h4>Shipping options</h4><p>Regular: €4.00</p><h4>Description</h4><p>{o.text}</p>""",
    )
