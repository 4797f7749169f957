# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: ARG001, D103, D401, E501 - pages are long lines; frames, bodies and rows have one form each
"""Wild layouts, third batch: measured once when all else was mended, and left as they fell."""

from __future__ import annotations

from vestigo.pipeline.market_layouts.layout import Site, comma, e, fiat, wrap
from vestigo.pipeline.market_layouts.offers import Offer
from vestigo.pipeline.market_layouts.wild import wild
from vestigo.pipeline.market_layouts.wild_early import btc, usd, xmr


def f_one(title: str, body: str, s: Site) -> str:
    user = (
        f"<div id=u><span class=nick>{s.me}</span><span class=bal>0.00 USD</span><a href=/lo>log out</a></div>"
        if s.me
        else ""
    )
    return wrap(
        f"{title} on Tundra",
        f"<header id=h><a href=/>Tundra</a>{user}</header><article>{body}</article>",
    )


def r_one(o: Offer, s: Site) -> str:
    return f"<div class=r><a href=/x/{o.number}>{o.t}</a><span>{o.fiat:.2f} USD</span></div>"


@wild(usd, f_one, r_one, batch="last", optional=("ships_to",))
def tundra(o: Offer, s: Site) -> str:
    """Badges in a row: kind of text by its icon's title, price in a table foot."""
    path = " | ".join(f"<a href=/cat/{n}>{e(c)}</a>" for n, c in enumerate(o.category))
    return f"""<div class=cats>{path}</div><h1>{o.t}</h1><div class=badges><span class=b>Vendor: <a href=/by/{o.vendor}>{o.vendor}</a></span> <span class=b>Rating: {o.rating}/5</span> <span class=b>From: {o.ships_from}</span> {s.maybe("ships_to", f"<span class=b>To: {o.ships_to}</span>")}</div><div class=t>{o.text}</div><table><tr><td>Quantity</td><td><input value=1></td></tr><tr><td>Shipping</td><td>Tracked 5.00 USD</td></tr><tr><td>Price</td><td>{o.fiat:.2f} USD</td></tr></table>"""


def f_two(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="sidebar-user"><p>{s.me}</p><p>Trust: 0</p><p>XMR 0.000000</p></div>'
        if s.me
        else ""
    )
    return wrap(
        f"ORCHID — {title}",
        f'<div class="sidebar">{user}<ul><li><a href="/">Home</a></li><li><a href="/orders">Orders</a></li></ul></div><div class="main-panel">{body}</div>',
    )


def r_two(o: Offer, s: Site) -> str:
    return f'<div class="offer-row"><a href="/o/{o.number}">{o.t}</a><b>{xmr(o)[0]} XMR</b></div>'


@wild(xmr, f_two, r_two, batch="last", leaf=True)
def orchid(o: Offer, s: Site) -> str:
    """A title bar with the vendor's name at its right; facts in a list of two spans."""
    li = '<li><span class="n">{}</span><span class="d">{}</span></li>'
    return f"""<div class="titlebar"><h2>{o.t}</h2><div class="right">by <a href="/seller/{o.vendor}">{o.vendor}</a> <span class="trust">TL {o.sales % 10}</span></div></div><ul class="facts">{li.format("Price", f"{xmr(o)[0]} XMR <em>(${o.fiat:.2f})</em>")}{li.format("Category", o.leaf)}{li.format("Ships from", o.ships_from)}{li.format("Ships to", o.ships_to)}{li.format("Sold", o.sales)}</ul><div class="prose">{o.text}</div>"""


def f_three(title: str, body: str, s: Site) -> str:
    user = f'<div>Bienvenue {s.me} [<a href="/logout">quitter</a>]</div>' if s.me else ""
    return wrap(f"{title} :: Le Grenier", f'<h1>Le Grenier</h1>{user}<div id="corps">{body}</div>')


def r_three(o: Offer, s: Site) -> str:
    return f'<p><a href="/fiche/{o.number}">{o.t}</a>, {comma(o.fiat, " ")} €</p>'


@wild(fiat("EUR"), f_three, r_three, language="fr", batch="last", optional=("ships_from",))
def grenier(o: Offer, s: Site) -> str:
    """French table with the vendor in the caption and colons in the head cells."""
    path = " » ".join(f'<a href="/cat/{n}">{e(c)}</a>' for n, c in enumerate(o.category))
    return f"""<p>{path}</p><h2>{o.t}</h2><table><caption>Proposé par <a href="/membre/{o.vendor}">{o.vendor}</a></caption><tr><th>Tarif :</th><td>{comma(o.fiat, " ")} € l'unité</td></tr>{s.maybe("ships_from", f"<tr><th>Envoi depuis :</th><td>{o.ships_from}</td></tr>")}<tr><th>Livraison vers :</th><td>{o.ships_to}</td></tr><tr><th>Frais de port :</th><td>6,00 €</td></tr></table><p>{o.text}</p>"""


