# SPDX-License-Identifier: AGPL-3.0-or-later
"""The small world and more people in it: somebody did whatever a question asks about."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import ModuleType

from vestigo.records import Record

DAYS = 60 * 24  # in minutes


def crowded_world(world: ModuleType) -> list[Record]:
    """Return records in which every question of the catalogue has an answer."""
    return [*world.small_world(), *_market_side(world), *_chain_side(world)]


def _market_side(w: ModuleType) -> list[Record]:
    pages = [w.capture(n, "plaza") for n in (1, 2, 3, 4, 20 * DAYS, 41 * DAYS, 41 * DAYS + 1)]
    rey, otro = w.vendor("bazar", "Rey", pages[0]), w.vendor("feria", "REY", pages[1])
    mora = w.vendor("feria", "mora", pages[2])
    cheap = replace(w.listing("bazar", "r1", "Rey", pages[3], title="Éxtasis puro"),
                    ships_from="NL", ships_to="EU")  # fmt: skip
    dear = replace(cheap, sources=(pages[4].capture_id,), observed_at=pages[4].observed_at,
                   price_amount=Decimal("0.2000"))  # fmt: skip
    copied = replace(w.listing("feria", "m1", "mora", pages[5], title="Éxtasis puro"),
                     ships_from="NL", ships_to="EU", price_amount=None,
                     price_currency=None)  # fmt: skip
    unread = w.listing("feria", "m2", "mora", pages[5], title="???")
    gone = w.page("feria", "not-found", replace(pages[6], uri=pages[5].uri))
    key = "{:040X}".format
    named = [
        w.selector(rey, "pgp_fingerprint", key(1)),
        w.selector(rey, "pgp_fingerprint", key(2)),
        w.selector(otro, "pgp_fingerprint", key(3)),
        w.selector(rey, "telegram", "@reino"),
        w.selector(mora, "telegram", "@reino"),
        w.selector(rey, "btc", "bcrt1qrey"),
        w.selector(mora, "btc", "bcrt1qrey"),
        w.selector(mora, "btc", "bcrt1qmora"),
        w.selector(otro, "btc", "bcrt1qotro"),
        w.selector(mora, "btc", "bcrt1qnever"),
    ]
    said = [w.mention(offer, "mdma", "stated") for offer in (cheap, dear, copied)]
    shown = [w.picture(offer, "http://127.0.0.1/image/same.jpg") for offer in (cheap, copied)]
    judged = [
        w.judgement("bazar/Rey | feria/REY", "same", 1),
        w.judgement("bazar/Rey | feria/REY", "different", 2, person="B. Ibáñez"),
    ]
    looks = [w.link("bazar/Rey", "feria/REY", (rey, otro), "0.9912"),
             w.link("bazar/Rey", "feria/mora", (rey, mora), "0.9500")]  # fmt: skip
    return [*pages, rey, otro, mora, cheap, dear, copied, unread, gone, *named, *said, *shown,
            *judged, *looks]  # fmt: skip


def _chain_side(w: ModuleType) -> list[Record]:
    basis = w.transaction("u1", 200)
    tags = [w.tag("bcrt1qrey", "casa_de_cambio", "Casa de Cambio"),
            w.tag("bcrt1qrey", "otra_casa", "Otra casa"),
            w.tag("bcrt1qpool", "tercera_casa", "Tercera casa")]  # fmt: skip
    groups = [
        w.cluster((("u2", "bcrt1qrey", "bcrt1qotro"), ("u3", "bcrt1qotro", "bcrt1qpool")),
                  (basis.record_id,)),
        w.cluster((("u4", "bcrt1qmora", "bcrt1qmoraotra"),), (basis.record_id,)),
    ]  # fmt: skip
    trails = [
        w.trace((w.hop("u1", ("bcrt1qrey", "bcrt1qmora"), 9_000, 200),), (basis.record_id,), "mix"),
    ]
    rest = w.hop("u5", ("bcrt1qmora", "bcrt1qrest"), 8_000, 210)
    peeled = w.trace((*trails[0].hops, rest), (basis.record_id,), "unspent")
    return [basis, *tags, *groups, *trails, peeled]
