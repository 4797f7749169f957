# SPDX-License-Identifier: AGPL-3.0-or-later
"""Any behaviour within the ranges makes a world that holds together, or a typed refusal."""

import json
from functools import cache

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vestigo.errors import ConfigurationError
from vestigo.training.behaviour import MarketSection, load_behaviour
from vestigo.training.behaviour.keys import key_of, keys_of
from vestigo.training.behaviour.reading import SECTIONS
from vestigo.training.telling import tell_world

REFUSALS = ("E-TRA-013", "E-TRA-017")


def values(key, default):
    """Return a strategy for one key, near its default so that many worlds are possible."""
    if key.kind == "whole":
        high = min(key.high, max(key.low, 2 * default + 2))
        return st.one_of(st.just(default), st.integers(key.low, high))
    return {
        "switch": st.booleans(),
        "word": st.sampled_from(key.choices or ("",)),
        "weights": st.dictionaries(
            st.sampled_from(key.choices or ("",)), st.integers(1, 5), min_size=1
        ),
    }.get(key.kind, st.just(default))


@cache
def section(table, /, **fixed):
    """Return a strategy for the lines of one section."""
    drawn = {
        name: values(key_of(one), one.default)
        for name, one in keys_of(table).items()
        if name not in fixed
    }
    return st.fixed_dictionaries({}, optional=drawn).map(lambda chosen: {**chosen, **fixed})


def toml(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{name} = {toml(one)}" for name, one in value.items()) + " }"
    return json.dumps(list(value) if isinstance(value, tuple) else value)


@st.composite
def behaviours(draw):
    """Draw a behaviour file: two dark markets and more, most sections changed somewhere."""
    lines = []
    for number in range(draw(st.integers(1, 4))):
        fixed = {"key": f"m{number}", "redesign_layout": "", "redesign_at_pass": 0}
        fixed |= {"kind": "dark_market"} if number < 2 else {}
        chosen = draw(section(MarketSection, **fixed))
        lines += ["[[market]]", *(f"{name} = {toml(value)}" for name, value in chosen.items())]
    for name, kind in SECTIONS.items():
        fixed = {"days_between_passes": draw(st.integers(1, 9))} if name == "world" else {}
        chosen = draw(section(kind, **fixed))
        lines += [f"[{name}]", *(f"{key} = {toml(value)}" for key, value in chosen.items())]
    return "\n".join(lines)


def tell(seed, path):
    """Return the world and no error, or no world and why it was refused."""
    try:
        return tell_world.__wrapped__(seed, load_behaviour(str(path))), None
    except ConfigurationError as error:
        return None, error


@given(text=behaviours(), seed=st.integers(0, 2**31 - 1))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_random_behaviour_is_told_or_refused(text, seed, tmp_path_factory):
    path = tmp_path_factory.mktemp("random") / "mine.toml"
    path.write_text(text, "utf-8")
    world, error = tell(seed, path)
    if error is None:
        holds_together(world)
    else:
        assert error.code in REFUSALS
        assert error.remedy


@given(seed=st.integers(0, 2**31 - 1), name=st.sampled_from(["demo", "full", "doorways"]))
@settings(max_examples=10, deadline=None)
def test_any_seed_of_a_shipped_world_holds_together(seed, name):
    holds_together(tell_world.__wrapped__(seed, load_behaviour(name)))


def holds_together(world):
    section = world.behaviour
    assert len(world.parties) == section.vendors.n
    assert sum(len(one.at(1).listings) for one in world.markets) == section.listings.n
    numbers = {}
    for market in world.markets:
        for number in range(1, section.world.passes + 1):
            view = market.at(number)
            assert {one.vendor for one in view.listings} == {one.handle for one in market.vendors}
            assert len({one.key for one in (*view.listings, *view.gone)}) == len(
                view.listings
            ) + len(view.gone)
        for one in market.vendors:
            numbers.setdefault(one.party, []).append(one.address_number)
        for one in market.listings:
            if one.direct_number is not None:
                numbers.setdefault(market.vendor(one.vendor).party, []).append(one.direct_number)
    assert all(len(set(mine)) == len(mine) for mine in numbers.values())
    assert max(number for mine in numbers.values() for number in mine) < 100
    for order in world.orders:
        assert world.market(order.market).listing(order.listing_key).vendor == order.vendor
        assert order.price_sat >= 1_000
