# SPDX-License-Identifier: AGPL-3.0-or-later
"""The score: found, missed, wrong, not looked at, each with its cause and its exhibits."""

import copy
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.cli.training_score import _compared
from vestigo.errors import InputError, UsageError
from vestigo.records import (
    Block,
    Capture,
    CashOutPoint,
    Cluster,
    Hop,
    Join,
    Judgement,
    Listing,
    Mention,
    Method,
    Page,
    Quantity,
    Selector,
    Span,
    Trace,
    Transaction,
    UnitPrice,
    VendorAccount,
    VendorLink,
    pair_subject,
    probability,
)
from vestigo.store import RecordLedger
from vestigo.training.scoring import read_truth, score_case, truth_from
from vestigo.training.scoring.area import FOUND, MISSED, NOT_LOOKED_AT, WRONG
from vestigo.training.scoring.report import brief_document, score_document
from vestigo.training.scoring.wording import area_names, cause

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
METHOD = Method(rule="test.rule.v1", settings_sha256="")
ANA, BEA, COPY = "m/ana", "n/bea", "n/ana_official"


def listing_truth(market, key, vendor, price="1.00", **more):
    return {
        "market": market, "key": key, "vendor": vendor, "substances": [], "changes": [],
        "offers": [], "price": {"amount": price, "currency": "EUR"}, "first_pass": 1,
        "last_pass": 1, "holding": [], "holding_prices": [],
        "prices_shown": [{"pass": 1, "amount": price, "currency": "EUR"}], **more,
    }  # fmt: skip


def vendor_truth(market, handle, party, **more):
    return {"market": market, "handle": handle, "party": party, "contacts": [],
            "pgp_fingerprint": "", **more}  # fmt: skip


def cash_out_truth(start, address, service="X", kind="exchange", **more):
    market, vendor = more.pop("account", ANA).split("/")
    return {
        "market": market, "vendor": vendor, "start_address": start, "address": address,
        "service": service, "service_kind": kind, "service_tagged": True, "txid": "t" + address,
        "vout": 0, "value_sat": 1, "behind_mix": False, "mix_kinds": [], **more,
    }  # fmt: skip


GRAM = {"kind": "mass", "grams": "10", "count": None, "dose_mg": None, "ml": None,
        "price": {"amount": "50.00", "currency": "EUR"}}  # fmt: skip
