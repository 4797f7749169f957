# SPDX-License-Identifier: AGPL-3.0-or-later
"""Disclosed copies: both verify against one checkpoint, and nothing withheld can be guessed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from vestigo.evidence.bundle import inspect_bundle
from vestigo.evidence.stranger import verify
from vestigo.evidence.warc import Exchange
from vestigo.evidence.warc.group import HTTP_RESPONSE
from vestigo.evidence.warc.record import Place, build_record
from vestigo.pipeline.session import open_session
from vestigo.records import Capture, FieldSpan, Listing, canonical_json

PIN = "4711"
DIGEST = re.compile(rb"[0-9a-f]{32,128}")


def pin_exchange(small, pin: str, authorization_id: str) -> Exchange:
    """Return a log-in with a PIN whose answer shows the PIN once more."""
    body = small.page("Locker", f"<p>PIN {pin}</p>")
    return Exchange(
        uri="http://m.test/pin", method="POST", began_at=small.NOON + timedelta(hours=1),
        request=b"POST /pin HTTP/1.1\r\nHost: m.test\r\n\r\npin=" + pin.encode(),
        response=small.response(body, "Content-Type: text/html", f"Content-Length: {len(body)}"),
        authorization_id=authorization_id, account="avatar1", secret_request_body=True,
    )  # fmt: skip


def pin_listing(small, capture: Capture, pin: str) -> Listing:
    body = small.page("Locker", f"<p>PIN {pin}</p>")
    words = f"PIN {pin}".encode()
    return Listing(
        market="m", listing_key="9", title="Locker", description=f"PIN {pin}", category=(),
        vendor_handle="seller", price_amount=None, price_currency=None, ships_from=None,
        ships_to=None, feedback_count=None, listed_on=None,
        spans=(FieldSpan(field="description", span=small.span(capture, body, words)),),
        **small.derived(capture),
    )  # fmt: skip


def listing_without_spans(small, capture: Capture) -> Listing:
    made = small.market_records([capture] * 3)
    listing = next(one for one in made if isinstance(one, Listing))
    return replace(listing, spans=(), listing_key="8", sources=(capture.record_id,))


@pytest.fixture(scope="module")
def told(tmp_path_factory, small):
    """A case with a PIN on a page, its bundle, and a copy without that page."""
    world = small.make_world(tmp_path_factory.mktemp("pin") / "case")
    authority = world.captures[0].authorization_id
    with world.open_archive() as archive:
        capture = archive.write(pin_exchange(small, PIN, authority))
    world.ledger.append([capture])
    world.ledger.append([pin_listing(small, capture, PIN)])
    built = world.build()
    world.ledger.close()
    return world.folder, built.path, capture


@pytest.fixture
def whole(told):
    return told[1]


@pytest.fixture
def disclosed(told, run, tmp_path):
    """Return a function that discloses with some options; it gives path and exit code."""

    def disclose(*words, name="copy"):
        out = tmp_path / name
        code, printed, err = run("bundle", "disclose", told[0].path, "-o", out, "--passphrase-stdin",
                                 "--reason", "order of the court", *words)  # fmt: skip
        return out, code, printed + err

    return disclose


def test_both_copies_verify_against_the_same_checkpoint(told, disclosed, small):
    out, code, said = disclosed("--withhold", "0007")
    assert code == 0, said
    note = "seal/checkpoint.note"
    assert (out / note).read_bytes() == (told[1] / note).read_bytes()
    for bundle in (told[1], out):
        for verified in (small.run_py, small.run_sh):
            done = verified(bundle, told[0].anchors)
            assert done.returncode == 0, done.stdout
        assert inspect_bundle(bundle, told[0].anchors).exit_code == 0
    assert "withheld are 1 exhibits, 2 records (0 redacted)" in small.run_py(out, None).stdout
    assert not (out / "data/exhibits/0007").exists()
    assert (out / "data/exhibits/0002/exhibit.json").is_file()
    with open_session(told[0].path, write=False) as session:
        event = [one for one in session.custody.events() if one.action == "disclose"][-1]
    assert (event.details["withheld"], event.details["why"]) == ("0007", "order of the court")


def candidates(small, original: dict, pin: str) -> set[bytes]:
    """Return digests that somebody who knows all but the PIN could look for."""
    capture, record, old = original["capture"], original["record"], PIN.encode()
    exchange, new = original["exchange"], pin.encode()
    response, body = exchange.response.replace(old, new), exchange.wire.body.replace(old, new)
    made = build_record(
        "response", response, Place(capture.warc_name, capture.warc_offset), exchange.began_at,
        HTTP_RESPONSE, [("WARC-Target-URI", exchange.uri)],
    )  # fmt: skip
    content = hashlib.sha256(body).hexdigest().encode()
    guess = canonical_json(capture.body()).replace(
        capture.capture_id.encode(), made.sha256.encode()
    )
    guess = guess.replace(capture.content_sha256.encode(), content)
    guess_id = hashlib.sha256(guess).hexdigest().encode()
    listing = canonical_json(record.body()).replace(capture.record_id.encode(), guess_id)
    listing = listing.replace(capture.capture_id.encode(), made.sha256.encode())
    listing = listing.replace(old, new)
    ids = [guess_id, hashlib.sha256(listing).hexdigest().encode()]
    links = [head.encode() + b"\n" + one for one in ids for head in original["heads"]]
    texts = [
        new, new + b"\n", b"PIN " + new, b"pin=" + new, body, response, made.head + response,
        exchange.request.replace(old, new), guess, guess + b"\n", listing, listing + b"\n", *links,
        *ids,
    ]  # fmt: skip
    found = {made.sha256.encode(), content, *ids}
    for text in texts:
        for digest in (hashlib.sha256, hashlib.sha512):
            found.add(digest(text).hexdigest().encode())
        found.add(hashlib.sha256(b"\x00" + text).hexdigest().encode())
    return found


def digests_in(folder, everything) -> set[bytes]:
    """Return every digest that stands anywhere in a folder, in hex or base64, as hex."""
    found: set[bytes] = set()
    for content in everything(folder).values():
        found |= set(DIGEST.findall(content))
        for word in re.findall(rb"[A-Za-z0-9+/]{27,88}={0,2}", content):
            try:
                found.add(base64.b64decode(word, validate=True).hex().encode())
            except ValueError:
                continue
    return found


@pytest.fixture(scope="module")
def original(told, small):
    folder, _bundle, capture = told
    with open_session(folder.path, write=False) as session:
        record = next(r for r in session.ledger.of_kind(Listing) if r.title == "Locker")
        places = {one: n for n, (one, _kind) in enumerate(session.ledger.ids())}
        before = [places[capture.record_id], places[record.record_id]]
        heads = [session.ledger.entry_sha256(n) for n in before]
    exchange = pin_exchange(small, PIN, capture.authorization_id)
    return {"capture": capture, "record": record, "heads": heads, "exchange": exchange}


def test_ten_thousand_pins_are_tried_and_none_is_found(
    told, disclosed, small, original, everything
):
    out, code, said = disclosed("--withhold", "0007")
    assert code == 0, said
    assert not any(re.search(rb"\b4711\b", c) for c in everything(out / "data").values())
    whole, copy = digests_in(told[1], everything), digests_in(out, everything)
    assert original["capture"].capture_id.encode() in candidates(small, original, PIN)
    found: dict[str, list[str]] = {"whole": [], "copy": []}
    for pin in (f"{n:04d}" for n in range(10_000)):
        looked_for = candidates(small, original, pin)
        for name, there in (("whole", whole), ("copy", copy)):
            if not there.isdisjoint(looked_for):
                found[name].append(pin)
    assert found == {"whole": [PIN], "copy": []}  # in the whole bundle it is found at once


def test_not_by_the_chain_of_the_ledger_either(told, disclosed, small, original):
    """The heads in the log were an oracle for one unknown id among known ones: salts end that."""
    out, _code, _said = disclosed("--withhold", "0007")
    lines = (out / "data/custody/records.txt").read_text().splitlines()
    withheld = [n for n, line in enumerate(lines) if line.startswith("withheld:")]
    assert len(withheld) == 2
    right = original["capture"].record_id
    chain = "0" * 64
    for line in lines[: withheld[0]]:
        chain = hashlib.sha256(
            f"{chain}\n{verify.committed(*line.split(' ')[0::2])}".encode()
        ).hexdigest()
    commitment = lines[withheld[0]].split(" ")[0].removeprefix("withheld:")
    guesses = (right, hashlib.sha256(right.encode()).hexdigest(),
               hmac.new(b"", right.encode(), hashlib.sha256).hexdigest())  # fmt: skip
    assert commitment not in guesses
    heads = {json.loads(line).get("object_sha256")
             for line in (out / "data/custody/events.jsonl").read_bytes().splitlines()}  # fmt: skip
    assert hashlib.sha256(f"{chain}\n{right}".encode()).hexdigest() not in heads
    with open_session(told[0].path, write=False) as session:
        head = session.ledger.entry_sha256(withheld[0] + 1)
    assert hashlib.sha256(f"{chain}\n{commitment}".encode()).hexdigest() == head


def test_a_field_is_withheld_and_the_page_redacted(told, disclosed, small, original, everything):
    out, code, said = disclosed("--withhold-field", "listing.description")
    assert code == 0, said
    done = small.run_py(out, told[0].anchors)
    assert done.returncode == 0, done.stdout
    text = (out / "data/redactions/0007/text.txt").read_text()
    assert "Locker" in text
    assert "PIN [withheld]" in text or "[withheld]" in text
    facts = json.loads((out / "data/redactions/0007/redaction.json").read_bytes())
    assert facts["made_by"]
    assert facts["reason"] == "order of the court"
    assert digests_in(out, everything).isdisjoint(candidates(small, original, PIN))
    assert not any(re.search(rb"\b4711\b", c) for c in everything(out / "data").values())
    rows = (out / "data/redactions/records.jsonl").read_bytes().splitlines()
    listing = next(r for r in map(json.loads, rows) if r["body"].get("title") == "Locker")
    assert (listing["body"]["description"], listing["withheld"]) == ("[withheld]", ["description"])


def test_a_third_persons_name_goes_from_every_page(told, disclosed, small, everything):
    out, code, said = disclosed("--withhold-field", "feedback.buyer_handle")
    assert code == 0, said
    assert not any(b"b***r77" in content for content in everything(out).values())
    assert small.run_py(out, told[0].anchors).returncode == 0


def failures(path, anchors) -> dict[str, str]:
    found: dict[str, str] = {}
    for status, check, detail in verify.verify(path, anchors).findings:
        if status == verify.FAILED:
            found[check] = f"{found.get(check, '')}{detail}\n"
    return found


@pytest.fixture
def holder(told, disclosed, small, tmp_path):
    """The holder of the unit's key changes a copy and seals it anew."""
    out, code, said = disclosed("--withhold-field", "listing.description")
    assert code == 0, said
    _files, keys = small.invented_keys()
    shutil.copytree(told[0].anchors, tmp_path / "anchors")

    return small.Sealed(out, tmp_path / "anchors", keys)


