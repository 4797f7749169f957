# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every command that touches case material writes an event: all commands are walked.

A new command fails the first test until it stands in ``ROWS`` (how it is run here), in
``ELSEWHERE`` (the test that needs more than a small case and looks for its event) or in
``EXEMPT`` (why it touches no case material).
"""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vestigo.cli.app import program, run
from vestigo.clock import system_clock
from vestigo.evidence.witness import WitnessFolder
from vestigo.evidence.witness.filing import WitnessedCase
from vestigo.evidence.witness.holder_key import UnlockedWitness
from vestigo.records import CERTAIN, Capture, Method, VendorAccount

TESTS = Path(__file__).parents[1]
METHOD = Method(rule="test.hand.v1", settings_sha256="0" * 64)
PASSPHRASE = "correct horse battery staple\n"
PASSWORD = "a calm horse walks by the sea\n"
NO_CASE = "reads files that the user names, and opens no case"
WITNESS = "a witness has no case; its own folder keeps what it cosigned"

EXEMPT = {
    "market check": NO_CASE, "market learn": NO_CASE, "market read": NO_CASE,
    "nlp agreement": NO_CASE, "nlp market": NO_CASE, "nlp read": NO_CASE, "nlp score": NO_CASE,
    "nlp lexicon show": NO_CASE, "nlp lexicon check": NO_CASE,
    "nlp suggest train": NO_CASE, "nlp suggest show": NO_CASE, "nlp suggest measure": NO_CASE,
    "ledger classify": NO_CASE, "ledger inspect": NO_CASE,
    "ledger rerun": "reads a bundle, and works in a folder that is removed",
    "bundle pack": "packs a finished bundle; no case is at hand",
    "bundle verifiers": "prints digests of the program",
    "evidence witness new": WITNESS, "evidence witness watch": WITNESS,
    "evidence witness cosign": WITNESS,
    "training range": "makes practice worlds, no case", "training replay": "serves saved pages",
    "demo": "makes a case through the other commands",
    "doctor": "looks at the volume, the programs and the settings, never at case material",
}  # fmt: skip

# what needs a market, a browser, a Tor client, certificates or a served page: where its event
# is looked for, and words that stand there
ELSEWHERE = {
    "crawl attend": ("crawler/test_crawl_attend.py", "interventions(session)"),
    "crawl identity": ("crawler/test_crawl_identity.py", "fresh Tor identity asked for"),
    "crawl resume": ("crawler/test_crawl_killed.py", "WARC segment closed"),
    "crawl mirrors judge": ("crawler/test_mirrors_case.py", "judged("),
    "crawl mirrors trust": ("crawler/test_mirrors_case.py", "trust"),
    "crawl mirrors withdraw": ("crawler/test_mirrors_case.py", "withdraw"),
    "evidence quarantine-open": ("screening/test_screening_crawl.py", "events()"),
    "evidence trust": ("evidence/stamps/test_stamp_case.py", "trust"),
    "evidence stamp": ("evidence/stamps/test_stamp_case.py", "events"),
    "ledger fetch": ("ledger/test_ledger_fetch.py", "chain source asked"),
    "ledger serve": ("ledger/test_ledger_fetch.py", "chain of the case served"),
    "nlp lexicon extend": ("nlp/test_nlp_own_terms.py", "own terms kept"),
    "console serve": ("console/test_console_command.py", "console"),
    "training score": ("training/test_training_scoring.py", "score_case"),
}

# words of each command that is run here; {name} is filled from the ids of the case
ROWS = {
    "nlp lexicon unknown": ["--case", "{case}"],
    "case new": ["{tmp}/new", "--title", "t", "--unit", "u"],
    "case authorize": ["{case}", "{tmp}/order.toml"],
    "case hash-sets": ["{case}", "list"],
    "case keys create": ["{tmp}/new", "--passphrase-stdin"],
    "case keys show": ["{case}", "--passphrase-stdin"],
    "case keys anchors": ["{case}"],
    "case keys rotate": ["{case}", "--passphrase-stdin"],
    "case keys passphrase": ["{case}", "--passphrase-stdin"],
    "case keys operator add": ["{case}", "ana", "--passphrase-stdin"],
    "case keys operator passphrase": ["{case}", "ana", "--passphrase-stdin"],
    "case keys revoke": ["{case}", "ana", "--reason", "r", "--since", "2126-01-01T00:00:00Z"],
    "case quarantine-key": ["{case}", "--name", "x", "--new", "{tmp}/box", "--passphrase-stdin"],
    "case read": ["{case}", "--profile", "range"],
    "case report": ["{case}", "-o", "{tmp}/report.txt"],
    "case retract": ["{case}", "{page}", "--reason", "r"],
    "case show": ["{case}"],
    "crawl coverage": ["{case}"],
    "crawl due": ["{case}"],
    "crawl history": ["{case}"],
    "crawl images": ["{case}"],
    "crawl mirrors check": ["{case}"],
    "crawl mirrors keys": ["{case}"],
    "crawl picture": ["{case}", "--dry-run"],
    "crawl run": ["{case}", "--profile", "range", "--start", "http://127.0.0.1:9/", "--dry-run"],
    "crawl status": ["{case}"],
    "crawl tor": ["{case}"],
    "ledger cashouts": ["{case}"],
    "ledger change": ["{case}", "{txid}", "--network", "regtest"],
    "ledger cluster": ["{case}", "{address}", "--network", "regtest"],
    "ledger confirm": ["{case}", "{output}", "--verdict", "confirmed", "--reason", "r"],
    "ledger ingest": ["{case}", "{tmp}/nothing", "--network", "regtest"],
    "ledger match": ["{case}", "--network", "regtest"],
    "ledger method": ["{case}", "fifo", "--reason", "r"],
    "ledger peel": ["{case}", "{output}", "--network", "regtest"],
    "ledger taint": ["{case}", "--address", "{address}", "--network", "regtest"],
    "ledger trace": ["{case}", "--network", "regtest"],
    "ledger why": ["{case}", "{address}", "{address}", "--network", "regtest"],
    "tag export": ["{case}"],
    "tag import": ["{case}", "{tmp}/nothing", "--network", "regtest"],
    "graph rebuild": ["{case}"],
    "graph update": ["{case}"],
    "graph export": ["{case}", "{tmp}/g.graphml"],
    "graph query": ["{case}", "cash-out-points"],
    "graph search": ["{case}", "seller"],
    "graph path": ["{case}", "ana", "bob"],
    "link vendors": ["{case}"],
    "link show": ["{case}", "m/ana", "m/bob"],
    "link judge": ["{case}", "m/ana", "m/bob", "--verdict", "same", "--reason", "r"],
    "link export": ["{case}", "{tmp}/l.json"],
    "evidence add": ["{case}", "{tmp}/nothing", "--from", "x", "--act", "y"],
    "evidence checkpoint": ["{case}", "--passphrase-stdin"],
    "evidence due": ["{case}"],
    "evidence log": ["{case}"],
    "evidence not-before": ["{case}"],
    "evidence prove": ["{case}", "0002", "--out", "{tmp}/proof"],
    "evidence receipt": ["{case}", "{tmp}/result.txt"],
    "evidence received": ["{case}"],
    "evidence time": ["{case}"],
    "evidence unmask": ["{case}", "{capture}", "--reason", "r"],
    "evidence verify": ["{case}"],
    "evidence witness add": ["{case}", "{tmp}/w.vkey"],
    "evidence witness request": ["{case}", "--out", "{tmp}/request"],
    "evidence witness receive": ["{case}", "{tmp}/answer"],
    "evidence witness show": ["{case}"],
    "bundle build": ["{case}", "--dry-run"],
    "bundle verify": ["{bundle}", "--case", "{case}"],
    "bundle disclose": ["{bundle}", "--withhold", "0003", "--reason", "r", "-o", "{tmp}/d",
                        "--case", "{case}", "--passphrase-stdin"],
    "console account add": ["{case}", "ana", "--password-stdin"],
    "console account list": ["{case}"],
    "console account role": ["{case}", "ana", "auditor"],
    "console account remove": ["{case}", "ana"],
    "evidence quarantine": ["{case}", "{other}", "--reason", "r"],
    "evidence dispose": ["{case}", "0002", "--order", "o"],
}  # fmt: skip
# the order of a life: what takes something away comes last
LAST = ("case retract", "evidence quarantine", "evidence dispose")
# here the event says what was refused, or that nothing was found to do
ALSO_FINE = {"crawl run": 6, "crawl status": 2}
ORDER = """issuing_body = "Court"
reference = "1"
legal_basis = "b"
authorization_kind = "court order"
order_sha256 = ""
persons = []
hosts = ["m.test"]
accounts = []
acts = ["view"]
data_classes = ["listing"]
starts_at = 2026-03-01T00:00:00Z
ends_at = 2026-04-01T00:00:00Z
"""


def commands() -> set[str]:
    """Return the words of every command of the program."""
    found: set[str] = set()
    context = click.Context(program())

    def walk(command: click.Command, path: tuple[str, ...]) -> None:
        if not isinstance(command, click.Group):
            found.add(" ".join(path))
            return
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            walk(below, (*path, name))

    walk(program(), ())
    return {words for words in found if not words.startswith("bench ")}  # they measure inventions


def test_every_command_is_run_here_or_said_why_not():
    known = set(ROWS) | set(ELSEWHERE) | set(EXEMPT)
    assert commands() - known == set(), "say in this file how the command is shown to be logged"
    assert known - commands() == set()
    for command, (path, words) in ELSEWHERE.items():
        assert words in (TESTS / path).read_text("utf-8"), command


@pytest.fixture
def ids(world, tmp_path, capsys):
    """A case with a bundle, two vendors and a witness, and what the rows name."""
    world.clock.now = system_clock() - timedelta(hours=1)
    capture = next(iter(world.ledger.of_kind(Capture)))
    shared = {"sources": (capture.record_id,), "method": METHOD, "confidence": CERTAIN,
              "observed_at": capture.observed_at, "market": "m", "profile_captured": True,
              "profile_text": "I sell", "pgp_blocks": (), "spans": ()}  # fmt: skip
    world.ledger.append(VendorAccount(handle=name, **shared) for name in ("ana", "bob"))
    built = world.build()
    for name, text in (("nothing", "no\n"), ("order.toml", ORDER),
                       ("result.txt", verified(built.path, world.folder.anchors))):  # fmt: skip
        (tmp_path / name).write_text(text)
    key = UnlockedWitness("w.example/1", Ed25519PrivateKey.generate())
    (tmp_path / "w.vkey").write_text(key.key.written())
    witness = WitnessFolder(tmp_path / "witness")
    witness.watch((world.folder.keys / "checkpoint.vkey").read_text())
    case = WitnessedCase(world.folder, world.custody, world.clock)
    case.name(key.key.written())
    note = witness.cosign(case.ask("", None, None).written(), key, lambda: datetime.now(UTC))
    (tmp_path / "answer").write_text(note.signatures[-1].line())
    capsys.readouterr()
    first = {kind: rid for rid, kind in reversed(world.ledger.ids())}
    cash_out = world.ledger.get(first["cash_out_point"])
    return {"case": str(world.folder.path), "tmp": str(tmp_path), "bundle": str(built.path),
            "address": cash_out.address, "txid": cash_out.txid,
            "output": f"{cash_out.txid}:{cash_out.vout}", "page": first["page"],
            "capture": world.captures[1].capture_id,
            "other": world.captures[3].capture_id}  # fmt: skip


def verified(bundle: Path, anchors: Path) -> str:
    """Return what a receiver sends back."""
    words = [sys.executable, "-I", str(bundle / "verify.py"), "--anchors", str(anchors)]
    return subprocess.run(words, capture_output=True, text=True, timeout=120, check=False).stdout


def n_events(folder: Path) -> int:
    log = folder / "evidence/custody/events.jsonl"
    return log.read_bytes().count(b"\n") if log.exists() else 0


def test_each_command_writes_an_event(ids, tmp_path, monkeypatch, capsys):
    silent, wrong = [], []
    rows = {**{c: w for c, w in ROWS.items() if c not in LAST}, **{c: ROWS[c] for c in LAST}}
    for command, words in rows.items():
        secret = PASSWORD if command.startswith("console") else PASSPHRASE * 2
        monkeypatch.setattr("sys.stdin", io.StringIO(secret))
        given = [word.format(**ids) for word in words]
        folder = tmp_path / "new" if "{tmp}/new" in words else Path(ids["case"])
        before = n_events(folder)
        code = int(run([*command.split(), *given]))
        said = capsys.readouterr()
        if code not in (0, 4, ALSO_FINE.get(command)):
            wrong.append((command, code, said.err))
        elif n_events(folder) == before:
            silent.append((command, code, said.err))
    assert wrong == []
    assert silent == [], "case material was touched and the custody log says nothing of it"