TRUTH = {
    "format": "vestigo.range.truth.v2", "seed": 7, "passes": ["a", "b"],
    "markets": [
        {"key": name, "mirrors": {"phishing": [f"false{name}.onion"], "copies": [
            {"host": f"false{name}.onion",
             "replaced_addresses": [{"genuine": "start1", "shown": f"stolen{name}"}]}]}}
        for name in ("m", "n")
    ],
    "parties": [],
    "vendors": [
        vendor_truth("m", "ana", "party:01", pgp_fingerprint="AB",
                     contacts=[{"kind": "telegram", "value": "@Ana_shop"}]),
        vendor_truth("n", "bea", "party:01", pgp_fingerprint="CD"),
        vendor_truth("n", "ana_official", "party:02", pgp_fingerprint="EF"),
    ],
    "links": [
        {"a": ANA, "b": BEA, "same": True, "relation": "other_name"},
        {"a": ANA, "b": COPY, "same": False, "relation": "impostor"},
    ],
    "listings": [
        listing_truth("m", "L1", "ana", "50.00", offers=[GRAM], last_pass=2,
                      substances=[{"substance": "mdma", "status": "stated"},
                                  {"substance": "ketamine", "status": "mentioned"}],
                      holding=[2], holding_prices=[{"pass": 2, "amount": "9999", "currency": "EUR"}],
                      prices_shown=[{"pass": 1, "amount": "50.00", "currency": "EUR"},
                                    {"pass": 2, "amount": "9999", "currency": "EUR"}]),
        listing_truth("m", "L2", "ana", "3.00"),
        listing_truth("n", "N1", "bea"),
        listing_truth("m", "later", "ana", first_pass=2, last_pass=2,
                      prices_shown=[{"pass": 2, "amount": "1", "currency": "EUR"}]),
    ],
    "delisted": [{"market": "m", "key": "gone"}],
    "published_addresses": [
        {"address": "start1", "market": "m", "vendor": "ana", "where": "vendor"},
        {"address": "start2", "market": "m", "vendor": "ana", "where": "L1"},
        {"address": "start3", "market": "n", "vendor": "bea", "where": "vendor"},
    ],
    "cash_outs": [
        cash_out_truth("start1", "out"),
        cash_out_truth("start1", "kiosk", "Y", "atm"),
        cash_out_truth("start1", "shadow", "Z", service_tagged=False),
        cash_out_truth("start2", "hidden", behind_mix=True, mix_kinds=["wasabi"]),
    ],
    "mixes": [{"txid": "mix1", "kind": "wasabi"}],
    "tx0s": [{"txid": "tx0", "owner": "party:01"}],
    "payjoins": [{"txid": "pj", "payer": "bystander:01", "payee": "party:01"}],
    "look_alikes": [{"txid": "like", "owner": "bystander:01"}],
    "services": [
        {"name": "X", "kind": "exchange", "tagged": ["xt"], "hot": ["xh"], "kiosks": [],
         "deposits": ["out", "hidden", "other-customer"]},
        {"name": "Y", "kind": "atm", "tagged": [], "hot": [], "kiosks": ["kiosk"], "deposits": []},
        {"name": "Z", "kind": "exchange", "tagged": [], "hot": [], "kiosks": [],
         "deposits": ["shadow"]},
    ],
    "clusters": [
        {"owner": "party:01", "addresses": ["start1", "start2", "start3", "change"]},
        {"owner": "party:02", "addresses": ["copy1"]},
        {"owner": "bystander:01", "addresses": ["by1", "by2"]},
    ],
}  # fmt: skip