def put_back(path, text_from, text_to):
    content = path.read_bytes()
    assert text_from in content
    path.write_bytes(content.replace(text_from, text_to))


def reseal(holder, small):
    """Make manifests, statement and signatures again; the checkpoint stays."""
    from vestigo.evidence.bundle.payload import BagFolder, Digests, manifest
    from vestigo.evidence.bundle.seal import ALGORITHMS

    bag = BagFolder(holder.path)
    for path in holder.path.rglob("*"):
        name = path.relative_to(holder.path).as_posix()
        if path.is_file() and not name.startswith(("manifest-", "tagmanifest-")):
            content = path.read_bytes()
            bag.files[name] = Digests(
                len(content),
                hashlib.sha256(content).hexdigest(),
                hashlib.sha512(content).hexdigest(),
            )
    for algorithm in ALGORITHMS:
        holder._put(bag, f"manifest-{algorithm}.txt", manifest(bag.payload(), algorithm))
    statement = json.loads((holder.path / "seal/statement.json").read_bytes())
    skipped = re.compile(r"seal/(statement\.json.*|stamps/.*|witness/.*)")
    statement["files"] = {n: d.sha256 for n, d in bag.tags().items() if not skipped.fullmatch(n)}
    content = json.dumps(statement, indent=0, sort_keys=True).encode() + b"\n"
    holder._put(bag, "seal/statement.json", content)
    holder._put(bag, "seal/statement.json.p7s", holder.keys.sign_statement(content))
    tags = bag.tags()
    for algorithm in ALGORITHMS:
        holder._put(bag, f"tagmanifest-{algorithm}.txt", manifest(tags, algorithm))


