# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: ARG001, D103, D401, E501, S608 - pages are long lines; frames, bodies and rows have one form each
"""Wild layouts, first batch, part two: eight languages, forums, shops, newer markets."""

from __future__ import annotations

from vestigo.pipeline.market_layouts.layout import Site, comma, e, fiat, wrap
from vestigo.pipeline.market_layouts.offers import Offer
from vestigo.pipeline.market_layouts.wild import wild
from vestigo.pipeline.market_layouts.wild_early import btc, usd, xmr


def f_hydra(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="userbar"><a href="/profile">{s.me}</a> <a href="/balance">0.00011 BTC</a> <a href="/exit">Выход</a></div>'
        if s.me
        else '<div class="userbar"><a href="/login">Войти</a></div>'
    )
    return wrap(
        f"{title} - ГОРГОНА",
        f'<div class="header">ГОРГОНА <span class="course">1 BTC = 2 514 300 руб.</span>{user}</div><div class="page">{body}</div>',
    )


def r_hydra(o: Offer, s: Site) -> str:
    return f'<div class="product_item"><a href="/product/{o.number}">{o.t}</a> <a href="/market/{o.vendor}">{o.vendor}</a> <span>от {o.fiat:.0f} руб.</span></div>'


def rub(o: Offer) -> tuple[str, str]:
    return f"{o.fiat:.0f}", "RUB"


@wild(rub, f_hydra, r_hydra, language="ru", lacks=("ships_to",), leaf=True)
def gorgona(o: Offer, s: Site) -> str:
    """A Russian market of dead drops: shop, city, price in roubles with a space for thousands."""
    money = f"{o.fiat:,.0f}".replace(",", " ")
    return f"""<div class="product"><h1 class="title">{o.t}</h1><div class="shop">Магазин: <a href="/market/{o.vendor}">{o.vendor}</a> <span class="rating">{o.rating}</span></div><ul class="props"><li><span>Категория:</span> <a href="/c/2">{o.leaf}</a></li><li><span>Город:</span> {o.ships_from}</li><li><span>Тип клада:</span> Прикоп</li><li><span>Цена:</span> <b>{money} руб.</b></li></ul><button>Купить</button><h3>Описание</h3><div>{o.text}</div><h3>Отзывы</h3><div class="review"><b>{s.buyers[0]}</b> <span>10 / 10</span><p>Все ровно</p></div></div>"""


def f_zoco(title: str, body: str, s: Site) -> str:
    user = (
        f'<p class="cuenta">Conectado como <a href="/u/{s.me}">{s.me}</a> · Saldo: 0,00 € · <a href="/salir">Salir</a></p>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} · Zoco Negro",
        f'<header><a href="/">Zoco Negro</a>{user}</header><main>{body}</main>',
    )


def r_zoco(o: Offer, s: Site) -> str:
    return f'<div class="anuncio"><a href="/a/{o.number}">{o.t}</a><span>{comma(o.fiat)} €</span><small>{o.vendor}</small></div>'


@wild(fiat("EUR"), f_zoco, r_zoco, language="es", optional=("ships_to",))
def zoco_ficha(o: Offer, s: Site) -> str:
    """A Spanish page with a definition list and a breadcrumb with bullets."""
    path = " • ".join(f'<a href="/cat/{n}">{e(c)}</a>' for n, c in enumerate(o.category))
    return f"""<div class="migas">{path}</div><h1>{o.t}</h1><div class="precio">{comma(o.fiat)} € <span class="cripto">({btc(o)} BTC)</span></div><dl class="ficha"><dt>Vendedor</dt><dd><a href="/u/{o.vendor}">{o.vendor}</a> (nivel {o.sales % 5 + 1})</dd><dt>Enviado desde</dt><dd>{o.ships_from}</dd>{s.maybe("ships_to", f"<dt>Envía a</dt><dd>{o.ships_to}</dd>")}<dt>Disponibles</dt><dd>{o.stock}</dd></dl><form><select name="envio"><option>Correo ordinario (+4,00 €)</option><option>Certificado (+9,50 €)</option></select><button>Comprar</button></form><h2>Descripción</h2><p>{o.text}</p>"""


def f_feira(title: str, body: str, s: Site) -> str:
    user = (
        f'<span>Olá, {s.me}</span> <span>Carteira: 0.00000000 BTC</span> <a href="/sair">Sair</a>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} | Feira Livre",
        f'<div class="barra"><a href="/">Feira Livre</a>{user}</div><div class="corpo">{body}</div>',
    )


