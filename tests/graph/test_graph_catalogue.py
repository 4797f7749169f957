# SPDX-License-Identifier: AGPL-3.0-or-later
"""The catalogue: headers, parameters, portability, and what each query answers."""

from __future__ import annotations

from importlib.resources import files

import pytest

from graph import catalogue
from graph.rebuild import rebuild
from vestigo import i18n
from vestigo.errors import UsageError
from vestigo.records import Trace

NAMES = catalogue.names()


@pytest.fixture
def store(small, embedded):
    rebuild(small, embedded)
    return embedded


def test_there_are_many_questions_and_each_group_has_some():
    assert len(NAMES) >= 64
    assert {catalogue.query(name).group for name in NAMES} == set(catalogue.GROUPS)


@pytest.mark.parametrize("name", NAMES)
def test_each_query_is_translated(name):
    query = catalogue.query(name)
    spanish = i18n.catalogue("es").gettext
    for item in (*query.parameters, *query.columns):
        assert item.about
        # a text may be the same in both languages; one that is not in the file is not
        assert item.about in i18n.catalogue("es")._messages, item.about
    assert spanish(query.title).startswith("¿")
    assert query.title.endswith("?")


def test_the_page_of_questions_is_what_the_catalogue_says(questions_page):
    page = questions_page.PAGE.read_text("utf-8")
    assert page.partition(questions_page.MARK)[1:] == (
        questions_page.MARK,
        questions_page.generated().removeprefix(questions_page.MARK),
    ), "run python tests/graph/questions_page.py"


def test_every_file_of_the_folder_is_a_query():
    found = [entry.name for entry in (files("graph") / "queries").iterdir()]
    overrides = [name for name in found if name.count(".") > 1]
    assert sorted(set(found) - set(overrides)) == sorted(f"{name}.cypher" for name in NAMES)
    assert len(overrides) * 20 <= len(NAMES), "at most 5 % have a text of their own on one engine"


def test_an_unknown_query_names_the_nearest(store):
    with pytest.raises(UsageError, match="shared-keys") as caught:
        catalogue.run(store, "shared-key")
    assert caught.value.code == "E-GRA-004"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({}, "“vendor” is missing"),
        ({"vendr": "x"}, "nearest is “vendor”"),
        ({"vendor": 5}, "must be a text"),
        ({"vendor": "x", "limit": "ten"}, "must be a whole number"),
        ({"vendor": "x", "limit": "1e3"}, "must be a whole number"),
        ({"vendor": "x", "limit": True}, "must be a whole number"),
        ({"vendor": "x", "limit": 2**60}, "must be a whole number"),
        ({"vendor": "x", "limit": "9" * 5000}, "must be a whole number"),
        ({"vendor": "x", "limit": -1}, "must not be negative"),
        ({"vendor": "x", "limit": "١"}, "must be a whole number"),
    ],
)
def test_a_wrong_parameter_is_refused(store, given, reason):
    with pytest.raises(UsageError, match=reason) as caught:
        catalogue.run(store, "flows", **given)
    assert caught.value.code == "E-GRA-005"


@pytest.mark.parametrize(
    ("given", "moment"),
    [
        ("2026-03-01", 1_772_323_200_000),
        ("2026-03-01T12:00:00Z", 1_772_366_400_000),
        ("2026-03-01T12:00:00+02:00", 1_772_359_200_000),
        ("1772323200000", 1_772_323_200_000),
        (5, 5),
    ],
)
def test_a_time_is_a_date_a_moment_or_milliseconds(given, moment):
    assert catalogue.query("new-listings").arguments({"since": given})["since"] == moment


@pytest.mark.parametrize(
    ("name", "given", "reason"),
    [
        ("new-listings", {"since": "yesterday"}, "must be a time"),
        ("new-listings", {"since": "1969-12-31"}, "must not be negative"),
        ("new-listings", {"since": "2026-02-30"}, "must be a time"),
        ("within-hops", {"label": "Address", "key": "x", "hops": 5}, "must be from 1 to 4"),
        ("within-hops", {"label": "Address", "key": "x", "hops": 0}, "must be from 1 to 4"),
        ("within-hops", {"label": "Adress", "key": "x"}, "nearest is “Address”"),
        ("neighbourhood", {"label": "x'}) //", "key": "x"}, "is no label"),
        ("peel-hops", {"percent": 100}, "must be from 1 to 99"),
    ],
)
def test_a_parameter_out_of_its_bounds_is_refused(name, given, reason):
    with pytest.raises(UsageError, match=reason) as caught:
        catalogue.query(name).arguments(given)
    assert caught.value.code == "E-GRA-005"


@pytest.mark.parametrize(
    "vendor", ["' OR 1=1 //", "bazar/ana'}) DETACH DELETE n //", "$vendor", "", "\x00", "{}"]
)
def test_a_parameter_is_data_and_never_query(store, vendor):
    assert catalogue.run(store, "flows", vendor=vendor) == []
    assert catalogue.run(store, "flows", vendor="bazar/ana")


@pytest.mark.parametrize(
    "text",
    [
        "// title: T\n// group: life\n// order: a\nRETURN 1",
        "// title: T\n// group: love\n// column a: string -- x\n// order: a\nRETURN 1",
        "// title: T\n// group: life\n// column a: string -- x\nRETURN 1",
        "// title: T\n// group: life\n// column a: float -- x\n// order: a\nRETURN 1",
        "// title: T\n// group: life\n// param a string -- x\n// order: a\nRETURN 1",
    ],
)
def test_a_header_that_is_wrong_is_an_error(text):
    with pytest.raises(ValueError, match="broken"):
        catalogue.parse_query("broken", text)


def rows(store, name, *columns, **given):
    return [tuple(row[c] for c in columns) for row in catalogue.run(store, name, **given)]


