# SPDX-License-Identifier: AGPL-3.0-or-later
"""The properties of the graph in words; a name that is not known stays as it is."""

from __future__ import annotations

from vestigo.i18n import _


def property_word(name: str) -> str:
    """Return what a property is called."""
    words = {
        "accounting": _("accounting method"), "address": _("address"), "band": _("band"),
        "basis": _("basis"), "block_hash": _("block"), "category": _("category"),
        "contact_kind": _("kind of contact"), "content_sha256": _("SHA-256 of the content"),
        "contradictions": _("judgements that contradict each other"),
        "fingerprint": _("fingerprint"), "first_at": _("first seen (UTC)"),
        "goods_class": _("class of goods"), "handle": _("handle"),
        "http_status": _("HTTP status"), "language": _("language"), "last_at": _("last seen (UTC)"),
        "listing_key": _("number on the market"), "market": _("market"),
        "media_type": _("media type"), "n_accounts": _("accounts"),
        "n_addresses": _("addresses"), "n_hops": _("hops"),
        "pack_sha256": _("SHA-256 of the TagPack"), "said": _("title as captured"),
        "sha256": _("SHA-256"), "stands": _("still stands"), "states": _("kind of record"),
        "subject": _("what was judged"), "tagpack_confidence": _("its confidence"),
        "unii": _("UNII code"), "unit_price_currency": _("currency of the unit price"),
        "via": _("by way of"),
        "n_records": _("records that say so"), "network": _("network"), "party": _("party"),
        "persona": _("persona"), "position": _("hop"), "price_amount": _("price"),
        "price_currency": _("currency"), "probability": _("probability"),
        "said_in": _("said in"), "service": _("service"), "ships_from": _("ships from"),
        "ships_to": _("ships to"), "signals": _("signals"), "source": _("source"),
        "start_address": _("start of the trace"), "status": _("status"),
        "stop_reason": _("why the trace stopped"), "traced_sat": _("traced (satoshi)"),
        "txid": _("transaction"), "unit": _("unit"), "unit_price": _("unit price"),
        "uri": _("address of the page"), "value": _("value"), "value_sat": _("amount (satoshi)"),
        "vendor_handle": _("vendor"), "verdict": _("verdict"), "person": _("person"),
        "reason": _("reason"), "vout": _("output"), "why": _("why the trail goes on"),
    }  # fmt: skip
    return words.get(name, name)
