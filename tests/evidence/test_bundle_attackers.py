# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attackers with another key, and the holder of the unit's own key who seals again."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import shutil
from pathlib import Path

import pytest

from vestigo.errors import VerificationError
from vestigo.evidence.bundle import inspect_bundle, verify_bundle
from vestigo.evidence.stranger import verify
from vestigo.records import canonical_json


def failures(sealed) -> dict[str, str]:
    found = {}
    for status, check, detail in verify.verify(sealed.path, sealed.anchors).findings:
        if status == verify.FAILED:
            found.setdefault(check, detail)
    return found


@pytest.fixture
def no_history(sealed, tmp_path):
    """The bundle with anchors that hold no earlier checkpoint."""
    anchors = tmp_path / "anchors"
    shutil.copytree(sealed.anchors, anchors)
    for note in anchors.glob("checkpoint-*.note"):
        note.unlink()
    return type(sealed)(sealed.path, anchors, sealed.keys)


def test_sealing_again_with_the_unit_key_alone_is_accepted_without_outside_anchor(
    no_history, stranger
):
    no_history.reseal()
    for run in stranger:
        done = run(no_history.path, no_history.anchors)
        assert done.returncode == 0, done.stdout
        assert "no protection against the holder of the unit key" in done.stdout


def test_an_attacker_with_another_key_fails_on_both_signatures(sealed, stranger, tmp_path):
    from datetime import UTC, datetime

    from vestigo.evidence.keys import new_keys

    other = type(sealed)(sealed.path, sealed.anchors, new_keys("Unit of tests", datetime.now(UTC)))
    other.reseal()
    assert set(failures(sealed)) >= {"signature", "checkpoint"}
    for run in stranger:
        assert run(sealed.path, sealed.anchors).returncode == 3


def test_a_certificate_inside_the_bundle_is_not_trusted(sealed, tmp_path):
    """Anchors of somebody else: the signature inside names its own certificate in vain."""
    from datetime import UTC, datetime

    from vestigo.evidence.keys import new_keys

    anchors = tmp_path / "anchors"
    shutil.copytree(sealed.anchors, anchors)
    (anchors / "unit.pem").write_bytes(new_keys("u", datetime.now(UTC)).public_files()["unit.pem"])
    assert "signature" in failures(type(sealed)(sealed.path, anchors, sealed.keys))


@pytest.mark.parametrize("name", ["verify.py", "verify.sh"])
def test_replaced_verifiers_fail_against_their_published_digest(sealed, stranger, name):
    (sealed.path / name).write_text("print('everything is right')\n")
    sealed.reseal()
    assert failures(sealed) == {"verifiers": f"{name}: not the published verifier"}
    for run in stranger:
        assert run(sealed.path, sealed.anchors).returncode == 3


def edit_events(sealed, change) -> None:
    """Rewrite the log with a right chain: only something outside can tell."""
    path = sealed.path / "data/custody/events.jsonl"
    bodies = change([json.loads(line) for line in path.read_bytes().splitlines()])
    previous, lines = "0" * 64, []
    for n, body in enumerate(bodies, 1):
        body.update(id=n, previous_sha256=previous)
        lines.append(canonical_json(body))
        previous = hashlib.sha256(lines[-1]).hexdigest()
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    sealed.reseal()


def another_actor(bodies):
    bodies[0]["actor"] = "somebody else"
    return bodies


def another_time(bodies):
    bodies[1]["at"] = bodies[0]["at"]
    return bodies


def one_event_more(bodies):
    return [*bodies[:1], dict(bodies[0], reason="slipped in"), *bodies[1:]]


def one_event_less(bodies):
    return [body for n, body in enumerate(bodies) if n != 1]


@pytest.mark.parametrize("change", [another_actor, another_time])
def test_a_rewritten_log_fails_against_an_earlier_checkpoint(sealed, stranger, change):
    edit_events(sealed, change)
    assert set(failures(sealed)) == {"checkpoint", "history"}
    for run in stranger:
        done = run(sealed.path, sealed.anchors)
        assert done.returncode == 3
        assert "which came from outside" in done.stdout


@pytest.mark.parametrize("change", [one_event_more, one_event_less])
def test_added_and_dropped_events_fail_against_an_earlier_checkpoint(sealed, change):
    path = sealed.anchors / "checkpoint-3.note"
    lines = (sealed.path / "data/custody/events.jsonl").read_bytes().splitlines()[:3]
    from vestigo.evidence.merkle import merkle_root

    path.write_text(sealed.keys.sign_checkpoint(3, merkle_root(lines)))
    try:
        edit_events(sealed, change)
        assert "history" in failures(sealed)
    finally:
        path.unlink()


