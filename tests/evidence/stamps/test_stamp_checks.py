# SPDX-License-Identifier: AGPL-3.0-or-later
"""Each check of a time stamp: a right one holds, and every way to be wrong has its code."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from hypothesis import given
from hypothesis import strategies as st

from vestigo.evidence.stamping import (
    RevocationFiles,
    StampRefused,
    Trust,
    VerifiedStamp,
    new_request,
    parse_request,
    parse_response,
    verify_stamp,
)

NOTE = b"vestigo/log/0000\n7\nroot\n"
DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture(scope="module")
def lab(lab_maker, tmp_path_factory):
    """One authority for the module; tests that change it make their own."""
    return lab_maker[0](tmp_path_factory.mktemp("tsa") / "a")


@pytest.fixture(scope="module")
def stamped(lab):
    """A request and the response to it."""
    request = new_request(NOTE)
    return request, lab.reply(request.content)


def trust(lab, **more) -> Trust:
    return Trust((lab.root.certificate,), **more)


def code(lab, content: bytes, message: bytes = NOTE, *, given=None, request=None) -> str:
    """Return the code with which a response is refused."""
    with pytest.raises(StampRefused) as caught:
        verify_stamp(content, message, given or trust(lab), request=request)
    return caught.value.code


@pytest.mark.parametrize("kind", ["ec", "ec384", "rsa"])
@pytest.mark.parametrize("digest", ["sha256", "sha512"])
def test_a_right_stamp_holds_by_every_kind_of_key_and_hash(lab_maker, tmp_path, kind, digest):
    lab = lab_maker[0](tmp_path / "a", kind=kind, digest=digest)
    request = new_request(NOTE, digest)
    stamp = verify_stamp(lab.reply(request.content), NOTE, trust(lab), request=request)
    assert isinstance(stamp, VerifiedStamp)
    assert stamp.hash_name == digest
    assert stamp.accuracy == timedelta(seconds=1)
    assert stamp.not_after == stamp.gen_time + timedelta(seconds=1)
    assert abs(stamp.gen_time - datetime.now(UTC)) < timedelta(minutes=10)
    assert [c.subject.rfc4514_string() for c in stamp.chain] == ["CN=a signer", "CN=a link", "CN=a root"]  # fmt: skip


def test_the_old_attribute_with_sha1_binds_too(lab_maker, tmp_path):
    lab = lab_maker[0](tmp_path / "a")
    lab.ess = "sha1"
    lab.prepare()
    request = new_request(NOTE)
    verify_stamp(lab.reply(request.content), NOTE, trust(lab), request=request)


@pytest.mark.parametrize("accuracy", ["secs:2, millisecs:3, microsecs:4", "millisecs:500"])
def test_the_stated_accuracy_is_added(lab_maker, tmp_path, accuracy):
    lab = lab_maker[0](tmp_path / "a")
    lab.accuracy = accuracy
    lab.prepare()
    stamp = verify_stamp(lab.reply(new_request(NOTE).content), NOTE, trust(lab))
    assert stamp.accuracy in (timedelta(seconds=2, milliseconds=3, microseconds=4), timedelta(milliseconds=500))  # fmt: skip


def test_openssl_reads_our_requests_as_we_do(tmp_path):
    request = new_request(NOTE, "sha512", "1.3.6.1.4.1.99999.2")
    (tmp_path / "q").write_bytes(request.content)
    text = subprocess.run(["openssl", "ts", "-query", "-in", str(tmp_path / "q"), "-text"], timeout=60,
                          capture_output=True, text=True, check=True).stdout  # fmt: skip
    assert "Hash Algorithm: sha512" in text
    assert "Policy OID: 1.3.6.1.4.1.99999.2" in text
    assert "Certificate required: yes" in text
    assert f"Nonce: 0x{request.nonce:016X}" in text.replace("0x0", "0x", 0)
    assert parse_request(request.content) == request


def test_every_request_has_a_nonce_of_its_own():
    assert len({new_request(NOTE).nonce for _ in range(50)}) == 50


# ------------------------------------------------------------------ attacks


def test_a_self_made_authority_is_refused(lab, lab_maker, tmp_path, stamped):
    """It has the same names; its roots stand in the token, and nowhere else."""
    forger = lab_maker[0](tmp_path / "a", n=5)
    (forger.folder / "chain.pem").write_bytes(forger.link.pem + forger.root.pem)
    assert code(lab, forger.reply(stamped[0].content), request=stamped[0]) == "E-EVI-150"


def test_a_certificate_injected_in_the_token_is_refused(lab, lab_maker, tmp_path, stamped):
    """A real root and link of the trusted authority lie beside a signer of the forger's."""
    forger = lab_maker[0](tmp_path / "a", n=5)
    (forger.folder / "chain.pem").write_bytes(lab.link.pem + lab.root.pem + lab.signer.pem)
    assert code(lab, forger.reply(stamped[0].content)) == "E-EVI-150"