def f_four(title: str, body: str, s: Site) -> str:
    user = f"<span>Hola {s.me}</span><span>Saldo 0,00 €</span>" if s.me else ""
    return wrap(
        f"{title} | La Lonja",
        f'<div class="top-bar">La Lonja {user}</div><div class="content">{body}</div>',
    )


def r_four(o: Offer, s: Site) -> str:
    return f'<div class="fila"><a href="/p/{o.number}">{o.t}</a> {comma(o.fiat)} €</div>'


@wild(fiat("EUR"), f_four, r_four, language="es", batch="last", leaf=True)
def lonja(o: Offer, s: Site) -> str:
    """Spanish cards of one fact each, heading over value, shipping as one route."""
    card = '<div class="dato"><h6>{}</h6><p>{}</p></div>'
    return f"""<h3>{o.t}</h3><div class="datos">{card.format("Precio", f"{comma(o.fiat)} €")}{card.format("Vendedor", f'<a href="/v/{o.vendor}">{o.vendor}</a>')}{card.format("Categoría", o.leaf)}{card.format("Envío", f"{o.ships_from} → {o.ships_to}")}{card.format("Stock", o.stock)}</div><p>{o.text}</p>"""


def f_five(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="smalltext">Hello {s.me} <a href="?action=unread">Show unread posts</a> <a href="?action=logout">Logout</a></div>'
        if s.me
        else ""
    )
    return wrap(
        title, f'<div id="upper"><a href="/">The Hub</a>{user}</div><div id="bodyarea">{body}</div>'
    )


def r_five(o: Offer, s: Site) -> str:
    return f'<tr><td><a href="?topic={o.number}.0">{o.t}</a></td><td>{o.vendor}</td><td>{o.sales}</td></tr>'


@wild(usd, f_five, r_five, batch="last")
def hub_topic(o: Offer, s: Site) -> str:
    """An SMF topic: tables in tables, poster at the left, labels with dashes in the post."""
    tree = " &raquo; ".join(f'<a href="?board={n}.0">{e(c)}</a>' for n, c in enumerate(o.category))

    def post(name: str, text: str, n: int) -> str:
        return f'<tr><td class="windowbg" valign="top" width="16%"><b><a href="?action=profile;u={n}">{name}</a></b><div class="smalltext">Vendor<br>Posts: {n * 7}<br>Karma: +{n}/-0</div></td><td class="windowbg" valign="top"><div id="subject_{n}"><b><a href="?topic=1.msg{n}">{"" if n == 1 else "Re: "}{o.t}</a></b></div><div class="smalltext">on: March 0{n}, 2014</div><div class="post">{text}</div></td></tr>'

    text = f"{o.text}<br>- Price: ${o.fiat:.2f}<br>- Ships from: {o.ships_from}<br>- Ships to: {o.ships_to}"
    return f"""<div class="nav"><a href="/">The Hub</a> &raquo; {tree} &raquo; {o.t}</div><table width="100%">{post(o.vendor, text, 1)}{post(s.buyers[0], "subbed", 2)}</table>"""


def f_six(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="d-flex"><span>{s.me}</span><span class="badge">€0,00</span></div>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} · Basar24",
        f'<header class="navbar"><a href="/">Basar24</a>{user}</header><div class="container">{body}</div><footer>Kurs: 1 XMR = 149,00 €</footer>',
    )


def r_six(o: Offer, s: Site) -> str:
    return f'<div class="col-4"><div class="card"><a href="/p/{o.number}">{o.t}</a><p>ab {comma(o.fiat)} €</p></div></div>'


@wild(fiat("EUR"), f_six, r_six, language="de", batch="last", optional=("ships_to",))
def basar(o: Offer, s: Site) -> str:
    """German: breadcrumb list of Bootstrap 5, list group of flex items, price with "ab"."""
    crumbs = "".join(
        f'<li class="breadcrumb-item"><a href="/k/{n}">{e(c)}</a></li>'
        for n, c in enumerate(o.category)
    )
    li = '<li class="list-group-item d-flex justify-content-between"><span>{}</span><strong>{}</strong></li>'
    return f"""<ol class="breadcrumb"><li class="breadcrumb-item"><a href="/">Start</a></li>{crumbs}<li class="breadcrumb-item active">{o.t}</li></ol><div class="row"><div class="col-md-8"><h1 class="h3">{o.t}</h1><p>{o.text}</p></div><div class="col-md-4"><div class="display-5">ab {comma(o.fiat)} €</div><ul class="list-group">{li.format("Händler", f'<a href="/haendler/{o.vendor}">{o.vendor}</a>')}{li.format("Versand aus", o.ships_from)}{s.maybe("ships_to", li.format("Versand nach", o.ships_to))}{li.format("Bewertung", f"{o.rating} ★")}</ul></div></div>"""


def f_seven(title: str, body: str, s: Site) -> str:
    user = f"<p>{s.me} | <a href='/out'>выход</a> | баланс 0.00$</p>" if s.me else ""
    return wrap(
        f"{title} / Шёлк",
        f"<div class='h'><a href='/'>Шёлк</a>{user}</div><div class='b'>{body}</div>",
    )


