# SPDX-License-Identifier: AGPL-3.0-or-later
"""Texts signed in the clear verify with the installed gpg, and changed ones do not."""

import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from vestigo.training.openpgp import clear_signed, make_vendor_key
from vestigo.training.timeline import KEYS_MADE_AT

TEXT = "hello\n- a dash\n\ttab \nñ ½\n\nlast line"
SIGNED_AT = datetime(2024, 9, 1, tzinfo=UTC)


def checked(tmp_path, message, key):
    """Verify with the installed gpg; return (exit code, what was signed)."""
    if not shutil.which("gpg"):
        pytest.skip("gpg is not installed")
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    (tmp_path / "key.asc").write_text(key, "utf-8")
    gpg = ["gpg", "--homedir", str(home), "--batch", "--quiet"]
    subprocess.run([*gpg, "--import", str(tmp_path / "key.asc")], check=True, capture_output=True)
    done = subprocess.run(
        [*gpg, "--decrypt"], input=message.encode(), check=False, capture_output=True
    )
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
    return done.returncode, done.stdout.decode()


def test_a_clear_signature_verifies_and_gives_the_text(tmp_path):
    key = make_vendor_key(b"s" * 32, "a <a@mail.example>", KEYS_MADE_AT)
    message = clear_signed(b"s" * 32, KEYS_MADE_AT, SIGNED_AT, TEXT)
    code, text = checked(tmp_path, message, key.armoured)
    assert code == 0
    assert text.rstrip("\n") == TEXT.replace("tab \n", "tab\n")
    assert message == clear_signed(b"s" * 32, KEYS_MADE_AT, SIGNED_AT, TEXT)


@pytest.mark.parametrize(
    "change", [("hello", "hullo"), ("last line", "last  line"), ("- - a", "- - b")]
)
def test_a_changed_text_does_not_verify(tmp_path, change):
    key = make_vendor_key(b"s" * 32, "a <a@mail.example>", KEYS_MADE_AT)
    message = clear_signed(b"s" * 32, KEYS_MADE_AT, SIGNED_AT, TEXT)
    assert change[0] in message
    code, _text = checked(tmp_path, message.replace(*change), key.armoured)
    assert code != 0


def test_a_signature_of_another_key_does_not_verify(tmp_path):
    key = make_vendor_key(b"t" * 32, "a <a@mail.example>", KEYS_MADE_AT)
    message = clear_signed(b"s" * 32, KEYS_MADE_AT, SIGNED_AT, TEXT)
    assert checked(tmp_path, message, key.armoured)[0] != 0
