# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every registered record kind: made, written, read again, named by its content."""

import dataclasses
import types
import typing
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from vestigo.records import RECORD_TYPES, Method, canonical_json, probability, record_from_body
from vestigo.records.base import Derived, register

MOMENT = datetime(2026, 3, 1, 12, 30, 0, 250, tzinfo=UTC)


def sample(hint, name=""):
    """Return a value of the type ``hint``."""
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        return sample(next(part for part in typing.get_args(hint) if part is not type(None)))
    if origin is tuple:
        return (sample(typing.get_args(hint)[0]),)
    if hint is Method:
        return Method(rule="test.sample.v1", settings_sha256="00" * 32)
    if dataclasses.is_dataclass(hint):
        return filled(hint)
    plain = {str: "é\u202e", int: 7, bool: True, datetime: MOMENT, date: MOMENT.date()}
    if hint is Decimal:
        return probability("0.5") if name == "confidence" else Decimal("0.10")
    return plain[hint]


def filled(cls):
    hints = typing.get_type_hints(cls)
    return cls(**{f.name: sample(hints[f.name], f.name) for f in dataclasses.fields(cls)})


@pytest.mark.parametrize("kind", sorted(RECORD_TYPES))
def test_a_record_survives_its_body(kind):
    record = filled(RECORD_TYPES[kind])
    again = record_from_body(record.body())
    assert again == record
    assert again.record_id == record.record_id
    assert record.canonical() == canonical_json(record.body())


@pytest.mark.parametrize("kind", sorted(RECORD_TYPES))
def test_each_field_changes_the_id(kind):
    record = filled(RECORD_TYPES[kind])
    for field in dataclasses.fields(record):
        body = record.body()
        del body[field.name]
        if field.name in record.LATER:
            assert record_from_body(body).record_id != record.record_id
            continue
        with pytest.raises(KeyError):
            record_from_body(body)


@pytest.mark.parametrize("kind", sorted(RECORD_TYPES))
def test_a_record_is_frozen_slotted_and_documented(kind):
    cls = RECORD_TYPES[kind]
    record = filled(cls)
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(record, dataclasses.fields(record)[0].name, "changed")
    assert not hasattr(record, "__dict__")
    assert cls.__doc__


def test_an_unknown_field_is_refused():
    body = filled(RECORD_TYPES["run"]).body()
    with pytest.raises(ValueError, match="no field surprise"):
        record_from_body({**body, "surprise": 1})


def test_a_later_schema_is_refused():
    body = filled(RECORD_TYPES["run"]).body()
    with pytest.raises(ValueError, match="schema 1 only"):
        record_from_body({**body, "schema": 2})


def test_a_kind_is_taken_only_once():
    with pytest.raises(ValueError, match="taken"):
        register(RECORD_TYPES["run"])


@pytest.mark.parametrize("changes", [{"sources": ()}, {"confidence": Decimal("0.5")}])
def test_a_derived_record_needs_sources_and_four_places(changes):
    record = filled(RECORD_TYPES["page"])
    assert isinstance(record, Derived)
    with pytest.raises(ValueError):
        dataclasses.replace(record, **changes)


def test_a_rule_name_carries_its_version():
    with pytest.raises(ValueError, match="no version"):
        Method(rule="ledger.multi_input", settings_sha256="")


@pytest.mark.parametrize("value", ["-0.0001", "1.0001", "2"])
def test_what_is_no_probability_is_refused(value):
    with pytest.raises(ValueError, match="no probability"):
        probability(value)


def test_probabilities_round_half_to_even():
    assert str(probability("0.00005")) == "0.0000"
    assert str(probability("0.00015")) == "0.0002"


@pytest.mark.parametrize("kind", ["no_such", [1, None], {"a": 1}, 7, None])
def test_a_body_of_no_known_kind_has_no_record(kind):
    with pytest.raises(KeyError):
        record_from_body({"kind": kind, "schema": 1})