def test_an_end_certificate_does_not_issue_others(lab, lab_maker, tmp_path, stamped):
    """Whoever holds any certificate of the trusted root is no authority for that."""
    _make_lab, make = lab_maker
    holder = make("holder", ec.generate_private_key(ec.SECP256R1()), lab.link)
    signer = make("signer", ec.generate_private_key(ec.SECP256R1()), holder, usage=(Usage.TIME_STAMPING,))  # fmt: skip
    forger = type(lab)(tmp_path / "f", lab.root, holder, signer).prepare()
    (forger.folder / "chain.pem").write_bytes(holder.pem + lab.link.pem)
    assert code(lab, forger.reply(stamped[0].content)) == "E-EVI-152"


def test_a_chain_longer_than_its_root_allows_is_refused(lab, lab_maker, tmp_path, stamped):
    _make_lab, make = lab_maker
    key = ec.generate_private_key(ec.SECP256R1())
    short = make("short", key, ca=True, path_length=0)
    link = make("link", ec.generate_private_key(ec.SECP256R1()), short, ca=True)
    signer = make("s", ec.generate_private_key(ec.SECP256R1()), link, usage=(Usage.TIME_STAMPING,))
    tsa = type(lab)(tmp_path / "f", short, link, signer).prepare()
    assert code(tsa, tsa.reply(stamped[0].content)) == "E-EVI-152"


def test_a_root_of_another_use_is_no_link(lab, lab_maker, tmp_path, stamped):
    _make_lab, make = lab_maker
    link = make("mail", ec.generate_private_key(ec.SECP256R1()), lab.root, ca=True,
                usage=(Usage.EMAIL_PROTECTION,), critical=False)  # fmt: skip
    signer = make("s", ec.generate_private_key(ec.SECP256R1()), link, usage=(Usage.TIME_STAMPING,))
    tsa = type(lab)(tmp_path / "f", lab.root, link, signer).prepare()
    assert code(tsa, tsa.reply(stamped[0].content)) == "E-EVI-152"


@pytest.mark.parametrize(
    ("begin", "end"), [(-400, -1), (1, 400)], ids=["expired before", "not valid yet"]
)
def test_a_chain_that_was_not_valid_at_the_time_is_refused(lab_maker, tmp_path, begin, end, stamped):  # fmt: skip
    lab = lab_maker[0](tmp_path / "a", valid=(NOW + begin * DAY, NOW + end * DAY))
    assert code(lab, lab.reply(stamped[0].content)) == "E-EVI-151"


def test_an_expired_link_is_refused(lab, lab_maker, tmp_path, stamped):
    _make_lab, make = lab_maker
    link = make("link", ec.generate_private_key(ec.SECP256R1()), lab.root, ca=True,
                valid=(NOW - 400 * DAY, NOW - DAY))  # fmt: skip
    signer = make("s", ec.generate_private_key(ec.SECP256R1()), link, usage=(Usage.TIME_STAMPING,))
    tsa = type(lab)(tmp_path / "f", lab.root, link, signer).prepare()
    assert code(tsa, tsa.reply(stamped[0].content)) == "E-EVI-151"