def test_vendor_to_cash_out(store):
    columns = ("n_hops", "service", "addresses", "traced_sat")
    assert rows(store, "vendor-to-cash-out", *columns, vendor="bazar/ana") == [
        (2, "Bolsa", ["bcrt1qana", "bcrt1qmid", "bcrt1qbolsa"], 9_000),
        (2, "casa_de_cambio", ["bcrt1qana", "bcrt1qmid", "bcrt1qdeposit"], 60_000),
    ]
    assert rows(store, "vendor-to-cash-out", *columns, vendor="feria/anita") == [
        (2, "Bolsa", ["bcrt1qanita", "bcrt1qpurse", "bcrt1qbolsa"], 3_000),
        (2, "casa_de_cambio", ["bcrt1qanita", "bcrt1qmid", "bcrt1qdeposit"], 4_000),
    ]


def test_flows_are_in_time_order_and_start_at_the_vendor(store):
    found = rows(store, "flows", "at", "to_address", "traced_sat", vendor="bazar/ana")
    assert [row[1:] for row in found] == [
        ("bcrt1qmid", 70_000), ("bcrt1qdeposit", 60_000), ("bcrt1qana", 10),
        ("bcrt1qbolsa", 9_000),
    ]  # fmt: skip
    assert [row[0] for row in found] == sorted(row[0] for row in found)
    later = rows(store, "flows", "at", vendor="bazar/ana", since=found[1][0])
    assert later == [(row[0],) for row in found[1:]]
    assert len(rows(store, "flows", "at", vendor="bazar/ana", minimum_sat=60_000)) == 2


def test_an_address_that_only_a_third_party_is_given_with_is_not_the_vendor_s(store, world):
    assert catalogue.run(store, "flows", vendor=f"bazar/{world.HOSTILE}") == []


def test_shared_keys(store):
    expected = [("PGPKey", "AB" * 20, "bazar/ana", "feria/anita")]
    columns = ("kind", "shared", "vendor_a", "vendor_b")
    assert rows(store, "shared-keys", *columns) == expected
    assert rows(store, "shared-keys", *columns, vendor="feria/anita") == expected
    assert rows(store, "shared-keys", *columns, vendor="feria/nobody") == []


def test_cluster_members(store):
    assert rows(store, "cluster-members", "member", "service", address="bcrt1qcold") == [
        ("bcrt1qcold", ""), ("bcrt1qdeposit", ""), ("bcrt1qhot", "casa_de_cambio"),
    ]  # fmt: skip


def test_neighbourhood_goes_both_ways_and_no_further_than_asked(store):
    found = rows(store, "neighbourhood", "direction", "relationship", "other_key",
                 label="VendorAccount", key="feria/anita")  # fmt: skip
    assert ("out", "ACTIVE_ON", "feria") in found
    assert ("out", "SELLS", "feria/4") in found
    arriving = rows(store, "neighbourhood", "direction", "other_key", label="Market", key="feria")
    assert ("in", "feria/anita") in arriving
    assert len(rows(store, "neighbourhood", "at", label="Market", key="feria", limit=2)) == 2
    assert rows(store, "neighbourhood", "at", label="Address", key="feria") == []


def test_a_payment_to_oneself_is_one_neighbour(store, world):
    found = rows(store, "neighbourhood", "relationship", "other_key", label="Address",
                 key="bcrt1qana")  # fmt: skip
    assert found.count(("LEADS_TO", "bcrt1qana")) == 1


def test_vendor_timeline_tells_every_kind_of_event(store):
    found = rows(store, "vendor-timeline", "at", "event", vendor="bazar/ana")
    assert {event for _at, event in found} == {"captured", "listing", "named", "paid", "cash_out"}
    assert [at for at, _event in found] == sorted(at for at, _event in found)


def test_cash_outs_per_service(store):
    columns = ("service", "category", "n_cash_outs", "addresses")
    assert rows(store, "cash-outs-per-service", *columns) == [
        ("Bolsa", "exchange", 2, ["bcrt1qbolsa"]),
        ("casa_de_cambio", "exchange", 1, ["bcrt1qdeposit"]),
    ]


def test_provenance_goes_from_a_relationship_to_the_exhibits(store, small, world):
    hop = catalogue.run(store, "flows", vendor="bazar/ana")[1]
    found = catalogue.run(store, "provenance", record_id=hop["record_id"])
    assert next(t for t in small.of_kind(Trace) if t.record_id == hop["record_id"])
    shown = [row for row in found if row["relationship"] == "SHOWN_BY"]
    assert {row["to_label"] for row in shown} == {"Exhibit", "Transaction"}
    exhibit = next(row for row in shown if row["to_label"] == "Exhibit")
    assert exhibit["uri"] == world.capture(3).uri
    assert len(exhibit["via"]) == 2
    assert found[-len(shown) :] == shown, "evidence comes last"


def test_provenance_of_a_cash_out_ends_at_its_tag(store):
    point = catalogue.run(store, "vendor-to-cash-out", vendor="bazar/ana")[0]
    found = catalogue.run(store, "provenance", record_id=point["record_id"])
    tag = next(row for row in found if row["to_label"] == "Tag")
    assert tag["uri"] == "https://tags.invalid/pack"


def test_substance_vendors_and_tagged_addresses(store):
    assert rows(store, "substance-vendors", "vendor", "listing", "status", substance="mdma") == [
        ("", "feria/5", "stated"), ("feria/anita", "", "stated"),
        ("feria/anita", "feria/4", "implied"),
    ]  # fmt: skip
    assert rows(store, "tagged-addresses", "address", "service") == [
        ("bcrt1qbolsa", "Bolsa"), ("bcrt1qhot", "casa_de_cambio"),
    ]  # fmt: skip
