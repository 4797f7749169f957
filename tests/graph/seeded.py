# SPDX-License-Identifier: AGPL-3.0-or-later
"""A seeded graph of 50,000 relationships, as the projection would hand it to a store.

Cycles, parallel relationships, ties, missing properties and texts that break naive
code: combining marks, right-to-left, emoji, quotes, backslashes, very long ones.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from hashlib import sha256

from graph.folding import folded_of
from graph.model import EDGES, NODES, Edge, NodeRef, Properties, check_edge, check_node

HOUR = 3_600_000
BEGAN = 1_704_067_200_000  # 2024-01-01T00:00:00Z
TEXTS = (
    "ñandú", "nin\u0303o", "a\u0301", "á", "Ωmega", "Жук", "日本語", "한국", "עברית",
    "\u202eevil\u202c", "العربية", "😀🧪", "👩‍👩‍👧", "O'Brien", 'say "hi"', "back\\slash\\n",
    "{{7*7}}", "$key", " spaced ", "\u00df", "Z", "z", "l\nine", "\u0000nul".replace("\0", "\x07"),
    "tab\tbed", "';--", "%s", "\ufeffbom", "ﬁsh", "İstanbul",
)  # fmt: skip
WORDS = ("hachís", "marroquí", "10", "g", "Cannabis", "MDMA", "puro", "envío", "pastillas",
         "sello", "🔥", "calidad", "Δ9", "100µg", "„top“", "été", "straße")  # fmt: skip
LONG = "muy largo " * 3000
TIER = {
    "ACTIVE_ON": "captured", "CASHES_OUT_AT": "heuristic", "CO_SPENT": "heuristic",
    "ENDS_IN": "attribution", "HOP": "heuristic", "JUDGED": "judged", "LEADS_TO": "structural",
    "LISTED_ON": "captured", "LOOKS_LIKE": "heuristic", "MEMBER_OF": "heuristic",
    "NAMES": "captured", "OFFERS": "captured", "PAID": "structural", "PAID_INTO": "attribution",
    "PART_OF": "judged", "PAYS": "structural", "SAME_WALLET": "heuristic", "SELLS": "captured",
    "SHOWN_BY": "captured", "SHOWS": "captured", "SPENT_IN": "structural",
    "TAGGED_AS": "attribution", "TRACED_TO": "heuristic",
}  # fmt: skip
STOPS = ("mix", "tagged_service", "unspent", "too_old", "hop_limit", "dust")
MOMENTS = 700  # so few that many things happen at once


class Seeded:
    """The graph of one seed: ``nodes`` and ``edges`` as ``graph.rebuild.write`` wants them."""

    def __init__(self, seed: int = 4, scale: int = 1) -> None:
        self._dice = random.Random(seed)
        self._scale = scale
        self._nodes: dict[str, dict[str, Properties]] = {label: {} for label in NODES}
        self._edges: dict[tuple[object, ...], Edge] = {}
        self._market_side()
        self._chain_side()
        self._joins()
        self._shown()

    def nodes(self, label: str) -> list[Properties]:
        """Return the nodes of one label by key."""
        for properties in self._nodes[label].values():
            if folded := folded_of(label, properties):
                properties["folded"] = folded
            check_node(label, properties)
        return [self._nodes[label][key] for key in sorted(self._nodes[label])]

    @staticmethod
    def labels() -> list[str]:
        """Return the labels of the model."""
        return sorted(NODES)

    def keys(self, label: str) -> list[str]:
        """Return the keys of one label."""
        return sorted(self._nodes[label])

    def edges(self) -> Iterator[Edge]:
        """Yield every relationship by type and labels."""
        for place in sorted(self._edges, key=lambda place: [str(part) for part in place]):
            check_edge(self._edges[place])
            yield self._edges[place]

    def _node(self, label: str, key: str, **properties: object) -> NodeRef:
        kept = {name: value for name, value in properties.items() if value is not None}
        self._nodes[label].setdefault(key, {"key": key, **kept})
        return NodeRef(label, key)

    def _edge(
        self, kind: str, source: NodeRef, target: NodeRef, *part: object, **properties: object
    ) -> None:
        dice = self._dice
        place = (kind, source.label, target.label, source.key, target.key, *part)
        if place in self._edges or (source == target and kind == "LOOKS_LIKE"):
            return
        values: dict[str, object] = {
            "record_id": self.record(dice.randrange(6000)),
            "rule": f"{EDGES[kind][0][0][0].lower()}.rule.v{dice.randint(1, 3)}",
            "tier": TIER[kind],
            "n_records": dice.randint(1, 4),
            "at": self._moment() if dice.random() < 0.85 else None,
            "confidence": None if dice.random() < 0.1 else f"0.{dice.randint(1, 9)}000",
            **properties,
        }
        kept = {name: value for name, value in values.items() if value is not None}
        self._edges[place] = Edge(kind, source, target, kept)  # type: ignore[arg-type]

    @staticmethod
    def record(number: int) -> str:
        """Return the id of an invented record."""
        return sha256(f"record {number}".encode()).hexdigest()

    def _moment(self) -> int:
        return BEGAN + self._dice.randrange(MOMENTS) * 31 * HOUR

    def _some(self, label: str, n: int) -> list[NodeRef]:
        keys = self.keys(label)
        return [NodeRef(label, self._dice.choice(keys)) for _n in range(n * self._scale)]

    def _one(self, label: str) -> NodeRef:
        return NodeRef(label, self._dice.choice(list(self._nodes[label])))

    def _text(self) -> str:
        return " ".join(self._dice.choice(WORDS) for _n in range(self._dice.randint(1, 12)))

    def _market_side(self) -> None:
        dice, scale = self._dice, self._scale
        markets = [self._node("Market", name, name=name) for name in ("bazar", "feria", "日本")]
        for n in range(24):
            self._node("Substance", f"substance_{n}", name=f"Sustancia {n}",
                       unii=f"U{n}" if n % 3 else None)  # fmt: skip
        for n in range(160):
            kind = dice.choice(("telegram", "email", "wickr"))
            value = f"{dice.choice(TEXTS)}{n}"
            self._node("Contact", f"{kind}:{value}", name=value, contact_kind=kind, value=value)
        for n in range(90):
            self._node("PGPKey", f"{n:040X}", name=f"{n:040X}", fingerprint=f"{n:040X}")
        for n in range(140):
            key = f"{n:064x}" if n % 2 else f"uri:http://x.invalid/{n}"
            self._node("Image", key, name=key, sha256=f"{n:064x}" if n % 2 else None,
                       media_type="image/png")  # fmt: skip
        for n in range(150 * scale):
            self._vendor(n, dice.choice(markets))
        for n in range(1200 * scale):
            self._listing(n)

    def _vendor(self, number: int, market: NodeRef) -> None:
        dice = self._dice
        handle = f"{TEXTS[number % len(TEXTS)]}{number // (2 * len(TEXTS))}"
        first = self._moment()
        ref = self._node(
            "VendorAccount", f"{market.key}/{handle}", name=handle, market=market.key,
            handle=handle, profile_captured=dice.random() < 0.8, first_at=first,
            last_at=first + dice.randrange(400) * 24 * HOUR, n_captures=dice.randint(1, 9),
            text=LONG if number == 7 else self._text() if number % 5 else None,
        )  # fmt: skip
        self._edge("ACTIVE_ON", ref, market)
        for _n in range(dice.randint(0, 3)):
            self._edge("OFFERS", ref, self._one("Substance"), "stated", status="stated")

    def _listing(self, number: int) -> None:
        dice = self._dice
        seller = self._one("VendorAccount")
        market = seller.key.partition("/")[0]
        first = self._moment()
        priced = dice.random() < 0.85
        ref = self._node(
            "Listing", f"{market}/{number}", name=self._text(), market=market,
            listing_key=str(number), vendor_handle=seller.key.partition("/")[2],
            price_amount=f"{dice.randint(1, 90)}.{dice.randint(0, 9)}0" if priced else None,
            price_currency=dice.choice(("EUR", "USD", "BTC")) if priced else None,
            ships_from=dice.choice(("NL", "DE", "ES", "España", None)),
            ships_to=dice.choice(("EU", "worldwide", "US", None)),
            category=["Drugs", dice.choice(WORDS)] if number % 7 else None,
            first_at=first, last_at=first + dice.randrange(40) * 24 * HOUR,
            n_captures=dice.randint(1, 5), text=self._text(),
            language=dice.choice(("es", "en", "de", None)),
            unit_price=f"{dice.randint(1, 60)}.{dice.randint(10, 99)}" if priced else None,
            unit_price_currency=dice.choice(("EUR", "USD")) if priced else None,
            unit=dice.choice(("g", "unit", "ml")) if priced else None,
            goods_class=dice.choice(("drug", "digital", None)),
            status=dice.choice(("seen", "seen", "seen", "gone", "holding_price")),
        )  # fmt: skip
        self._edge("LISTED_ON", ref, NodeRef("Market", market))
        if number % 11:
            self._edge("SELLS", seller, ref)
        for status in dice.sample(("stated", "implied", "declared"), dice.choice((0, 1, 1, 2))):
            self._edge("OFFERS", ref, self._one("Substance"), status, status=status)

    def _chain_side(self) -> None:
        dice, scale = self._dice, self._scale
        for n in range(2600 * scale):
            self._node("Address", f"bcrt1q{n:05d}", name=f"bcrt1q{n:05d}",
                       network="regtest" if n % 9 else None)  # fmt: skip
        for n in range(40):
            key = f"{dice.choice(TEXTS)} {n}"
            self._node("Service", key, name=key, category="exchange" if n % 4 else None)
        for n in range(3000 * scale):
            name = sha256(f"tx {n}".encode()).hexdigest()
            self._node("Transaction", name, name=name, network="regtest", at=self._moment(),
                       block_hash="b" * 64 if n % 5 else None)  # fmt: skip
        for n in range(250 * scale):
            name = self.record(n)
            self._node("Cluster", name, name=f"c{n}", network="regtest", record_id=name,
                       n_addresses=dice.randint(2, 30))  # fmt: skip
        transactions = self.keys("Transaction")
        for _n in range(6400 * scale):
            self._payment(dice.choice(transactions))
        for n in range(350 * scale):
            self._cash_out(dice.choice(transactions), n)
        for n in range(20):
            self._peel_chain(n)

    def _payment(self, txid: str) -> None:
        dice = self._dice
        payer, payee = self._one("Address"), self._one("Address")
        vout = dice.randint(0, 3)
        sat = dice.choice((0, 1_000, 50_000, 2**40))
        at = self._nodes["Transaction"][txid].get("at")
        paid = {"vout": vout, "value_sat": sat}
        transaction = NodeRef("Transaction", txid)
        self._edge("PAID", payer, payee, txid, vout, txid=txid, at=at, **paid)
        self._edge("LEADS_TO", payer, payee, at=at)
        self._edge("SPENT_IN", payer, transaction, at=at)
        self._edge("PAYS", transaction, payee, vout, at=at, **paid)
        if dice.random() < 0.55:
            start = self._one("Address")
            accounting = dice.choice(("fifo", "haircut"))
            self._edge(
                "HOP", payer, payee, start.key, accounting, txid, vout, start_address=start.key,
                accounting=accounting, position=dice.randint(1, 6), txid=txid, at=at,
                traced_sat=sat // 2, why=dice.choice(("ledger.change.v1", "ledger.follow_all.v1")),
                **paid,
            )  # fmt: skip

    def _peel_chain(self, number: int) -> None:
        """Draw a trail on which a little is peeled off at each step."""
        start, sat = self._one("Address"), 2**40
        payer = start
        for position in range(1, 7):
            payee, txid = self._one("Address"), self._one("Transaction").key
            self._edge(
                "HOP", payer, payee, start.key, "fifo", txid, 0, start_address=start.key,
                accounting="fifo", position=position, txid=txid, vout=0, value_sat=sat,
                traced_sat=sat, why="ledger.follow_all.v1", record_id=self.record(number),
            )  # fmt: skip
            payer, sat = payee, sat - sat // 10

    def _cash_out(self, txid: str, number: int) -> None:
        dice = self._dice
        address, payer, start = (self._one("Address") for _n in range(3))
        vout, at = dice.randint(0, 3), self._nodes["Transaction"][txid].get("at")
        ref = self._node(
            "CashOutPoint", f"{txid}:{vout}", name=f"cash-out {number}", network="regtest",
            txid=txid, vout=vout, value_sat=dice.choice((1_000, 70_000)), at=at,
            address=address.key, status=dice.choice(("candidate", "confirmed", "rejected", None)),
        )  # fmt: skip
        record_id = self.record(5000 + number)
        basis = dice.choice(("tagged_address", "deposit_pattern"))
        self._edge("CASHES_OUT_AT", address, ref, record_id, basis=basis, record_id=record_id,
                   start_address=start.key, traced_sat=dice.randint(1, 900), at=at,
                   trace_id=self.record(number))  # fmt: skip
        self._edge("ENDS_IN", payer, ref, at=at)
        self._edge("PAID", payer, address, txid, vout, txid=txid, at=at, vout=vout,
                   value_sat=1_000)  # fmt: skip
        self._edge("LEADS_TO", payer, address, at=at)
        self._edge("PAID_INTO", ref, self._one("Service"), basis=basis, at=at,
                   traced_sat=dice.randint(1, 900))  # fmt: skip

    def _joins(self) -> None:
        dice = self._dice
        for address in self._some("Address", 2500):
            self._edge("MEMBER_OF", address, self._one("Cluster"))
        for address in self._some("Address", 2500):
            txid = self._one("Transaction").key
            self._edge("CO_SPENT", address, self._one("Address"), txid, txid=txid)
        for address in self._some("Address", 900):
            record_id = self.record(dice.randrange(300))
            self._edge("TRACED_TO", address, self._one("Address"), record_id,
                       record_id=record_id, accounting=dice.choice(("fifo", "haircut")),
                       n_hops=dice.randint(1, 9), traced_sat=dice.choice((5, 5, 9_000)),
                       stop_reason=dice.choice(STOPS))  # fmt: skip
        for address in self._some("Address", 120):
            self._edge("SAME_WALLET", address, self._one("Address"), at=None)
        for label, n in (("VendorAccount", 700), ("Listing", 500)):
            for speaker in self._some(label, n):
                named = self._one(dice.choice(("Address", "Contact", "PGPKey")))
                party = dice.choice(("vendor", "vendor", "vendor", "third"))
                said_in = "profile" if label == "VendorAccount" else "listing"
                self._edge("NAMES", speaker, named, party, party=party, said_in=said_in)
        for address in self._some("Address", 150):
            self._tag(address)
        for speaker in (*self._some("Listing", 700), *self._some("VendorAccount", 120)):
            self._edge("SHOWS", speaker, self._one("Image"))
        self._people()

    def _tag(self, address: NodeRef) -> None:
        dice = self._dice
        service, record_id = self._one("Service"), self.record(20_000 + len(self._nodes["Tag"]))
        level = dice.choice(("ownership", "forensic", None))
        self._node("Tag", record_id, name=f"tag of {service.key}", address=address.key,
                   service=service.key, category=dice.choice(("exchange", None)),
                   source=f"https://tags.invalid/{dice.randint(1, 4)}",
                   tagpack_confidence=level, pack_sha256="7" * 64)  # fmt: skip
        self._edge("TAGGED_AS", address, service, record_id, record_id=record_id, at=None,
                   confidence=None, tagpack_confidence=level)  # fmt: skip

    def _people(self) -> None:
        dice = self._dice
        vendors = self.keys("VendorAccount")
        for _n in range(420 * self._scale):
            a, b = sorted(dice.sample(vendors, 2))
            self._edge(
                "LOOKS_LIKE", NodeRef("VendorAccount", a), NodeRef("VendorAccount", b),
                probability=f"0.{dice.randint(1, 9)}000",
                band=dice.choice(("strong", "possible", "weak")),
                signals=[f"{name}={dice.randint(-3, 9)}.25" for name in ("handle", "text")],
            )  # fmt: skip
        for n in range(18):
            members = sorted(vendors[n * 3 : n * 3 + 3])
            persona = self._node("Persona", members[0], name=members[0], n_accounts=3,
                                 contradictions=[f"{members[0]} | {members[2]}"] if n % 6 == 0
                                 else None)  # fmt: skip
            for member in members:
                self._nodes["VendorAccount"][member]["persona"] = members[0]
                self._edge("PART_OF", NodeRef("VendorAccount", member), persona)
        for n in range(160):
            self._judgement(n)

    def _judgement(self, number: int) -> None:
        dice = self._dice
        subjects = [self._one(dice.choice(("Address", "CashOutPoint")))]
        if number % 2:
            likes = [edge for edge in self._edges.values() if edge.kind == "LOOKS_LIKE"]
            pair = dice.choice(likes)
            subjects = [pair.source, pair.target]
        verdict = dice.choice(("same", "different", "unsure", "confirmed", "rejected"))
        stands, record_id = dice.random() < 0.7, self.record(30_000 + number)
        at = self._moment()
        ref = self._node(
            "Judgement", record_id, name=verdict, verdict=verdict, stands=stands, at=at,
            subject=" | ".join(subject.key for subject in subjects), record_id=record_id,
            person=dice.choice(("Ana Ruiz", "Ñ. Ibáñez")), reason=self._text(),
        )  # fmt: skip
        for subject in subjects:
            self._edge("JUDGED", ref, subject, verdict=verdict, stands=stands, at=at,
                       record_id=record_id)  # fmt: skip

    def _shown(self) -> None:
        dice = self._dice
        for n in range(1500):
            self._node("Exhibit", sha256(f"page {n}".encode()).hexdigest(),
                       name=f"http://x.invalid/{n}", uri=f"http://x.invalid/{n}",
                       at=self._moment() if n % 20 else None, media_type="text/html",
                       http_status=200, content_sha256="c" * 64,
                       record_id=self.record(40_000 + n))  # fmt: skip
        for label, n, states in (("Listing", 5600, "listing"), ("VendorAccount", 900,
                                 "vendor_account"), ("Contact", 500, "selector"),
                                 ("Address", 500, "trace"), ("PGPKey", 300, "selector")):  # fmt: skip
            for ref in self._some(label, n):
                record_id = self.record(dice.randrange(6000))
                said: dict[str, object] = {}
                if states == "listing" and dice.random() < 0.8:
                    said = {"said": self._text(), "price_amount": f"{dice.randint(1, 9)}.50",
                            "price_currency": dice.choice(("EUR", "USD"))}  # fmt: skip
                self._edge("SHOWN_BY", ref, NodeRef("Exhibit", self._page()), record_id,
                           record_id=record_id, states=states,
                           via=[self.record(1), self.record(2)] if dice.random() < 0.5 else [],
                           **said)  # fmt: skip
        for n, ref in enumerate(self._some("CashOutPoint", 300)):
            target = self._one("Tag") if n % 2 else self._one("Transaction")
            self._edge("SHOWN_BY", ref, target, n, states="cash_out_point", via=[])

    def _page(self) -> str:
        """Return an exhibit that something rests on; one in fifteen rests nothing."""
        return sha256(f"page {self._dice.randrange(1400)}".encode()).hexdigest()