class Case:
    """Records of a made-up case; every page has its capture."""

    def __init__(self):
        self.records, self._captures = [], {}

    def page(self, uri, market="m"):
        if uri not in self._captures:
            capture = Capture(
                capture_id=f"c{len(self._captures)}", uri=uri, request_method="GET", status=200,
                media_type="text/html", charset="", content_sha256="", n_body_bytes=1,
                observed_at=MOMENT, authorization_id="", account="", warc_name="w",
                warc_offset=len(self._captures), problem="",
            )  # fmt: skip
            page = self.derive(Page, (capture.capture_id,), market=market, uri=uri,
                               page_kind="other", truncated=False, leftovers=(),
                               failed_assertions=())  # fmt: skip
            self._captures[uri] = capture
            self.records[-1:] = [capture, page]
        return self._captures[uri].capture_id

    def derive(self, cls, sources, confidence="0.9", **fields):
        record = cls(sources=tuple(sources), method=METHOD, confidence=probability(confidence),
                     observed_at=MOMENT, **fields)  # fmt: skip
        self.records.append(record)
        return record

    def vendor(self, market, handle, host="real.onion"):
        source = self.page(f"http://{host}/v/{handle}", market)
        return self.derive(VendorAccount, [source], market=market, handle=handle,
                           profile_captured=True, profile_text="", pgp_blocks=(), spans=())  # fmt: skip

    def listing(self, market, key, price="50.00", vendor="ana", host="real.onion"):
        source = self.page(f"http://{host}/l/{key}?{price}", market)
        return self.derive(
            Listing, [source], market=market, listing_key=key, title=key, description="",
            vendor_handle=vendor, category=(), price_amount=Decimal(price), price_currency="EUR",
            ships_from=None, ships_to=None, feedback_count=None, listed_on=None, spans=(),
        )  # fmt: skip

    def about(self, cls, subject, **fields):
        sources = (subject.record_id, *subject.sources)
        return self.derive(cls, sources, subject=subject.record_id, **fields)

    def selector(self, subject, kind, value, party="vendor", checksum_ok=True):
        return self.about(Selector, subject, selector_kind=kind, value=value, party=party,
                          checksum_ok=checksum_ok, field="profile", span=None)  # fmt: skip

    def mention(self, subject, substance, status="stated"):
        span = Span(capture_id="c", ranges=(), text="x")
        return self.about(Mention, subject, substance_id=substance, substance_name=substance,
                          unii=None, status=status, term_source="t", field="title", span=span)  # fmt: skip

    def quantity(self, subject, kind="mass", grams=None, count=None, dose=None, ml=None):
        span = Span(capture_id="c", ranges=(), text="x")
        grams, dose, ml = (None if v is None else Decimal(v) for v in (grams, dose, ml))
        return self.about(Quantity, subject, offer_kind=kind, grams=grams, count=count,
                          dose_mg=dose, ml=ml, field="title", span=span)  # fmt: skip

    def unit_price(self, subject, amount, unit="g"):
        return self.about(UnitPrice, subject, amount=Decimal(amount), currency="EUR",
                          per_unit=unit, usd=None, eur=None, rate_source=None, rate_on=None)  # fmt: skip

    def block(self):
        self.records.append(
            Block(
                network="regtest",
                block_hash="b",
                height=0,
                header_hex="",
                mined_at=MOMENT,
                n_transactions=1,
                raw_sha256="",
                source_name="s",
            )
        )

    def transaction(self, txid):
        record = Transaction(network="regtest", txid=txid, raw_hex="", block_hash="b",
                             header_hex="", position=0, merkle_branch=(), mined_at=MOMENT)  # fmt: skip
        self.records.append(record)
        return record.record_id

    def trace(self, start, *addresses, reason="tagged_service", detail="X"):
        places = [start, *addresses]
        hops = tuple(
            Hop(txid=f"t{b}", vout=0, from_address=a, to_address=b, value_sat=1, traced_sat=1,
                mined_at=MOMENT, why="w") for a, b in pairwise(places)
        )  # fmt: skip
        sources = [self.transaction(f"t{address}") for address in (addresses or [start])]
        return self.derive(Trace, sources, network="regtest", accounting="fifo",
                           start_address=start, hops=hops, stop_reason=reason, stop_detail=detail)  # fmt: skip

    def cash_out(self, trace, address, service="X", confidence="0.5"):
        return self.derive(
            CashOutPoint, [trace.record_id], confidence, network="regtest", address=address,
            service=service, category="exchange", basis="tagged_address", txid=f"t{address}",
            vout=0, value_sat=1, traced_sat=1, paid_at=MOMENT, start_address=trace.start_address,
            trace_id=trace.record_id, tag_ids=(),
        )  # fmt: skip

    def judge(self, subject, verdict, seen="", reason="because", at=MOMENT):
        record = Judgement(subject=subject, seen_record_id=seen, verdict=verdict,
                           person="Marta Vidal", reason=reason, judged_at=at)  # fmt: skip
        self.records.append(record)
        return record

    def link(self, a, b, band="strong", probability_="0.99"):
        a, b = sorted((a, b))
        source = self.vendor(*a.split("/")).record_id
        return self.derive(VendorLink, [source], probability_, a=a, b=b,
                           probability=probability(probability_), band=band, signals=())  # fmt: skip


@pytest.fixture
def case():
    """A case that read one listing of one market on its first pass."""
    case = Case()
    case.one = case.listing("m", "L1")
    case.ana = case.vendor("m", "ana")
    return case


@pytest.fixture
def score(tmp_path):
    def compare(case, truth=TRUTH):
        path = tmp_path / "records.sqlite"
        path.unlink(missing_ok=True)
        with RecordLedger(path) as ledger:
            ledger.append(case.records)
            return score_case(ledger, truth_from(json.loads(json.dumps(truth)), "t"))

    return compare


def item(score, area, key):
    (found,) = [one for one in score.areas[area].items if one.key == key]
    return found


def status(score, area, key):
    found = item(score, area, key)
    return found.status, found.why


