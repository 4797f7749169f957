# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each percentage of a cash-out sheet is the probability of, and what it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from ledger.grounding import PAID_RULE
from ledger.services import TRUSTED_LEVEL
from vestigo.evidence.report.writing import count, share
from vestigo.i18n import _, ngettext
from vestigo.records import TAGPACK_LEVELS, CashOutPoint, HopGround, Measured, Tag
from vestigo.records.codec import from_plain

# machine output: the same in every language
ARRIVAL = "whoever held the start address paid in here, given that the tag is right"
KEPT = "who paid this output still held it (change, or a move of his own)"
RANGE = re.compile(r"practice range: (.+); seeds (\d+) to (\d+)")
OWN_BELOW = re.compile(r"own_below_(\d\d)")
ATTRIBUTION = "attribution"
UNKNOWN_LEVEL = 5


def arrival_words(
    stated: Decimal, levels: Iterable[int], measured: Measured | None
) -> tuple[str, str]:
    """Return what the probability of a cash-out point says, and on what it rests.

    ``levels`` are those of its tags on the TagPack scale (0 to 100).
    """
    highest = max(levels, default=TRUSTED_LEVEL)
    said = (
        _("{chance} is the probability that whoever held the start address paid in here. It takes "
          "for right that the tag names the service: that is the word of its source, and no part "
          "of this figure.")
        if highest >= TRUSTED_LEVEL else
        _("{chance} is the probability that whoever held the start address paid in here. The tag "
          "has only level {level} of 100: the figure is lowered for that in proportion.")
    )  # fmt: skip
    return said.format(chance=share(stated), level=highest), basis_words(measured)


def level_of(tag: Tag) -> int:
    """Return the level of a tag on the TagPack scale (0 to 100)."""
    return TAGPACK_LEVELS.get(tag.tagpack_confidence or "unknown", UNKNOWN_LEVEL)


def words_of_point(point: CashOutPoint, tags: Iterable[Tag]) -> tuple[str, str]:
    """Return ``arrival_words`` of a cash-out point and its tags."""
    return arrival_words(point.confidence, map(level_of, tags), point.measured)


def words_of_row(row: dict[str, Any]) -> tuple[str, str]:
    """Return ``arrival_words`` of a row of ``cash_out_rows``."""
    measured = from_plain(Measured, row["measured"]) if row["measured"] else None
    levels = [tag["level"] for tag in row["tags"]]
    return arrival_words(Decimal(row["probability"]), levels, measured)


def basis_words(measured: Measured | None) -> str:
    """Return on what a probability rests: how often such statements were right, and where."""
    if measured is None:
        return _("Basis: set by the rule; how often such statements are right was not measured.")
    told = ngettext(
        "Basis: of {n} statement of about this probability, {precision} was right (95 % interval: "
        "{low} to {high}), on {data_set}.",
        "Basis: of {n} statements of about this probability, {precision} were right (95 % "
        "interval: {low} to {high}), on {data_set}.", measured.n,
    )  # fmt: skip
    return told.format(
        n=count(measured.n), precision=share(measured.precision), low=share(measured.low),
        high=share(measured.high), data_set=data_set_words(measured.data_set),
    )  # fmt: skip


def data_set_words(name: str) -> str:
    """Return what a data set is: invented worlds are called so."""
    found = RANGE.fullmatch(name)
    if found is None:
        return name
    said = _("invented practice worlds, not real cases ({worlds}; seeds {first} to {last})")
    return said.format(worlds=found[1], first=found[2], last=found[3])


def kept_head() -> str:
    """Return the head of the column of ``kept_words``."""
    return _("Probability that the payer kept it")


def kept_note() -> str:
    """Return what the percentages along a trail say."""
    return _(
        "The percentage beside a step is the probability that who paid the output still held it "
        "(change, or a move of his own): the trail rests on it. The last step is the payment to "
        "the service: there the payer is not expected to keep it, and a low percentage speaks for "
        "a payment."
    )


def kept_words(ground: HopGround) -> tuple[str, ...]:
    """Return one hop's probability: what it says first, the rest behind it."""
    chance = share(ground.own_probability)
    if ground.rule != PAID_RULE:
        return (_("kept by the payer: {chance}").format(chance=chance),)
    paid = (
        _("paid to the service, as its tag says")
        if ground.tier == ATTRIBUTION
        else _("paid into an address that the service sweeps")
    )
    return paid, _("kept by the payer instead: {chance}").format(chance=chance)


def ground_words(grounds: Iterable[str]) -> list[str]:
    """Return what a probability was reckoned from, in words; an unknown name stays as it is."""
    words = _feature_words()
    found = []
    for one in grounds:
        name, _sign, value = one.partition("=")
        below = OWN_BELOW.fullmatch(name)
        if below:
            said = _("the weakest step is kept by its payer with less than {n} %")
            found.append(said.format(n=int(below[1])))
        elif name == "doubts":
            n = int(value)
            found.append(ngettext("{n} step is below 50 %", "{n} steps are below 50 %", n).format(
                n=n))  # fmt: skip
        elif name.startswith("joint_chain_"):
            found.append(_("how usual joint payments are on this chain"))
        else:
            found.append(words.get(name, one))
    return found


def _feature_words() -> dict[str, str]:
    return {
        "tier_start": _("the trail begins at the start address itself"),
        "tier_wallet": _("the trail begins at another address of its wallet cluster"),
        "at_service": _("the trail ends at a service"),
        "behind_start": _("the start address itself paid in"),
        "basis_tagged_address": _("a tag names this very address"),
        "basis_tagged_cluster": _("a tag names the wallet cluster of the address"),
        "basis_deposit_pattern": _("the service sweeps the address"),
        "long": _("the trail has more than four steps"),
        "through_hub": _("the trail passes an address that is used as a service uses its own"),
        "through_batch_payer": _("the trail passes an address that pays many at once"),
        "all_one_cluster": _("all addresses of the trail lie in one wallet cluster"),
        "join_unsafe": _("a transaction of the cluster has an input that it did not need"),
        "join_kinds": _("a transaction of the cluster joins addresses of unlike kinds"),
        "join_two_outputs": _("a transaction of the cluster has two outputs"),
        "join_unsafe_kinds": _("the same transaction has both doubts"),
    }
