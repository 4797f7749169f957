# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate grants what an authorization names and nothing else; refusals are seen."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.authority import Gate, Intent
from vestigo.errors import AuthorityError, ExitCode
from vestigo.records import ACTS, DATA_CLASSES, Authorization

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
ORDER = Authorization(
    issuing_body="court", reference="1/26", legal_basis="-", authorization_kind="warrant",
    order_sha256="", persons=("p",), hosts=("market.onion", "127.0.0.1:8080"),
    accounts=("avatar",), acts=("view", "login"), data_classes=("listing", "vendor_profile"),
    starts_at=NOW - timedelta(days=1), ends_at=NOW + timedelta(days=1), amends=None,
)  # fmt: skip
INTENT = Intent(
    host="market.onion", port=80, act="view", account="avatar", data_class="listing", what="/"
)


def gate(*orders, now=NOW, seen=None):
    return Gate(orders, lambda: now, None if seen is None else seen.append)


def changed(**fields):
    return dataclasses.replace(INTENT, **fields)


@pytest.mark.parametrize(
    "intent",
    [
        INTENT,
        changed(account=""),
        changed(port=65535),
        changed(host="MARKET.onion"),
        changed(host="market.onion."),
        changed(host="127.0.0.1", port=8080),
        changed(act="login"),
        changed(data_class="vendor_profile"),
    ],
)
def test_what_is_named_is_granted(intent):
    seen = []
    assert gate(ORDER, seen=seen).check(intent) is ORDER
    assert gate(ORDER).covers(intent)
    assert seen == []


@pytest.mark.parametrize(
    ("intent", "code"),
    [
        (changed(host="127.0.0.1", port=8081), "E-AUT-003"),
        (changed(host="sub.market.onion"), "E-AUT-003"),
        (changed(host="market.onion.evil"), "E-AUT-003"),
        (changed(host=""), "E-AUT-003"),
        (changed(host="market.onion:80"), "E-AUT-003"),
        (changed(act="fetch_image"), "E-AUT-004"),
        (changed(act=""), "E-AUT-004"),
        (changed(account="other"), "E-AUT-005"),
        (changed(account="AVATAR"), "E-AUT-005"),
        (changed(data_class="message"), "E-AUT-006"),
    ],
)
def test_what_is_not_named_is_refused_and_seen_before_it_is_raised(intent, code):
    seen = []
    with pytest.raises(AuthorityError) as caught:
        gate(ORDER, seen=seen).check(intent)
    assert caught.value.code == code
    assert caught.value.exit_code == ExitCode.AUTHORITY
    (refusal,) = seen
    assert (refusal.intent, refusal.code, refusal.at) == (intent, code, NOW)


def test_no_authorization_at_all():
    with pytest.raises(AuthorityError) as caught:
        gate().check(INTENT)
    assert caught.value.code == "E-AUT-001"
    assert not gate().covers(INTENT)


@pytest.mark.parametrize(
    ("moment", "granted"),
    [
        (ORDER.starts_at - timedelta(microseconds=1), False),
        (ORDER.starts_at, True),
        (ORDER.ends_at - timedelta(microseconds=1), True),
        (ORDER.ends_at, False),
    ],
)
def test_the_period_holds_its_start_and_not_its_end(moment, granted):
    there = gate(ORDER, now=moment)
    assert there.covers(INTENT) is granted
    if not granted:
        with pytest.raises(AuthorityError, match="E-AUT-002"):
            there.check(INTENT)


def test_time_is_looked_at_for_every_intent():
    moments = iter([NOW, ORDER.ends_at])
    expiring = Gate([ORDER], lambda: next(moments))
    expiring.check(INTENT)
    with pytest.raises(AuthorityError, match="E-AUT-002"):
        expiring.check(INTENT)


def test_an_amended_authorization_no_longer_counts():
    narrower = dataclasses.replace(ORDER, acts=("login",), amends=ORDER.record_id)
    with pytest.raises(AuthorityError, match="E-AUT-004"):
        gate(ORDER, narrower).check(INTENT)
    assert gate(ORDER, narrower).check(changed(act="login")) is narrower


def test_two_authorizations_are_not_added_up():
    """One order for the act and another for the host cover nothing together."""
    for_act = dataclasses.replace(ORDER, hosts=("other.onion",))
    for_host = dataclasses.replace(ORDER, acts=("login",))
    with pytest.raises(AuthorityError):
        gate(for_act, for_host).check(INTENT)
    assert gate(for_act, for_host, ORDER).check(INTENT) is ORDER


def test_the_nearest_miss_is_the_reason_given():
    elsewhere = dataclasses.replace(ORDER, hosts=("other.onion",))
    without_act = dataclasses.replace(ORDER, acts=("login",))
    with pytest.raises(AuthorityError, match="E-AUT-004"):
        gate(elsewhere, without_act).check(INTENT)


def test_covers_says_nothing_to_anybody():
    seen = []
    assert not gate(ORDER, seen=seen).covers(changed(act="search"))
    assert seen == []


@given(
    act=st.sampled_from(ACTS),
    data_class=st.sampled_from(DATA_CLASSES),
    account=st.sampled_from(["", "avatar", "other"]),
    host=st.sampled_from(["market.onion", "127.0.0.1", "evil.onion"]),
    port=st.sampled_from([80, 8080]),
)
def test_check_and_covers_agree_with_the_order(act, data_class, account, host, port):
    intent = Intent(host=host, port=port, act=act, account=account, data_class=data_class, what="")
    named = (
        (host == "market.onion" or (host, port) == ("127.0.0.1", 8080))
        and act in ORDER.acts
        and data_class in ORDER.data_classes
        and account in ("", "avatar")
    )
    assert gate(ORDER).covers(intent) is named
