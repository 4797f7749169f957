# SPDX-License-Identifier: AGPL-3.0-or-later
"""Settings: typed errors for what is wrong, a digest for what is right."""

from decimal import Decimal

import pytest

from vestigo.errors import ConfigurationError
from vestigo.settings import (
    default_settings,
    merged_settings,
    read_toml,
    refuse_unknown_keys,
    section_digest,
)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        read_toml(tmp_path / "absent.toml")
    assert caught.value.code == "E-CFG-001"
    assert "absent.toml" in str(caught.value)


def test_a_folder_is_no_configuration_file(tmp_path):
    with pytest.raises(ConfigurationError) as caught:
        read_toml(tmp_path)
    assert caught.value.code == "E-CFG-001"


def test_a_file_without_end_is_refused(tmp_path):
    endless = tmp_path / "zero.toml"
    endless.symlink_to("/dev/zero")
    with pytest.raises(ConfigurationError, match="E-CFG-001"):
        read_toml(endless)


@pytest.mark.parametrize("content", [b"a = ", b"\xff\xfe", b"a = 1\na = 2"])
def test_what_is_no_toml_is_refused(tmp_path, content):
    path = tmp_path / "broken.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_toml(path)
    assert caught.value.code == "E-CFG-002"


def test_decimals_stay_exact(tmp_path):
    path = tmp_path / "d.toml"
    path.write_text("a = 0.1\n")
    assert read_toml(path) == {"a": Decimal("0.1")}


def test_an_unknown_key_is_refused_at_any_depth():
    with pytest.raises(ConfigurationError) as caught:
        refuse_unknown_keys({"a": {"bee": 1}}, {"a": {"bees": 1}}, "file")
    assert caught.value.code == "E-CFG-003"
    assert "bees" in caught.value.what
    assert caught.value.where == "file [a]"


def test_an_unknown_section_is_refused():
    with pytest.raises(ConfigurationError):
        merged_settings({"legder": {}}, "case.toml")


def test_the_digest_follows_the_values_and_not_their_order():
    assert section_digest({"a": Decimal("0.10"), "b": [1]}) == section_digest(
        {"b": [1], "a": Decimal("0.10")}
    )
    assert section_digest({"a": 1}) != section_digest({"a": 2})
    for section in default_settings().values():
        assert len(section_digest(section)) == 64