def r_feira(o: Offer, s: Site) -> str:
    return f'<tr><td><a href="/anuncio/{o.number}">{o.t}</a></td><td>R$ {comma(o.fiat)}</td></tr>'


@wild(fiat("BRL"), f_feira, r_feira, language="pt")
def feira_tabela(o: Offer, s: Site) -> str:
    """A Portuguese table of two columns with th; category path inside the table."""
    return f"""<h2>{o.t}</h2><table class="dados"><tr><th>Vendedor</th><td><a href="/loja/{o.vendor}">{o.vendor}</a> ⭐ {o.rating}</td></tr><tr><th>Categoria</th><td>{" / ".join(e(c) for c in o.category)}</td></tr><tr><th>Preço</th><td>R$ {comma(o.fiat)}</td></tr><tr><th>Envio de</th><td>{o.ships_from}</td></tr><tr><th>Envio para</th><td>{o.ships_to}</td></tr><tr><th>Frete</th><td>R$ 25,00</td></tr><tr><th>Vendas</th><td>{o.sales}</td></tr></table><h3>Descrição</h3><p>{o.text}</p>"""


def f_souk(title: str, body: str, s: Site) -> str:
    user = (
        f'<ul class="user"><li>Bonjour {s.me}</li><li>Solde : 0,00 €</li><li><a href="/deconnexion">Déconnexion</a></li></ul>'
        if s.me
        else ""
    )
    return wrap(
        f"Le Comptoir - {title}",
        f'<div class="haut"><a href="/">Le Comptoir</a>{user}</div><div class="centre">{body}</div>',
    )


def r_souk(o: Offer, s: Site) -> str:
    return f'<div class="vignette"><a href="/annonce/{o.number}">{o.t}</a><p>{comma(o.fiat, " ")} €</p></div>'


@wild(fiat("EUR"), f_souk, r_souk, language="fr", optional=("ships_to", "ships_from"))
def comptoir(o: Offer, s: Site) -> str:
    """French with spaces before colons; paragraph "Vendu par NAME dans A > B"."""
    path = " &gt; ".join(f'<a href="/rayon/{n}">{e(c)}</a>' for n, c in enumerate(o.category))
    return f"""<h1>{o.t}</h1><p class="par">Vendu par <a href="/vendeur/{o.vendor}">{o.vendor}</a> ({o.rating}★, {o.sales} ventes) dans {path}</p><ul class="infos"><li>Prix : <strong>{comma(o.fiat, " ")} €</strong></li>{s.maybe("ships_from", f"<li>Expédié depuis : {o.ships_from}</li>")}{s.maybe("ships_to", f"<li>Expédié vers : {o.ships_to}</li>")}<li>Stock : {o.stock}</li><li>Paiement : Bitcoin, Monero</li></ul><h2>Description</h2><p>{o.text}</p>"""


def f_kont(title: str, body: str, s: Site) -> str:
    user = (
        f'<td class="r">Angemeldet als {s.me} | 0,00000000 BTC | <a href="/abmelden">Abmelden</a></td>'
        if s.me
        else ""
    )
    return wrap(
        f"Kontor – {title}",
        f'<table class="kopf"><tr><td><a href="/">Kontor</a></td>{user}</tr></table>{body}',
    )


def r_kont(o: Offer, s: Site) -> str:
    return f'<div class="zeile"><a href="/angebot/{o.number}">{o.t}</a> {comma(o.fiat)} EUR von {o.vendor}</div>'


@wild(fiat("EUR"), f_kont, r_kont, language="de", optional=("ships_to",), leaf=True)
def kontor(o: Offer, s: Site) -> str:
    """German; labels in a head row and values in the row below."""
    to_h, to_v = (
        s.maybe("ships_to", "<th>Versand nach</th>"),
        s.maybe("ships_to", f"<td>{o.ships_to}</td>"),
    )
    return f"""<h1>{o.t}</h1><table class="uebersicht"><thead><tr><th>Händler</th><th>Kategorie</th><th>Versand aus</th>{to_h}<th>Preis</th></tr></thead><tbody><tr><td><a href="/h/{o.vendor}">{o.vendor}</a> [{o.sales}]</td><td>{o.leaf}</td><td>{o.ships_from}</td>{to_v}<td><b>{comma(o.fiat)} EUR</b></td></tr></tbody></table><h2>Beschreibung</h2><div>{o.text}</div><h2>Bewertungen</h2><table><tr><td>5/5</td><td>Alles bestens</td><td>{s.buyers[0]}</td></tr></table>"""