def edit_lines(sealed, name: str, change) -> None:
    path = sealed.path / "data" / name
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))
    sealed.reseal()


def replace(old: bytes, new: bytes):
    def change(lines):
        changed = [line.replace(old, new) for line in lines]
        assert changed != lines
        return changed

    return change


def json_edit(**more):
    def change(lines):
        body = json.loads(lines[0])
        body.update(more)
        return [canonical_json(body) + b"\n", *lines[1:]]

    return change


CASES = {
    "edited extraction": ("extraction/listing.jsonl", replace(b"1.50", b"9.50"), {"records"}),
    "edited span": ("extraction/listing.jsonl", replace(b"&amp; fine", b"&amp; mine"), {"records", "spans"}),
    "moved span": ("extraction/selector.jsonl", replace(b'"start":68', b'"start":67'), {"records", "spans"}),
    "span beyond the body": ("extraction/selector.jsonl", replace(b'"end":72', b'"end":99999'), {"records", "spans"}),
    "span of another capture": ("extraction/selector.jsonl", lambda lines: [re.sub(rb'"capture_id":"[0-9a-f]{64}"', b'"capture_id":"' + b"0" * 64 + b'"', lines[0])], {"records", "spans"}),
    "dropped record": ("extraction/page.jsonl", lambda lines: lines[1:], {"records"}),
    "record given twice": ("extraction/page.jsonl", lambda lines: [lines[0], *lines], {"records"}),
    "record of another kind": ("ledger/trace.jsonl", lambda lines: [*lines, b"{}\n"], {"records"}),
    "not JSON": ("ledger/trace.jsonl", lambda lines: [*lines, b"\xff\n"], {"records"}),
    "deep JSON": ("ledger/trace.jsonl", lambda lines: [*lines, b"[" * 200_000 + b"\n"], {"records"}),
    "cut last line": ("ledger/trace.jsonl", lambda lines: [lines[0][:-1]], {"records"}),
    "ledger of ids shortened": ("custody/records.txt", lambda lines: lines[:-1], {"records"}),
    "ledger of ids reordered": ("custody/records.txt", lambda lines: [lines[1], lines[0], *lines[2:]], {"records"}),
    "edited raw transaction": ("ledger/transaction.jsonl", replace(b"0100010001000100", b"0100010001000101"), {"records", "transactions"}),
    "edited txid": ("ledger/transaction.jsonl", json_edit(txid="0" * 64), {"records", "transactions"}),
    "wrong merkle branch": ("ledger/transaction.jsonl", json_edit(merkle_branch=["1" * 64, "2" * 64]), {"records", "transactions"}),
    "wrong position": ("ledger/transaction.jsonl", json_edit(position=1), {"records", "transactions"}),
    "position beyond the tree": ("ledger/transaction.jsonl", json_edit(position=4), {"records", "transactions"}),
    "another header": ("ledger/transaction.jsonl", json_edit(header_hex="00" * 80), {"records", "transactions"}),
    "short header": ("ledger/transaction.jsonl", json_edit(header_hex="00"), {"records", "transactions"}),
    "another block time": ("ledger/transaction.jsonl", json_edit(mined_at="2020-01-01T00:00:00Z"), {"records", "transactions"}),
    "block record differs": ("ledger/block.jsonl", json_edit(header_hex="11" * 80), {"records", "transactions"}),
    "value of a cash-out": ("ledger/cash_out_point.jsonl", json_edit(value_sat=2100), {"records", "cited"}),
    "cash-out without transaction": ("ledger/cash_out_point.jsonl", json_edit(txid="f" * 64), {"records", "cited"}),
    "cited transaction dropped": ("ledger/transaction.jsonl", lambda lines: [lines[0], lines[2]], {"records", "cited"}),
    "another capture address": ("crawl/capture.jsonl", replace(b"/listing/1", b"/listing/9"), {"records", "captures"}),
    "another capture time": ("crawl/capture.jsonl", replace(b"12:01:00Z", b"12:01:01Z"), {"records", "captures"}),
    "another content digest": ("crawl/capture.jsonl", json_edit(content_sha256="0" * 64), {"records", "captures"}),
    "capture dropped": ("crawl/capture.jsonl", lambda lines: [lines[0], *lines[2:]], {"records", "spans", "exhibits"}),
    "event edited": ("custody/events.jsonl", replace(b"case created", b"case invented"), {"custody", "history"}),
    "events swapped": ("custody/events.jsonl", lambda lines: [lines[1], lines[0], *lines[2:]], {"custody", "history"}),
    "event replayed": ("custody/events.jsonl", lambda lines: [*lines, lines[-1]], {"custody"}),
    "event with floats": ("custody/events.jsonl", lambda lines: [*lines, b'{"id":1.5}\n'], {"custody"}),
    "exhibit description edited": ("exhibits/0002/exhibit.json", replace(b'"content_sha256": "', b'"content_sha256": "0'), {"exhibits"}),
    "sheet replaced": ("exhibits/0002/sheet.en.txt", lambda lines: [b"nothing\n"], {"exhibits"}),
    "text replaced": ("exhibits/0003/text.txt", lambda lines: [b"nothing\n"], {"exhibits"}),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_layer_b_names_what_a_new_seal_hides_from_layer_a(sealed, name):
    file, change, expected = CASES[name]
    edit_lines(sealed, file, change)
    assert set(failures(sealed)) >= expected
    report = inspect_bundle(sealed.path, sealed.anchors)
    layer_a = {f.check for f in report.findings if f.check in verify.LAYER_A and f.status != "ok"}
    assert layer_a == ({"checkpoint"} if "history" in expected else set())
    with pytest.raises(VerificationError) as caught:
        verify_bundle(sealed.path, sealed.anchors)
    assert caught.value.code.startswith("E-BUN-107" if layer_a else "E-BUN-11")


def members_of(path: Path) -> list[bytes]:
    """Return the uncompressed records of a WARC file."""
    return [record for _offset, record in verify.gzip_members(path)]


def edit_warc(sealed, change) -> None:
    path = next((sealed.path / "data/captures").iterdir())
    path.write_bytes(change(members_of(path)))
    sealed.reseal()


def packed(records) -> bytes:
    return b"".join(gzip.compress(record, mtime=0) for record in records)


def edit_body(records):
    return packed([r.replace(b"<title>x</title>", b"<title>y</title>") for r in records])


def drop_response(records):
    return packed([r for r in records if b"/listing/2" not in r])


def swap_responses(records):
    return packed([records[0], *reversed(records[1:])])


def cut_last(records):
    return packed(records)[:-4]


def junk_behind(records):
    return packed(records) + b"junk"


def not_gzip(records):
    return b"".join(records)


def header_edited(records):
    return packed([r.replace(b"WARC-Date: 2026", b"WARC-Date: 2016") for r in records])


def no_length(records):
    return packed([r.replace(b"Content-Length: ", b"Content-Size: ", 1) for r in records])


WARC_ATTACKS = (edit_body, drop_response, swap_responses, cut_last, junk_behind, not_gzip,
                header_edited, no_length)  # fmt: skip


@pytest.mark.parametrize("attack", WARC_ATTACKS)
def test_a_changed_archive_is_caught_under_a_new_seal(sealed, attack):
    edit_warc(sealed, attack)
    assert "captures" in failures(sealed)


def test_a_decompression_bomb_is_refused_not_unpacked(sealed, monkeypatch):
    monkeypatch.setattr(verify, "LARGEST_RECORD", 1 << 20)
    path = next((sealed.path / "data/captures").iterdir())
    path.write_bytes(path.read_bytes() + gzip.compress(b"\0" * (4 << 20), mtime=0))
    sealed.reseal()
    assert "too large" in failures(sealed)["captures"]


def test_an_old_checkpoint_on_a_newer_log_is_caught(sealed):
    note = (sealed.path / "seal/checkpoint.note").read_text()
    lines = (sealed.path / "data/custody/events.jsonl").read_bytes().splitlines()
    from vestigo.evidence.merkle import merkle_root

    older = sealed.keys.sign_checkpoint(3, merkle_root(lines[:3]))
    assert older != note
    (sealed.path / "seal/checkpoint.note").write_text(older)
    assert set(failures(sealed)) >= {"checkpoint", "custody"}


def test_a_note_that_is_no_checkpoint_is_caught(sealed):
    (sealed.path / "seal/checkpoint.note").write_text("x\n" * 9)
    assert set(failures(sealed)) >= {"checkpoint", "custody"}


def test_base64_quotations_are_compared_as_bytes(sealed):
    lines = (sealed.path / "data/extraction/listing.jsonl").read_bytes()
    assert b'"encoding":"base64"' in lines
    wrong = base64.b64encode(b"Caf\xe8")
    right = base64.b64encode(b"Caf\xe9")
    edit_lines(sealed, "extraction/listing.jsonl", replace(right, wrong))
    assert set(failures(sealed)) >= {"records", "spans"}