def test_what_was_found_and_what_was_not_looked_at(case, score):
    result = score(case)
    assert status(result, "vendors", ANA) == (FOUND, "")
    assert status(result, "vendors", BEA) == (NOT_LOOKED_AT, "market_not_crawled")
    assert status(result, "listings", "m/L1") == (FOUND, "")
    assert status(result, "listings", "m/L2") == (MISSED, "")
    assert status(result, "listings", "m/later") == (NOT_LOOKED_AT, "pass_not_crawled")
    assert status(result, "listings", "n/N1") == (NOT_LOOKED_AT, "market_not_crawled")
    assert result.looked_at == {"m": (1,), "n": ()}
    assert not result.passed()


def test_a_second_pass_is_noticed_by_its_prices(case, score):
    case.listing("m", "L1", "9999")
    case.listing("m", "later", "1")
    result = score(case)
    assert result.looked_at["m"] == (1, 2)
    assert status(result, "listings", "m/later") == (FOUND, "")
    assert status(result, "prices", "m/L1 9999 EUR") == (FOUND, "")


def test_a_page_that_was_captured_and_not_read_is_named(case, score):
    case.page("http://real.onion/l/L2")
    found = item(score(case), "listings", "m/L2")
    assert (found.status, found.detail) == (MISSED, "captured")
    assert "captured" in cause(found.why, found.detail)


def test_wrong_listings_have_their_cause(case, score):
    case.listing("m", "gone")
    case.listing("m", "fake", host="falsem.onion")
    case.listing("m", "dream")
    result = score(case)
    assert status(result, "listings", "m/gone") == (WRONG, "delisted")
    assert status(result, "listings", "m/fake") == (WRONG, "phishing_mirror")
    assert item(result, "listings", "m/fake").detail == "falsem.onion"
    assert status(result, "listings", "m/dream") == (WRONG, "not_in_truth")


@pytest.mark.parametrize(
    ("address", "why"),
    [("start3", "address_of_another"), ("by1", "address_of_another"), ("nowhere", "not_in_truth"),
     ("stolenm", "phishing_mirror")],
)  # fmt: skip
def test_wrong_addresses_have_their_cause(case, score, address, why):
    case.selector(case.ana, "btc", address)
    assert status(score(case), "addresses", f"{ANA} {address}") == (WRONG, why)


def test_addresses_count_for_the_account_that_publishes_them(case, score):
    case.selector(case.ana, "btc", "start1")
    case.selector(case.one, "btc", "start2")
    case.selector(case.ana, "btc", "third", party="third")
    case.selector(case.ana, "btc", "typo", checksum_ok=False)
    result = score(case)
    area = result.areas["addresses"]
    assert [one.key for one in area.of(FOUND)] == [f"{ANA} start1", f"{ANA} start2"]
    assert area.count(WRONG) == 0


def test_contacts_and_keys_are_compared_in_one_spelling(case, score):
    case.selector(case.ana, "telegram", "ana_SHOP")
    case.selector(case.ana, "pgp_fingerprint", "AB")
    case.selector(case.one, "pgp_fingerprint", "CD")
    result = score(case)
    assert status(result, "contacts", f"{ANA} telegram:ana_shop") == (FOUND, "")
    assert status(result, "pgp_keys", f"{ANA} AB") == (FOUND, "")
    assert status(result, "pgp_keys", f"{ANA} CD") == (WRONG, "key_of_another")


def test_substances_that_are_only_mentioned(case, score):
    case.mention(case.one, "mdma")
    case.mention(case.one, "ketamine")
    case.mention(case.one, "heroin", status="negated")
    result = score(case)
    assert status(result, "substances", "m/L1 mdma") == (FOUND, "")
    assert status(result, "substances", "m/L1 ketamine") == (WRONG, "only_mentioned")
    assert len(result.areas["substances"].items) == 2


def test_quantities_within_rounding_and_parts_of_options(case, score):
    case.quantity(case.one, grams="10.04")
    assert status(score(case), "offers", "m/L1 mass 10 g") == (FOUND, "")
    truth = copy.deepcopy(TRUTH)
    truth["listings"][0]["offers"][0].update(kind="units", grams=None, count=60, dose_mg="2")
    case.quantity(case.one, kind="units", count=60)
    case.quantity(case.one, kind="mass", grams="99")
    result = score(case, truth)
    assert status(result, "offers", "m/L1 units 60 pieces") == (WRONG, "part_of_option")
    assert status(result, "offers", "m/L1 mass 99 g") == (WRONG, "not_in_truth")
    assert status(result, "offers", "m/L1 units 60 pieces 2 mg") == (MISSED, "")