def f_merc(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="utente">{s.me} — Saldo 0.00000 XMR — <a href="/esci">Esci</a></div>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} - Il Bazar",
        f'<div class="top"><a href="/">Il Bazar</a>{user}</div><div class="contenuto">{body}</div>',
    )


def r_merc(o: Offer, s: Site) -> str:
    return f'<div class="scheda"><a href="/annuncio/{o.number}">{o.t}</a><p>€ {comma(o.fiat)}</p></div>'


@wild(fiat("EUR"), f_merc, r_merc, language="it")
def bazar(o: Offer, s: Site) -> str:
    """Italian: list items with a bold label."""
    path = " › ".join(f'<a href="/cat/{n}">{e(c)}</a>' for n, c in enumerate(o.category))
    return f"""<h1>{o.t}</h1><ul><li><b>Venditore:</b> <a href="/venditore/{o.vendor}">{o.vendor}</a></li><li><b>Categoria:</b> {path}</li><li><b>Prezzo:</b> € {comma(o.fiat)} <i>({xmr(o)[0]} XMR)</i></li><li><b>Spedito da:</b> {o.ships_from}</li><li><b>Spedisce in:</b> {o.ships_to}</li><li><b>Disponibilità:</b> {o.stock}</li></ul><p>{o.text}</p>"""


def f_targ(title: str, body: str, s: Site) -> str:
    user = (
        f'<div>Zalogowany: <b>{s.me}</b> | Saldo: 0.00 PLN | <a href="/wyloguj">Wyloguj</a></div>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} :: Cebula",
        f'<div id="gora"><a href="/">Cebula</a>{user}</div><div id="srodek">{body}</div>',
    )


def r_targ(o: Offer, s: Site) -> str:
    return (
        f'<tr><td><a href="/oferta/{o.number}">{o.t}</a></td><td>{comma(o.fiat, " ")} zł</td></tr>'
    )


@wild(fiat("PLN"), f_targ, r_targ, language="pl", optional=("ships_to",))
def cebula(o: Offer, s: Site) -> str:
    """Polish: two-column table, amount in zloty."""
    return f"""<div class="okruszki">{" / ".join(f'<a href="/k/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div><h1>{o.t}</h1><table><tr><td>Sprzedawca:</td><td><a href="/s/{o.vendor}">{o.vendor}</a></td></tr><tr><td>Cena:</td><td>{comma(o.fiat, " ")} zł</td></tr><tr><td>Wysyłka z:</td><td>{o.ships_from}</td></tr>{s.maybe("ships_to", f"<tr><td>Wysyłka do:</td><td>{o.ships_to}</td></tr>")}<tr><td>Sztuk:</td><td>{o.stock}</td></tr></table><h3>Opis</h3><p>{o.text}</p>"""


def f_bb(title: str, body: str, s: Site) -> str:
    user = (
        f'<p class="login">Welcome back, <strong>{s.me}</strong>. You last visited: Today, 09:14 <a href="member.php?action=logout">Log Out</a></p>'
        if s.me
        else "<p>Hello There, Guest! <a>Login</a></p>"
    )
    return wrap(
        f"{title}",
        f'<div id="container"><div id="panel">{user}</div><div id="content">{body}</div><div id="foot">Powered by MyBB</div></div>',
    )


def r_bb(o: Offer, s: Site) -> str:
    return f'<tr class="inline_row"><td><a href="showthread.php?tid={o.number}">{o.t}</a><div class="author"><a href="member.php?uid={o.sales}">{o.vendor}</a></div></td><td>{o.sales % 50}</td></tr>'


