# SPDX-License-Identifier: AGPL-3.0-or-later
# ruff: noqa: ARG001, D103, D401, E501 - pages are long lines; frames, bodies and rows have one form each
"""Wild layouts, second batch: written after the first had been mended, measured once unseen."""

from __future__ import annotations

from vestigo.pipeline.market_layouts.layout import Site, comma, e, fiat, wrap
from vestigo.pipeline.market_layouts.offers import Offer
from vestigo.pipeline.market_layouts.wild import wild
from vestigo.pipeline.market_layouts.wild_early import btc, usd, xmr


def f_asap(title: str, body: str, s: Site) -> str:
    user = f'<div class="hdr-user">👤 {s.me}<br>💰 $ 0.00</div>' if s.me else ""
    return wrap(
        f"Swift Market | {title}",
        f'<div class="hdr"><div class="hdr-logo">SWIFT</div><form class="hdr-search"><input name="q"><select><option>All</option></select></form>{user}</div><div class="pg">{body}</div><div class="ftr">BTC 64210.20$ | XMR 140.11$ | mirrors | canary</div>',
    )


def r_asap(o: Offer, s: Site) -> str:
    return f'<div class="li"><div class="li-n"><a href="/listing/{o.number}">{o.t}</a></div><div class="li-p">$ {o.fiat:.2f}</div><div class="li-v">{o.vendor}</div></div>'


@wild(usd, f_asap, r_asap, batch="late")
def swift_icons(o: Offer, s: Site) -> str:
    """Icons in place of labels for the vendor; the price on the right of the heading."""
    path = "".join(
        f'<span><a href="/cat/{n}">{e(c)}</a></span><i class="fa fa-angle-right"></i>'
        for n, c in enumerate(o.category)
    )
    return f"""<div class="bcrumb">{path}</div><div class="card"><h2 class="ttl">{o.t} <span class="pull-right price-tag">$ {o.fiat:,.2f}</span></h2><div class="sub"><i class="fa fa-user"></i> <a href="/profile/{o.vendor}">{o.vendor}</a> <span class="badge">L{o.sales % 10}</span> <i class="fa fa-thumbs-up"></i> {o.rating * 20:.0f}%</div><div class="sub"><i class="fa fa-plane"></i> Ships from <b>{o.ships_from}</b> to <b>{o.ships_to}</b></div><div class="txt">{o.text}</div></div>"""


def f_incg(title: str, body: str, s: Site) -> str:
    user = (
        f'<section class="who"><p>{s.me}</p><p>Balance: 0.00000 BTC / 0.000 XMR</p></section>'
        if s.me
        else ""
    )
    return wrap(
        f"{title}",
        f'<div class="grid-page"><nav><a href="/">NoName</a><a href="/m">Messages</a><a href="/o">Orders</a></nav>{user}<div class="inner">{body}</div></div>',
    )


def r_incg(o: Offer, s: Site) -> str:
    return f'<section class="l"><a href="/listing/{o.number}">{o.t}</a> <i>{o.vendor}</i> from ${o.fiat:.2f}</section>'


@wild(usd, f_incg, r_incg, batch="late", optional=("ships_to",), leaf=True)
def noname_offers(o: Offer, s: Site) -> str:
    """The price stands only in a list of quantities to choose from."""
    rows = "".join(
        f'<label class="opt"><input type="radio" name="v"> <span>{n} pcs</span> <span>${o.fiat * n:.2f}</span></label>'
        for n in (1, 5, 10)
    )
    return f"""<h1>{o.t}</h1><p><strong>Vendor</strong><br><a href="/v/{o.vendor}">{o.vendor}</a></p><p><strong>Category</strong><br>{o.leaf}</p><p><strong>Ships from</strong><br>{o.ships_from}</p>{s.maybe("ships_to", f"<p><strong>Ships to</strong><br>{o.ships_to}</p>")}<form><fieldset><legend>Choose quantity</legend>{rows}</fieldset><button>Add to cart</button></form><h2>About</h2><p>{o.text}</p>"""


def f_kerb(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="konto-box"><b>{s.me}</b><br>Kontostand: 0,00 €<br><a href="/logout">Abmelden</a></div>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} @ Zerberus",
        f'<div id="kopf"><span>Zerberus</span>{user}</div><div id="inhalt">{body}</div>',
    )


