# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys: encrypted at rest, opened by the passphrase only, public parts compared."""

from __future__ import annotations

import base64
import json
import subprocess
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence import keybox
from vestigo.evidence.anchors import keep_checkpoint, write_anchors
from vestigo.evidence.keys import create_keys, fingerprints, seal_public_key, unlock_keys
from vestigo.evidence.stranger import verifier_digests
from vestigo.store import CaseFolder

PASSPHRASE = "correct horse battery staple"
NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = CaseFolder.create(
        tmp_path_factory.mktemp("keys") / "case", title="t", unit="Policía \x07 unit"
    )
    create_keys(made, PASSPHRASE, lambda: NOW)
    return made


@pytest.fixture(scope="module")
def keys(folder):
    return unlock_keys(folder, PASSPHRASE)


def test_keys_open_with_their_passphrase(folder, keys):
    assert keys.seal_public_bytes() == seal_public_key(folder)
    opened = X25519PrivateKey.from_private_bytes(keys.seal_private_bytes())
    assert opened.public_key().public_bytes_raw() == seal_public_key(folder)
    assert len(seal_public_key(folder)) == 32
    assert fingerprints(keys)["origin"] == keys.origin


def test_a_wrong_passphrase_opens_nothing(folder):
    with pytest.raises(ConfigurationError) as caught:
        unlock_keys(folder, PASSPHRASE + " ")
    assert caught.value.code == "E-EVI-014"


def test_no_private_key_lies_in_clear(folder, keys):
    box = (folder.keys / "private.box").read_bytes()
    raw = keys.seal_private_bytes()
    everything = b"".join(p.read_bytes() for p in folder.path.rglob("*") if p.is_file())
    for secret in (raw, base64.b64encode(raw), raw.hex().encode(), PASSPHRASE.encode()):
        assert secret not in everything
    assert b"PRIVATE" not in everything
    assert json.loads(box)["n"] >= 2**16
    assert (folder.keys / "private.box").stat().st_mode & 0o777 == 0o600


def test_keys_are_never_shown(keys):
    assert repr(keys) == str(keys) == "UnlockedKeys(…)"


def test_keys_are_made_once(folder):
    with pytest.raises(UsageError) as caught:
        create_keys(folder, PASSPHRASE)
    assert caught.value.code == "E-EVI-010"


@pytest.mark.parametrize("passphrase", ["", "elevenchars"])
def test_a_short_passphrase_is_refused(tmp_path, passphrase):
    case = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    with pytest.raises(UsageError) as caught:
        create_keys(case, passphrase)
    assert caught.value.code == "E-EVI-011"
    assert list(case.keys.iterdir()) == []


def test_a_case_without_keys_says_so(tmp_path):
    case = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    for call in (
        lambda: unlock_keys(case, PASSPHRASE),
        lambda: seal_public_key(case),
        lambda: write_anchors(case),
    ):
        with pytest.raises(ConfigurationError) as caught:
            call()
        assert caught.value.code == "E-EVI-012"


@pytest.mark.parametrize("name", ["unit.pem", "checkpoint.pem", "checkpoint.vkey", "seal.pub"])
def test_a_swapped_public_key_is_noticed(folder, name):
    path = folder.keys / name
    content = path.read_bytes()
    path.write_bytes(content.swapcase())
    try:
        with pytest.raises(ConfigurationError) as caught:
            unlock_keys(folder, PASSPHRASE)
        assert caught.value.code == "E-EVI-015"
    finally:
        path.write_bytes(content)


def test_openssl_verifies_a_statement_against_the_certificate_only(tmp_path, keys):
    for name, content in keys.public_files().items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "s").write_bytes(b"line\r\nline\n")
    (tmp_path / "s.p7s").write_bytes(keys.sign_statement(b"line\r\nline\n"))
    words = ["openssl", "cms", "-verify", "-binary", "-inform", "DER", "-in", "s.p7s", "-content", "s",
             "-nointern", "-certfile", "unit.pem", "-CAfile", "unit.pem", "-purpose", "any"]  # fmt: skip
    done = subprocess.run(
        [*words, "-attime", "1800000000"], cwd=tmp_path, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (tmp_path / "s").write_bytes(b"line\nline\n")
    assert subprocess.run(
        [*words, "-no_check_time"], cwd=tmp_path, capture_output=True, check=False
    ).returncode


def test_anchors_hold_certificate_checkpoint_key_and_published_digests(folder, tmp_path):
    written = write_anchors(folder, tmp_path / "out")
    assert set(written) == {"unit.pem", "checkpoint.pem", "checkpoint.vkey", "verifiers.sha256"}
    lines = (tmp_path / "out" / "verifiers.sha256").read_text().splitlines()
    assert dict(reversed(line.split("  ")) for line in lines) == verifier_digests()
    keep_checkpoint(folder, 7, "note\n")
    assert (folder.anchors / "checkpoint-7.note").read_text() == "note\n"


def boxed(**more):
    head = json.loads(keybox.lock(b"content", PASSPHRASE))
    head.update(more)
    return json.dumps(head).encode()


def test_a_box_gives_its_content_back():
    assert keybox.unlock(keybox.lock(b"content", PASSPHRASE), PASSPHRASE, "x") == b"content"
    assert keybox.lock(b"content", PASSPHRASE) != keybox.lock(b"content", PASSPHRASE)


@pytest.mark.parametrize(
    "change",
    [
        {"n": 2**30},
        {"n": 2**16 + 1},
        {"n": 2},
        {"n": "65536"},
        {"kdf": "none"},
        {"format": "x"},
        {"salt": "!"},
        {"cipher": "AES"},
    ],
)
def test_a_box_of_another_form_is_refused_before_any_work(change):
    with pytest.raises(ConfigurationError) as caught:
        keybox.unlock(boxed(**change), PASSPHRASE, "x")
    assert caught.value.code == "E-EVI-013"


@pytest.mark.parametrize("box", [b"", b"[]", b"{}", b"\xff", b'{"content": 3}'])
def test_junk_is_no_box(box):
    with pytest.raises(ConfigurationError) as caught:
        keybox.unlock(box, PASSPHRASE, "x")
    assert caught.value.code == "E-EVI-013"


def test_a_changed_head_of_the_box_does_not_open():
    with pytest.raises(ConfigurationError) as caught:
        keybox.unlock(boxed(nonce=base64.b64encode(b"0" * 12).decode()), PASSPHRASE, "x")
    assert caught.value.code == "E-EVI-014"
