# SPDX-License-Identifier: AGPL-3.0-or-later
"""Relationships, tiers and confidence in words."""

from __future__ import annotations

from graph.drawing.scene import label_word
from graph.model import EDGES, NODES
from nlp.linking.table import RULE as LINKING
from vestigo.evidence.words import status_words
from vestigo.i18n import _


def kind_word(kind: str) -> str:
    """Return what a relationship says, read from its beginning to its end."""
    words = {
        "ACTIVE_ON": _("is active on"), "CASHES_OUT_AT": _("cashes out at"),
        "CO_SPENT": _("is spent together with"), "ENDS_IN": _("ends in"),
        "HOP": _("is followed to"), "JUDGED": _("judges"), "LEADS_TO": _("leads to"),
        "LISTED_ON": _("is listed on"), "LOOKS_LIKE": _("may be the same party as"),
        "MEMBER_OF": _("is member of"), "NAMES": _("names"), "OFFERS": _("offers"),
        "PAID": _("paid"), "PAID_INTO": _("is paid into"), "PART_OF": _("is part of"),
        "PAYS": _("pays"), "SAME_WALLET": _("is in one wallet with"), "SELLS": _("sells"),
        "SHOWN_BY": _("is shown by"), "SHOWS": _("shows"), "SPENT_IN": _("is spent in"),
        "TAGGED_AS": _("is tagged as"), "TRACED_TO": _("is traced to"),
    }  # fmt: skip
    return words.get(kind, kind)


def tier_word(tier: str) -> str:
    """Return how a relationship is known."""
    words = {
        "structural": _("follows from the block chain"),
        "captured": _("stands on a captured page"),
        "heuristic": _("inferred by a rule, can err"),
        "attribution": _("said by a tag"),
        "judged": _("decided by a named person"),
    }
    return words.get(tier, tier)


def standing_word(status: str) -> str:
    """Return how a cash-out point stands."""
    return {"confirmed": _("confirmed"), "rejected": _("rejected")}.get(status, _("candidate"))


def status_word(status: str) -> str:
    """Return a status: of a cash-out point, of a substance that is named, of a listing's price."""
    words = {
        "candidate": _("candidate"), "confirmed": _("confirmed"), "rejected": _("rejected"),
        "holding_price": _("holding price"),
    }  # fmt: skip
    return words.get(status) or status_words(status)


def band_word(band: str) -> str:
    """Return how strong a candidate link is."""
    words = {"strong": _("strong"), "possible": _("possible"), "weak": _("weak")}
    return words.get(band, band)


def party_word(party: str) -> str:
    """Return whose an identifier is."""
    words = {"vendor": _("the vendor"), "third": _("a third person")}
    return words.get(party, party)


def place_word(place: str) -> str:
    """Return where an identifier was named."""
    return {"listing": _("listing"), "profile": _("profile")}.get(place, place)


def basis_of_confidence(tier: str, rule: str) -> str:
    """Return what a confidence rests on: the data that it was measured on, or that none was."""
    if rule == LINKING:
        return _(
            "Calibrated on 6,720 pairs of 14 practice worlds; weights from 13,695 pairs and 689 "
            "accounts of real markets (config/linking/vendors.toml names the source of each)."
        )
    words = {
        "structural": _("The block chain itself: nothing was estimated."),
        "captured": _("Set by the rule that read the page; docs/results names its measured rates."),
        "heuristic": _("Set by the rule; it is no error rate that was measured on real cases."),
        "attribution": _("The level that the source of the tag gives (TagPack)."),
        "judged": _("A person’s decision: no rate."),
    }
    return words.get(tier, "")


def all_words() -> dict[str, dict[str, str]]:
    """Return the words of labels, relationships and tiers by their names in the graph."""
    return {
        "labels": {label: label_word(label) for label in NODES},
        "kinds": {kind: kind_word(kind) for kind in EDGES},
        "tiers": {tier: tier_word(tier)
                  for tier in ("structural", "captured", "heuristic", "attribution", "judged")},
    }  # fmt: skip