def test_resealed_without_a_change_still_verifies(holder, small):
    reseal(holder, small)
    assert failures(holder.path, holder.anchors) == {}


def test_attack_redaction_reversed_in_a_record(holder, small):
    name = holder.path / "data/redactions/records.jsonl"
    put_back(name, b'"description":"[withheld]"', b'"description":"PIN 4711"')
    assert "sha256" in failures(holder.path, holder.anchors)
    reseal(holder, small)
    assert "reversed redaction" in failures(holder.path, holder.anchors)["withheld"]


def test_attack_redaction_reversed_by_putting_the_exhibit_back(holder, told, small):
    shutil.copytree(told[1] / "data/exhibits/0007", holder.path / "data/exhibits/0007")
    reseal(holder, small)
    found = failures(holder.path, holder.anchors)
    assert "reversed redaction" in found["withheld"]


def test_attack_redaction_reversed_in_the_ledger_of_ids(holder, told, small):
    whole = (told[1] / "data/custody/records.txt").read_text().splitlines()
    copy = holder.path / "data/custody/records.txt"
    lines = copy.read_text().splitlines()
    at = next(n for n, line in enumerate(lines) if line.startswith("withheld:"))
    lines[at] = whole[at]
    copy.write_text("".join(f"{line}\n" for line in lines))
    reseal(holder, small)
    found = failures(holder.path, holder.anchors)
    assert "reversed redaction" in found["withheld"]