def patched_usage(lab, lab_maker, tmp_path, **usage) -> str:
    """Sign with a right certificate, then put one of another use, same name and key, in its place.

    ``openssl ts`` does not sign with such a certificate; the attribute binds the right one.
    """
    request = new_request(NOTE)
    answer = lab.reply(request.content)
    _make_lab, make = lab_maker
    serial = lab.signer.certificate.serial_number
    leaf = make("a signer", lab.signer.key, lab.link, serial=serial, **usage)
    stripped = Trust((lab.root.certificate,), (leaf.certificate, lab.link.certificate))
    return code(lab, without_certificates(answer), given=stripped)


def without_certificates(content: bytes) -> bytes:
    """Return the response with the certificates taken out (they are not signed)."""
    from vestigo.evidence.stamping import der

    status, token = der.parts(der.one(content))
    kind, wrapped = der.parts(token)
    signed = der.explicit(wrapped)
    kept = [part.whole for n, part in enumerate(der.parts(signed)) if n < 3 or part.tag == der.SET]
    inner = der.encode(0xA0, der.encode(der.SEQUENCE, *kept))
    return der.encode(der.SEQUENCE, status.whole, der.encode(der.SEQUENCE, kind.whole, inner))


def test_a_token_without_certificates_needs_them_from_elsewhere(lab, stamped):
    bare = without_certificates(stamped[1])
    assert code(lab, bare) == "E-EVI-146"
    links = (lab.signer.certificate, lab.link.certificate)
    assert verify_stamp(bare, NOTE, trust(lab, links=links)).serial == parse_response(bare).info.serial  # fmt: skip


def test_another_certificate_of_the_same_key_is_not_the_bound_one(lab, lab_maker, tmp_path):
    """The signed attribute names one certificate: a renewal under its name does not count."""
    found = patched_usage(lab, lab_maker, tmp_path, usage=(Usage.TIME_STAMPING,))
    assert found == "E-EVI-148"


@pytest.mark.parametrize(
    "how",
    [
        {"usage": (Usage.CODE_SIGNING,)},
        {"usage": (Usage.TIME_STAMPING,), "critical": False},
        {"usage": (Usage.TIME_STAMPING, Usage.CODE_SIGNING)},
        {"usage": None},
    ],
    ids=["another use", "not critical", "a second use", "no use"],
)
def test_only_certificates_that_are_for_time_stamps_alone(lab_maker, tmp_path, how):
    from vestigo.evidence.stamping.signature import verify_usage

    _make_lab, make = lab_maker
    leaf = make("s", ec.generate_private_key(ec.SECP256R1()), **how)
    with pytest.raises(StampRefused) as caught:
        verify_usage(leaf.certificate)
    assert caught.value.code == "E-EVI-147"


def test_the_stamp_of_something_else_is_refused(lab, stamped):
    assert code(lab, stamped[1], b"another checkpoint") == "E-EVI-142"


def test_a_response_to_another_request_is_refused(lab, stamped):
    assert code(lab, stamped[1], request=new_request(NOTE)) == "E-EVI-143"
    assert code(lab, stamped[1], request=new_request(NOTE, "sha512")) == "E-EVI-142"


def test_a_response_without_the_nonce_is_refused(lab):
    from dataclasses import replace

    request = new_request(NOTE)
    assert (
        code(lab, lab.reply(request.content), request=replace(request, nonce=None)) == "E-EVI-143"
    )


def test_only_the_policy_that_was_asked_for_or_is_accepted(lab):
    request = new_request(NOTE, policy="1.3.6.1.4.1.99999.2")
    answer = lab.reply(request.content)
    verify_stamp(answer, NOTE, trust(lab), request=request)
    assert code(lab, answer, given=trust(lab, policies=("1.2.3",))) == "E-EVI-144"
    from dataclasses import replace

    assert code(lab, answer, request=replace(request, policy="1.2.3")) == "E-EVI-144"


def test_a_refusal_of_the_authority_says_why(lab):
    request = new_request(NOTE, policy="1.2.3.4.5")
    with pytest.raises(StampRefused) as caught:
        parse_response(lab.reply(request.content))
    assert caught.value.code == "E-EVI-141"
    assert "unacceptedPolicy" in caught.value.what


