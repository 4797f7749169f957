# SPDX-License-Identifier: AGPL-3.0-or-later
"""The stages know nothing of the range: they run without it, and make the same records again."""

import dataclasses
import json
import shutil
import subprocess
import sys

import pytest

from crawler.market import load_profile
from vestigo.pipeline.reading import read_captures
from vestigo.pipeline.session import open_session
from vestigo.pipeline.steps import serving
from vestigo.records import Authorization, Capture, Derived
from vestigo.store import RecordLedger

BLOCK_TRAINING = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[:2] == ["vestigo", "training"]:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
"""


@pytest.fixture
def without_training(tmp_path):
    """The environment of a machine on which the range is not installed."""
    folder = tmp_path / "no-training"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(BLOCK_TRAINING)
    return {"PYTHONPATH": str(folder)}


def range_words(*words):
    demo = ("training", "range", "--behaviour", "demo")
    return [sys.executable, "-m", "vestigo", *demo, *map(str, words)]


def test_the_pipeline_runs_without_truth_and_generator(tmp_path, vestigo, without_training):
    world, case = tmp_path / "world", tmp_path / "case"
    made = subprocess.run(
        range_words("--seed", 5, "--write", world), check=False, capture_output=True
    )
    assert made.returncode == 0, made.stderr
    (world / "truth.json").unlink()
    assert vestigo("training", "range", "--seed", 5, **without_training).returncode != 0

    def run(*words, stdin=""):
        done = vestigo(*words, "--json", stdin=stdin, **without_training)
        assert done.returncode in (0, 4), f"{words}: {done.stderr[-3000:]}"
        return json.loads(done.stdout)

    import tomllib

    access = tomllib.loads((world / "access.toml").read_text())["range"]
    run("case", "new", case, "--title", "t", "--unit", "u")
    run("case", "keys", case, "create", "--passphrase-stdin", stdin="a long passphrase")
    with serving(range_words("--seed", 5, "--serve")) as url:
        order = tmp_path / "order.toml"
        order.write_text(
            'issuing_body = "b"\nreference = "r"\nlegal_basis = "l"\nauthorization_kind = "k"\n'
            f'persons = ["p"]\nhosts = ["{url.split("/")[2]}"]\naccounts = ["{access["account"]}"]\n'
            'acts = ["view", "search", "login"]\n'
            'data_classes = ["listing", "vendor_profile", "feedback"]\n'
            "starts_at = 2026-01-01T00:00:00Z\nends_at = 2126-01-01T00:00:00Z\n"
        )
        run("case", "authorize", case, order)
        run("crawl", "run", case, "--profile", "range", "--start", url, "--account",
            access["account"], "--password-stdin", stdin=access["password"])  # fmt: skip
    shutil.copyfile(world / "rates.csv", case / "rates" / "range.csv")
    run("tag", "import", case, world / "tagpack.yaml", "--network", "regtest")
    run("ledger", "ingest", case, *sorted((world / "blocks").iterdir()), "--network", "regtest")
    run("case", "read", case, "--profile", "range")
    run("ledger", "trace", case, "--network", "regtest")
    run("graph", "rebuild", case)
    built = run("bundle", "build", case, "--passphrase-stdin", stdin="a long passphrase")
    assert built
    shown = run("case", "show", case)
    for kind in ("listing", "mention", "quantity", "unit_price", "selector", "trace",
                 "cash_out_point", "transaction", "tag", "block"):  # fmt: skip
        assert shown["records"].get(kind, 0) > 0, kind


def test_the_same_archive_gives_the_same_records(demo_case):
    with open_session(demo_case) as session:
        first = {record.record_id for record in session.ledger.of_kind(Capture)}
        kinds = ("page", "listing", "vendor_account", "feedback", "mention", "quantity",
                 "price_quote", "unit_price", "selector")  # fmt: skip
        before = sorted(rid for rid, kind in session.ledger.ids() if kind in kinds)
        with RecordLedger(demo_case / "again.sqlite") as fresh:
            fresh.append(session.ledger.of_kind(Authorization))
            fresh.append(session.ledger.of_kind(Capture))
            read_captures(dataclasses.replace(session, ledger=fresh), [load_profile("range")])
            after = sorted(rid for rid, kind in fresh.ids() if kind in kinds)
    assert first
    assert after == before


def test_reading_again_adds_nothing(demo_case):
    with open_session(demo_case) as session:
        head = session.ledger.head()
        report = read_captures(session, [load_profile("range")])
        assert report.n_new_records == 0
        assert session.ledger.head() == head


def test_every_derived_record_rests_on_something_that_is_there(finished_demo):
    with open_session(finished_demo[1], write=False) as session:
        known = {rid for rid, _kind in session.ledger.ids()}
        known |= {c.capture_id for c in session.ledger.of_kind(Capture)}
        from vestigo.records import RECORD_TYPES

        derived = [cls for cls in RECORD_TYPES.values() if issubclass(cls, Derived)]
        n = 0
        for cls in derived:
            for record in session.ledger.of_kind(cls):
                n += 1
                assert set(record.sources) <= known, (cls.KIND, record.sources)
        assert n > 500
