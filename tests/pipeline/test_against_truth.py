# SPDX-License-Identifier: AGPL-3.0-or-later
"""The score: what was found, missed and wrongly claimed."""

import dataclasses
import json
from datetime import UTC, datetime

import pytest

from vestigo.pipeline.against_truth import Compared, compare_with_truth
from vestigo.records import (
    CashOutPoint,
    Listing,
    Mention,
    Method,
    Selector,
    Span,
    Trace,
    VendorAccount,
    probability,
)
from vestigo.store import RecordLedger

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
DERIVED = {
    "sources": ("capture",),
    "method": Method(rule="test.rule.v1", settings_sha256=""),
    "confidence": probability(1),
    "observed_at": MOMENT,
}
TRUTH = {
    "vendors": [{"handle": "ana"}],
    "listings": [{"key": "L", "substances": ["mdma"]}],
    "published_addresses": [
        {"address": "start1", "vendor": "ana"},
        {"address": "start2", "vendor": "ana"},
    ],
    "cash_outs": [
        {"vendor": "ana", "start_address": "start1", "address": "out", "behind_mix": False},
        {"vendor": "ana", "start_address": "start2", "address": "hidden", "behind_mix": True},
    ],
}


def cash_out(start, address):
    return CashOutPoint(
        **DERIVED, network="regtest", address=address, service="S", category=None,
        basis="tagged_address", txid="t", vout=0, value_sat=1, traced_sat=1, paid_at=MOMENT,
        start_address=start, trace_id="x", tag_ids=(),
    )  # fmt: skip


def mix_trace(start):
    return Trace(
        **DERIVED, network="regtest", accounting="fifo", start_address=start, hops=(),
        stop_reason="mix", stop_detail="",
    )  # fmt: skip


def address(value):
    return Selector(
        **DERIVED, subject="x", selector_kind="btc", value=value, checksum_ok=True,
        party="vendor", field="profile", span=None,
    )  # fmt: skip


def vendor(handle):
    return VendorAccount(
        **DERIVED, market="m", handle=handle, profile_captured=True, profile_text="",
        pgp_blocks=(), spans=(),
    )  # fmt: skip


LISTING = Listing(
    **DERIVED, market="m", listing_key="L", title="t", description="", vendor_handle="ana",
    category=(), price_amount=None, price_currency=None, ships_from=None, ships_to=None,
    feedback_count=None, listed_on=None, spans=(),
)  # fmt: skip


def mention(substance, status="stated"):
    return Mention(
        **DERIVED, subject=LISTING.record_id, substance_id=substance, substance_name="n",
        unii=None, status=status, term_source="s", field="title",
        span=Span(capture_id="c", ranges=(), text="x"),
    )  # fmt: skip


FOUND = [
    vendor("ana"), LISTING, address("start1"), address("start2"),
    cash_out("start2", "out"), mix_trace("start2"),
]  # fmt: skip


@pytest.fixture
def score_of(tmp_path):
    truth = tmp_path / "truth.json"
    truth.write_text(json.dumps(TRUTH))

    def score(records):
        with RecordLedger(tmp_path / "records.sqlite") as ledger:
            ledger.append(records)
            return compare_with_truth(ledger, truth)

    return score


def test_a_case_that_found_everything_passes(score_of):
    score = score_of(FOUND)
    assert score.passed(), score.as_dict()


def test_another_address_of_the_same_wallet_counts_for_its_vendor(score_of):
    score = score_of([*FOUND, cash_out("start1", "out")])
    assert score.cash_outs.n_found == 1
    assert not score.cash_outs.wrong


@pytest.mark.parametrize("missing", range(len(FOUND)))
def test_anything_missed_fails(score_of, missing):
    assert not score_of([r for n, r in enumerate(FOUND) if n != missing]).passed()


@pytest.mark.parametrize(
    "extra", [vendor("bystander"), address("third"), cash_out("start1", "a bystander's")]
)
def test_anything_claimed_wrongly_fails_and_is_named(score_of, extra):
    score = score_of([*FOUND, extra])
    assert not score.passed()
    named = [name for part in score.as_dict().values() for name in part["wrong"]]
    assert len(named) == 1


def test_a_claim_behind_a_mix_is_a_wrong_one(score_of):
    score = score_of([*FOUND, cash_out("start2", "hidden")])
    assert score.cash_outs.wrong == ("ana > hidden",)


@pytest.mark.parametrize(("n_found", "enough"), [(19, True), (18, False), (20, True)])
def test_nineteen_of_twenty_are_enough_for_cash_outs(n_found, enough):
    true = frozenset(str(n) for n in range(20))
    part = Compared(true, frozenset(sorted(true)[:n_found]))
    assert part.complete(share_percent=95) is enough
    assert not dataclasses.replace(part, claimed=part.claimed | {"x"}).complete(95)


def test_substances_are_shown_and_do_not_decide(score_of):
    wrong = [mention("cocaine"), mention("heroin", status="negated")]
    score = score_of([*FOUND, *wrong])
    assert score.substances.missed == ("L mdma",)
    assert score.substances.wrong == ("L cocaine",)
    assert score.passed()
    assert score_of([*FOUND, mention("mdma")]).substances.n_found == 1