def test_without_an_anchor_nothing_is_trusted(lab, stamped):
    assert code(lab, stamped[1], given=Trust(())) == "E-EVI-156"


def test_a_short_key_is_refused(lab, lab_maker, tmp_path, stamped):
    _make_lab, make = lab_maker
    weak = rsa.generate_private_key(65537, 1024)
    signer = make("s", weak, lab.link, usage=(Usage.TIME_STAMPING,))
    tsa = type(lab)(tmp_path / "f", lab.root, lab.link, signer).prepare()
    assert code(tsa, tsa.reply(stamped[0].content)) == "E-EVI-145"


@pytest.mark.parametrize("bit", [0x01, 0x02, 0x40, 0x80])
def test_no_byte_of_a_token_can_be_changed_unnoticed(lab, stamped, bit):
    """Every byte is flipped in turn: whatever is accepted still states and proves the same."""
    content, right = stamped[1], parse_response(stamped[1])
    accepted = []
    for n in range(len(content)):
        changed = content[:n] + bytes([content[n] ^ bit]) + content[n + 1 :]
        try:
            verify_stamp(changed, NOTE, trust(lab), request=stamped[0])
        except StampRefused:
            continue
        accepted.append(n)
        assert parse_response(changed).info == right.info
    assert len(accepted) < len(content) // 100  # what nothing rests on: status, versions, NULLs


@pytest.mark.parametrize("n", [0, 1, 7, 40, 200, 700, -1])
def test_a_truncated_token_is_malformed(lab, stamped, n):
    assert code(lab, stamped[1][:n]) == "E-EVI-140"


def test_bytes_behind_the_end_are_malformed(lab, stamped):
    assert code(lab, stamped[1] + b"\0") == "E-EVI-140"


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_with_a_code(content):
    for read in (parse_response, parse_request):
        with pytest.raises(StampRefused) as caught:
            read(content)
        assert caught.value.code in ("E-EVI-140", "E-EVI-141")


@pytest.mark.parametrize("bit", [0x01, 0x02, 0x40, 0x80])
def test_a_list_or_answer_that_is_damaged_is_told(lab, stamped, bit):
    """Every byte in turn: never accepted as good by another way than the right one, never a crash."""
    answer, one = lab.answer(ocsp_request(lab)), lab.crl(lab.link)
    for content, place in ((one, "lists"), (answer, "answers")):
        for n in range(len(content)):
            changed = content[:n] + bytes([content[n] ^ bit]) + content[n + 1 :]
            given = trust(lab, revocation=RevocationFiles(**{place: (changed,)}))
            try:
                found = verify_stamp(stamped[1], NOTE, given).revocation[0].state
            except StampRefused as error:
                found = error.code
            same = found == "good" and signed_part(place, changed) == signed_part(place, content)
            assert same or found in ("E-EVI-154", "no source"), (place, n, found)


def signed_part(place: str, content: bytes) -> bytes:
    """Return the bytes that the signature is over (a count of unused bits is not among them)."""
    if place == "lists":
        return x509.load_der_x509_crl(content).tbs_certlist_bytes
    return ocsp.load_der_ocsp_response(content).tbs_response_bytes


@given(st.data())
def test_mutated_tokens_are_read_or_refused_with_a_code(lab, stamped, data):
    content = bytearray(stamped[1])
    for _n in range(data.draw(st.integers(1, 5))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 255))
    try:
        stamp = verify_stamp(bytes(content), NOTE, trust(lab), request=stamped[0])
    except StampRefused:
        return
    assert stamp.serial == parse_response(stamped[1]).info.serial


# --------------------------------------------------------------- revocation


def revoked_code(lab, stamped, reason, when, **files) -> str:
    lab.revoked.clear()
    lab.revoke(lab.signer, when, reason)
    lists = (lab.crl(lab.link, **files),)
    lab.revoked.clear()
    try:
        verify_stamp(stamped[1], NOTE, trust(lab, revocation=RevocationFiles(lists)))
    except StampRefused as error:
        return error.code
    return ""


