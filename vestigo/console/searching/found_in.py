# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can be found of each record: its names, its words, and the page that shows it.

Records are read as their stored JSON, not as classes: a large case is indexed at a start.
Third persons are left out: no buyer's name, no selector of a third person, no contact that
stands in a feedback.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from vestigo.console.searching.detecting import folded_name
from vestigo.identifiers.mentioned import contacts_in

GROUPS = (
    "address", "transaction", "vendor", "listing", "contact", "cashout", "tag", "substance",
    "exhibit", "feedback", "paper",
)  # fmt: skip
COINS = frozenset({"btc"})
MOST_TEXT = 20_000
KEY_ID = 16
GAP = " … "
Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that can be found; several records may speak of one ``entity``.

    ``stack`` joins the captures of one listing: only the latest of a stack is shown.
    """

    group: str
    entity: str
    title: str
    url: str
    detail: str = ""
    at: str = ""
    stack: str = ""
    names: tuple[str, ...] = ()
    body: str = ""
    worded: bool = True


def hits_of(record_id: str, kind: str, body: Body, number: str = "") -> Iterator[Hit]:
    """Yield what can be found of one record; ``number`` is that of an exhibit."""
    if kind == "capture":
        yield from _capture(body, number)
    elif kind in _READERS:
        yield from _READERS[kind](record_id, body)


def _address(value: str, network: str) -> Hit:
    return Hit("address", f"address/{value}", value, "/address?" + urlencode({"value": value}),
               detail=network, names=(folded_name(value),), worded=False)  # fmt: skip


def _transaction(txid: str, at: str) -> Hit:
    return Hit("transaction", f"transaction/{txid}", txid, f"/transactions/{quote(txid, safe='')}",
               at=at, names=(txid.lower(),), worded=False)  # fmt: skip


def _capture(body: Body, number: str) -> Iterator[Hit]:
    uri, capture_id = body["uri"], body["capture_id"]
    try:
        host = urlsplit(uri).hostname or ""
    except ValueError:
        host = ""
    names = {folded_name(uri), capture_id, body["content_sha256"], f"exhibit {number}", host}
    yield Hit("exhibit", f"exhibit/{capture_id}", uri, f"/exhibits/{quote(capture_id, safe='')}",
              detail=number, at=body["observed_at"], names=tuple(sorted(names - {""})))  # fmt: skip


def _listing(record_id: str, body: Body) -> Iterator[Hit]:
    handle, key = body["vendor_handle"] or "", f"{body['market']}/{body['listing_key']}"
    words = (handle, " ".join(body["category"]), body["ships_from"] or "", body["ships_to"] or "",
             body["description"])  # fmt: skip
    yield Hit("listing", f"listing/{record_id}", body["title"], f"/listings/{record_id}",
              detail=f"{body['market']} / {handle}", at=body["observed_at"] or "", stack=key,
              names=(folded_name(key), record_id), body=GAP.join(words)[:MOST_TEXT])  # fmt: skip


def _vendor(record_id: str, body: Body) -> Iterator[Hit]:
    market, handle = body["market"], body["handle"]
    url = "/vendor?" + urlencode({"market": market, "handle": handle})
    names = (folded_name(handle), folded_name(f"{market}/{handle}"), record_id)
    yield Hit("vendor", f"vendor/{record_id}", handle, url, detail=market,
              at=body["observed_at"] or "", stack=f"{market}/{handle}", names=names,
              body=body["profile_text"][:MOST_TEXT])  # fmt: skip


def _feedback(record_id: str, body: Body) -> Iterator[Hit]:
    text = body["text"]
    for hidden in (body["buyer_handle"] or "", *contacts_in(text)):
        text = text.replace(hidden, "…") if hidden else text
    about = f"{body['market']} / {body['vendor_handle'] or ''}"
    yield Hit("feedback", f"feedback/{record_id}", about, f"/why/{record_id}",
              detail=body["rating"] or "", at=body["given_on"] or "", names=(record_id,),
              body=text[:MOST_TEXT])  # fmt: skip


def _selector(record_id: str, body: Body) -> Iterator[Hit]:
    kind, value = body["selector_kind"], body["value"]
    if body["party"] == "third":
        return
    if kind in COINS:
        yield _address(value, "")
        return
    name = folded_name(value)
    names = {name, name[-KEY_ID:]} if kind == "pgp_fingerprint" else {name}
    yield Hit("contact", f"contact/{kind}:{value}", value, f"/why/{record_id}", detail=kind,
              names=tuple(sorted(names)))  # fmt: skip


def _mention(_record_id: str, body: Body) -> Iterator[Hit]:
    one = body["substance_id"]
    names = {folded_name(one), folded_name(body["substance_name"]), folded_name(body["unii"] or "")}
    yield Hit("substance", f"substance/{one}", body["substance_name"],
              "/listings?" + urlencode({"substance": one}), detail=body["unii"] or "",
              names=tuple(sorted(names - {""})))  # fmt: skip


def _tag(record_id: str, body: Body) -> Iterator[Hit]:
    yield _address(body["address"], body["network"])
    yield Hit("tag", f"tag/{record_id}", body["label"], f"/why/{record_id}",
              detail=f"{body['category'] or ''} · {body['address']}",
              names=(folded_name(body["label"]), record_id), body=body["source"])  # fmt: skip


def _cash_out(record_id: str, body: Body) -> Iterator[Hit]:
    for value in (body["address"], body["start_address"]):
        yield _address(value, body["network"])
    output = f"{body['txid']}:{body['vout']}"
    yield Hit("cashout", f"cashout/{record_id}", body["service"], f"/cash-outs/{record_id}",
              detail=body["address"], at=body["paid_at"],
              names=(folded_name(body["service"]), record_id, output))  # fmt: skip


def _cluster(_record_id: str, body: Body) -> Iterator[Hit]:
    for value in body["addresses"]:
        yield _address(value, body["network"])


def _trace(_record_id: str, body: Body) -> Iterator[Hit]:
    yield _address(body["start_address"], body["network"])
    for hop in body["hops"]:
        yield _address(hop["from_address"], body["network"])
        yield _address(hop["to_address"], body["network"])
        yield _transaction(hop["txid"], hop["mined_at"])


def _chain_transaction(record_id: str, body: Body) -> Iterator[Hit]:
    hit = _transaction(body["txid"], body["mined_at"])
    yield Hit(hit.group, hit.entity, hit.title, hit.url, at=hit.at, worded=False,
              names=(*hit.names, record_id))  # fmt: skip


def _paper(record_id: str, body: Body) -> Iterator[Hit]:
    title = body.get("reference") or body.get("file_name") or ""
    words = (body.get("issuing_body", ""), body.get("legal_basis", ""), body.get("from_whom", ""))
    names = {folded_name(title), record_id, body.get("order_sha256", ""), body.get("sha256", "")}
    yield Hit("paper", f"paper/{record_id}", title, f"/why/{record_id}", detail=body["kind"],
              at=body.get("starts_at") or body.get("received_at") or "",
              names=tuple(sorted(names - {""})), body=GAP.join(words))  # fmt: skip


_READERS: dict[str, Callable[[str, Body], Iterator[Hit]]] = {
    "authorization": _paper, "cash_out_point": _cash_out, "cluster": _cluster,
    "feedback": _feedback, "listing": _listing, "mention": _mention, "received_item": _paper,
    "selector": _selector, "tag": _tag, "trace": _trace, "transaction": _chain_transaction,
    "vendor_account": _vendor,
}  # fmt: skip
