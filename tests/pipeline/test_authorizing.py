# SPDX-License-Identifier: AGPL-3.0-or-later
"""Authorization files: complete, typed, or refused."""

import pytest

from vestigo.errors import ConfigurationError
from vestigo.pipeline.authorizing import read_authorization, record_authorization
from vestigo.pipeline.session import open_session
from vestigo.records import Authorization
from vestigo.store import CaseFolder

RIGHT = """
issuing_body = "Court"
reference = "1"
legal_basis = "as the order says"
authorization_kind = "court order"
persons = ["officer"]
hosts = ["Example.ONION.", "127.0.0.1:8080"]
accounts = ["avatar"]
acts = ["view"]
data_classes = ["listing"]
starts_at = 2026-01-01T00:00:00Z
ends_at = 2026-02-01T00:00:00+01:00
"""


@pytest.fixture
def read(tmp_path):
    def read_text(text):
        file = tmp_path / "authorization.toml"
        file.write_text(text)
        return read_authorization(file)

    return read_text


def test_hosts_are_normalised_and_times_are_aware(read):
    authorization = read(RIGHT)
    assert authorization.hosts == ("example.onion", "127.0.0.1:8080")
    assert authorization.body()["ends_at"] == "2026-01-31T23:00:00Z"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('reference = "1"', "", "E-CFG-004"),
        ('reference = "1"', "reference = 1", "E-CFG-004"),
        ('hosts = ["Example.ONION.", "127.0.0.1:8080"]', 'hosts = "one"', "E-CFG-004"),
        ("starts_at = 2026-01-01T00:00:00Z", "starts_at = 2026-01-01T00:00:00", "E-CFG-004"),
        ("starts_at = 2026-01-01T00:00:00Z", "starts_at = 2026-01-01", "E-CFG-004"),
        ('acts = ["view"]', 'acts = ["buy"]', "E-CFG-005"),
        ('data_classes = ["listing"]', 'data_classes = ["everything"]', "E-CFG-005"),
        ("ends_at = 2026-02-01T00:00:00+01:00", "ends_at = 2025-12-31T00:00:00Z", "E-CFG-006"),
        ("ends_at = 2026-02-01T00:00:00+01:00", "ends_at = 2026-01-01T00:00:00Z", "E-CFG-006"),
        ('"Example.ONION."', '"*"', "E-CFG-007"),
        ('"Example.ONION."', '"*.onion"', "E-CFG-007"),
        ('"Example.ONION."', '"http://example.onion/"', "E-CFG-007"),
        ('"Example.ONION."', '""', "E-CFG-007"),
        ('persons = ["officer"]', 'person = ["officer"]', "E-CFG-003"),
    ],
)
def test_what_is_wrong_is_refused(read, old, new, code):
    assert old in RIGHT
    with pytest.raises(ConfigurationError) as caught:
        read(RIGHT.replace(old, new))
    assert caught.value.code == code


def test_a_recorded_authorization_is_in_the_ledger_and_in_the_log(read, tmp_path):
    authorization = read(RIGHT)
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    with open_session(folder.path) as session:
        record_authorization(session, authorization)
        assert list(session.ledger.of_kind(Authorization)) == [authorization]
        logged = [e for e in session.custody.events() if e.authorization_id]
        assert [e.authorization_id for e in logged] == [authorization.record_id]