def r_seven(o: Offer, s: Site) -> str:
    return f"<div class='t'><a href='/t/{o.number}'>{o.t}</a> {o.fiat:.2f}$ {o.vendor}</div>"


@wild(usd, f_seven, r_seven, language="ru", batch="last")
def shelk(o: Offer, s: Site) -> str:
    """Russian: text runs with labels in one paragraph, breaks between."""
    path = " → ".join(f"<a href='/r/{n}'>{e(c)}</a>" for n, c in enumerate(o.category))
    return f"""<p>{path}</p><h2>{o.t}</h2><p>Продавец: <a href='/u/{o.vendor}'>{o.vendor}</a> (сделок: {o.sales})<br>Цена: <b>{o.fiat:.2f}$</b> (~{btc(o)} BTC)<br>Откуда: {o.ships_from}<br>Куда: {o.ships_to}<br>Наличие: {o.stock}</p><p>{o.text}</p>"""


def f_eight(title: str, body: str, s: Site) -> str:
    user = f'<div class="acc">{s.me} <b>฿ 0.00</b></div>' if s.me else ""
    return wrap(
        f"Pantheon - {title}",
        f'<div class="wrap"><div class="head1">Pantheon{user}</div>{body}</div>',
    )


def r_eight(o: Offer, s: Site) -> str:
    return f'<div class="it"><a href="/item?id={o.number}">{o.t}</a> {btc(o)} ฿</div>'


@wild(
    lambda o: (btc(o), "BTC"),
    f_eight,
    r_eight,
    batch="last",
    lacks=("category",),
    optional=("ships_to",),
)
def pantheon(o: Offer, s: Site) -> str:
    """The sign of the coin behind the amount; stats and places in one long line with slashes."""
    to = s.maybe("ships_to", f" / ships to: {o.ships_to}")
    return f"""<div class="iname">{o.t}</div><div class="iprice">{btc(o)} ฿</div><div class="imeta">sold by: <a href="/member?name={o.vendor}">{o.vendor}</a> / ships from: {o.ships_from}{to} / in stock: {o.stock}</div><div class="idesc">{o.text}</div><div class="ifb"><b>feedback</b><div>{s.buyers[0]}: very good</div></div>"""


def f_nine(title: str, body: str, s: Site) -> str:
    user = f'<div class="panel-user">Zalogowany jako {s.me}, saldo 0,00 zł</div>' if s.me else ""
    return wrap(
        f"{title} - Stragan", f'<nav><a href="/">Stragan</a></nav>{user}<main>{body}</main>'
    )


def r_nine(o: Offer, s: Site) -> str:
    return f'<div class="poz"><a href="/produkt/{o.number}">{o.t}</a><i>{comma(o.fiat, " ")} zł</i></div>'


@wild(fiat("PLN"), f_nine, r_nine, language="pl", batch="last", leaf=True, optional=("ships_to",))
def stragan(o: Offer, s: Site) -> str:
    """Polish definition list in divs; title in a header element."""
    pair = "<div><dt>{}</dt><dd>{}</dd></div>"
    return f"""<header><h1>{o.t}</h1></header><dl>{pair.format("Sprzedający", f'<a href="/profil/{o.vendor}">{o.vendor}</a> ({o.sales})')}{pair.format("Kategoria", o.leaf)}{pair.format("Cena", f"{comma(o.fiat, ' ')} zł ({btc(o)} BTC)")}{pair.format("Wysyłka z", o.ships_from)}{s.maybe("ships_to", pair.format("Wysyłka do", o.ships_to))}</dl><article>{o.text}</article>"""


def f_ten(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="u-info"><a href="/me">{s.me}</a><small>Balance $0.00</small></div>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} | Quay",
        f'<div class="shell"><div class="shell-top">{user}</div><div class="shell-left"><h5>Featured</h5><p><a href="/l/9">Sample pack</a> $9.99</p></div><div class="shell-body">{body}</div></div>',
    )


def r_ten(o: Offer, s: Site) -> str:
    return f'<div class="tile"><a href="/l/{o.number}">{o.t}</a><b>${o.fiat:.2f}</b><small>{o.vendor}</small></div>'


@wild(usd, f_ten, r_ten, batch="last", optional=("ships_from", "ships_to"))
def quay(o: Offer, s: Site) -> str:
    """Old price struck out beside the new one, vendor in a footer of the card, facts as text."""
    path = "".join(f'<a href="/category/{n}">{e(c)}</a> ' for n, c in enumerate(o.category))
    frm, to = (
        s.maybe("ships_from", f"<p>Ships from {o.ships_from}</p>"),
        s.maybe("ships_to", f"<p>Ships to {o.ships_to}</p>"),
    )
    return f"""<div class="category-path">{path}</div><div class="cardx"><h2>{o.t}</h2><p class="cost"><del>${o.fiat * 2:.2f}</del> <ins>${o.fiat:.2f}</ins></p>{frm}{to}<p>{o.text}</p><footer>Vendor <a href="/vendor/{o.vendor}">{o.vendor}</a> · {o.sales} deals</footer></div>"""