def test_attack_another_record_in_place_of_a_commitment(holder, small):
    put_back(holder.path / "data/custody/records.txt", b"withheld:", b"withheld:0")
    reseal(holder, small)
    assert "records" in failures(holder.path, holder.anchors)


def test_attack_something_left_out_and_not_listed(holder, small):
    name = holder.path / "data/custody/withheld.jsonl"
    rows = [r for r in name.read_bytes().splitlines(keepends=True) if b'"what":"event"' not in r]
    name.write_bytes(b"".join(rows))
    reseal(holder, small)
    assert "left out and not listed" in failures(holder.path, holder.anchors)["withheld"]


def test_attack_an_event_left_out_has_another_leaf(holder, small):
    name = holder.path / "data/custody/events.jsonl"
    content = re.sub(rb'"leaf":"[0-9a-f]', b'"leaf":"', name.read_bytes())
    name.write_bytes(content.replace(b'"leaf":"', b'"leaf":"f', 1))
    reseal(holder, small)
    assert "custody" in failures(holder.path, holder.anchors)


def test_attack_redacted_page_without_its_maker(holder, small):
    name = holder.path / "data/redactions/0007/redaction.json"
    facts = json.loads(name.read_bytes())
    name.write_bytes(canonical_json({**facts, "made_by": ""}) + b"\n")
    reseal(holder, small)
    assert "who made it" in failures(holder.path, holder.anchors)["withheld"]


@pytest.mark.parametrize(("words", "code", "said"), [
    (("--withhold", "0099"), 2, "E-EVI-211"),
    (("--withhold", "seven"), 2, "E-EVI-210"),
    (("--withhold-field", "listing.sources"), 2, "E-EVI-210"),
    (("--withhold-field", "nothing.at_all"), 2, "E-EVI-210"),
    ((), 2, "E-EVI-211"),
])  # fmt: skip
def test_what_cannot_be_withheld_is_said(disclosed, words, code, said):
    out, found, printed = disclosed(*words)
    assert (found, said in printed) == (code, True), printed
    assert not out.exists()


def test_nothing_is_overwritten_and_no_bundle_no_copy(disclosed, told, run, case, tmp_path):
    (tmp_path / "there").mkdir()
    _out, code, printed = disclosed("--withhold", "0007", name="there")
    assert (code, "E-EVI-214" in printed) == (2, True)
    words = ("bundle", "disclose", case.path, "--withhold", "0002", "--reason", "x",
             "-o", tmp_path / "n", "--passphrase-stdin")  # fmt: skip
    code, _out, err = run(*words)
    assert (code, "E-EVI-218" in err) == (2, True)
    code, _out, err = run("bundle", "disclose", tmp_path, "--withhold", "0002", "--reason", "x",
                          "-o", tmp_path / "n", "--passphrase-stdin")  # fmt: skip
    assert (code, "E-EVI-217" in err) == (2, True)


def test_a_bundle_is_named_instead_of_its_case(told, run, tmp_path, small):
    words = ("--withhold", "0002", "--reason", "r", "-o", tmp_path / "copy", "--passphrase-stdin")
    code, out, err = run("bundle", "disclose", told[1], *words, "--json")
    assert (code, json.loads(out)["withheld"]) == (0, ["0002"]), err
    assert small.run_py(tmp_path / "copy", told[0].anchors).returncode == 0


