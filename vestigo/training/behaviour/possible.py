# SPDX-License-Identifier: AGPL-3.0-or-later
"""What cannot be together in one world, and what to change then."""

from __future__ import annotations

from collections.abc import Iterator

from vestigo.errors import ConfigurationError
from vestigo.i18n import _
from vestigo.training.behaviour.sections import Behaviour

MOST_DAYS = 49


def refuse_impossible(behaviour: Behaviour, where: str) -> None:
    """Raise ``ConfigurationError`` E-TRA-013 for the first thing that cannot be."""
    for what, remedy in _contradictions(behaviour):
        raise ConfigurationError("E-TRA-013", what, where=where, remedy=remedy)


def _contradictions(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    yield from _markets(behaviour)
    yield from _passes(behaviour)
    yield from _vendors(behaviour)
    yield from _cash_outs(behaviour)
    yield from _mixes(behaviour)
    yield from _listings(behaviour)
    yield from _transactions(behaviour)


def _markets(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    keys = [one.key for one in behaviour.markets]
    if len(set(keys)) < len(keys):
        yield (
            _("Two venues have the same key."),
            _("Give each [[market]] a key of its own."),
        )
    if not any(one.kind == "dark_market" for one in behaviour.markets):
        yield (
            _("There is no venue of kind “dark_market”."),
            _("Make at least one [[market]] a dark market; shops have one vendor only."),
        )
    for one in behaviour.markets:
        if bool(one.redesign_layout) != bool(one.redesign_at_pass):
            yield (
                _("“{market}” names only one of redesign_layout and redesign_at_pass.").format(
                    market=one.key
                ),
                _("Give both or neither."),
            )


def _passes(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    world = behaviour.world
    days = (world.passes - 1) * world.days_between_passes
    if days > MOST_DAYS:
        yield (
            _("{passes} passes take {days} days; the story has {most}.").format(
                passes=world.passes, days=days, most=MOST_DAYS
            ),
            _("Lower passes or days_between_passes in [world]."),
        )


def _vendors(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    vendors = behaviour.vendors
    n_dark = sum(one.kind == "dark_market" for one in behaviour.markets)
    n_shops = len(behaviour.markets) - n_dark
    n_others = vendors.impostors + n_shops + vendors.attacker
    n_free = vendors.n - n_others - vendors.n_on_both
    if n_free < 0:
        yield (
            _("{both} parties on two markets and {others} impostors, shop owners and the attacker "
              "are more than {n} parties.").format(
                both=vendors.n_on_both, others=n_others, n=vendors.n),
            _("Raise n in [vendors], or lower same_key, new_key, other_name or impostors."),
        )  # fmt: skip
    if n_free + vendors.n_on_both < n_dark:
        yield (
            _("There are fewer ordinary parties than dark markets."),
            _("Raise n in [vendors] to {n}, or remove a [[market]].").format(n=n_dark + n_others),
        )
    if n_free + vendors.n_on_both < vendors.impostors:
        yield (
            _("There are more impostors than vendors whom they could imitate."),
            _("Lower impostors or raise n in [vendors]."),
        )
    if n_dark < 2 and vendors.n_on_both + vendors.impostors:  # noqa: PLR2004  two markets
        yield (
            _("Parties on two markets and impostors need two dark markets."),
            _("Add a [[market]], or set same_key, new_key, other_name and impostors to 0."),
        )
    yield from _ordered(behaviour)


def _ordered(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    """Yield keys that exceed the one that they may not exceed."""
    vendors = behaviour.vendors
    pairs = (
        ("signed_transitions", "new_key"),
        ("other_name_with_key", "other_name"),
        ("orders_least", "orders_most"),
    )
    for low, high in pairs:
        if getattr(vendors, low) > getattr(vendors, high):
            yield (
                _("{low} is more than {high}.").format(low=low, high=high),
                _("Lower {low} or raise {high} in [vendors].").format(low=low, high=high),
            )


def _cash_outs(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    n_planned = sum(behaviour.cash_out.counts().values())
    n_free = behaviour.vendors.n - behaviour.vendors.attacker
    if n_planned > n_free:
        yield (
            _("[cash_out] plans {planned} parties, there are {n}.").format(
                planned=n_planned, n=n_free
            ),
            _("Lower the numbers in [cash_out], or raise n in [vendors]."),
        )


def _mixes(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    ways, ledger = behaviour.cash_out, behaviour.ledger
    for name, n_parties, key, n_rounds, n_needed in (
        ("whirlpool", ways.whirlpool, "whirlpool_rounds", ledger.whirlpool_rounds,
         -(-2 * ways.whirlpool // 3)),
        ("wasabi", ways.wasabi, "wasabi2_rounds", ledger.wasabi2_rounds, min(ways.wasabi, 1)),
        ("joinmarket", ways.joinmarket, "joinmarket_rounds", ledger.joinmarket_rounds,
         ways.joinmarket),
    ):  # fmt: skip
        if n_rounds < n_needed:
            yield (
                _("Too few rounds of “{name}” for {parties} parties: {rounds}, at least "
                  "{needed}.").format(
                    parties=n_parties, name=name, needed=n_needed, rounds=n_rounds),
                _("Raise {key} in [ledger], or lower {name} in [cash_out].").format(
                    key=key, name=name),
            )  # fmt: skip
    if ledger.batch_least > ledger.batch_most:
        yield (
            _("batch_least is more than batch_most."),
            _("Lower batch_least or raise batch_most in [ledger]."),
        )


def _listings(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    n_accounts = behaviour.vendors.n + behaviour.vendors.n_on_both
    if behaviour.listings.n < n_accounts:
        yield (
            _("{n} listings are too few for {accounts} accounts; each has at least one.").format(
                n=behaviour.listings.n, accounts=n_accounts
            ),
            _("Raise n in [listings] to {accounts}, or lower n in [vendors].").format(
                accounts=n_accounts
            ),
        )


def _transactions(behaviour: Behaviour) -> Iterator[tuple[str, str]]:
    """Yield a limit that the sales alone exceed: each is paid and released."""
    vendors = behaviour.vendors
    n_accounts = vendors.n + vendors.n_on_both - vendors.attacker
    least = 2 * n_accounts * vendors.orders_least
    if least > behaviour.ledger.most_transactions:
        yield (
            _("The sales alone need {least} transactions; most_transactions allows {most}.").format(
                least=least, most=behaviour.ledger.most_transactions
            ),
            _("Raise most_transactions in [ledger], or lower orders_least or n in [vendors]."),
        )
