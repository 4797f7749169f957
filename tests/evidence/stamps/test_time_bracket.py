# SPDX-License-Identifier: AGPL-3.0-or-later
"""The time bracket: blocks before, stamps after, the own clock between; printed and checked."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import AuthorityInformationAccessOID

from vestigo.cli.app import run
from vestigo.errors import InputError
from vestigo.evidence.stamping import StampRefused, VerifiedStamp
from vestigo.evidence.stamping.bracket import stated_bracket, time_bracket
from vestigo.evidence.stamping.case_stamps import StampPlace
from vestigo.evidence.stamping.clock_offset import measured_offset, seconds
from vestigo.evidence.stamping.kept import KeptStamp
from vestigo.evidence.stamping.not_before import logged_anchors, read_header
from vestigo.evidence.stamping.revocation import names_source
from vestigo.evidence.stranger import verify
from vestigo.pipeline.session import open_session
from vestigo.pipeline.stamping import not_before_details

GENESIS = (
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b2"
    "7ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
)
BORN = datetime(2009, 1, 3, 18, 15, 5, tzinfo=UTC)


def event(n: int, details: dict, at: datetime = BORN, reason: str = "crawl began"):
    return SimpleNamespace(id=n, at=at, reason=reason, details=details)


def kept(size: int, moment: datetime | None, name: str = "one") -> KeptStamp:
    stamp = moment and VerifiedStamp(gen_time=moment, accuracy=timedelta(seconds=1), policy="1.2", serial=1,
                                     hash_name="sha256", chain=(), revocation=())  # fmt: skip
    return KeptStamp(StampPlace(Path("x"), size, name), stamp)


def test_a_header_gives_hash_time_and_a_margin_of_two_hours():
    anchor = read_header(GENESIS.upper() + "\n", "mainnet", "own node")
    assert anchor.block_hash == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"
    assert anchor.mined_at == BORN
    assert anchor.not_before == BORN - timedelta(hours=2)
    assert logged_anchors([event(3, anchor.details())])[0].anchor == anchor


@pytest.mark.parametrize(
    "text",
    ["", "zz", GENESIS[:-2], GENESIS + "00", GENESIS[:-2] + "7d", GENESIS.replace("ffff001d", "ffff7f20"),
     GENESIS.replace("ffff001d", "ffffffff")],
    ids=["empty", "no hex", "short", "long", "another nonce", "an easier target", "no target"],
)  # fmt: skip
def test_a_header_without_its_work_is_refused(text):
    with pytest.raises(InputError) as caught:
        read_header(text, "mainnet", "x")
    assert caught.value.code == "E-EVI-163"


def test_an_event_that_gives_another_block_than_its_header_is_refused():
    details = read_header(GENESIS, "mainnet", "x").details()
    for key in ("not_before_block", "not_before_mined_at"):
        with pytest.raises(InputError):
            logged_anchors([event(3, {**details, key: "0" * 64})])


def test_the_bracket_lies_between_the_first_block_and_the_earliest_stamp():
    details = read_header(GENESIS, "mainnet", "x").details()
    at = BORN + timedelta(days=1)
    stamps = [kept(9, at + timedelta(hours=1), "two"), kept(9, at), kept(4, BORN), kept(12, None)]
    found = time_bracket([event(1, {}), event(3, details), event(5, details)], stamps)
    assert (found.size, found.first.event_id) == (9, 3)
    assert found.not_after == at + timedelta(seconds=1)
    assert [k.place.authority for k in found.stamps] == ["two", "one"]
    assert [k.place.size for k in found.pending] == [12]
    body = found.body()
    assert body["not_before"] == "2009-01-03T16:15:05Z"
    assert body["not_after"] == "2009-01-04T18:15:06Z"
    assert json.loads(json.dumps(body)) == body


def test_without_anything_from_outside_the_own_clock_is_all():
    body = time_bracket([event(1, {})], []).body()
    assert (body["not_before"], body["not_after"]) == ("own clock only", "own clock only")
    assert stated_bracket([event(1, {})])["clocks"] == "offset not known"


def test_a_block_behind_the_checkpoint_says_nothing_of_it():
    details = read_header(GENESIS, "mainnet", "x").details()
    assert time_bracket([event(10, details)], [kept(9, BORN)]).first is None


def test_a_stamp_that_is_earlier_than_a_block_in_it_is_refused():
    details = read_header(GENESIS, "mainnet", "x").details()
    with pytest.raises(StampRefused) as caught:
        time_bracket([event(3, details)], [kept(9, BORN - timedelta(hours=3))])
    assert caught.value.code == "E-EVI-155"


def test_the_offset_of_the_own_clock_is_bounded_on_both_sides():
    stamp = kept(1, BORN).stamp
    own = BORN + timedelta(seconds=10)
    told = measured_offset(stamp, own, own + timedelta(seconds=2))
    assert told["own_clock_ahead_at_least_seconds"] == "8.000"
    assert told["own_clock_ahead_at_most_seconds"] == "13.000"
    fine = replace(stamp, gen_time=BORN + timedelta(microseconds=1), accuracy=timedelta(0))
    assert measured_offset(fine, BORN, BORN)["own_clock_ahead_at_least_seconds"] == "0.000"
    assert seconds(timedelta(milliseconds=-1500)) == "-1.500"


def test_a_tor_consensus_is_a_clock_too():
    tor = event(4, {"consensus_valid_after": "2009-01-03T18:00:00Z"})
    (row,) = time_bracket([tor, event(5, {"consensus_valid_after": "not known: x"})], []).clocks
    assert row["source"] == "tor consensus"
    assert row["own_clock_after"] == "2009-01-03T18:15:05Z"


# ------------------------------------------------------- command, verifier


def cli(capsys, *words) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([str(word) for word in words])
    return code, *capsys.readouterr()


def test_a_block_is_filed_and_shown(world, capsys, tmp_path):
    world.ledger.close()
    case = world.folder.path
    (tmp_path / "h").write_text(GENESIS)
    code, out, err = cli(capsys, "evidence", "not-before", case, "--header-file", tmp_path / "h")
    assert (code, "2009-01-03T16:15:05Z" in out) == (0, True)
    assert re.search(r"^Block [0-9a-f]{64}, [0-9]{4} days old: what follows", out)
    assert "more than a day older" in err
    code, out, _err = cli(
        capsys, "evidence", "not-before", case, "--json"
    )  # the newest: of the case's chain
    assert json.loads(out)["not_before_network"] == "regtest"
    code, out, _err = cli(capsys, "evidence", "time", case)
    assert code == 0
    assert "Time: not before 2009-01-03T16:15:05Z (block 00000000" in out
    assert "Time: not after: own clock only" in out
    assert "Clock: offset not known" in out
    code, out, _err = cli(capsys, "evidence", "verify", case)
    assert "Time: not before 2009-01-03T16:15:05Z" in out
    assert cli(capsys, "evidence", "not-before", case, "--header", "00")[0] == 4
    assert cli(capsys, "evidence", "not-before", case, "--header-file", tmp_path / "none")[0] == 4


def mined(at: datetime) -> str:
    """Return a header of the chain for tests that was found at that second."""
    for n in range(10_000):
        words = bytes(68) + int(at.timestamp()).to_bytes(4, "little") + bytes.fromhex("ffff7f20")
        header = words + n.to_bytes(4, "little")
        if hashlib.sha256(hashlib.sha256(header).digest()).digest()[31] < 0x7F:
            return header.hex()
    pytest.fail("no header was found")


@pytest.mark.parametrize(
    ("age", "words", "warned"),
    [
        (timedelta(hours=5, minutes=1), "5 hours old", False),
        (timedelta(hours=1, minutes=1), "1 hour old", False),
        (timedelta(days=3, minutes=1), "3 days old", True),
        (timedelta(hours=-1), "ahead of the own clock", False),
    ],
)
def test_the_line_says_how_old_the_block_is(tmp_path, capsys, age, words, warned):
    case = tmp_path / "c"
    assert run(["case", "new", str(case), "--title", "t", "--unit", "u"]) == 0
    header = mined(datetime.now(UTC) - age)
    words_given = ("evidence", "not-before", case, "--network", "regtest", "--header", header)
    code, out, err = cli(capsys, *words_given)
    assert code == 0
    assert f", {words}: what follows came after" in out
    assert ("more than a day older" in err) == warned
    code, out, _err = cli(capsys, *words_given, "--json")
    assert abs(json.loads(out)["age_seconds"] - age.total_seconds()) < 600


def test_the_start_of_a_session_names_the_newest_block_known(world):
    """Of the case's own chain, or filed before; nothing is asked of anybody."""
    world.ledger.close()
    with open_session(world.folder.path) as session:
        own = not_before_details(session)
        assert own["not_before_network"] == "regtest"
        assert own["not_before_source"] == "case chain"
        assert own["not_before_mined_at"] == "2026-03-01T12:00:00Z"
        genesis = read_header(GENESIS, "mainnet", "own node")
        session.custody.append("recognition", reason="not-before anchor", details=genesis.details())
        assert not_before_details(session) == own  # the newest counts, not the last filed