@wild(usd, f_bb, r_bb)
def forum_thread(o: Offer, s: Site) -> str:
    """A MyBB thread: author block with statistics, labels in bold in the first post, replies."""
    nav = " › ".join(
        f'<a href="forumdisplay.php?fid={n}">{e(c)}</a>' for n, c in enumerate(o.category)
    )

    def post(name: str, text: str, n: int) -> str:
        return f'<div class="post" id="post_{n}"><div class="post_author"><strong><span class="largetext"><a href="member.php?action=profile&amp;uid={n}">{name}</a></span></strong><br><span class="smalltext">Vendor<br>Posts: {n * 13 + 8}<br>Threads: 4<br>Joined: Jun 2019<br>Reputation: <strong>{n * 3}</strong></span></div><div class="post_content"><span class="post_date">06-14-2020, 10:0{n} AM</span><div class="post_body">{text}</div></div></div>'

    first = f"{o.text}<br><br><b>Price:</b> ${o.fiat:.2f}<br><b>Ships from:</b> {o.ships_from}<br><b>Ships to:</b> {o.ships_to}<br><b>Contact:</b> PM me"
    return f"""<div class="navigation"><a href="index.php">Underboard</a> › {nav} › <span class="active">{o.t}</span></div><table class="tborder"><tr><td class="thead"><strong>{o.t}</strong></td></tr><tr><td>{post(o.vendor, first, 1)}{post(s.buyers[0], "vouch, fast", 2)}{post(s.buyers[1], "Price for 50?", 3)}</td></tr></table>"""


def f_aba(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="topbar-right"><div class="balance">0.00000000 BTC | 0.00 XMR</div><div class="name">{s.me}</div></div>'
        if s.me
        else ""
    )
    return wrap(
        f"Counting Frame Market | {title}",
        f'<div class="topbar"><div class="logo">Counting Frame</div>{user}</div><div class="wrap"><div class="side"><div class="sidehead">Exchange rate</div><div>BTC/USD $61,020.11</div><div>XMR/USD $150.31</div></div><div class="mid">{body}</div></div>',
    )


def r_aba(o: Offer, s: Site) -> str:
    return f'<div class="box"><div class="boxname"><a href="/listing/{o.number}">{o.t}</a></div><div>USD ${o.fiat:,.2f}</div><div>{o.vendor}({o.sales})</div><div>{o.ships_from} → {o.ships_to}</div></div>'


@wild(usd, f_aba, r_aba, optional=("ships_to",))
def abacus_item(o: Offer, s: Site) -> str:
    """Divs with the label in a span and a bare text after it; price in dollars with both codes."""
    line = '<div class="line"><span class="lab">{}</span> {}</div>'
    return f"""<div class="path">{" &#187; ".join(f'<a href="/c/{n}">{e(c)}</a>' for n, c in enumerate(o.category))}</div><div class="itemtitle">{o.t}</div><div class="cols"><div class="img"><img></div><div class="data">{line.format("Seller:", f'<a href="/vendor/{o.vendor}">{o.vendor}</a> ({o.sales}) <span class="vl">Vendor Level 3</span> <span>{o.rating * 20:.0f}% positive</span>')}{line.format("Price:", f"USD ${o.fiat:,.2f} ({btc(o)} BTC / {o.amount:.4f} XMR)")}{line.format("Ships from:", o.ships_from)}{s.maybe("ships_to", line.format("Ships to:", o.ships_to))}{line.format("Accepted:", "BTC XMR")}</div></div><div class="order"><select name="qty"><option>1 - $ {o.fiat:.2f}</option><option>2 - $ {o.fiat * 2:.2f}</option></select><select name="ship"><option>First class - $6.00</option></select></div><div class="desc">{o.text}</div><div class="more">More from {o.vendor}<br><a href="/listing/1">{s.others[0].t}</a> $12.00<br><a href="/listing/2">{s.others[1].t}</a> $240.00</div>"""


def f_mono(title: str, body: str, s: Site) -> str:
    user = f"<p>[{s.me}] [inbox 0] [<a href='/logout'>quit</a>]</p>" if s.me else ""
    return wrap(
        "mono",
        f"<h1>MONO/MARKET</h1>{user}<hr>{body}<hr><p>no javascript. no phishing. check the canary.</p>",
    )


def r_mono(o: Offer, s: Site) -> str:
    return f"<p><a href='/p/{o.number}'>{o.t}</a> — {xmr(o)[0]} XMR — {o.vendor}</p>"


@wild(xmr, f_mono, r_mono, optional=("ships_to",), leaf=True)
def mono_plain(o: Offer, s: Site) -> str:
    """Bare paragraphs; lower-case labels without colons in bold; title in h2 below the site's h1."""
    return f"""<h2>{o.t}</h2><p><b>vendor</b> <a href='/v/{o.vendor}'>{o.vendor}</a></p><p><b>price</b> {xmr(o)[0]} XMR (~{o.fiat:.2f} usd)</p><p><b>category</b> <a href='/k/1'>{o.leaf}</a></p><p><b>from</b> {o.ships_from}</p>{s.maybe("ships_to", f"<p><b>to</b> {o.ships_to}</p>")}<p><b>stock</b> {o.stock}</p><p>{o.text}</p><form><input name='n' value='1'><button>order</button></form>"""


