# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the fields of records are called on the page "why?"; the format's own name stands beside."""

from __future__ import annotations

from vestigo.console.graphing.field_words import property_word
from vestigo.evidence.words import field_words
from vestigo.i18n import _


def field_name(name: str) -> str:
    """Return what a field of a record is called; one that is not known keeps its name."""
    for words in (_order(), _chain(), _market(), _archive()):
        if name in words:
            return words[name]
    known = property_word(name)
    return known if known != name else field_words(name)


def _order() -> dict[str, str]:
    return {
        "issuing_body": _("issued by"), "reference": _("reference"),
        "legal_basis": _("legal basis"), "authorization_kind": _("kind of authorization"),
        "order_sha256": _("digest of the order"), "persons": _("persons"), "hosts": _("hosts"),
        "accounts": _("accounts"), "acts": _("acts"), "data_classes": _("kinds of data"),
        "starts_at": _("from (UTC)"), "ends_at": _("until (UTC)"), "amends": _("amends"),
        "subject": _("about"), "seen_record_id": _("record that was seen"),
        "judged_at": _("judged (UTC)"), "retracts": _("takes back"),
        "retracted_at": _("taken back (UTC)"),
    }  # fmt: skip


def _chain() -> dict[str, str]:
    return {
        "block_hash": _("block"), "height": _("height of the block"),
        "mined_at": _("mined (UTC)"), "n_transactions": _("transactions"),
        "source_name": _("read from the file"), "raw_sha256": _("digest of the bytes"),
        "at_height": _("as of the block at height"), "label": _("label"),
        "actor": _("actor"), "tag_type": _("kind of tag"),
        "is_cluster_definer": _("stands for the whole cluster"),
        "tagpack_confidence": _("confidence that the source states"),
        "lastmod_on": _("last changed"), "pack_title": _("TagPack"),
        "pack_sha256": _("digest of the TagPack"), "pack_creator": _("made by"),
        "pack_description": _("what the TagPack says of itself"), "currency": _("currency"),
        "stop_detail": _("where it stopped"), "grounds": _("what each step rests on"),
        "paid_at": _("paid (UTC)"), "trace_id": _("trace"), "tag_ids": _("tags"),
        "measured": _("how often such statements were right"),
        "other_traces": _("other traces that reach it"), "concepts": _("concepts"),
        "abuse": _("abuse"), "context": _("context"),
    }  # fmt: skip


def _market() -> dict[str, str]:
    return {
        "a": _("first account"), "b": _("second account"), "pass_no": _("pass"),
        "page_kind": _("kind of page"), "truncated": _("cut off"),
        "leftovers": _("what no rule read"), "failed_assertions": _("expectations not met"),
        "substance_id": _("substance in the lexicon"), "substance_name": _("substance"),
        "unii": "UNII", "term_source": _("source of the word"), "field": _("field"),
        "offer_kind": _("what is offered"), "grams": _("grams"), "count": _("number"),
        "dose_mg": _("dose in milligrams"), "ml": _("millilitres"), "amount": _("amount"),
        "per": _("for"), "per_unit": _("per unit of"), "usd": "USD", "eur": "EUR",
        "rate_source": _("source of the rate"), "rate_on": _("day of the rate"),
        "selector_kind": _("kind of selector"), "checksum_ok": _("checksum holds"),
    }  # fmt: skip


def _archive() -> dict[str, str]:
    return {
        "capture_id": _("exhibit"), "request_method": _("HTTP method"),
        "charset": _("character set"), "content_sha256": _("digest of the body"),
        "n_body_bytes": _("bytes of the body"), "authorization_id": _("authorization"),
        "account": _("account used"), "warc_name": _("WARC file"),
        "warc_offset": _("place in the file"), "problem": _("problem"),
        "file_name": _("file"), "sha256": "SHA-256", "n_bytes": _("bytes"),
        "stage": _("stage"), "package_version": _("version of Vestigo"),
        "settings_sha256": _("digest of the settings"),
        "inputs_sha256": _("digest of the inputs"), "started_at": _("started (UTC)"),
    }  # fmt: skip