def test_a_unit_price_of_a_holding_price_is_wrong(case, score):
    case.unit_price(case.one, "5.01")
    result = score(case)
    assert status(result, "unit_prices", "m/L1 5 EUR/g") == (FOUND, "")
    held = case.listing("m", "L1", "9999")
    case.unit_price(held, "999.9")
    assert status(score(case), "unit_prices", "m/L1 999.9 EUR/g") == (WRONG, "holding_price")


def test_links_are_proposed_or_judged(case, score):
    assert status(score(case), "links", pair_subject(ANA, BEA))[0] == NOT_LOOKED_AT
    case.listing("n", "N1", "1.00", "bea")
    case.link(ANA, BEA, band="possible", probability_="0.6")
    case.link(ANA, COPY, band="possible", probability_="0.6")
    result = score(case)
    assert status(result, "links", pair_subject(ANA, BEA)) == (FOUND, "")
    assert result.areas["links"].count(WRONG) == 0  # it asks for a judgement, it claims nothing
    assert status(result, "impostors", pair_subject(ANA, COPY)) == (NOT_LOOKED_AT, "nobody_judged")


@pytest.mark.parametrize(
    ("verdict", "expected"), [("different", (FOUND, "")), ("same", (WRONG, "impostor"))]
)
def test_an_impostor_is_recognised_or_fallen_for(case, score, verdict, expected):
    case.listing("n", "N1", "1.00", "bea")
    link = case.link(ANA, COPY)
    case.judge(pair_subject(ANA, COPY), "same", link.record_id, at=MOMENT - timedelta(days=1))
    case.judge(pair_subject(ANA, COPY), verdict, link.record_id)
    result = score(case)
    assert status(result, "impostors", pair_subject(ANA, COPY)) == expected
    confirmed = [one for one in result.overstated if one.why == "wrong_and_confirmed"]
    assert bool(confirmed) == (verdict == "same")


def test_a_judgement_different_takes_a_true_link_away(case, score):
    case.listing("n", "N1", "1.00", "bea")
    case.link(ANA, BEA)
    case.judge(pair_subject(ANA, BEA), "different")
    assert status(score(case), "links", pair_subject(ANA, BEA))[0] == MISSED


def traced(case):
    case.block()
    return case.trace("start1", "out")


def test_cash_outs_by_party_and_kind_of_service(case, score):
    case.cash_out(traced(case), "out")
    case.cash_out(case.trace("start3", "kiosk", detail="Y"), "kiosk", "Y")
    result = score(case)
    assert status(result, "cash_outs", f"{ANA} > out") == (FOUND, "")
    assert status(result, "cash_outs", f"{ANA} > kiosk") == (FOUND, "")  # one party, one wallet
    assert status(result, "cash_outs", f"{ANA} > shadow") == (NOT_LOOKED_AT, "service_untagged")
    assert set(result.areas["cash_outs"].groups()) == {"exchange", "atm"}
    assert status(result, "services", "Y") == (FOUND, "")


def test_without_blocks_or_traces_the_money_was_not_looked_at(case, score):
    assert status(score(case), "cash_outs", f"{ANA} > out") == (NOT_LOOKED_AT, "no_blocks")
    case.block()
    assert status(score(case), "cash_outs", f"{ANA} > out") == (NOT_LOOKED_AT, "not_traced")


@pytest.mark.parametrize(
    ("way", "address", "why"),
    [
        (("change", "xh", "elsewhere"), "elsewhere", "crossed_service"),
        (("hidden",), "hidden", "crossed_mix"),
        (("by1",), "by1", "no_service"),
        (("other-customer",), "other-customer", "payer_not_vendor"),
    ],
)
def test_wrong_cash_outs_have_their_cause(case, score, way, address, why):
    traced(case)
    case.cash_out(case.trace("start1", *way), address)
    assert status(score(case), "cash_outs", f"{ANA} > {address}") == (WRONG, why)


