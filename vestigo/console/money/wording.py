# SPDX-License-Identifier: AGPL-3.0-or-later
"""Rules of traces, accounting methods and the words of TagPacks, for people who know neither."""

from __future__ import annotations

from vestigo.i18n import _


def hop_words(rule: str) -> str:
    """Return why a trail goes on over an output; "" for a rule that is not known."""
    sentences = {
        "ledger.follow_all.v1": _("The accounting method carries coins on into this output."),
        "ledger.same_wallet.v1": _("It came back to an address of the same wallet cluster."),
        "ledger.follow_two_party_candidate.v1": _(
            "Two parties may have paid together: their shares are not told apart."
        ),
    }
    return sentences.get(rule, "")


def method_words(name: str) -> str:
    """Return what an accounting method does with coins that are mixed; "" for another."""
    sentences = {
        "fifo": _("first in, first out"), "lifo": _("last in, first out"),
        "haircut": _("every output carries its share"),
        "seniority": _("the first output is filled first"),
        "juniority": _("the last output is filled first"),
        "tiho": _("the largest output is filled first"),
        "poison": _("every output counts whole"),
    }  # fmt: skip
    return sentences.get(name, "")


def category_words(category: str) -> str:
    """Return what kind of service a TagPack names; an unknown word stays as it is."""
    names = {
        "exchange": _("exchange"), "hosted_wallet": _("hosted wallet"),
        "wallet_service": _("wallet service"), "payment_processor": _("payment processor"),
        "market": _("market"), "gambling": _("gambling"), "mixing_service": _("mixing service"),
        "coinjoin": _("CoinJoin"), "mining": _("mining"), "miner": _("miner"),
        "service": _("service"), "user": _("user"), "organization": _("organization"),
        "donation": _("donations"), "faucet": _("faucet"), "shop": _("shop"),
        "atm": _("crypto ATM"),
    }  # fmt: skip
    return names.get(category, category)


def level_words(confidence: str) -> str:
    """Return what a confidence of the TagPack scale means; an unknown word stays as it is."""
    names = {
        "ownership": _("the owner proved it"), "ledger_immanent": _("it follows from the chain"),
        "manual_transaction": _("a payment of one’s own showed it"),
        "service_api": _("the service’s own interface says so"), "override": _("set by hand"),
        "authority_data": _("data of an authority"), "trusted_provider": _("a trusted provider"),
        "service_data": _("data of the service"), "forensic": _("forensic examination"),
        "untrusted_transaction": _("a payment by somebody not trusted"),
        "web_crawl": _("found on a web page"), "heuristic": _("a heuristic"),
        "unknown": _("not stated how"),
    }  # fmt: skip
    return names.get(confidence, confidence)