def test_a_session_that_knows_no_block_says_so(tmp_path):
    assert run(["case", "new", str(tmp_path / "c"), "--title", "t", "--unit", "u"]) == 0
    with open_session(tmp_path / "c") as session:
        assert not_before_details(session) == {"not_before_block": "not known"}
    assert run(["evidence", "not-before", str(tmp_path / "c")]) == 4


def test_the_seal_of_a_bundle_and_its_verifier_say_the_bracket(world):
    anchor = read_header(GENESIS, "mainnet", "own node")
    logged = world.custody.append(
        "recognition", reason="not-before anchor", details=anchor.details()
    )
    built = world.build()
    stated = json.loads((built.path / "seal/time.json").read_text())
    assert stated["not_before"] == "2009-01-03T16:15:05Z"
    assert stated["not_before_event"] == logged.id
    findings = verify.verify(built.path, world.folder.anchors).findings
    (told,) = [detail for status, check, detail in findings if check == "time"]
    assert told == (
        f"not before 2009-01-03T16:15:05Z (block {anchor.block_hash}, event {logged.id}); "
        "not after: own clock only"
    )


def checked(events, stamped=()) -> list[tuple[str, str, str]]:
    bag = verify.Bag(Path(), None)
    bag.events, bag.stamped = events, list(stamped)
    check = verify.Check(bag, "time")
    check.end(verify.check_time(bag, check))
    return bag.findings


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("not_before_block", "0" * 64),
        ("not_before_header", GENESIS[:-2] + "7d"),
        ("not_before_header", "00"),
    ],
)
def test_the_verifier_names_a_block_that_is_none(key, value):
    details = read_header(GENESIS, "mainnet", "x").details() | {key: value}
    if key == "not_before_header" and len(value) == len(GENESIS):
        content = bytes.fromhex(value)
        twice = hashlib.sha256(hashlib.sha256(content).digest()).digest()
        details["not_before_block"] = twice[::-1].hex()
    ((status, _check, detail),) = checked([{"id": 3, "details": details}])
    assert status == "FAILED"
    assert detail.startswith("event 3: ")