def test_attack_a_bundle_of_another_case_is_named(told, run, tmp_path, small):
    other = small.make_world(tmp_path / "other")
    built = other.build()
    other.ledger.close()
    note = (built.path / "seal/checkpoint.note").read_text()
    (built.path / "seal/checkpoint.note").write_text(
        re.sub(r"^(.*\n)[0-9]+\n", rf"\g<1>{_size_of(told[1])}\n", note)
    )
    words = ("--withhold", "0002", "--reason", "r", "-o", tmp_path / "copy", "--passphrase-stdin")
    code, _out, err = run("bundle", "disclose", built.path, "--case", told[0].path, *words)
    assert (code, "E-EVI-217" in err) == (3, True), err
    assert not (tmp_path / "copy").exists()


def _size_of(bundle) -> str:
    return (bundle / "seal/checkpoint.note").read_text().splitlines()[1]


def test_a_full_disk_leaves_nothing(told, run, tmp_path, monkeypatch):
    def full(*_given, **_more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("vestigo.evidence.disclosure.build.add_seal", full)
    words = ("--withhold", "0002", "--reason", "r", "-o", tmp_path / "copy", "--passphrase-stdin")
    code, _out, err = run("bundle", "disclose", told[0].path, *words)
    assert (code, "E-EVI-215" in err) == (7, True), err
    assert not list(tmp_path.iterdir())


def test_attack_a_copy_that_would_leak_is_refused(told, run, tmp_path, monkeypatch):
    """Were a way forgotten by which a digest reaches the copy, the last look finds it."""
    from vestigo.evidence.disclosure import build

    def forgetful(bag, view, withheld, *_more):
        bag.add("data/graph/forgotten.txt", f"see {min(withheld.digests)}".encode())
        return original(bag, view, withheld, *_more)

    original = build.add_remaining_captures
    monkeypatch.setattr(build, "add_remaining_captures", forgetful)
    words = ("--withhold", "0002", "--reason", "r", "-o", tmp_path / "copy", "--passphrase-stdin")
    code, _out, err = run("bundle", "disclose", told[0].path, *words)
    assert (code, "E-EVI-212" in err, "forgotten.txt" in err) == (3, True, True), err
    assert not (tmp_path / "copy").exists()


def test_what_was_received_is_withheld_with_what_was_read_out_of_it(case, run, tmp_path, small):
    body = small.page("From elsewhere")
    answer = small.response(body, "Content-Type: text/html")
    head = (f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://m.test/e\r\n"
            f"WARC-Date: 2026-02-01T10:00:00Z\r\nContent-Type: application/http\r\n"
            f"Content-Length: {len(answer)}\r\n\r\n")  # fmt: skip
    path = tmp_path / "theirs.warc"
    path.write_bytes(head.encode() + answer + b"\r\n\r\n")
    assert run("evidence", "add", case.path, path, "--from", "Bo", "--act", "l")[0] == 0
    assert run("bundle", "build", case.path, "--passphrase-stdin")[0] == 0
    for number, name in (("R0001", "a"), ("0007", "b")):
        out = tmp_path / name
        code, said, err = run("bundle", "disclose", case.path, "--withhold", number, "--reason", "r",
                              "-o", out, "--passphrase-stdin", "--json")  # fmt: skip
        assert code == 0, err
        assert json.loads(said)["withheld"] == ["0007", "R0001"]
        assert small.run_py(out, case.anchors).returncode == 0
        assert not (out / "data/received/R0001").exists()


def test_who_is_masked_is_told_by_the_whole_case_also_what_is_withheld(tmp_path, run, small):
    """The record that names a buyer is withheld: on other pages the name stays masked."""
    world = small.make_world(tmp_path / "case")
    with world.open_archive() as archive:
        first = small.exchanges(world.captures[0].authorization_id)[1]
        body = small.page("Other page", f"<p>{small.BUYER} was here</p>")
        given = dict(uri="http://m.test/other", began_at=small.NOON + timedelta(hours=2))
        wire = small.response(body, "Content-Type: text/html", f"Content-Length: {len(body)}")
        other = archive.write(replace(first, response=wire, **given))
    world.ledger.append([other])
    world.ledger.append([listing_without_spans(small, other)])
    world.build()
    world.ledger.close()
    out = tmp_path / "copy"
    code, _said, err = run("bundle", "disclose", world.folder.path, "--withhold", "0002", "-o", out,
                           "--reason", "r", "--passphrase-stdin")  # fmt: skip
    assert code == 0, err
    for name in ("text.txt", "sheet.en.txt"):
        assert small.BUYER not in (out / "data/exhibits/0007" / name).read_text(), name
