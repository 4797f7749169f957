# SPDX-License-Identifier: AGPL-3.0-or-later
"""The search page: what was typed, what it is, and what the case holds of it."""

from __future__ import annotations

from http import HTTPStatus

from litestar import Response, get
from litestar.exceptions import HTTPException

from vestigo.console.desk import Asked, Desk, Look, desk_of, query_of
from vestigo.console.explaining import summary_of, url_of
from vestigo.console.index import CaseIndex
from vestigo.console.paging import paged
from vestigo.console.searching.asking import MOST_READ, PAGE_ROWS, Found, Group, ask, ask_group
from vestigo.console.searching.detecting import Typed, read_typed
from vestigo.console.searching.found_in import GROUPS
from vestigo.i18n import _


@get("/search", sync_to_thread=True)
def search(request: Asked) -> Response[str]:
    """Show what was found, by group; with ``group``, all of one group, a page at a time."""
    desk, query = desk_of(request), query_of(request)
    typed = read_typed(query.get("q", ""))
    wanted = query.get("group", "")
    if wanted and wanted not in GROUPS:
        raise HTTPException(status_code=HTTPStatus.NOT_FOUND)
    n_indexed = desk.searched.follow()
    veil = desk.veil()
    given: dict[str, object] = {"groups": [], "shown": None}
    with desk.searched.reading() as connection:
        if wanted:
            rows = ask_group(connection, typed, veil.names, wanted, MOST_READ)
            given["shown"] = paged(rows, query, PAGE_ROWS)
        elif typed.text:
            found = ask(connection, typed, veil.names)
            given["groups"] = _record(desk, desk.index(), typed) + found
    return desk.page(
        request, "search.html", Look("search"), typed=typed, group=wanted, veil=veil,
        group_words=group_words, kind_of=typed_words(typed), n_indexed=n_indexed,
        most=MOST_READ, **given,
    )  # fmt: skip


def _record(desk: Desk, index: CaseIndex, typed: Typed) -> list[Group]:
    """Return the record of which the whole id was typed."""
    name = typed.names[0] if typed.kind == "digest" else ""
    record = index.by_id.get(name)
    if record is None:
        return []
    one = Found("record", summary_of(record, desk.masking), url_of(name, record), record.KIND, "",
                exact=True)  # fmt: skip
    return [Group("record", (one,), more=False)]


def typed_words(typed: Typed) -> str:
    """Return what was typed in words."""
    names = {
        "btc": _("Bitcoin address"), "coin": _("address of another coin"),
        "digest": _("transaction id, SHA-256 or record id"),
        "output": _("output of a transaction"), "fingerprint": _("OpenPGP fingerprint or key id"),
        "onion": _("onion service"), "email": _("e-mail address"),
        "exhibit": _("exhibit number"), "digits": _("the beginning of an identifier"),
        "words": _("words"),
    }  # fmt: skip
    return names[typed.kind]


def group_words(group: str) -> str:
    """Return the heading of a group."""
    names = {
        "address": _("Addresses"), "transaction": _("Transactions"), "vendor": _("Vendors"),
        "listing": _("Listings"), "contact": _("Keys and contacts"),
        "cashout": _("Cash-out candidates"), "tag": _("Tags"), "substance": _("Substances"),
        "exhibit": _("Exhibits"), "feedback": _("Feedback"),
        "paper": _("Orders and files received"), "record": _("The record of this id"),
    }  # fmt: skip
    return names[group]


HANDLERS = (search,)
