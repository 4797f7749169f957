# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vendors' keys are read by pysequoia and by gpg, and their signatures hold."""

import base64
import hashlib
import shutil
import subprocess
from datetime import UTC, datetime

import pysequoia
import pytest

from vestigo.training.openpgp import armour, make_vendor_key
from vestigo.training.people.vendors import vendor_key
from vestigo.training.timeline import KEYS_MADE_AT

NAME = "Farolillo88 <farolillo88@mail.example>"


@pytest.fixture
def gpg(tmp_path):
    if shutil.which("gpg") is None:
        pytest.skip("gpg is not installed")
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)

    def run(*arguments, given=b""):
        return subprocess.run(
            ["gpg", "--homedir", str(home), "--batch", "--no-tty", "--no-autostart", *arguments],
            input=given, capture_output=True, check=False, timeout=60,
        )  # fmt: skip

    return run


def test_the_same_secret_makes_the_same_key():
    assert make_vendor_key(b"\1" * 32, NAME, KEYS_MADE_AT) == make_vendor_key(
        b"\1" * 32, NAME, KEYS_MADE_AT
    )


@pytest.mark.parametrize(
    "other",
    [
        (b"\2" * 32, NAME, KEYS_MADE_AT), (b"\1" * 32, "x <x@mail.example>", KEYS_MADE_AT),
        (b"\1" * 32, NAME, datetime(2024, 7, 2, tzinfo=UTC)),
    ],
)  # fmt: skip
def test_another_secret_name_or_time_makes_another_key(other):
    assert make_vendor_key(*other).binary != make_vendor_key(b"\1" * 32, NAME, KEYS_MADE_AT).binary


@pytest.fixture(scope="module")
def vendors(demo):
    return demo.markets[0].vendors


def test_every_vendor_key_is_read_by_pysequoia(vendors):
    for vendor in vendors:
        cert = pysequoia.Cert.from_bytes(vendor.pgp_armoured.encode())
        assert cert.fingerprint.upper() == vendor.pgp_fingerprint
        assert [str(one) for one in cert.user_ids] == [
            f"{vendor.handle} <{mail_of(vendor.handle)}>"
        ]
        assert not cert.is_revoked
        assert cert.expiration is None


def mail_of(handle):
    return f"{handle.strip('_').replace('_', '.').lower()}@mail.example"


def test_pysequoia_encrypts_to_the_subkey(vendors):
    cert = pysequoia.Cert.from_bytes(vendors[0].pgp_armoured.encode())
    assert pysequoia.encrypt(b"order", recipients=[cert]).startswith(b"-----BEGIN PGP MESSAGE")


def test_gpg_imports_every_vendor_key_and_finds_its_signatures_good(vendors, gpg):
    armoured = "".join(vendor.pgp_armoured for vendor in vendors)
    imported = gpg("--import", given=armoured.encode())
    assert imported.returncode == 0, imported.stderr
    listed = gpg("--with-colons", "--check-sigs").stdout.decode()
    rows = [line.split(":") for line in listed.splitlines()]
    prints = {row[9] for row in rows if row[0] == "fpr"}
    assert {vendor.pgp_fingerprint for vendor in vendors} <= prints
    verdicts = [row[1] for row in rows if row[0] == "sig"]
    assert verdicts == ["!"] * (2 * len(vendors))
    assert {row[16] for row in rows if row[0] in ("pub", "sub")} == {"ed25519", "cv25519"}


def test_gpg_refuses_a_key_whose_name_was_changed(gpg):
    binary = make_vendor_key(b"\1" * 32, NAME, KEYS_MADE_AT).binary.replace(
        b"Farolillo88 <", b"Farolillo89 <"
    )
    imported = gpg("--import", given=armour(binary).encode())
    assert b"w/o user IDs: 1" in imported.stderr
    assert b"imported: 1" not in imported.stderr


def test_pysequoia_finds_no_valid_name_on_a_key_that_was_changed():
    binary = make_vendor_key(b"\1" * 32, NAME, KEYS_MADE_AT).binary.replace(
        b"Farolillo88 <", b"Farolillo89 <"
    )
    try:
        names = [str(one) for one in pysequoia.Cert.from_bytes(binary).user_ids]
    except Exception:  # noqa: BLE001  (the library has no exception of its own)
        names = []
    assert names == []


def test_the_armour_carries_the_right_checksum():
    lines = armour(b"abc").splitlines()
    assert lines[0] == "-----BEGIN PGP PUBLIC KEY BLOCK-----"
    assert lines[2] == base64.b64encode(b"abc").decode()
    assert lines[3] == "=" + base64.b64encode((0xBA1C7B).to_bytes(3, "big")).decode()
    assert lines[-1] == "-----END PGP PUBLIC KEY BLOCK-----"


def test_the_fingerprint_is_the_digest_of_the_key_packet():
    key = make_vendor_key(b"\1" * 32, NAME, KEYS_MADE_AT)
    body = key.binary[2 : 2 + key.binary[1]]
    digest = hashlib.sha1(b"\x99" + len(body).to_bytes(2, "big") + body).hexdigest()
    assert key.fingerprint == digest.upper()


def test_a_number_with_leading_zero_bytes_is_shortened(gpg):
    """Sooner or later a signature part begins with a zero byte; gpg must read that too."""
    keys = [make_vendor_key(n.to_bytes(32, "big"), NAME, KEYS_MADE_AT) for n in range(600)]
    longest = max(len(key.binary) for key in keys)
    short = [key for key in keys if len(key.binary) < longest]
    assert short
    for key in short[:3]:
        imported = gpg("--import", given=key.armoured.encode())
        assert b"imported: 1" in imported.stderr


def test_keys_of_seeds_differ():
    name = "range/caravela"
    prints = {
        vendor_key(seed, name, rotated=new).fingerprint for seed in (1, 2) for new in (False, True)
    }
    assert len(prints) == 4