REASONS = x509.ReasonFlags


@pytest.mark.parametrize(
    ("reason", "days", "due"),
    [
        (REASONS.key_compromise, -1, "E-EVI-153"),
        (REASONS.key_compromise, 1, "E-EVI-153"),
        (None, 1, "E-EVI-153"),
        (REASONS.superseded, -1, "E-EVI-153"),
        (REASONS.superseded, 1, ""),
        (REASONS.cessation_of_operation, 1, ""),
        (REASONS.affiliation_changed, 1, ""),
        (REASONS.ca_compromise, 1, "E-EVI-153"),
    ],
)
def test_a_revoked_certificate_keeps_its_stamps_only_if_it_was_given_up_later(
    lab, stamped, reason, days, due
):
    """RFC 3161, section 4; the list is one of ten days after the stamp."""
    when = NOW + days * DAY
    assert revoked_code(lab, stamped, reason, when, at=NOW + 10 * DAY) == due


def state(lab, stamped, *lists: bytes) -> list[str]:
    given = trust(lab, revocation=RevocationFiles(lists))
    return [one.state for one in verify_stamp(stamped[1], NOTE, given).revocation]


def test_what_is_known_of_revocation_is_said(lab, lab_maker, tmp_path, stamped):
    assert state(lab, stamped) == ["no source", "no source"]
    assert state(lab, stamped, lab.crl(lab.link)) == ["good", "no source"]
    assert state(lab, stamped, lab.crl(lab.link), lab.crl(lab.root)) == ["good", "good"]
    named = lab_maker[0](tmp_path / "n", base="http://127.0.0.1:9/")
    request = new_request(NOTE)
    own = (request, named.reply(request.content))
    assert state(named, own) == ["not known", "not known"]
    assert state(named, own, named.crl(named.link), named.crl(named.root)) == ["good", "good"]


def test_a_list_of_another_time_says_nothing(lab_maker, tmp_path):
    lab = lab_maker[0](tmp_path / "n", base="http://127.0.0.1:9/")
    request = new_request(NOTE)
    own = (request, lab.reply(request.content))
    assert state(lab, own, lab.crl(lab.link, at=NOW - 60 * DAY)) == ["not known", "not known"]


def test_a_list_that_the_issuer_did_not_sign_is_refused(lab, lab_maker, tmp_path, stamped):
    forger = lab_maker[0](tmp_path / "a", n=5)  # the same names
    lists = RevocationFiles((forger.crl(forger.link),))
    assert code(lab, stamped[1], given=trust(lab, revocation=lists)) == "E-EVI-154"
    assert code(lab, stamped[1], given=trust(lab, revocation=RevocationFiles((b"0\x00",)))) == "E-EVI-154"  # fmt: skip


def ocsp_request(lab) -> bytes:
    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.hazmat.primitives.serialization import Encoding

    builder = ocsp.OCSPRequestBuilder().add_certificate(
        lab.signer.certificate, lab.link.certificate, SHA1()
    )  # fmt: skip
    return builder.build().public_bytes(Encoding.DER)


def test_ocsp_answers_count_as_lists_do(lab, stamped):
    answer = lab.answer(ocsp_request(lab))
    good = RevocationFiles((), (answer,))
    found = verify_stamp(stamped[1], NOTE, trust(lab, revocation=good)).revocation
    assert [one.state for one in found] == ["good", "no source"]
    lab.revoke(lab.signer, NOW - DAY, REASONS.key_compromise)
    revoked = RevocationFiles((), (lab.answer(ocsp_request(lab)),))
    lab.revoked.clear()
    assert code(lab, stamped[1], given=trust(lab, revocation=revoked)) == "E-EVI-153"
    broken = bytearray(answer)
    broken[-1] ^= 1  # the signature
    wrong = RevocationFiles((), (bytes(broken),))
    assert code(lab, stamped[1], given=trust(lab, revocation=wrong)) == "E-EVI-154"
