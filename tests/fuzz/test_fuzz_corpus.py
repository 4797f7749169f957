# SPDX-License-Identifier: AGPL-3.0-or-later
"""The kept inputs of the fuzzer, and cuts of them, through every parser of verification.

`vestigo bench fuzz --corpus tests/fuzz/corpus` makes more of them; each stands there because it
meets code that no other does.
"""

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vestigo.errors import VerificationError
from vestigo.evidence.custody_reading import verified_head
from vestigo.evidence.stranger import verify
from vestigo.pipeline.fuzzing.agreeing import ReadersDisagreeError
from vestigo.pipeline.fuzzing.corpus import keep_corpus, read_corpus
from vestigo.pipeline.fuzzing.targets import TARGETS

CORPUS = Path(__file__).parent / "corpus"


def run(name, data):
    with tempfile.TemporaryDirectory() as folder:
        TARGETS[name].run(data, Path(folder))


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_every_kept_input_is_taken(name):
    inputs = read_corpus(CORPUS, name)
    assert len(inputs) >= 20
    for data in inputs:
        run(name, data)


@pytest.mark.parametrize("name", sorted(TARGETS))
def test_a_seed_is_an_input_that_is_read(name, monkeypatch):
    """A harness that read nothing would find nothing: each compares at least one reading."""
    compared = []
    module = __import__(TARGETS[name].run.__module__, fromlist=["agree"])
    if name == "warc":
        monkeypatch.setattr(verify, "check_capture", lambda *_rest: compared.append("capture"))
    monkeypatch.setattr(module, "agree", lambda *said: compared.append(said))
    for seed in TARGETS[name].seeds():
        run(name, seed)
    assert compared


@pytest.mark.parametrize("name", sorted(TARGETS))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_cut_or_changed_input_is_taken(name, data):
    seed = bytearray(data.draw(st.sampled_from(TARGETS[name].seeds())))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, max(len(seed) - 1, 0)))
        seed[place : place + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=4))
    run(name, bytes(seed))


def test_a_verifier_that_reads_a_length_otherwise_is_found(monkeypatch):
    """The finding of the first run: a length that stands folded under its name."""
    wire = b"HHTTP/1.1 200 OK\r\nContent-Length: 1\r\n \r\n\r\nxyz"
    run("warc", wire)
    monkeypatch.setattr(verify, "decoded_body", lambda wire, _method: (wire[-3:], ""))
    with pytest.raises(ReadersDisagreeError, match="body"):
        run("warc", wire)


def test_a_fault_before_a_line_that_is_no_event_is_still_named(tmp_path):
    """The second finding: naming a broken chain read the line behind it, whatever stood there."""
    seed = TARGETS["jsonl"].seeds()[0]
    log = tmp_path / "events.jsonl"
    first, second = seed.replace(b"@PREVIOUS@", verify.ZERO.encode()).splitlines()
    log.write_bytes(first + b"\n" + second + b"\nno event\n")
    with pytest.raises(VerificationError) as caught:
        verified_head(log)
    assert caught.value.code == "E-EVI-107"


def test_the_corpus_is_the_same_whatever_order_it_came_in(tmp_path):
    for inputs in ([b"b", b"a", b"a"], [b"a", b"", b"b"]):
        keep_corpus(tmp_path, "note", inputs)
        assert read_corpus(tmp_path, "note") == [b"a", b"b"]
