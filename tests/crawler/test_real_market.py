# SPDX-License-Identifier: AGPL-3.0-or-later
"""A saved market of 2014, served on loopback and crawled; and the practice range, logged in."""

import json
import subprocess
import sys
import tarfile
import tomllib
from contextlib import contextmanager
from pathlib import Path

import pytest
from warcio.checker import Checker

from crawler.job import CrawlJob
from crawler.market import load_profile
from crawler.run import crawl
from vestigo.authority import Gate
from vestigo.clock import system_clock
from vestigo.evidence.warc import iter_captures, read_exchange, segment_paths
from vestigo.settings import default_settings

# Python 3.11.2 (Debian 12) has no filters yet
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}

HERE = Path(__file__).parent


@contextmanager
def serving(*words):
    """Start a server that prints its URL as JSON; end it afterwards."""
    server = subprocess.Popen([sys.executable, *map(str, words)], stdout=subprocess.PIPE)
    try:
        yield json.loads(server.stdout.readline())["url"]
    finally:
        server.terminate()
        server.wait()
        server.stdout.close()


def job_for(folder, name, start, order, **fields):
    return CrawlJob(
        profile=load_profile(name), start_uri=start, gate=Gate([order], system_clock),
        captures_folder=folder / "captures", sealed_folder=folder / "sealed",
        frontier_path=folder / "frontier.sqlite", settings=default_settings()["crawl"],
        clock=system_clock, software="vestigo test", **fields,
    )  # fmt: skip


def warcio_accepts(folder):
    class Arguments:
        inputs = tuple(map(str, segment_paths(folder)))
        verbose = False

    checker = Checker(Arguments)
    checker.process_all()
    return checker.exit_value == 0


@pytest.fixture(scope="module")
def agora(real_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("agora")
    with tarfile.open(real_data / "agora-2014" / "open.tar.xz") as archive:
        archive.extractall(folder, **SAFELY)
    return folder / "agora"


def saved_paths(folder):
    """Return the addresses of the saved pages (a page that is a folder too is NAME.1)."""
    files = [
        p for kind in ("p", "vendor", "cat") for p in (folder / kind).rglob("*") if p.is_file()
    ]
    return sorted(f"/{path.relative_to(folder)}".removesuffix(".1") for path in files)


@pytest.mark.real
@pytest.mark.slow
def test_the_saved_market_is_crawled_whole(agora, tmp_path, order):
    with serving(HERE / "serve_folder.py", agora) as url:
        seeds = tuple(url[:-1] + path for path in saved_paths(agora))
        report = crawl(job_for(tmp_path, "agora-2014", url, order(), seeds=seeds))
    kinds = report.coverage.page_kinds
    assert (kinds["listing"], kinds["vendor"], kinds["soft-404"]) == (514, 142, 18)
    assert (report.n_failed, report.coverage.waiting, report.paused) == (0, 0, "")
    assert report.coverage.refused == {"other-host": 1}  # a link to another market
    assert report.n_captures == report.coverage.known - 1
    captures = list(iter_captures(tmp_path / "captures"))
    assert len({capture.capture_id for capture in captures}) == len(captures)
    saved = {path: (agora / path[1:]) for path in saved_paths(agora)}
    for capture in captures[:200]:
        file = saved.get("/" + capture.uri.removeprefix(url))
        if file is not None and file.is_file():
            assert read_exchange(tmp_path / "captures", capture).body == file.read_bytes()
    assert warcio_accepts(tmp_path / "captures")


def test_the_practice_range_is_crawled_with_a_log_in(tmp_path, order):
    words = ("-m", "vestigo", "training", "range", "--seed", 1, "--behaviour", "demo")
    range_folder = tmp_path / "range"
    subprocess.run(
        [sys.executable, *map(str, words), "--write", range_folder], check=True, capture_output=True
    )
    access = tomllib.loads((range_folder / "access.toml").read_text())["range"]
    truth = json.loads((range_folder / "truth.json").read_text())
    authorization = order(accounts=(access["account"],))
    with serving(*words, "--serve") as url:
        job = job_for(
            tmp_path, "range", url, authorization,
            account=access["account"], password=access["password"],
        )  # fmt: skip
        report = crawl(job)
    assert report.n_log_ins == 1
    assert (report.n_failed, report.coverage.waiting, report.paused) == (0, 0, "")
    fetched = {capture.uri.removeprefix(url) for capture in iter_captures(job.captures_folder)}
    assert {f"vendor/{vendor['handle']}" for vendor in truth["vendors"]} <= fetched
    assert not any(uri.startswith(("user/", "order/", "messages", "image/")) for uri in fetched)
    assert report.coverage.page_kinds["vendor"] == len(truth["vendors"])
    assert warcio_accepts(job.captures_folder)
    for path in job.captures_folder.parent.rglob("*"):
        if path.is_file() and path.is_relative_to(job.captures_folder):
            import gzip

            assert access["password"].encode() not in gzip.decompress(path.read_bytes())
