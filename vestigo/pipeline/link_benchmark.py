# SPDX-License-Identifier: AGPL-3.0-or-later
"""Linking measured where the truth is known: range worlds, or profiles of one's own.

Worlds are told from seeds that were not used for fitting the table.  Profiles of one's
own: two accounts with one key are one party, and the keys are then hidden from the
comparison; a line may name its ``party`` instead.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from nlp.linking.jsonl import read_profiles
from nlp.linking.keys import keys_of
from nlp.linking.linking import likeliest
from nlp.linking.measuring import Measured
from nlp.linking.profile import Profile
from nlp.linking.stripping import strip_armour
from nlp.linking.table import shipped_table
from vestigo import __version__
from vestigo.errors import InputError
from vestigo.training.behaviour import Behaviour, load_behaviour
from vestigo.training.telling import tell_world
from vestigo.training.world import Vendor, World

FIT_SEEDS = tuple(range(1, 15))
TEST_SEEDS = tuple(range(101, 113))


def measure_worlds(behaviour: Behaviour, seeds: Iterable[int]) -> dict[str, Any]:
    """Return the figures on worlds of ``seeds``, with keys shown and with keys hidden."""
    shown, hidden = Measured(), Measured()
    for seed in seeds:
        profiles, parties, relations = world_profiles(tell_world(seed, behaviour))
        for measured, keys_hidden in ((shown, False), (hidden, True)):
            given = [without_keys(one) for one in profiles] if keys_hidden else profiles
            found = list(likeliest(given, shipped_table()))
            measured.add(given, found, parties, relations)
    return {"keys_shown": shown.figures(), "keys_hidden": hidden.figures()}


def world_profiles(
    world: World,
) -> tuple[list[Profile], list[str], dict[frozenset[str], str]]:
    """Return the accounts of a world, their parties, and which pairs have which relation."""
    profiles, parties, relations = [], [], {}
    for market in world.markets:
        titles: dict[str, list[str]] = {}
        for listing in market.listings:
            titles.setdefault(listing.vendor, []).append(listing.title)
        for vendor in market.vendors:
            one = _profile(vendor, titles.get(vendor.handle, []))
            profiles.append(one)
            parties.append(vendor.party)
            if vendor.related_to:
                signed = "BEGIN PGP SIGNED" in vendor.profile
                name = f"{vendor.relation}_signed" if signed else vendor.relation
                relations[frozenset((one.id, vendor.related_to))] = name
    return profiles, parties, relations


def _profile(vendor: Vendor, titles: list[str]) -> Profile:
    return Profile(
        id=f"{vendor.market}/{vendor.handle}",
        market=vendor.market,
        handle=vendor.handle,
        text=vendor.profile,
        pgp=vendor.pgp_armoured,
        contacts=tuple((one.kind, one.value) for one in vendor.contacts),
        listings=tuple(titles),
    )


def without_keys(profile: Profile) -> Profile:
    """Return the profile with its keys hidden, in the text too."""
    return replace(profile, pgp="", text=strip_armour(profile.text))


def measure_profiles(path: Path) -> dict[str, Any]:
    """Return the figures on a file of profile lines.

    Raises ``InputError`` for the first line that is no profile.
    """
    lines = path.read_bytes().splitlines()
    profiles = read_profiles(lines, _refuse)
    named = _named_parties(lines)
    parties = [named.get(one.id) or _party_of_key(one) for one in profiles]
    given = [without_keys(one) for one in profiles]
    measured = Measured()
    measured.add(given, list(likeliest(given, shipped_table())), parties)
    return {"keys_hidden": measured.figures()}


def benchmark(profiles: Path | None, seeds: Iterable[int] = TEST_SEEDS) -> dict[str, Any]:
    """Return the whole table of figures, with what they were measured on."""
    chosen = list(seeds)
    return {
        "version": __version__,
        "table_sha256": shipped_table().sha256,
        "fitted_on_seeds": list(FIT_SEEDS),
        "seeds": chosen,
        "worlds": measure_worlds(load_behaviour("full"), chosen),
        "profiles": measure_profiles(profiles) if profiles else None,
    }


def _refuse(problem: InputError) -> None:
    raise problem


def _named_parties(lines: Iterable[bytes]) -> dict[str, str]:
    rows = [json.loads(line) for line in lines if line.strip()]
    return {str(row["id"]): str(row["party"]) for row in rows if row.get("party")}


@cache
def _party_of_key(profile: Profile) -> str:
    """Return a name for the party: its first key, or the account itself where there is none."""
    fingerprints = sorted(keys_of(profile).blocks)
    return fingerprints[0] if fingerprints else f"account {profile.id}"