def r_kerb(o: Offer, s: Site) -> str:
    return f'<div class="artikel"><a href="/artikel/{o.number}">{o.t}</a><span>{comma(o.fiat)} €</span></div>'


@wild(fiat("EUR"), f_kerb, r_kerb, language="de", batch="late", optional=("ships_to",))
def zerberus(o: Offer, s: Site) -> str:
    """German form rows: a label element and an output element; the category in a list of links."""
    row = '<div class="form-row"><label>{}</label><output>{}</output></div>'
    cats = "".join(
        f'<li><a href="/kategorie/{n}">{e(c)}</a></li>' for n, c in enumerate(o.category)
    )
    return f"""<ul class="breadcrumb">{cats}</ul><h3>{o.t}</h3><form>{row.format("Anbieter", f'<a href="/anbieter/{o.vendor}">{o.vendor}</a> (Stufe {o.sales % 7})')}{row.format("Stückpreis", f"{comma(o.fiat)} € / {btc(o)} BTC")}{row.format("Versand von", o.ships_from)}{s.maybe("ships_to", row.format("Versand nach", o.ships_to))}{row.format("Menge", '<input value="1">')}<select><option>DHL Paket (6,50 €)</option></select></form><fieldset><legend>Artikelbeschreibung</legend>{o.text}</fieldset>"""


def f_ceb(title: str, body: str, s: Site) -> str:
    user = (
        f'<li><a href="/ucp">Panel użytkownika [ {s.me} ]</a></li><li><a href="/logout">Wyloguj</a></li>'
        if s.me
        else "<li><a>Zaloguj</a></li>"
    )
    return wrap(
        f"{title} - Targowisko",
        f'<div id="page-header"><h1>Targowisko</h1><ul class="linklist">{user}</ul></div><div id="page-body">{body}</div>',
    )


def r_ceb(o: Offer, s: Site) -> str:
    return f'<li class="row"><dl><dt><a class="topictitle" href="viewtopic.php?t={o.number}">{o.t}</a> przez <a href="memberlist.php?u=1">{o.vendor}</a></dt></dl></li>'


@wild(fiat("PLN"), f_ceb, r_ceb, language="pl", batch="late")
def targowisko(o: Offer, s: Site) -> str:
    """A phpBB topic in Polish: profile list beside the post, labels in the text."""
    nav = " <strong>‹</strong> ".join(
        f'<a href="viewforum.php?f={n}">{e(c)}</a>' for n, c in enumerate(o.category)
    )

    def post(name: str, text: str, n: int) -> str:
        return f'<div class="post" id="p{n}"><div class="postbody"><h3><a href="#p{n}">{"" if n == 1 else "Re: "}{o.t}</a></h3><p class="author">przez <strong><a href="memberlist.php?mode=viewprofile&amp;u={n}">{name}</a></strong> » 12 mar 2019, 10:0{n}</p><div class="content">{text}</div></div><dl class="postprofile"><dt><a href="memberlist.php?mode=viewprofile&amp;u={n}">{name}</a></dt><dd>Sprzedawca</dd><dd><strong>Posty:</strong> {n * 9}</dd><dd><strong>Rejestracja:</strong> 2 sty 2018</dd></dl></div>'

    text = f"{o.text}<br>Cena: {comma(o.fiat, ' ')} zł<br>Wysyłka z: {o.ships_from}<br>Wysyłka do: {o.ships_to}"
    return f"""<ul class="navlinks"><li>{nav}</li></ul><h2><a href="viewtopic.php?t={o.number}">{o.t}</a></h2>{post(o.vendor, text, 1)}{post(s.buyers[0], "Polecam, wszystko ok", 2)}"""


def f_auto(title: str, body: str, s: Site) -> str:
    user = (
        f'<div>Пользователь: {s.me} | Баланс: 0 руб. | <a href="/exit">Выйти</a></div>'
        if s.me
        else '<div><a href="/login">Войти</a></div>'
    )
    return wrap(
        "Автошоп «Радуга»",
        f'<center><h1>Автошоп «Радуга»</h1>{user}</center><div class="box">{body}</div>',
    )