def f_vers(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="account-menu"><div class="avatar"></div><div class="handle">{s.me}</div><div class="wallets"><span>BTC 0.0</span><span>XMR 0.0</span></div></div>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} • VS",
        f'<div class="layout"><div class="layout-header"><a href="/">VS Market</a>{user}</div><div class="layout-body">{body}</div></div>',
    )


def r_vers(o: Offer, s: Site) -> str:
    return f'<div class="listing-tile"><a class="listing-tile-title" href="/listing/{o.number}">{o.t}</a><div class="listing-tile-price">$ {o.fiat:.2f}</div><div class="listing-tile-vendor">{o.vendor}</div></div>'


@wild(usd, f_vers, r_vers, optional=("ships_to",))
def versus_tabs(o: Offer, s: Site) -> str:
    """Class names tell what things are; no labels but for the places, in one line "From X to Y"."""
    crumbs = "".join(f'<a class="crumb" href="/b/{n}">{e(c)}</a>' for n, c in enumerate(o.category))
    to = s.maybe(
        "ships_to",
        f' <span class="shipping-label">To</span> <span class="shipping-to">{o.ships_to}</span>',
    )
    return f"""<div class="crumbs">{crumbs}</div><div class="listing"><div class="listing-title">{o.t}</div><div class="listing-vendor"><a href="/user/{o.vendor}">{o.vendor}</a><span class="vendor-rating">{o.rating}</span><span class="vendor-sales">{o.sales} orders</span></div><div class="listing-price"><span class="fiat">$ {o.fiat:.2f}</span><span class="crypto">{btc(o)} BTC</span></div><div class="listing-shipping"><span class="shipping-label">From</span> <span class="shipping-from">{o.ships_from}</span>{to}</div><div class="listing-description">{o.text}</div><div class="listing-feedback"><div class="feedback"><span class="feedback-user">{s.buyers[0]}</span><span class="feedback-price">$ 70.00</span><p>good</p></div><div class="feedback"><span class="feedback-user">{s.buyers[1]}</span><span class="feedback-price">$ 35.00</span><p>quick</p></div></div></div>"""


def f_crim(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="p-navgroup"><a href="/account">{s.me}</a></div>'
        if s.me
        else '<a href="/login">Вход</a>'
    )
    return wrap(
        f"{title} | Тёмный рынок",
        f'<div class="p-nav"><a href="/">Тёмный рынок</a>{user}</div><div class="p-body">{body}</div>',
    )


def r_crim(o: Offer, s: Site) -> str:
    return f'<div class="structItem"><a href="/threads/{o.number}">{o.t}</a><ul><li>{o.vendor}</li></ul></div>'


@wild(usd, f_crim, r_crim, language="ru", optional=("ships_to",))
def forum_ru(o: Offer, s: Site) -> str:
    """A Russian forum of the XenForo kind: the price in the text, labels with dashes."""
    crumbs = "".join(
        f'<li><a href="/forums/{n}"><span>{e(c)}</span></a></li>' for n, c in enumerate(o.category)
    )
    return f"""<ul class="p-breadcrumbs">{crumbs}</ul><h1 class="p-title-value">{o.t}</h1><div class="p-description">Автор темы <a class="username" href="/members/{o.number}">{o.vendor}</a> · Дата начала 12.03.2021</div><article class="message"><div class="message-user"><h4 class="message-name"><a class="username">{o.vendor}</a></h4><h5 class="userTitle">Продавец</h5><dl><dt>Сообщения</dt><dd>{o.sales}</dd></dl><dl><dt>Реакции</dt><dd>{o.stock}</dd></dl></div><div class="message-content"><div class="bbWrapper">{o.text}<br>Цена: {o.fiat:.2f}$<br>Отправка из: {o.ships_from}<br>{s.maybe("ships_to", f"Доставка: {o.ships_to}<br>")}Гарант: да</div></div></article><article class="message"><div class="message-user"><h4 class="message-name"><a class="username">{s.buyers[0]}</a></h4></div><div class="message-content"><div class="bbWrapper">Взял 2 штуки за 100$, всё ок</div></div></article>"""