def test_a_rejected_cash_out_is_no_claim(case, score):
    traced(case)
    point = case.cash_out(case.trace("start1", "by1"), "by1")
    case.judge(f"{point.txid}:0", "rejected", point.record_id)
    assert score(case).areas["cash_outs"].count(WRONG) == 0


def test_a_start_that_nobody_publishes(case, score):
    traced(case)
    case.cash_out(case.trace("by1", "out"), "out")
    assert status(score(case), "cash_outs", "by1 > out") == (WRONG, "start_not_published")


def test_a_service_under_a_wrong_name(case, score):
    case.cash_out(traced(case), "out", "Y")
    assert status(score(case), "services", "Y (X)") == (WRONG, "another_service")


def test_trails_that_stop_at_a_mix(case, score):
    traced(case)
    assert status(score(case), "behind_mix", "start2") == (MISSED, "")
    case.trace("start2", "c", reason="mix", detail="wasabi mix1")
    case.trace("start1", "c", reason="mix", detail="joinmarket like")
    result = score(case)
    assert status(result, "behind_mix", "start2") == (FOUND, "")
    wrong = item(result, "behind_mix", "mix like")
    assert (wrong.status, wrong.why, wrong.detail) == (WRONG, "no_mix", "look-alike")


def cluster(case, *addresses, txid="ok", confidence="0.9"):
    joins = (Join(txid=txid, address_a=addresses[0], address_b=addresses[1]),)
    case.derive(Cluster, [case.transaction(txid)], confidence, network="regtest",
                addresses=tuple(addresses), joins=joins)  # fmt: skip


def test_clusters_of_one_owner_and_of_two(case, score):
    traced(case)
    cluster(case, "start1", "change")
    cluster(case, "start2", "by2", txid="pj")
    cluster(case, "by1", "copy1")
    result = score(case)
    assert status(result, "clusters", "party:01") == (FOUND, "")
    assert status(result, "clusters", "bystander:01 + party:01") == (WRONG, "through_payjoin")
    assert status(result, "clusters", "bystander:01 + party:02") == (WRONG, "two_owners")


def test_a_heuristic_with_confidence_one_is_a_finding_of_its_own(case, score):
    traced(case)
    assert score(case).overstated == ()
    cluster(case, "start1", "change", confidence="1")
    (found,) = score(case).overstated
    assert (found.why, found.group, found.detail) == ("certain", "cluster", "test.rule.v1")


def test_a_firm_judgement_without_a_reason_is_a_finding(case, score):
    case.listing("n", "N1", "1.00", "bea")
    case.judge(pair_subject(ANA, BEA), "same", reason="  ")
    assert [one.why for one in score(case).overstated] == ["no_reason"]


def test_proofs_go_down_to_captures_and_transactions(case, score):
    found = case.selector(case.one, "btc", "start2")
    result = score(case)
    (proof,) = item(result, "addresses", f"{ANA} start2").proofs
    assert proof.record_id == found.record_id
    assert [(one.number, one.uri) for one in proof.exhibits] == [
        (1, "http://real.onion/l/L1?50.00")
    ]
    case.cash_out(traced(case), "out")
    (proof,) = item(score(case), "cash_outs", f"{ANA} > out").proofs
    assert proof.txids == ("tout",)
    assert proof.confidence == "0.5000"


def test_records_that_cite_each_other_or_nothing_end(case, score):
    case.derive(VendorAccount, ["nothing there"], market="m", handle="ana", profile_captured=True,
                profile_text="", pgp_blocks=(), spans=())  # fmt: skip
    proofs = item(score(case), "vendors", ANA).proofs
    assert sorted(len(proof.exhibits) for proof in proofs) == [0, 1]


def test_retracted_records_claim_nothing(case, score):
    from vestigo.records import Retraction

    dream = case.listing("m", "dream")
    case.records.append(
        Retraction(retracts=dream.record_id, reason="r", person="p", retracted_at=MOMENT)
    )
    assert score(case).areas["listings"].count(WRONG) == 0


