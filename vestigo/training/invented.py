# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented pages in many styles and languages: walls and content of no real market.

On them the telling apart of page kinds is measured where no profile exists.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from vestigo.places import config_root
from vestigo.settings import read_toml

KINDS = (
    "login", "captcha", "queue", "ban", "maintenance", "rate-limit", "soft-404", "not-found",
    "listing", "vendor", "category", "search", "other",
)  # fmt: skip
_STATUS = {"ban": 403, "maintenance": 503, "rate-limit": 429, "not-found": 404}
_ALSO_OK = ("ban", "maintenance", "rate-limit")
_MENU = ("Home", "All", "Mail", "Wallet", "Orders", "Help")
_CODE = "data:image/png;base64,iVBORw0KGgo="


@dataclass(frozen=True, slots=True)
class InventedPage:
    """One page; ``group`` names style and language, ``refresh`` is a Refresh header or ""."""

    group: str
    kind: str
    uri: str
    status: int
    body: str
    refresh: str


@dataclass(frozen=True, slots=True)
class _Said:
    """The texts of a page in one language."""

    kind: str
    number: int
    title: str
    heading: str
    text: str
    fields: tuple[str, ...]


def invented_pages() -> Iterator[InventedPage]:
    """Yield every kind in every style and language, in a fixed order."""
    texts = read_toml(config_root() / "training" / "invented_pages.toml")
    languages = sorted(name for name in texts if name != "format")
    for (style, draw), language, kind in product(STYLES.items(), languages, KINDS):
        for number, line in enumerate(texts[language][kind]):
            title, heading, text = (_escaped(part.strip()) for part in line.split("|"))
            fields = tuple(map(_escaped, texts[language]["fields"]))
            said = _Said(kind, number, title, heading, text, fields)
            for status in _statuses(kind):
                refresh = "4" if kind == "queue" and style == "header" else ""
                yield InventedPage(
                    f"{style}/{language}", kind, f"http://x.onion/{kind[0]}/{number}", status,
                    draw(said), refresh,
                )  # fmt: skip


def _statuses(kind: str) -> tuple[int, ...]:
    return (200, _STATUS[kind]) if kind in _ALSO_OK else (_STATUS.get(kind, 200),)


def _escaped(text: str) -> str:
    return html.escape(text)


def _form(said: _Said) -> str:
    """Return the form that a page of this kind has, "" for none."""
    user, password, send, text, _search = said.fields
    if said.kind == "login":
        code = f'<img src="/i/{said.number}.png"><input name=c>' if said.number == 1 else ""
        return (f'<form method=post action="/x{said.number}"><label>{user} <input name=a></label>'
                f'<label>{password} <input type=password name=b></label>{code}'
                f"<button>{send}</button></form>")  # fmt: skip
    if said.kind == "captcha" and said.number == 2:  # noqa: PLR2004  # the third of its texts
        boxes = "".join(f"<input name=c{n} maxlength=1>" for n in range(5))
        return (f'<form method=post><div style="background:url({_CODE})"></div>{boxes}'
                f"<input type=submit value={send}></form>")  # fmt: skip
    if said.kind == "captcha":
        return (f'<form method=post><p><img src="{_CODE}" alt=""></p><input name=v{said.number}'
                f' placeholder="{text}"><input type=hidden name=t value=1>'
                f"<button>{send}</button></form>")  # fmt: skip
    if said.kind in ("listing", "category"):
        return (f'<form action="/buy" method=post><img src="/p.jpg"><input name=n value=1>'
                f"<button>{send}</button></form>")  # fmt: skip
    return ""


def _menu(said: _Said) -> str:
    links = "".join(f'<a href="/{name.lower()}">{name}</a> ' for name in _MENU)
    search = f'<form action="/s"><input name=q placeholder="{said.fields[4]}"></form>'
    return links + search if said.kind not in ("login", "captcha", "queue") else ""


def _refresh(said: _Said) -> str:
    return '<meta http-equiv="refresh" content="5">' if said.kind == "queue" else ""


def _plain(said: _Said) -> str:
    return (f"<html><head>{_refresh(said)}<title>{said.title}</title></head><body>"
            f"<h1>{said.heading}</h1><p>{said.text}</p>{_form(said)}</body></html>")  # fmt: skip


def _framed(said: _Said) -> str:
    """Return a page with a menu, a tree of categories and a foot on every page."""
    tree = "".join(f'<li><a href="/c/{n}">Shelf {n}</a> ({n * 7})</li>' for n in range(1, 40))
    return (f"<!doctype html><html><head>{_refresh(said)}<title>{said.title} | Emporium</title>"
            f"</head><body><header>{_menu(said)}</header><div class=side><ul>{tree}</ul></div>"
            f"<main><h2>{said.heading}</h2><div>{said.text}</div>{_form(said)}</main>"
            f"<footer>Emporium, since 2021. 1 BTC = 61,000 USD</footer></body></html>")  # fmt: skip


def _tables(said: _Said) -> str:
    return (f'<HTML><HEAD><TITLE>{said.title}</TITLE>{_refresh(said)}</HEAD><BODY bgcolor="#fff">'
            f"<table width=100%><tr><td>{_menu(said)}</td></tr><tr><td><font size=5><b>"
            f"{said.heading}</b></font><br><font size=2>{said.text}</font>{_form(said)}</td></tr>"
            f"</table></BODY></HTML>")  # fmt: skip


def _cards(said: _Said) -> str:
    return (f'<!doctype html><html lang=x><head><meta charset=utf-8>{_refresh(said)}<title>'
            f'{said.title}</title><style>.a{{color:red}}</style></head><body class="v1"><nav>'
            f'{_menu(said)}</nav><div class=wrap><div class=card><div class=card-head>'
            f"{said.heading}</div><div class=card-body><p>{said.text}</p>{_form(said)}</div></div>"
            f"</div></body></html>")  # fmt: skip


def _bare(said: _Said) -> str:
    """Return a page that leaves out whatever HTML lets it leave out."""
    return (f"<title>{said.title}</title>{_refresh(said)}<p><b>{said.heading}</b>"
            f"<p>{said.text}{_form(said)}<hr>{_menu(said)}")  # fmt: skip


def _boxed(said: _Said) -> str:
    """Return what a guest sees: a log-in box stands beside everything."""
    user, password, send, _text, _search = said.fields
    box = ("" if said.kind in ("login", "captcha", "queue") else
           f'<div class=box><h4>{send}</h4><form method=post action="/in"><input name=u '
           f'placeholder="{user}"><input type=password name=p placeholder="{password}">'
           f"</form></div>")  # fmt: skip
    rows = "".join(f'<a href="/t/{n}">Board {n}</a><br>' for n in range(24))
    return (f"<html><head>{_refresh(said)}<title>{said.title}</title></head><body>"
            f"<div id=l>{box}{rows}</div><div id=r><h3>{said.heading}</h3><p>{said.text}</p>"
            f"{_form(said)}</div></body></html>")  # fmt: skip


def _header(said: _Said) -> str:
    """Return a page whose refresh stands in the header of the answer."""
    return (f"<html><head><title>{said.title}</title></head><body><center><h1>{said.heading}</h1>"
            f"<p>{said.text}</p>{_form(said)}</center></body></html>")  # fmt: skip


STYLES: dict[str, Callable[[_Said], str]] = {
    "bare": _bare, "boxed": _boxed, "cards": _cards, "framed": _framed, "header": _header,
    "plain": _plain, "tables": _tables,
}  # fmt: skip
