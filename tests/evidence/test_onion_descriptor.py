# SPDX-License-Identifier: AGPL-3.0-or-later
"""Onion descriptors: a real one verifies, and nothing that differs from it does.

``onion/real.*`` came from a Tor 0.4.9.11 of a private network, for a service of the practice
range.  The others are made here, with libsodium for the curve: another implementation.
"""

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st
from nacl import bindings as sodium

from vestigo.clock import parse_iso
from vestigo.errors import VerificationError
from vestigo.evidence.origin import (
    OriginFacts,
    TimePeriod,
    archive_descriptor,
    archived_descriptors,
    find_period,
    parse_descriptor,
    verify_archived,
    verify_descriptor,
)
from vestigo.evidence.origin.curve import is_point, multiply
from vestigo.evidence.origin.descriptor import SIGNED_AS, onion_key
from vestigo.evidence.origin.period import blinded_key, period_at, private_lengths

HERE = Path(__file__).parent / "onion"
REAL = (HERE / "real.descriptor").read_bytes()
FACTS = json.loads((HERE / "real.json").read_text())
HOST = FACTS["host"]
PERIOD = TimePeriod(FACTS["period"]["number"], FACTS["period"]["length"], FACTS["period"]["offset"])
AT = parse_iso(FACTS["fetched_at"])
NOW = datetime(2026, 3, 1, 15, tzinfo=UTC)
ORDER = 2**252 + 27742317777372353535851937790883648493


def service(seed):
    """Return (secret scalar, public key, host) of an onion service."""
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 63 | 64
    public = sodium.crypto_scalarmult_ed25519_base_noclamp(bytes(digest))
    check = hashlib.sha3_256(b".onion checksum" + public + b"\x03").digest()[:2]
    name = base64.b32encode(public + check + b"\x03").decode().lower()
    return int.from_bytes(digest, "little"), public, f"{name}.onion"


def sign(secret, public, message):
    """Sign with a scalar (RFC 8032 without its first step)."""
    nonce = int.from_bytes(hashlib.sha512(b"nonce" + message).digest(), "little") % ORDER
    r = sodium.crypto_scalarmult_ed25519_base_noclamp(nonce.to_bytes(32, "little"))
    k = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little")
    return r + ((nonce + k * secret) % ORDER).to_bytes(32, "little")


def factor(public, period):
    """Return the blinding factor, from the words of rend-spec-v3, appendix A.2."""
    base = (b"(15112221349535400772501151409588531511454012693041857206046113283949847762202, "
            b"46316835694926478169428394003475163141307993866256225615783033603165251855960)")  # fmt: skip
    nonce = b"key-blind" + period.number.to_bytes(8, "big") + period.length.to_bytes(8, "big")
    h = bytearray(
        hashlib.sha3_256(b"Derive temporary signing key\0" + public + base + nonce).digest()
    )
    h[0] &= 248
    h[31] = h[31] & 63 | 64
    return int.from_bytes(h, "little")


def descriptor(seed=b"a", period=None, *, counter=7, expires=None, **wrong):
    """Make a whole descriptor; ``wrong`` replaces parts of it before they are signed."""
    secret, public, _host = service(seed)
    period = period or TimePeriod(period_at(NOW))
    blinded_secret = secret * factor(public, period) % ORDER
    blinded = sodium.crypto_scalarmult_ed25519_base_noclamp(blinded_secret.to_bytes(32, "little"))
    short = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"short" + seed).digest())
    hours = int((expires or NOW + timedelta(hours=54)).timestamp()) // 3600
    body = (
        bytes((1, wrong.get("kind", 8))) + hours.to_bytes(4, "big") + b"\x01"
        + short.public_key().public_bytes_raw() + b"\x01" + b"\x00\x20\x04\x00"
        + wrong.get("blinded", blinded)
    )  # fmt: skip
    certificate = body + sign(blinded_secret, blinded, body)
    armoured = base64.b64encode(certificate).decode()
    lines = "\n".join(armoured[i : i + 64] for i in range(0, len(armoured), 64))
    text = (
        "hs-descriptor 3\ndescriptor-lifetime 180\ndescriptor-signing-key-cert\n"
        f"-----BEGIN ED25519 CERT-----\n{lines}\n-----END ED25519 CERT-----\n"
        f"revision-counter {counter}\nsuperencrypted\n-----BEGIN MESSAGE-----\n"
        "c2VjcmV0\n-----END MESSAGE-----\n"
    ).encode()  # fmt: skip
    signature = base64.b64encode(short.sign(wrong.get("signed_as", SIGNED_AS) + text))
    return text + b"signature " + signature.rstrip(b"=") + b"\n"


def check(content, host, period, at=NOW):
    verify_descriptor(parse_descriptor(content), host, period, at)


def code(caught):
    return caught.value.code


# --- the chain -----------------------------------------------------------------------


def test_a_descriptor_of_a_real_tor_verifies():
    check(REAL, HOST, PERIOD, AT)
    assert str(parse_descriptor(REAL).revision_counter) == FACTS["revision_counter"]


