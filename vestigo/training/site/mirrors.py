# SPDX-License-Identifier: AGPL-3.0-or-later
"""The addresses of a market: its own and its mirrors', signed, and those of phishing copies.

A phishing copy shows the same pages with other payment addresses, signs its list of
mirrors with a key of its own, and lets in whoever tries: it wants the log-in.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from vestigo.training.keyring import Keyring
from vestigo.training.openpgp import VendorKey, clear_signed, make_vendor_key
from vestigo.training.site.onion_names import onion_key
from vestigo.training.timeline import KEYS_MADE_AT
from vestigo.training.world import Listing, Market, MarketView, Vendor

GENUINE, PHISHING = "genuine", "phishing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One address under which a market, or a copy of it, is reached.

    ``name`` is ``genuine-0`` and on, or ``phishing-1`` and on; ``message`` the list of mirrors,
    signed; ``key`` the key that signed it, as this address states it.
    """

    name: str
    kind: str
    host: str
    has_others: bool
    message: str
    key: str


def doors(market: Market) -> tuple[Door, ...]:
    """Return every address of a market: its own, its mirrors, then phishing copies."""
    section = market.section
    names = [f"{GENUINE}-{number}" for number in range(section.n_mirrors + 1)]
    names += [f"{PHISHING}-{number}" for number in range(1, section.n_phishing + 1)]
    return tuple(_door(market, name) for name in names)


def host_of(market: Market, door: str) -> str:
    """Return the onion host of one address of a market."""
    return onion_key(market.seed, market.key, door).host


def market_key(market: Market, door: str = f"{GENUINE}-0") -> VendorKey:
    """Return the OpenPGP key that signs the list of mirrors behind ``door``."""
    address = f"staff@{market.key}.example"
    return make_vendor_key(_secret(market, door), f"{market.name} <{address}>", KEYS_MADE_AT)


def mirrors_truth(market: Market) -> dict[str, Any]:
    """Return what is so about the addresses of a market, as plain JSON values."""
    copies = [one for one in doors(market) if one.kind == PHISHING]
    return {
        "genuine": [one.host for one in doors(market) if one.kind == GENUINE],
        "phishing": [one.host for one in copies],
        "key_fingerprint": market_key(market).fingerprint,
        "copies": [_copy_truth(market, one) for one in copies],
    }


def phishing_view(view: MarketView, door: Door) -> MarketView:
    """Return what a phishing copy shows: every payment address is the copy's own."""
    false = false_addresses(view.market, door.name)

    def vendor(one: Vendor) -> Vendor:
        return replace(one, profile=_replaced(one.profile, false), address=false[one.address])

    def listing(one: Listing) -> Listing:
        return replace(one, description=_replaced(one.description, false))

    market = replace(view.market, vendors=tuple(vendor(one) for one in view.vendors))
    shown = tuple(listing(one) for one in view.listings)
    return replace(view, market=market, listings=shown)


@lru_cache(maxsize=32)
def _false_addresses(seed: int, market: str, door: str, genuine: tuple[str, ...]) -> dict[str, str]:
    keyring = Keyring(seed)
    owner = f"phishing:{market}/{door}"
    return {
        address: keyring.account(owner, number).address for number, address in enumerate(genuine)
    }


def false_addresses(market: Market, door: str) -> dict[str, str]:
    """Return which address a phishing copy shows in the place of which."""
    direct = [one.direct_address for one in market.listings if one.direct_address]
    genuine = sorted({one.address for one in market.vendors} | set(direct))
    return _false_addresses(market.seed, market.key, door, tuple(genuine))


def _replaced(text: str, false: dict[str, str]) -> str:
    for address, other in false.items():
        text = text.replace(address, other)
    return text


def _copy_truth(market: Market, door: Door) -> dict[str, Any]:
    return {
        "host": door.host,
        "key_fingerprint": market_key(market, door.name).fingerprint,
        "steals_log_in": True,
        "accepts_any_log_in": True,
        "replaced_addresses": [
            {"genuine": genuine, "shown": shown}
            for genuine, shown in false_addresses(market, door.name).items()
        ],
    }


def _door(market: Market, name: str) -> Door:
    section = market.section
    kind = name.partition("-")[0]
    genuine = [host_of(market, f"{GENUINE}-{n}") for n in range(section.n_mirrors + 1)]
    signer = f"{GENUINE}-0" if kind == GENUINE else name
    listed = genuine if kind == GENUINE else [host_of(market, name), *genuine[:1]]
    text = "\n".join(
        [
            f"The addresses of {market.name}. {market.notice}",
            "Whatever is not in this list is not ours.",
            "",
            *(f"http://{host}/" for host in listed),
        ]
    )
    return Door(
        name=name,
        kind=kind,
        host=host_of(market, name),
        has_others=section.n_mirrors + section.n_phishing > 0,
        message=clear_signed(_secret(market, signer), KEYS_MADE_AT, market.passes[0], text),
        key=market_key(market, signer).armoured,
    )


def _secret(market: Market, door: str) -> bytes:
    owner = "market" if door.startswith(GENUINE) else door
    return hashlib.sha256(
        f"vestigo.range.v1/{market.seed}/pgp/{market.key}/{owner}".encode()
    ).digest()