def r_auto(o: Offer, s: Site) -> str:
    return f'<div><a href="/buy/{o.number}">{o.t}</a> — {o.fiat:.0f} ₽</div>'


@wild(
    lambda o: (f"{o.fiat:.0f}", "RUB"),
    f_auto,
    r_auto,
    language="ru",
    lacks=("vendor", "ships_to"),
    leaf=True,
    batch="late",
)
def raduga(o: Offer, s: Site) -> str:
    """A Russian shop with one bordered table and bold labels in plain cells."""
    return f"""<table border="1" cellpadding="5"><tr><td><b>Товар</b></td><td>{o.t}</td></tr><tr><td><b>Раздел</b></td><td>{o.leaf}</td></tr><tr><td><b>Город</b></td><td>{o.ships_from}</td></tr><tr><td><b>Цена</b></td><td>{o.fiat:.0f} ₽ (≈ {btc(o)} BTC)</td></tr><tr><td><b>В наличии</b></td><td>{o.stock} шт.</td></tr></table><p>{o.text}</p><form><input type="submit" value="Купить"></form>"""


def f_cor(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="sesion">Hola <b>{s.me}</b> <a href="/mensajes">0 mensajes</a> <span>0.0000 XMR</span></div>'
        if s.me
        else ""
    )
    return wrap(
        f"Corredor 9: {title}",
        f'<div class="flex"><a class="logo" href="/">Corredor 9</a>{user}</div><div class="contenedor">{body}</div><p>1 XMR = 152,10 €</p>',
    )


def r_cor(o: Offer, s: Site) -> str:
    return f'<article><a href="/oferta/{o.number}"><h4>{o.t}</h4></a><p>{xmr(o)[0]} XMR</p><p>{o.vendor}</p></article>'


@wild(xmr, f_cor, r_cor, language="es", batch="late", optional=("ships_from", "ships_to"))
def corredor(o: Offer, s: Site) -> str:
    """Spanish inline runs: "por NAME (4.8★) en Category"; shipping in one line with a dot."""
    path = " / ".join(f'<a href="/c/{n}">{e(c)}</a>' for n, c in enumerate(o.category))
    frm = s.maybe("ships_from", f"<span>Sale de {o.ships_from}</span>")
    to = s.maybe("ships_to", f"<span>Llega a {o.ships_to}</span>")
    return f"""<h2>{o.t}</h2><p>por <a href="/perfil/{o.vendor}">{o.vendor}</a> ({o.rating}★) en {path}</p><p class="gordo">{xmr(o)[0]} XMR <em>≈ {comma(o.fiat)} €</em></p><p class="fino">{frm} · {to}</p><hr><div>{o.text}</div><h3>Otros anuncios de {o.vendor}</h3>{"".join(r_cor(r, s) for r in s.others[:3])}"""


def f_arc(title: str, body: str, s: Site) -> str:
    user = f"<TD ALIGN=right>{s.me}: 0.000 BTC [<A HREF=/logout>X</A>]</TD>" if s.me else ""
    return wrap(
        title, f"<TABLE WIDTH=100%><TR><TD><B>The Armoire</B></TD>{user}</TR></TABLE><HR>{body}"
    )


def r_arc(o: Offer, s: Site) -> str:
    return f"<LI><A HREF=/i/{o.number}>{o.t}</A> {btc(o)} BTC"


@wild(lambda o: (btc(o), "BTC"), f_arc, r_arc, batch="late")
def armoire_grid(o: Offer, s: Site) -> str:
    """Heads of columns over two rows of cells, the title in a spanning cell, capitals."""
    return f"""<TABLE BORDER=1><TR><TH COLSPAN=4>{o.t}</TH></TR><TR><TD>VENDOR</TD><TD>CATEGORY</TD><TD>FROM</TD><TD>TO</TD></TR><TR><TD><A HREF=/v/{o.vendor}>{o.vendor}</A></TD><TD>{o.path}</TD><TD>{o.ships_from}</TD><TD>{o.ships_to}</TD></TR><TR><TD>PRICE</TD><TD>IN STOCK</TD><TD>SOLD</TD><TD>ESCROW</TD></TR><TR><TD>{btc(o)} BTC</TD><TD>{o.stock}</TD><TD>{o.sales}</TD><TD>yes</TD></TR></TABLE><P>{o.text}<P><I>Feedback: 4.9/5 ({o.sales})</I>"""