@settings(max_examples=60)
@given(st.integers(0, len(REAL) - 1), st.integers(1, 255))
@example(at=100, change=6)  # a certificate that ends beyond the year 9999
def test_no_changed_byte_of_it_does(at, change):
    changed = REAL[:at] + bytes((REAL[at] ^ change,)) + REAL[at + 1 :]
    with pytest.raises(VerificationError):
        check(changed, HOST, PERIOD, AT)


@settings(max_examples=25)
@given(st.binary(min_size=1, max_size=8), st.integers(0, 40_000), st.sampled_from([8, 1440]))
def test_made_ones_verify_for_their_address_and_period_only(seed, number, length):
    period = TimePeriod(number, length)
    content, host = descriptor(seed, period), service(seed)[2]
    check(content, host, period)
    for other in (TimePeriod(number + 1, length), TimePeriod(number, length + 1)):
        with pytest.raises(VerificationError) as caught:
            check(content, host, other)
        assert code(caught) == "E-EVI-131"
    with pytest.raises(VerificationError) as caught:
        check(content, service(seed + b"!")[2], period)
    assert code(caught) == "E-EVI-131"


def test_an_attacker_who_names_the_right_blinded_key_but_does_not_have_it():
    _secret, public, host = service(b"victim")
    period = TimePeriod(period_at(NOW))
    forged = descriptor(b"attacker", period, blinded=blinded_key(public, period))
    with pytest.raises(VerificationError) as caught:
        check(forged, host, period)
    assert code(caught) == "E-EVI-132"


def test_a_certificate_of_one_descriptor_in_another():
    period = TimePeriod(period_at(NOW))
    ours, theirs = descriptor(b"a", period), descriptor(b"b", period)
    cut = re.compile(rb"-----BEGIN ED25519.*?END ED25519 CERT-----", re.DOTALL)
    mixed = cut.sub(cut.search(ours)[0], theirs)
    with pytest.raises(VerificationError) as caught:
        check(mixed, service(b"a")[2], period)
    assert code(caught) == "E-EVI-132"


def test_a_signature_over_something_else():
    period = TimePeriod(period_at(NOW))
    with pytest.raises(VerificationError) as caught:
        check(descriptor(b"a", period, signed_as=b"another purpose"), service(b"a")[2], period)
    assert code(caught) == "E-EVI-132"


def test_a_certificate_that_had_ended():
    period = TimePeriod(period_at(NOW))
    content, host = descriptor(b"a", period, expires=NOW), service(b"a")[2]
    check(content, host, period, NOW - timedelta(seconds=1))
    with pytest.raises(VerificationError) as caught:
        check(content, host, period, NOW)
    assert code(caught) == "E-EVI-133"


@pytest.mark.parametrize(
    "content",
    [b"", b"hs-descriptor 3\n", REAL[:-90], REAL + b"x", REAL.replace(b"hs-descriptor 3", b"hs-descriptor 4"),
     REAL * 40, b"\xff" * 500, descriptor(kind=4), descriptor(blinded=b"short")],
    ids=["empty", "head", "cut", "more", "version", "long", "bytes", "certificate", "no-key"],
)  # fmt: skip
def test_what_is_no_descriptor_is_told(content):
    with pytest.raises(VerificationError) as caught:
        parse_descriptor(content)
    assert code(caught) == "E-EVI-130"


@settings(max_examples=60)
@given(st.binary(max_size=400))
def test_hostile_bytes_bring_no_traceback(noise):
    for content in (noise, REAL[:40] + noise, REAL.replace(b"AQgA", base64.b64encode(noise), 1)):
        with pytest.raises(VerificationError):
            check(content, HOST, PERIOD, AT)


@pytest.mark.parametrize(
    "host", ["", "a.onion", "a" * 56 + ".onion", "expyuzz4wqqyqhjn.onion", "x.example"]
)
def test_what_is_no_v3_address_is_told(host):
    with pytest.raises(VerificationError) as caught:
        onion_key(host)
    assert code(caught) == "E-EVI-131"


def test_an_address_whose_key_is_no_point_of_the_curve():
    key = next(n for n in range(2, 99) if not is_point(n.to_bytes(32, "little"))).to_bytes(
        32, "little"
    )
    check_sum = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    host = base64.b32encode(key + check_sum + b"\x03").decode().lower() + ".onion"
    with pytest.raises(VerificationError) as caught:
        onion_key(host)
    assert code(caught) == "E-EVI-131"


# --- the curve and the periods -------------------------------------------------------


@settings(max_examples=25)
@given(st.binary(min_size=1, max_size=8), st.integers(1, ORDER - 1))
def test_the_curve_agrees_with_libsodium(seed, scalar):
    _secret, public, _host = service(seed)
    expected = sodium.crypto_scalarmult_ed25519_noclamp(scalar.to_bytes(32, "little"), public)
    assert multiply(scalar, public) == expected


@given(st.binary(min_size=32, max_size=32))
def test_points_are_those_of_libsodium(encoded):
    """libsodium refuses points of small order and unreduced ones as well."""
    if sodium.crypto_core_ed25519_is_valid_point(encoded):
        assert is_point(encoded)


