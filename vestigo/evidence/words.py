# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words that people read for the names that records hold: console and documents alike."""

from __future__ import annotations

from vestigo.i18n import _


def tier_words(tier: str) -> str:
    """Return the word of a tier."""
    return {
        "fact": _("fact"),
        "reading": _("reading"),
        "heuristic": _("heuristic"),
        "tag": _("tag"),
    }[tier]


def tier_meaning(tier: str) -> str:
    """Return one sentence on what a tier claims."""
    return {
        "fact": _("Stands so in the archived bytes, or follows from the block chain."),
        "reading": _("Read from captured text by a named rule; the words stand beside it."),
        "heuristic": _("Inferred by a named rule that can err. It is not proof."),
        "tag": _("An attribution that a named source makes; it is as good as that source."),
    }[tier]


def kind_words(kind: str) -> str:
    """Return the words for a kind of record."""
    names = {
        "authorization": _("authorization"), "block": _("block"), "capture": _("capture"),
        "captured_picture": _("captured picture"), "screenshot": _("picture of the page"),
        "cash_out_point": _("cash-out point"), "cluster": _("wallet cluster"),
        "coverage_estimate": _("coverage estimate"),
        "feedback": _("feedback"), "judgement": _("judgement"), "listing": _("listing"),
        "mention": _("substance named"), "page": _("page"), "price_quote": _("price quoted"),
        "quantity": _("quantity offered"), "retraction": _("retraction"), "run": _("run"),
        "selector": _("selector"), "tag": _("tag of an address"), "trace": _("trace"),
        "transaction": _("transaction"), "unit_price": _("unit price"),
        "vendor_account": _("vendor account"), "vendor_link": _("candidate link"),
        "text_reading": _("what the text is"), "picture": _("picture on the page"),
        "mirror_verdict": _("verdict on a mirror"),
    }  # fmt: skip
    return names.get(kind, kind)


def status_words(status: str) -> str:
    """Return the words for how a substance was named."""
    names = {
        "stated": _("stated"), "implied": _("implied"), "declared": _("declared"),
        "mentioned": _("mentioned"), "negated": _("negated"),
    }  # fmt: skip
    return names.get(status, status)


def selector_words(kind: str) -> str:
    """Return the words for a kind of selector; names of techniques stay as they are."""
    names = {
        "pgp_fingerprint": _("OpenPGP fingerprint"), "btc": _("Bitcoin address"),
        "onion_v3": _("onion address"), "email": _("e-mail address"), "phone": _("telephone"),
    }  # fmt: skip
    return names.get(kind, kind.replace("_", " "))


def field_words(field: str) -> str:
    """Return the words for a field of a captured page."""
    names = {
        "title": _("title"), "description": _("description"), "price": _("price"),
        "price_amount": _("price"), "vendor_handle": _("vendor"), "vendor": _("vendor"),
        "category": _("category"), "ships_from": _("ships from"), "ships_to": _("ships to"),
        "ships_text": _("shipping"), "profile": _("profile"), "profile_text": _("profile"),
        "feedback_count": _("feedback count"), "listed_on": _("listed on"),
        "stock": _("stock"), "stock_state": _("stock"), "stock_n": _("number in stock"),
        "pgp_block": _("OpenPGP key"), "handle": _("handle"), "text": _("text"),
        "rating": _("rating"), "given_on": _("date"), "also": _("further text:"),
        "buyer_handle": _("buyer"), "listing_key": _("key of the listing"),
        "profile_captured": _("profile captured"), "price_currency": _("currency"),
    }  # fmt: skip
    stem, _dot, number = field.partition(".")
    place = str(int(number) + 1) if number.isdigit() else number  # people count from 1
    return f"{names.get(stem, stem)} {place}".rstrip()


def stop_words(reason: str) -> str:
    """Return a sentence on why a trace stops."""
    names = {
        "tagged_service": _("Stopped at a tagged service."),
        "deposit_candidate": _("Stopped at a candidate deposit address."),
        "mix": _("Stopped at a mix. The trail was not followed through it."),
        "unspent": _("Stopped: the output was not spent in the blocks at hand."),
        "fan_out": _("Stopped: the transaction has too many outputs to follow."),
        "hop_limit": _("Stopped at the limit of hops."),
        "dust": _("Stopped: less than dust of the traced money is left."),
        "height": _("Stopped at the last block at hand."),
        "fee": _("Stopped: the fee of the next transaction took all of it."),
        "incomplete": _("Stopped: the blocks at hand lack part of the next transaction."),
    }  # fmt: skip
    return names.get(reason, reason)


def basis_words(basis: str) -> str:
    """Return a sentence on what a cash-out candidate rests on."""
    names = {
        "tagged_address": _("A source names this very address as the service’s."),
        "tagged_cluster": _("The address is in a wallet cluster that a source tags."),
        "deposit_pattern": _("The address is swept into the service: a deposit pattern."),
    }  # fmt: skip
    return names.get(basis, basis)


def page_words(kind: str) -> str:
    """Return the words for a kind of captured page."""
    names = {
        "listing": _("listing"), "vendor": _("vendor"), "category": _("category"),
        "search": _("search"), "feedback": _("feedback"), "login": _("log-in page"),
        "captcha": _("captcha"), "queue": _("waiting queue"), "ban": _("ban notice"),
        "maintenance": _("maintenance notice"), "rate-limit": _("“too many requests” notice"),
        "not-found": _("not found"),
        "soft-404": _("“no such page” notice"), "other": _("other"),
    }  # fmt: skip
    return names.get(kind, kind)


def action_words(action: str) -> str:
    """Return the words for an action of the custody log."""
    names = {
        "recognition": _("recognition"), "isolation": _("isolation"), "fixation": _("fixation"),
        "collection": _("collection"), "packing": _("packing"), "transport": _("transport"),
        "receipt": _("receipt"), "processing": _("processing"), "storage": _("storage"),
        "disposal": _("disposal"), "access": _("access"), "copy": _("copy"),
        "export": _("export"), "verify": _("verification"), "redact": _("redaction"),
        "disclose": _("disclosure"), "unmask": _("unmasking"), "quarantine": _("quarantine"),
        "fail": _("failure or refusal"),
    }  # fmt: skip
    return names.get(action, action)


def act_words(act: str) -> str:
    """Return the words for an act that an authorization allows."""
    names = {
        "view": _("view pages"), "search": _("use the search"), "login": _("log in"),
        "fetch_image": _("fetch pictures"), "screenshot": _("take screenshots"),
        "run_scripts": _("run the scripts of pages"), "ask_chain": _("ask for chain data"),
    }  # fmt: skip
    return names.get(act, act)
