# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl tor`` and ``crawl run --fresh-identity``: what a case says of its Tor."""

import json
from pathlib import Path

import pytest

from crawler.tor.session import BEGAN, ENDED
from vestigo import i18n
from vestigo.cli import app
from vestigo.clock import parse_iso
from vestigo.errors import ExitCode
from vestigo.evidence.origin import OriginFacts, archive_descriptor
from vestigo.pipeline.crawling import log_origin
from vestigo.pipeline.session import open_session
from vestigo.store import CaseFolder

ONION_FILES = Path(__file__).parents[1] / "evidence" / "onion"
DESCRIPTOR = (ONION_FILES / "real.descriptor").read_bytes()
FACTS = json.loads((ONION_FILES / "real.json").read_text())
PROFILE = Path(__file__).parent / "market.toml"


@pytest.fixture
def vestigo(capsys):
    """Run a command; return (exit code, standard output, standard error)."""

    def run(*words):
        capsys.readouterr()
        code = app.run([str(word) for word in words])
        out, err = capsys.readouterr()
        return code, out, err

    return run


@pytest.fixture
def case(tmp_path, order):
    """A case with one session of Tor and one descriptor."""
    folder = CaseFolder.create(tmp_path / "case", title="t", unit="u")
    facts = OriginFacts(
        host=FACTS["host"], fetched_at=parse_iso(FACTS["fetched_at"]), tor_version="0.4.9.11",
        consensus_valid_after=parse_iso(FACTS["consensus_valid_after"]), lengths=((8, 4),),
    )  # fmt: skip
    named = {"market": "tiny", "frontier": "tiny", "account": "av\x1b[2Jatar", "isolation": "ab"}
    with open_session(folder.path) as session:
        session.ledger.append([order()])
        session.custody.append(
            "collection", reason=BEGAN, details={**named, "tor_version": "0.4.9.11"}
        )
        log_origin(session, archive_descriptor(folder.origin, DESCRIPTOR, facts))
        session.custody.append(
            "collection", reason=ENDED, details={**named, "circuits": "3 GENERAL"}
        )
    return folder


def test_sessions_and_descriptors_are_shown_and_verified(case, vestigo):
    code, out, _err = vestigo("crawl", "tor", case.path, "--json")
    document = json.loads(out)
    assert code == ExitCode.DONE
    (session,), (descriptor,) = document["sessions"], document["descriptors"]
    assert (session["tor_version"], session["circuits"], session["fresh"]) == (
        "0.4.9.11",
        "3 GENERAL",
        "no",
    )
    assert descriptor["verified_now"] == "verified"
    assert descriptor["period"]["number"] == FACTS["period"]["number"]
    code, out, _err = vestigo("crawl", "tor", case.path)
    assert code == ExitCode.DONE
    assert "verified" in out
    assert "\x1b" not in out


def test_in_spanish(case, vestigo):
    i18n.activate("es")
    _code, out, _err = vestigo("crawl", "tor", case.path)
    assert "verificado" in out


@pytest.mark.parametrize("change", ["descriptor", "facts", "unlogged"])
def test_what_was_changed_is_found_and_named(case, vestigo, change):
    (path,) = case.origin.glob("*/*.descriptor")
    if change == "descriptor":
        path.write_bytes(DESCRIPTOR.replace(b"180", b"181"))
    elif change == "facts":
        facts = path.with_suffix(".json")
        facts.write_text(facts.read_text().replace("0.4.9.11", "0.4.9.12"))
    else:
        path.with_name("more.descriptor").write_bytes(DESCRIPTOR)
        path.with_name("more.json").write_bytes(path.with_suffix(".json").read_bytes() + b" ")
    code, out, _err = vestigo("crawl", "tor", case.path, "--json")
    assert code == ExitCode.VERIFICATION_FAILED
    assert "E-EVI-134" in {one["verified_now"] for one in json.loads(out)["descriptors"]}
    events = case.custody.joinpath("events.jsonl").read_text("utf-8")
    assert '"n_failed":"1"' in events


def test_a_case_without_tor(tmp_path, vestigo):
    CaseFolder.create(tmp_path / "case", title="t", unit="u")
    code, out, _err = vestigo("crawl", "tor", tmp_path / "case")
    assert (code, out) == (ExitCode.DONE, "No crawl of this case went through Tor.\n")


def test_status_has_the_facts_of_the_last_session(case, vestigo, market, html):
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = html.listing(1)
    vestigo("crawl", "run", case.path, "--profile", PROFILE, "--start", market.uri)
    _code, out, _err = vestigo("crawl", "status", case.path, "--json")
    assert json.loads(out)["markets"]["tiny"]["tor"]["tor_version"] == "0.4.9.11"


def test_a_fresh_identity_goes_on_in_the_next_runs(case, vestigo, proxied):
    names = []
    for more in ([], ["--fresh-identity"], [], ["--fresh-identity"]):
        words = [
            "crawl",
            "run",
            case.path,
            "--profile",
            PROFILE,
            "--start",
            proxied,
            "--account",
            "avatar",
        ]
        vestigo(*words, *more)
        _code, out, _err = vestigo("crawl", "tor", case.path, "--json")
        session = json.loads(out)["sessions"][-1]
        names.append((session["isolation"], session["identity"], session["fresh"]))
    (first, *_a), (second, *_b), (third, *_c), (fourth, *_d) = names
    assert second == third
    assert len({first, second, fourth}) == 3
    assert [name[1:] for name in names] == [("0", "no"), ("1", "yes"), ("1", "no"), ("2", "yes")]


@pytest.fixture
def proxied(case, order):
    """The address of a market behind a proxy that is dead; the order names it."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with case.toml.open("a") as handle:
        handle.write(f'\n[settings.crawl]\nproxy = "socks5://127.0.0.1:{port}"\nattempts = 1\n')
    with open_session(case.path) as session:
        session.ledger.append([order(hosts=(FACTS["host"],))])
    return f"http://{FACTS['host']}/"