@given(st.integers(1_600_000_000, 2_200_000_000).map(lambda s: datetime.fromtimestamp(s, UTC)),
       st.sampled_from([(1440, 720), (8, 4), private_lengths(20)]))  # fmt: skip
def test_a_moment_lies_in_its_period(moment, lengths):
    length, offset = lengths
    period = TimePeriod(period_at(moment, length, offset), length, offset)
    assert period.starts_at <= moment < period.ends_at


@pytest.mark.parametrize("step", [-2, -1, 0, 1, 2])
def test_the_neighbouring_periods_are_found_and_no_others(step):
    _secret, public, _host = service(b"x")
    period = TimePeriod(period_at(NOW) + step)
    found = find_period(public, blinded_key(public, period), NOW, [(8, 4), (1440, 720)])
    assert found == (period if abs(step) <= 1 else None)


# --- the archive ---------------------------------------------------------------------


def facts(**more):
    given = {"host": service(b"a")[2], "fetched_at": NOW, "tor_version": "0.4.9.11",
             "consensus_valid_after": NOW - timedelta(hours=1), "directory": "A" * 40}  # fmt: skip
    return OriginFacts(**given | more)


def test_what_is_archived_is_read_and_verified_again(tmp_path):
    kept = archive_descriptor(tmp_path, descriptor(), facts())
    assert kept.facts["verdict"] == "verified"
    assert kept.path.parent.name == service(b"a")[2]
    (read,) = archived_descriptors(tmp_path)
    assert read == kept
    verify_archived(read)
    assert [path.stat().st_mode & 0o077 for path in kept.path.parent.iterdir()] == [0, 0]


def test_without_a_consensus_the_time_of_the_fetch_is_used(tmp_path):
    kept = archive_descriptor(tmp_path, descriptor(), facts(consensus_valid_after=None))
    assert (kept.facts["verdict"], kept.facts["consensus_valid_after"]) == ("verified", "")


@pytest.mark.parametrize(
    ("content", "verdict"),
    [(b"nothing", "E-EVI-130"), (descriptor(b"b"), "E-EVI-131"), (descriptor(expires=NOW), "E-EVI-133"),
     (descriptor(signed_as=b"x"), "E-EVI-132")],
    ids=["none", "other", "ended", "forged"],
)  # fmt: skip
def test_what_does_not_verify_is_kept_and_says_so(tmp_path, content, verdict):
    kept = archive_descriptor(tmp_path, content, facts())
    assert kept.path.read_bytes() == content
    assert kept.facts["verdict"] == verdict
    with pytest.raises(VerificationError):
        verify_archived(kept)


def test_a_changed_file_is_found(tmp_path):
    kept = archive_descriptor(tmp_path, descriptor(), facts())
    kept.path.write_bytes(descriptor(counter=8))  # as good as the other, but not what was fetched
    with pytest.raises(VerificationError) as caught:
        verify_archived(next(archived_descriptors(tmp_path)))
    assert code(caught) == "E-EVI-134"


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"format": 1}', b"\xff", b"[" * 100_000, None]
)
def test_facts_that_are_none_are_found(tmp_path, content):
    kept = archive_descriptor(tmp_path, descriptor(), facts())
    if content is None:
        kept.path.unlink()
    else:
        kept.facts_path.write_bytes(content)
    with pytest.raises(VerificationError) as caught:
        list(archived_descriptors(tmp_path))
    assert code(caught) == "E-EVI-134"


@pytest.mark.parametrize("change", [{"period": None}, {"period": {"number": "x"}}, {"fetched_at": 3}, {"period": {"number": -1, "length": 1440, "offset": 0}}, {"period": {"number": 2**80, "length": 1, "offset": 0}}, {"host": None}])  # fmt: skip
def test_facts_that_say_nonsense_are_found(tmp_path, change):
    kept = archive_descriptor(tmp_path, descriptor(), facts())
    kept.facts_path.write_text(json.dumps(kept.facts | change))
    with pytest.raises(VerificationError):
        verify_archived(next(archived_descriptors(tmp_path)))


def test_nothing_archived_is_nothing(tmp_path):
    assert list(archived_descriptors(tmp_path / "absent")) == []


def test_the_recipe_of_the_documentation_needs_none_of_our_code(tmp_path, repository):
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    text = (repository / "docs" / "formats" / "onion-descriptor.md").read_text("utf-8")
    recipe = tmp_path / "check.py"
    recipe.write_text(re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], "utf-8")
    words = [
        sys.executable,
        "-I",
        str(recipe),
        str(HERE / "real.descriptor"),
        str(HERE / "real.json"),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.startswith(f"verified {HOST} "), done.stderr
    forged = tmp_path / "forged"
    forged.write_bytes(REAL.replace(b"descriptor-lifetime 180", b"descriptor-lifetime 181"))
    done = subprocess.run(
        [*words[:3], str(forged), words[4]], capture_output=True, check=False, timeout=60
    )
    assert done.returncode != 0
