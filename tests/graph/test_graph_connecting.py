# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which servers may be talked to, and who is asked first."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from graph.connecting import ask_gate, parse_address
from vestigo.authority import Gate
from vestigo.errors import AuthorityError, UsageError
from vestigo.records import Authorization

NOW = datetime(2026, 5, 1, tzinfo=UTC)


def authorization(**changes) -> Authorization:
    values = {
        "issuing_body": "Court", "reference": "1/2026", "legal_basis": "x",
        "authorization_kind": "order", "order_sha256": "", "persons": ("p",),
        "hosts": ("graph.unit.example:7687",), "accounts": (), "acts": ("view",),
        "data_classes": ("listing", "vendor_profile"), "amends": None,
        "starts_at": datetime(2026, 1, 1, tzinfo=UTC), "ends_at": datetime(2027, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    return Authorization(**{**values, **changes})


def gate(*authorizations, seen=None) -> Gate:
    return Gate(authorizations, lambda: NOW, on_refusal=(seen.append if seen is not None else None))


@pytest.mark.parametrize(
    ("text", "uri", "on_loopback"),
    [
        ("bolt://127.0.0.1:7687", "bolt://127.0.0.1:7687", True),
        ("bolt://127.9.9.9", "bolt://127.9.9.9:7687", True),
        ("bolt://localhost:1", "bolt://localhost:1", True),
        ("bolt://LOCALHOST.:1/", "bolt://localhost:1", True),
        ("bolt://[::1]:9", "bolt://[::1]:9", True),
        ("bolt+s://Graph.Unit.Example", "bolt+s://graph.unit.example:7687", False),
        ("bolt+s://[2001:db8::1]:7", "bolt+s://[2001:db8::1]:7", False),
    ],
)
def test_an_address_is_understood(text, uri, on_loopback):
    address = parse_address(text)
    assert (address.uri, address.on_loopback) == (uri, on_loopback)


@pytest.mark.parametrize(
    "text",
    [
        "", "127.0.0.1:7687", "bolt://", "bolt://:7687", "http://127.0.0.1:7474",
        "neo4j://127.0.0.1", "neo4j+s://graph.unit.example", "bolt+ssc://graph.unit.example",
        "bolt://graph.unit.example", "bolt://10.0.0.1", "bolt://localhost.evil.example",
        "bolt://127.0.0.1.evil.example", "bolt://user:secret@127.0.0.1", "bolt://127.0.0.1/db",
        "bolt://127.0.0.1?policy=x", "bolt://127.0.0.1#x", "bolt://127.0.0.1:99999",
        "bolt://127.0.0.1:port", "bolt://[::1", "bolt://0.0.0.0",
    ],
)  # fmt: skip
def test_an_address_that_may_not_be_used_is_refused(text):
    with pytest.raises(UsageError) as caught:
        parse_address(text)
    assert caught.value.code == "E-GRA-011"


def test_this_machine_needs_no_authorization():
    assert ask_gate(gate(), parse_address("bolt://127.0.0.1:7687")) == ""


def test_another_machine_needs_one_that_covers_it():
    granted = authorization()
    address = parse_address("bolt+s://graph.unit.example:7687")
    assert ask_gate(gate(granted), address) == granted.record_id


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        (None, "E-AUT-001"),
        ({"ends_at": datetime(2026, 4, 1, tzinfo=UTC)}, "E-AUT-002"),
        ({"hosts": ("graph.unit.example:7688",)}, "E-AUT-003"),
        ({"acts": ("search",)}, "E-AUT-004"),
        ({"data_classes": ("listing",)}, "E-AUT-006"),
    ],
)
def test_without_it_nothing_is_sent_and_the_attempt_is_seen(changes, code):
    seen = []
    held = [] if changes is None else [authorization(**changes)]
    with pytest.raises(AuthorityError) as caught:
        ask_gate(gate(*held, seen=seen), parse_address("bolt+s://graph.unit.example"))
    assert caught.value.code == code
    assert [refusal.intent.host for refusal in seen] == ["graph.unit.example"]