def test_the_verifier_names_a_stamp_that_is_earlier_than_a_block():
    events = [{"id": 3, "details": read_header(GENESIS, "mainnet", "x").details()}]
    assert checked(events, [BORN])[0][0] == "ok"
    assert checked(events, [BORN - timedelta(hours=3)])[0][0] == "FAILED"


def test_an_easy_header_of_today_is_no_mainnet_block():
    """Work that was enough in 2009 is none for a block that claims to be of now."""
    header = bytearray.fromhex(GENESIS)
    assert verify.has_work(bytes(header), "mainnet")
    header[68:72] = (1_800_000_000).to_bytes(4, "little")
    assert not verify.has_work(bytes(header), "mainnet")
    with pytest.raises(InputError):
        read_header(header.hex(), "mainnet", "x")


@pytest.mark.parametrize(
    ("method", "named"),
    [(AuthorityInformationAccessOID.CA_ISSUERS, False), (AuthorityInformationAccessOID.OCSP, True)],
)
def test_where_the_issuers_certificate_lies_is_no_place_to_ask_about_revocation(method, named):
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    place = x509.AccessDescription(method, x509.UniformResourceIdentifier("http://ca.test/x"))
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(BORN)
        .not_valid_after(BORN + timedelta(days=1))
        .add_extension(x509.AuthorityInformationAccess([place]), critical=False)
        .sign(key, SHA256())
    )
    assert names_source(certificate) is named
