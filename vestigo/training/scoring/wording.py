# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a trainer reads: names of areas, and causes as sentences."""

from __future__ import annotations

from vestigo.i18n import _


def area_names() -> dict[str, str]:
    """Return the name of each area for people, in the order of a report."""
    return {
        "vendors": _("vendor accounts"),
        "listings": _("listings"),
        "prices": _("prices as displayed"),
        "stock": _("what is left, as displayed"),
        "substances": _("substances of listings"),
        "offers": _("quantities on offer"),
        "unit_prices": _("unit prices"),
        "addresses": _("published addresses"),
        "contacts": _("contacts"),
        "pgp_keys": _("PGP keys"),
        "links": _("accounts of one party"),
        "impostors": _("impostors"),
        "behind_mix": _("trails that stop at a mix"),
        "clusters": _("wallet clusters"),
        "cash_outs": _("cash-outs"),
        "services": _("services"),
    }


def status_names() -> dict[str, str]:
    """Return the name of each status for people."""
    return {
        "found": _("found"),
        "missed": _("missed"),
        "wrong": _("wrongly claimed"),
        "not_looked_at": _("not looked at"),
    }


def cause(why: str, detail: str) -> str:
    """Return the sentence for a cause, "" where there is nothing to say."""
    sentence = {**_unseen(), **_wrong(), **_firm()}.get(why, "")
    if not sentence:
        sentence = _plain_details().get(detail, "")
    return sentence.format(detail=detail or "?") if sentence else detail


def group_name(group: str) -> str:
    """Return the name of a part of an area for people."""
    return {
        "exchange": _("exchanges"),
        "atm": _("crypto ATMs"),
        "gift_card_shop": _("gift-card shops"),
        "no_service": _("no service"),
        "party": _("parties"),
        "same_key": _("with the same key"),
        "new_key": _("with a new key"),
        "other_name": _("under another name"),
    }.get(group, group)


def _unseen() -> dict[str, str]:
    return {
        "market_not_crawled": _("The case holds no page of this market that was read."),
        "pass_not_crawled": _("It stood on the market on another pass than those of this case."),
        "no_blocks": _("The case has no blocks."),
        "not_traced": _("The money was not followed in this case."),
        "service_untagged": _("No tag names this service: nothing could tell."),
        "not_linked": _("No vendors were compared in this case."),
        "nobody_judged": _("Nobody has judged any pair in this case."),
    }


def _wrong() -> dict[str, str]:
    return {
        "not_in_truth": _("Nothing of the kind is in this world."),
        "phishing_mirror": _("It was read from {detail}, which only looks like the market."),
        "delisted": _("The listing was taken off before the first pass."),
        "address_of_another": _("The address belongs to {detail}."),
        "key_of_another": _("The key belongs to {detail}."),
        "holding_price": _("It comes from a holding price: an absurd price instead of delisting."),
        "part_of_option": _("The words state more: this is a part of one option."),
        "nothing_on_offer": _("The listing offers no quantity of any substance."),
        "through_payjoin": _("A PayJoin ({detail}) has inputs of payer and payee."),
        "only_mentioned": _("The listing mentions the word and does not offer it."),
        "only_negated": _("The listing says that it is not sold."),
        "impostor": _("The second account only imitates the first."),
        "crossed_mix": _("The trail crosses a mix ({detail})."),
        "crossed_service": _("The trail crosses {detail}: the coins behind it are another's."),
        "start_not_published": _("No vendor publishes the address {detail}."),
        "no_service": _("The address belongs to no service ({detail})."),
        "payer_not_vendor": _("The address is one of {detail}; somebody else paid to it."),
        "another_service": _("The address belongs to another service."),
        "no_mix": _("This transaction is no mix ({detail})."),
        "two_owners": _("The cluster joins addresses of several owners."),
    }


def _firm() -> dict[str, str]:
    return {
        "certain": _("A heuristic ({detail}) is shown with confidence 1."),
        "wrong_and_confirmed": _("{detail} confirmed what is not true."),
        "no_reason": _("{detail} gave no reason for a firm judgement."),
    }


def _plain_details() -> dict[str, str]:
    return {
        "captured": _("Its page was captured and not read."),
        "several_options": _("The listing has several options, and no single unit price."),
    }