def test_an_empty_case_was_looked_at_nowhere(score):
    result = score(Case())
    assert not result.passed()
    for area in result.areas.values():
        assert area.count(FOUND) == area.count(MISSED) == area.count(WRONG) == 0
        assert (area.precision, area.recall) == (None, None)


def test_the_truth_of_another_world_is_refused(score):
    case = Case()
    case.listing("m", "from-another-seed")
    with pytest.raises(UsageError, match="E-TRA-033"):
        score(case)


def test_the_documents_hold_everything_and_speak_no_language(case, score):
    from vestigo import i18n

    english = json.dumps(score_document(score(case)), sort_keys=True)
    i18n.activate("es")
    assert json.dumps(score_document(score(case)), sort_keys=True) == english
    document = json.loads(english)
    assert set(document["areas"]) == set(area_names())
    assert document["areas"]["listings"]["counts"]["recall"] == "0.5000"
    assert brief_document(score(case))["listings"]["missed"] == ["m/L2", "m/later", "n/N1"]


def every_cause(document):
    areas = [*document["areas"].values()]
    rows = [row for area in areas for rows in area["items"].values() for row in rows]
    return {row["why"] for row in [*rows, *document["overstated"]]}


def test_every_cause_has_a_sentence_in_both_languages():
    from vestigo import i18n
    from vestigo.training.scoring import wording

    causes = {**wording._unseen(), **wording._wrong(), **wording._firm()}
    for language in ("en", "es"):
        i18n.activate(language)
        for why in causes:
            assert "{" not in cause(why, "d"), why
            assert len(cause(why, "d")) > 10


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E-TRA-031"), (b"\xff\xfe", "E-TRA-031"), (b"[]", "E-TRA-031"), (b"{}", "E-TRA-031"),
        (b"null", "E-TRA-031"), (b'{"format": 2}', "E-TRA-031"), (b"[" * 100_000, "E-TRA-031"),
        (b'{"format": "vestigo.range.truth.v2"}', "E-TRA-031"),
        (b'{"format": "vestigo.range.truth.v3"}', "E-TRA-032"),
        (b'{"format": "vestigo.range.truth.v1"}', "E-TRA-032"),
        (b'{"format": "other.v1"}', "E-TRA-031"),
    ],
)  # fmt: skip
def test_what_is_no_truth_has_a_code(tmp_path, content, code):
    path = tmp_path / "truth.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match=code):
        read_truth(path)


def test_a_truth_that_is_not_there(tmp_path):
    for path in (tmp_path / "none.json", tmp_path):
        with pytest.raises(UsageError, match="E-TRA-030"):
            read_truth(path)


@pytest.mark.parametrize(
    "name", sorted(set(TRUTH) - {"format", "parties", "look_alikes", "passes"})
)
def test_a_truth_with_a_hole_is_refused_at_once(name):
    for broken in (None, 5, "x", [5], [{}], [{"key": 1}]):
        document = {**TRUTH, name: broken}
        if name == "seed" and broken == 5:
            continue
        if broken is None:
            del document[name]
        with pytest.raises(InputError, match="E-TRA-031"):
            truth_from(document, "t")


def test_a_file_that_breaks_the_comparison_is_refused_and_another_truth_is_not(tmp_path, case):
    broken = json.loads(json.dumps(TRUTH))
    broken["listings"][0]["prices_shown"] = [{"pass": "x", "amount": "1", "currency": "EUR"}]
    truth = truth_from(broken, "t")
    with RecordLedger(tmp_path / "records.sqlite") as ledger:
        ledger.append(case.records)
        with pytest.raises(InputError, match="E-TRA-031"):
            _compared(ledger, truth, tmp_path / "truth.json")
        with pytest.raises(ValueError, match="invalid literal"):
            _compared(ledger, truth, None)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                    lambda inner: st.lists(inner, max_size=3)
                    | st.dictionaries(st.sampled_from(sorted(TRUTH)), inner, max_size=4)))  # fmt: skip
def test_no_document_can_break_the_reader(document):
    if isinstance(document, dict):
        document["format"] = "vestigo.range.truth.v2"
    with pytest.raises(InputError):
        truth_from(document, "t")