def f_mul(title: str, body: str, s: Site) -> str:
    user = (
        f'<div class="dropdown"><button>{s.me}</button><ul><li>Orders</li><li>Wallet: $0.00</li></ul></div>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} | Bazaar of Bohemians",
        f'<div class="nav-wrapper">{user}<a href="/" class="brand-logo">Bohemians</a></div><div class="row"><div class="col s3 filters"><h6>Filters</h6><label>Ships from</label><select><option>Any</option><option>Germany</option></select><label>Price</label><input name="min"><input name="max"></div><div class="col s9">{body}</div></div>',
    )


def r_mul(o: Offer, s: Site) -> str:
    return f'<div class="card-panel"><span class="card-title"><a href="/p/{o.number}">{o.t}</a></span><p>${o.fiat:.2f} <small>{o.vendor}</small></p></div>'


@wild(usd, f_mul, r_mul, batch="late", optional=("ships_to",), leaf=True)
def bohemians(o: Offer, s: Site) -> str:
    """A collection of items "label: value" in spans of secondary content; a filter at the side."""
    item = '<li class="collection-item">{}<span class="secondary-content">{}</span></li>'
    return f"""<div class="card"><div class="card-content"><span class="card-title">{o.t}</span><p>{o.text}</p></div><ul class="collection">{item.format("Price", f"${o.fiat:,.2f} USD")}{item.format("Vendor", f'<a href="/v/{o.vendor}">{o.vendor}</a> {o.rating}★ ({o.sales})')}{item.format("Category", o.leaf)}{item.format("Ships from", o.ships_from)}{s.maybe("ships_to", item.format("Ships to", o.ships_to))}{item.format("Stock", o.stock)}</ul></div><div class="section"><h5>More from this vendor</h5>{"".join(r_mul(r, s) for r in s.others[:3])}</div>"""


def f_fra(title: str, body: str, s: Site) -> str:
    user = (
        f'<p id="membre">Connecté : {s.me} (solde 0.0000 BTC) — <a href="/quitter">Quitter</a></p>'
        if s.me
        else ""
    )
    return wrap(
        f"{title} - La Ruche",
        f'<div id="entete"><a href="/">La Ruche</a></div>{user}<div id="page">{body}</div>',
    )


def r_fra(o: Offer, s: Site) -> str:
    return f'<tr><td><a href="/offre/{o.number}">{o.t}</a></td><td>{btc(o)} BTC</td><td>{o.vendor}</td></tr>'


@wild(fiat("EUR"), f_fra, r_fra, language="fr", batch="late", leaf=True)
def ruche(o: Offer, s: Site) -> str:
    """French: value in bold before its label in small letters; euros first, coins in brackets."""
    cell = '<div class="case"><strong>{}</strong><small>{}</small></div>'
    return f"""<h1>{o.t}</h1><div class="cases">{cell.format(f"{comma(o.fiat, ' ')} €", "Prix")}{cell.format(f'<a href="/membre/{o.vendor}">{o.vendor}</a>', "Vendeur")}{cell.format(o.ships_from, "Expédié de")}{cell.format(o.ships_to, "Expédié vers")}{cell.format(o.leaf, "Catégorie")}</div><div id="desc">{o.text}</div>"""


def f_vend(title: str, body: str, s: Site) -> str:
    user = f'<div class="loggedin">Signed in: {s.me}</div>' if s.me else ""
    return wrap(
        f"{title} :: Pegasus",
        f'<div class="p-top"><b>Pegasus</b> <a href="/">Home</a> <a href="/faq">FAQ</a>{user}</div><div class="p-left"><h4>Vendor of the week</h4><p><a href="/vendor/SunBear">SunBear</a> (5.0★)</p><h4>Rates</h4><p>1 BTC = $45,110.02</p></div><div class="p-main">{body}</div>',
    )


def r_vend(o: Offer, s: Site) -> str:
    return f'<div class="pl"><a href="/listing.php?id={o.number}">{o.t}</a><br>${o.fiat:.2f}<br>{o.vendor}</div>'


