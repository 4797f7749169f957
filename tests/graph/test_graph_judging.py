# SPDX-License-Identifier: AGPL-3.0-or-later
"""What persons decided, what readings add, and what is masked, in the projection."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from graph.model import EDGES, REQUIRED
from graph.rebuild import project
from vestigo.records import Capture, CashOutPoint, Judgement, Listing, Retraction, Selector, Tag
from vestigo.records import VendorAccount as Account


@pytest.fixture
def drawn(records):
    """Project records and look things up in the result."""

    class Drawn:
        def __init__(self, made):
            self._collector, _n = project(records(made))

        def node(self, label, key):
            found = (node for node in self._collector.nodes(label) if node["key"] == key)
            return next(found, None)

        def nodes(self, label):
            return self._collector.nodes(label)

        def edges(self, kind):
            return [
                (edge.source.key, edge.target.key, edge.properties)
                for edge in self._collector.edges()
                if edge.kind == kind
            ]

    return Drawn


@pytest.fixture
def accounts(world):
    """Four accounts on two markets, each on a page of its own."""
    made = []
    for number, (market, handle) in enumerate(
        [("bazar", "ana"), ("bazar", "berta"), ("feria", "anita"), ("feria", "dora")]
    ):
        page = world.capture(number, market)
        made += [page, world.vendor(market, handle, page)]
    return made


def pair(world, a, b, verdict, minute, **more):
    return world.judgement(" | ".join(sorted((a, b))), verdict, minute, **more)


def test_accounts_that_are_judged_the_same_are_one_persona(world, drawn, accounts):
    made = drawn([
        *accounts,
        pair(world, "bazar/ana", "feria/anita", "same", 1),
        pair(world, "feria/anita", "bazar/berta", "same", 2),
    ])  # fmt: skip
    persona = made.node("Persona", "bazar/ana")
    assert persona["n_accounts"] == 3
    assert "contradictions" not in persona
    assert {source for source, _t, _p in made.edges("PART_OF")} == {
        "bazar/ana", "bazar/berta", "feria/anita",
    }  # fmt: skip
    assert made.node("VendorAccount", "feria/anita")["persona"] == "bazar/ana"
    assert "persona" not in made.node("VendorAccount", "feria/dora")
    assert {p["tier"] for _s, _t, p in made.edges("PART_OF")} == {"judged"}


def test_a_contradiction_inside_a_persona_is_said_and_never_dropped(world, drawn, accounts):
    made = drawn([
        *accounts,
        pair(world, "bazar/ana", "feria/anita", "same", 1),
        pair(world, "feria/anita", "bazar/berta", "same", 2),
        pair(world, "bazar/ana", "bazar/berta", "different", 3),
    ])  # fmt: skip
    persona = made.node("Persona", "bazar/ana")
    assert persona["n_accounts"] == 3
    assert persona["contradictions"] == ["bazar/ana | bazar/berta"]


def test_the_latest_judgement_of_a_pair_stands_whoever_wrote_it(world, drawn, accounts):
    first = pair(world, "bazar/ana", "feria/anita", "same", 1)
    second = pair(world, "bazar/ana", "feria/anita", "different", 2, person="B. Soto")
    for order in ([first, second], [second, first]):
        made = drawn([*accounts, *order])
        assert made.nodes("Persona") == []
        stands = {node["verdict"]: node["stands"] for node in made.nodes("Judgement")}
        assert stands == {"same": False, "different": True}
        assert {(p["verdict"], p["stands"]) for _s, _t, p in made.edges("JUDGED")} == {
            ("same", False), ("different", True),
        }  # fmt: skip


def test_a_retracted_judgement_gives_way_to_the_one_before(world, drawn, accounts):
    first = pair(world, "bazar/ana", "feria/anita", "same", 1)
    second = pair(world, "bazar/ana", "feria/anita", "different", 2)
    gone = Retraction(retracts=second.record_id, reason="r", person="p",
                      retracted_at=second.judged_at)  # fmt: skip
    made = drawn([*accounts, first, second, gone])
    assert made.node("Persona", "bazar/ana")["n_accounts"] == 2
    assert [node["stands"] for node in made.nodes("Judgement")] == [True]


def test_unsure_joins_nothing(world, drawn, accounts):
    made = drawn([*accounts, pair(world, "bazar/ana", "feria/anita", "unsure", 1)])
    assert made.nodes("Persona") == []
    assert len(made.edges("JUDGED")) == 2


def test_a_handle_with_the_separator_in_it_is_told_from_a_pair(world, drawn):
    page = world.capture(1)
    handle = "a | bazar/z"
    made = [page, world.vendor("bazar", handle, page), world.vendor("feria", "z", page)]
    subject = f"bazar/{handle} | feria/z"
    result = drawn([*made, world.judgement(subject, "same", 1)])
    assert result.node("Persona", f"bazar/{handle}")["n_accounts"] == 2


def test_a_judgement_of_something_unknown_is_a_node_and_joins_nothing(world, drawn, accounts):
    made = drawn([*accounts, world.judgement("bcrt1qnobody", "confirmed", 1)])
    assert len(made.nodes("Judgement")) == 1
    assert made.edges("JUDGED") == []
    assert made.node("Address", "bcrt1qnobody") is None


@pytest.mark.parametrize("verdict", ["confirmed", "rejected", "unsure"])
def test_a_cash_out_point_has_the_status_that_a_person_gave_it(world, drawn, small, verdict):
    made = [r for r in small._records if not isinstance(r, Judgement)]
    point = next(r for r in made if isinstance(r, CashOutPoint))
    key = f"{point.txid}:{point.vout}"
    assert drawn(made).node("CashOutPoint", key)["status"] == "candidate"
    judged = drawn([*made, world.judgement(key, verdict, 5)])
    expected = "candidate" if verdict == "unsure" else verdict
    assert judged.node("CashOutPoint", key)["status"] == expected
    assert [target for _s, target, _p in judged.edges("JUDGED")] == [key]


def test_a_judgement_shows_what_was_seen(world, drawn, accounts):
    seen = next(r for r in accounts if isinstance(r, Account))
    made = drawn([*accounts, world.judgement("bazar/ana", "confirmed", 1, seen=seen.record_id)])
    judgement = made.nodes("Judgement")[0]["key"]
    shown = [(t, p["via"]) for s, t, p in made.edges("SHOWN_BY") if s == judgement]
    page = next(r for r in accounts if isinstance(r, Capture))
    assert shown == [(page.capture_id, [seen.record_id])]


def test_a_persona_is_shown_by_its_judgements(world, drawn, accounts):
    decided = pair(world, "bazar/ana", "feria/anita", "same", 1)
    made = drawn([*accounts, decided])
    shown = {t for s, t, p in made.edges("SHOWN_BY") if p["states"] == "judgement"
             and s == "bazar/ana"}  # fmt: skip
    assert decided.record_id in shown


def test_a_candidate_link_goes_from_the_lower_key_with_its_signals(world, drawn, accounts):
    links = [r for r in accounts if isinstance(r, Account)]
    made = drawn([*accounts, world.link("bazar/ana", "feria/anita", tuple(links), "0.9731")])
    ((source, target, said),) = made.edges("LOOKS_LIKE")
    assert (source, target) == ("bazar/ana", "feria/anita")
    assert (said["probability"], said["band"], said["signals"]) == (
        "0.9731", "strong", ["pgp_key=12.50"],
    )  # fmt: skip


def test_of_two_links_of_one_pair_the_newer_evidence_stands(world, drawn, accounts):
    links = tuple(r for r in accounts if isinstance(r, Account))
    sure = world.link("bazar/ana", "feria/anita", links[:1], "0.9900")
    later = replace(sure, probability=Decimal("0.2000"), confidence=Decimal("0.2000"),
                    observed_at=sure.observed_at + timedelta(days=1))  # fmt: skip
    made = drawn([*accounts, sure, later])
    assert [p["probability"] for _s, _t, p in made.edges("LOOKS_LIKE")] == ["0.2000"]


def test_a_link_to_an_account_that_is_not_there_is_left_out(world, drawn, accounts):
    links = tuple(r for r in accounts if isinstance(r, Account))
    assert (
        drawn([*accounts, world.link("bazar/ana", "feria/nobody", links, "0.5")]).edges(
            "LOOKS_LIKE"
        )
        == []
    )


def offer_of(world, title="Sold", text=""):
    page = world.capture(3)
    return page, replace(world.listing("bazar", "1", "ana", page, title=title), description=text)


def test_a_listing_says_its_language_goods_and_unit_price(world, drawn):
    page, offer = offer_of(world, "Hash", "ten grams")
    price = replace(world.unit_price(offer, "0.0010"), currency="BTC", eur=Decimal("7.50"))
    node = drawn([page, offer, world.reading(offer, "es", ("drug", "medicine")), price]).node(
        "Listing", "bazar/1"
    )
    assert node["text"] == "Hash\nten grams"
    assert (node["language"], node["goods_class"], node["status"]) == ("es", "drug", "seen")
    assert (node["unit_price"], node["unit_price_currency"], node["unit"]) == ("7.50", "EUR", "g")


def test_only_the_newest_capture_gives_details(world, drawn):
    page, offer = offer_of(world)
    later = world.capture(9)
    again = world.listing("bazar", "1", "ana", later, title="Sold again")
    holding = world.reading(offer, "es", ("drug",), ("holding_price",))
    assert drawn([page, offer, holding]).node("Listing", "bazar/1")["status"] == "holding_price"
    node = drawn([page, offer, holding, later, again]).node("Listing", "bazar/1")
    assert (node["status"], node["n_captures"]) == ("seen", 2)
    assert "language" not in node


def test_a_page_that_was_read_twice_is_one_capture(world, drawn):
    page, offer = offer_of(world)
    again = replace(offer, method=world.method("crawler.profile.v2"))
    assert drawn([page, offer, again]).node("Listing", "bazar/1")["n_captures"] == 1


@pytest.mark.parametrize(("minute", "status"), [(2, "seen"), (20, "gone")])
def test_a_listing_is_gone_when_its_address_leads_nowhere_later(world, drawn, minute, status):
    page, offer = offer_of(world)
    later = replace(world.capture(minute), uri=page.uri.replace("127.0.0.1", "127.0.0.9"))
    made = drawn([page, offer, later, world.page("bazar", "not-found", later)])
    assert made.node("Listing", "bazar/1")["status"] == status
    shown = [t for s, t, p in made.edges("SHOWN_BY") if p["states"] == "page"]
    assert shown == ([later.capture_id] if status == "gone" else [])


def test_maintenance_is_not_gone(world, drawn):
    page, offer = offer_of(world)
    later = replace(world.capture(20), uri=page.uri)
    made = drawn([page, offer, later, world.page("bazar", "maintenance", later)])
    assert made.node("Listing", "bazar/1")["status"] == "seen"


def test_a_buyer_in_a_text_is_masked_and_a_vendor_is_not(world, drawn):
    page, offer = offer_of(world, "For lamplighter", "ask ana, lamplighter or granadero; not lamps")
    page_b = world.capture(5)
    given = [world.feedback("bazar", "lamplighter", "ana", page_b),
             world.feedback("bazar", "granadero", "ana", page_b)]  # fmt: skip
    seller = world.vendor("bazar", "granadero", page_b)
    node = drawn([page, offer, page_b, *given, seller]).node("Listing", "bazar/1")
    assert node["text"] == "For ▒▒▒\nask ana, ▒▒▒ or granadero; not lamps"
    assert node["name"] == "For ▒▒▒"
    assert "lamplighter" not in node["folded"]


def test_what_a_reading_gives_to_a_third_person_is_masked(world, drawn):
    page, offer = offer_of(world, "Sold", "my friend is at friend@example.invalid")
    third = world.selector(offer, "email", "friend@example.invalid", party="third")
    node = drawn([page, offer, third]).node("Listing", "bazar/1")
    assert node["text"] == "Sold\nmy friend is at ▒▒▒"


def test_a_picture_is_its_digest_where_its_bytes_were_captured(world, drawn):
    page, offer = offer_of(world)
    shown = world.picture(offer, "http://127.0.0.1/image/1.jpg")
    made = drawn([page, offer, shown])
    assert [target for _s, target, _p in made.edges("SHOWS")] == [
        "uri:http://127.0.0.1/image/1.jpg"
    ]
    body = replace(world.capture(8), uri=shown.uri, media_type="image/jpeg")
    made = drawn([page, offer, shown, body])
    ((_source, target, _said),) = made.edges("SHOWS")
    assert target == body.content_sha256
    assert made.node("Image", target)["media_type"] == "image/jpeg"
    evidence = {t for s, t, _p in made.edges("SHOWN_BY") if s == target}
    assert evidence == {page.capture_id, body.capture_id}


def test_a_reading_falls_with_the_listing_that_it_read(world, drawn):
    page, offer = offer_of(world)
    named = replace(world.selector(offer, "btc", "bcrt1qa"),
                    sources=(offer.record_id, page.capture_id))  # fmt: skip
    gone = Retraction(retracts=offer.record_id, reason="r", person="p",
                      retracted_at=offer.observed_at)  # fmt: skip
    assert drawn([page, offer, named]).node("Address", "bcrt1qa") is not None
    assert drawn([page, offer, named, gone]).node("Address", "bcrt1qa") is None


def test_what_cites_nothing_that_is_there_does_not_stand(world, drawn):
    page, offer = offer_of(world)
    assert drawn([offer]).nodes("Listing") == []
    assert len(drawn([page, offer]).nodes("Listing")) == 1


def test_a_tag_carries_its_level_and_its_day(world, drawn, small):
    made = [replace(r, tagpack_confidence="service_data") if isinstance(r, Tag) else r
            for r in small._records]  # fmt: skip
    kept = [r for r in made if isinstance(r, Tag | Capture | Listing | Account | Selector)]
    point = world.tag("bcrt1qana", "x", "X")
    tagged = drawn([*kept, point]).edges("TAGGED_AS")
    assert [p["confidence"] for _s, _t, p in tagged] == ["1.0000"]


def test_every_relationship_carries_record_rule_tier_confidence_and_count(small):
    collector, _n = project(small)
    kinds = set()
    for edge in collector.edges():
        assert all(edge.properties.get(name) for name in REQUIRED), edge
        assert len(edge.properties["confidence"]) == 6, edge
        kinds.add(edge.kind)
    assert kinds == set(EDGES)