@wild(usd, f_vend, r_vend, batch="late", optional=("ships_to", "category"))
def pegasus(o: Offer, s: Site) -> str:
    """A vendor card with statistics beside the listing, another vendor in a side box."""
    path = " &gt; ".join(e(c) for c in o.category)
    return f"""<h2>{o.t}</h2><table class="lay"><tr><td><div class="vcard"><h4><a href="/vendor/{o.vendor}">{o.vendor}</a></h4><p>Level 5 vendor<br>Positive: {o.rating * 20:.1f}%<br>Completed orders: {o.sales}<br>Total sales: $120,410.00</p></div></td><td><p class="big">${o.fiat:,.2f}</p><p>BTC {btc(o)} | XMR {o.amount:.4f}</p><p>Shipping from: {o.ships_from}<br>{s.maybe("ships_to", f"Shipping to: {o.ships_to}<br>")}{s.maybe("category", f"Category: {path}<br>")}Class: Physical<br>Left: {o.stock}</p><p><select><option>Regular mail +$5.00</option></select> <input type="submit" value="Buy"></p></td></tr></table><div class="about"><h3>Product description</h3>{o.text}</div>"""


def f_ita(title: str, body: str, s: Site) -> str:
    user = (
        f'<span>Benvenuto, {s.me}!</span> <a href="/logout">Esci</a>'
        if s.me
        else '<a href="/login">Accedi</a>'
    )
    return wrap(
        f"{title} | Piazza",
        f'<div class="intestazione"><a href="/">Piazza</a> {user}</div><section>{body}</section>',
    )


def r_ita(o: Offer, s: Site) -> str:
    return f'<div class="voce"><a href="/prodotto/{o.number}">{o.t}</a> {comma(o.fiat)} €</div>'


@wild(fiat("EUR"), f_ita, r_ita, language="it", batch="late", optional=("ships_to",), leaf=True)
def piazza(o: Offer, s: Site) -> str:
    """Italian: spans for label and value in one paragraph each, price in a heading of its own."""
    line = '<p><span class="k">{}</span><span class="v">{}</span></p>'
    return f"""<h2>{o.t}</h2><h4>{comma(o.fiat)} € <small>({btc(o)} BTC)</small></h4>{line.format("Venduto da ", f'<a href="/utente/{o.vendor}">{o.vendor}</a>')}{line.format("Categoria ", o.leaf)}{line.format("Spedizione da ", o.ships_from)}{s.maybe("ships_to", line.format("Spedizione verso ", o.ships_to))}<div>{o.text}</div><h4>Commenti</h4><p><b>{s.buyers[0]}</b>: ottimo</p>"""


def f_port(title: str, body: str, s: Site) -> str:
    user = (
        f'<p>Usuário: <b>{s.me}</b> · Saldo: R$ 0,00 · <a href="/sair">Sair</a></p>' if s.me else ""
    )
    return wrap(
        f"{title} - Beco",
        f'<header><h1><a href="/">Beco</a></h1>{user}</header><div class="c">{body}</div>',
    )


def r_port(o: Offer, s: Site) -> str:
    return f'<li><a href="/p/{o.number}">{o.t}</a> <b>R$ {comma(o.fiat)}</b></li>'


@wild(fiat("BRL"), f_port, r_port, language="pt", batch="late", optional=("ships_to",))
def beco(o: Offer, s: Site) -> str:
    """Portuguese: site's name is the only h1, definition list with classes, numbered trail."""
    trail = "".join(f'<li><a href="/secao/{n}">{e(c)}</a></li>' for n, c in enumerate(o.category))
    return f"""<ol class="trilha">{trail}</ol><h2>{o.t}</h2><dl class="dl-horizontal"><dt>Vendido por</dt><dd><a href="/perfil/{o.vendor}">{o.vendor}</a> <span class="label">confiável</span></dd><dt>Preço unitário</dt><dd>R$ {comma(o.fiat)} <small>({btc(o)} BTC)</small></dd><dt>Enviado de</dt><dd><img src="/f.png" alt="flag"> {o.ships_from}</dd>{s.maybe("ships_to", f"<dt>Enviado para</dt><dd>{o.ships_to}</dd>")}</dl><h3>Detalhes</h3><p>{o.text}</p>"""
