# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range as an onion service of a real Tor, in a network of our own."""

import http.client
import json
import re
import subprocess
import sys
import time
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from crawler.job import CrawlJob
from crawler.market import load_profile
from crawler.run import crawl
from crawler.tor.identity import isolation_of
from vestigo.authority import Gate
from vestigo.clock import system_clock
from vestigo.evidence.warc import read_exchange
from vestigo.pipeline.session import open_session
from vestigo.records import Authorization, Capture, Screenshot
from vestigo.settings import default_settings
from vestigo.training.behaviour import load_behaviour
from vestigo.training.site import doors
from vestigo.training.site.onion_names import onion_key
from vestigo.training.telling import tell_world

pytestmark = [pytest.mark.tor, pytest.mark.timeout(900)]
TRANSIENT = "E-CRA-014"  # the log-in page could not be fetched


def crawl_to_digests(folder, start, profile, account, password, proxy=""):
    """Crawl with our own transport; return {path and query: digests of what came}.

    On a loaded machine a circuit may not be ready in time: then the crawl is run again, as
    its user would, for at most three minutes.
    """
    found = {}
    now = datetime.now(UTC)
    order = Authorization(
        issuing_body="court", reference="1/26", legal_basis="-", authorization_kind="training",
        order_sha256="", persons=("p",), hosts=(urlsplit(start).netloc,), accounts=(account,),
        acts=("view", "login", "search"), data_classes=("listing", "vendor_profile", "feedback"),
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), amends=None,
    )  # fmt: skip

    def keep(capture):
        if capture.status is None or capture.problem:
            return
        split = urlsplit(capture.uri)
        key = (capture.request_method, split.path, split.query)
        found.setdefault(key, set()).add((capture.status, capture.content_sha256))

    settings = default_settings()["crawl"] | {"proxy": proxy, "deadline_seconds": 100}
    job = CrawlJob(
        profile=profile, start_uri=start, gate=Gate([order], system_clock, print),
        captures_folder=folder / "captures", sealed_folder=folder / "sealed",
        frontier_path=folder / "frontier.sqlite", settings=settings, clock=system_clock,
        software="vestigo test", account=account, password=password, on_capture=keep,
    )  # fmt: skip
    ends_at = time.monotonic() + 180
    report = crawl(job)
    while (report.paused == TRANSIENT or report.coverage.failed) and time.monotonic() < ends_at:
        report = crawl(job)
    assert not report.paused
    assert not report.coverage.failed
    return found


def test_a_crawl_through_tor_brings_what_a_crawl_of_loopback_brings(
    network, onion_range, tmp_path, repository
):
    line, _process = onion_range(network.control_port)
    world = tell_world(1, load_behaviour("demo"))
    (market,) = world.markets
    (onion,) = line["onions"]["range"]["genuine"]
    assert onion == f"http://{doors(market)[0].host}/"
    profile = load_profile(repository / "config" / "markets" / "range.toml")
    access = (profile, market.account, market.password)
    network.ask(f"{onion}login")
    proxy = network.proxy
    (tmp_path / "onion").mkdir()
    (tmp_path / "loopback").mkdir()
    through_tor = crawl_to_digests(tmp_path / "onion", onion, *access, proxy=proxy)
    direct = crawl_to_digests(tmp_path / "loopback", line["url"], *access)
    assert through_tor == direct
    assert len(direct) > len(market.listings) + len(market.vendors)


@pytest.fixture(scope="module")
def served_market(served_world):
    """Of the served world: its market, its onion URL, and the host in it."""
    (market,) = tell_world(7, load_behaviour("demo")).markets
    _line, onion = served_world
    return market, onion, urlsplit(onion).netloc


def test_every_page_of_a_market_over_tor_into_a_case(network, served_market, onion_case):
    """Log-in included; the facts of Tor and the signed descriptor are in the case."""
    market, onion, host = served_market
    case = onion_case([host], [market.account, "other"])
    report = case.crawl(onion, market.account, market.password)
    assert (report["paused"], report["failed"], report["waiting"]) == ("", {}, 0)
    kinds = report["page_kinds"]
    gone = kinds["soft-404"]  # links to what is not there any more: the market says so
    assert kinds["listing"] + gone == len(market.listings)
    assert kinds["vendor"] == len(market.vendors)
    told = case.tor()
    facts, (descriptor, *_more) = told["sessions"][-1], told["descriptors"]
    shown = subprocess.run(["tor", "--version"], capture_output=True, text=True, check=True).stdout
    assert facts["tor_version"] in shown
    assert re.fullmatch(r"[0-9a-f]{64}", facts["config_sha256"])
    assert facts["consensus_valid_after"].endswith("Z")
    assert facts["exit"] == "no exit node: onion service"
    assert int(facts["n_circuits"]) >= 1
    assert facts["ended_at"] > facts["began_at"]
    assert descriptor["host"] == host
    assert descriptor["verdict"] == descriptor["verified_now"] == "verified"
    assert re.fullmatch(r"[0-9]+", descriptor["revision_counter"])
    assert descriptor["period"]["starts_at"] < descriptor["fetched_at"]
    assert descriptor["consensus_valid_after"]


def test_accounts_have_circuits_of_their_own_and_keep_them(served_market, onion_case):
    """Without a password each crawl ends at the log-in: a page or two is enough here."""
    _market, onion, host = served_market
    case = onion_case([host], ["first", "second"])
    for account in ("", "first", "second", "first"):
        assert case.crawl(onion, account)["paused"] == "E-CRA-010"
    case.crawl(onion, "first", "", "--fresh-identity")
    case.crawl(onion, "first")
    nobody, first, second, again, fresh, after = case.tor()["sessions"]
    assert [s["identity"] for s in (first, second, again, fresh, after)] == [
        "0",
        "0",
        "0",
        "1",
        "1",
    ]
    assert fresh["fresh"] == "yes"
    assert first["isolation"] == again["isolation"]
    assert fresh["isolation"] == after["isolation"]
    apart = [case.circuits(s["isolation"]) for s in (nobody, first, second, fresh)]
    assert all(apart), "Tor names circuits of each identity"
    assert len(set.union(*apart)) == sum(map(len, apart)), "and none is shared"
    assert ids(first) & ids(again), "the same account comes over the same circuit"
    assert not ids(again) & ids(fresh), "a fresh identity does not"
    reasons = case.folder.custody.joinpath("events.jsonl").read_text("utf-8")
    assert reasons.count('"fresh Tor identity"') == 1


def ids(session):
    """Return the numbers of the circuits that a session names."""
    return {one.split()[0] for one in session["circuits"].split(", ")}


def kept_alive(network, onion, name, lines):
    """Return a client whose one connection lasts until ``lines`` end."""
    client = http.client.HTTPConnection(urlsplit(onion).netloc)
    client.sock = lines.enter_context(network.connect(onion, name))
    client.auto_open = False
    return client


def test_kept_alive_connections_stay_on_the_circuit_of_their_identity(
    network, served_world, onion_case
):
    _line, onion = served_world
    case = onion_case([urlsplit(onion).netloc], [])
    names = ("keptalive0", "keptalive1")
    seen = []
    with ExitStack() as lines:
        clients = [kept_alive(network, onion, name, lines) for name in names]
        for _round in range(3):
            for client in clients:
                client.request("GET", "/login")
                client.getresponse().read()
            seen.append([case.circuits(name) for name in names])
    for first, second in seen:
        assert first, second
        assert not first & second
    for carried in zip(*seen, strict=True):
        assert set.intersection(*carried), "the same circuit from the first page to the last"


def session_of_a_person(proxy, onion, market, path):
    """Log in as a person's browser would; write its cookies; return the address of a listing."""
    with httpx.Client(proxy=proxy, timeout=170, trust_env=False, follow_redirects=True) as client:
        client.get(f"{onion}login")
        given = {"user": market.account, "password": market.password}
        home = client.post(f"{onion}login", data=given).text
        category = re.search(r'href="(/category/[^"]+)"', home)[1]
        listing = re.search(
            r'href="(/listing/[a-z0-9]+)"', client.get(onion.rstrip("/") + category).text
        )
        host = urlsplit(onion).hostname
        rows = [f"#HttpOnly_{host}\tFALSE\t/\tFALSE\t0\t{name}\t{value}"
                for name, value in client.cookies.items()]  # fmt: skip
    path.write_text("\n".join(rows) + "\n")
    return onion.rstrip("/") + listing[1]


@pytest.mark.browser
@pytest.mark.usefixtures("chromium")
def test_a_live_picture_comes_over_the_circuits_of_its_account(
    network, served_market, onion_case, tmp_path
):
    market, onion, host = served_market
    case = onion_case([host], [market.account], acts=("view", "login", "search", "screenshot"))
    person = network.proxy.replace("//", "//person:x@")
    page = session_of_a_person(person, onion, market, tmp_path / "cookies.txt")
    made = case.picture(page, market.account, tmp_path / "cookies.txt")
    name = isolation_of("range", market.account, 0)
    assert case.circuits(name), "Tor names circuits of the account's identity"
    assert not case.circuits(name) & case.circuits("person")
    with open_session(case.folder.path, write=False) as session:
        captures = list(session.ledger.of_kind(Capture))
        began = [e for e in session.custody.events() if e.reason == "live picture began"]
        (shot,) = session.ledger.of_kind(Screenshot)
        (exchange, *_more) = [
            read_exchange(case.folder.captures, one) for one in captures if one.uri == page
        ]
    assert {event.details["isolation"] for event in began} == {name}
    assert {urlsplit(one.uri).hostname for one in captures} == {host}
    assert set(shot.sources) <= {one.capture_id for one in captures}
    assert (made["uri"], made["rendered"], made["scripts"]) == (page, "live", False)
    assert b"page-listing" in exchange.response
    assert (case.folder.derived / made["file_name"]).read_bytes().startswith(b"\x89PNG")
    assert made["withheld"], "what the profile never asks for was not asked for"


def test_tors_own_reasons_are_kept_and_said_in_words(network, served_world, onion_case):
    """F0: nobody publishes this address.  F6: its checksum is wrong."""
    absent, wrong = onion_key(7, "nobody", "absent").host, "a" * 56 + ".onion"
    case = onion_case([absent, wrong], [])
    causes = {}
    for host in (absent, wrong):
        words = [word for word in case.words(f"http://{host}/") if word != "--json"]
        done = case.run(words)
        causes[host] = done.stdout
        assert done.returncode == 7
    assert "failed (socks:onion-descriptor-not-found): 1" in causes[absent]
    assert "no directory has a descriptor of the service" in causes[absent]
    assert "socks:onion-address-invalid" in causes[wrong]
    assert "its checksum does not fit" in causes[wrong]
    events = case.folder.custody.joinpath("events.jsonl").read_text("utf-8")
    assert "E-CRA-034 no onion descriptor" in events


def test_our_probe_takes_tors_own_reasons_for_no_answer(network):
    absent = onion_key(7, "nobody", "not there").host
    with pytest.raises(ConnectionError, match="0xf0"):
        network.ask_once(f"http://{absent}/login", "absent")


def test_without_a_control_port_what_is_not_known_is_said(network, served_market, onion_case):
    market, onion, host = served_market
    case = onion_case([host], [market.account], control=False)
    assert case.crawl(onion)["paused"] == "E-CRA-010"
    told = case.tor()
    assert told["descriptors"] == []
    for name in ("tor_version", "config_sha256", "consensus_valid_after", "circuits"):
        assert told["sessions"][-1][name] == "not known: no control port is set"


def test_over_a_real_tor_nothing_leaves_an_empty_network(
    served_market, onion_case, isolated_over_tor
):
    market, onion, host = served_market
    case = onion_case([host], [market.account], control=False, proxy="socks5://127.0.0.1:9050")
    words = case.words(onion, market.account, "--password-stdin")
    for _again in range(3):
        seen = isolated_over_tor(words, given=f"{market.password}\n", seconds=400)
        assert seen.leaks == []
        report = json.loads(seen.stdout)
        if report["paused"] != TRANSIENT and not report["failed"]:
            break
    kinds = report["page_kinds"]
    assert kinds["listing"] + kinds["soft-404"] == len(market.listings)


def test_the_recipe_of_the_documentation_verifies_a_descriptor(
    served_market, onion_case, repository, tmp_path
):
    """Standard library and openssl only: what docs/formats/onion-descriptor.md shows."""
    _market, onion, host = served_market
    case = onion_case([host], [])
    case.crawl(onion)
    (kept,) = sorted(case.folder.origin.glob("*/*.descriptor"))
    text = (repository / "docs" / "formats" / "onion-descriptor.md").read_text("utf-8")
    (tmp_path / "check.py").write_text(
        re.search(r"```python\n(.*?)```", text, re.DOTALL)[1], "utf-8"
    )
    words = [
        sys.executable,
        "-I",
        str(tmp_path / "check.py"),
        str(kept),
        str(kept.with_suffix(".json")),
    ]
    done = case.run(words)
    assert done.stdout.startswith(f"verified {host} "), done.stderr
    kept.write_bytes(
        kept.read_bytes().replace(b"descriptor-lifetime 180", b"descriptor-lifetime 181")
    )
    assert case.run(words).returncode != 0


def test_the_address_is_the_same_again_and_free_after_the_end(network, onion_range):
    first, process = onion_range(network.control_port)
    process.terminate()
    _out, told = process.communicate(timeout=60)
    assert process.returncode == 0, told
    again, _process = onion_range(network.control_port)
    assert again["onions"] == first["onions"]


def test_a_range_that_is_killed_leaves_no_service_behind(network, onion_range):
    _line, process = onion_range(network.control_port)
    process.kill()
    process.communicate(timeout=60)
    again, _process = onion_range(network.control_port)
    assert again is not None


def test_the_same_service_twice_is_refused(network, onion_range):
    onion_range(network.control_port)
    line, process = onion_range(network.control_port)
    _out, told = process.communicate(timeout=60)
    assert line is None
    assert process.returncode == 7
    assert "E-TRA-064" in told


def test_mirrors_and_copies_are_onions_of_their_own(network, onion_range, tmp_path, repository):
    demo = repository / "config" / "training" / "worlds" / "demo.toml"
    file = tmp_path / "mirrored.toml"
    layout = 'layout = "table"\n'
    more = f"{layout}n_mirrors = 1\nn_phishing = 1\n"
    file.write_text(demo.read_text("utf-8").replace(layout, more), "utf-8")
    line, _process = onion_range(network.control_port, "--behaviour", str(file))
    for kind in ("genuine", "phishing"):
        onions, urls = line["onions"]["range"][kind], line["urls"]["range"][kind]
        assert len(onions) == len(urls) == {"genuine": 2, "phishing": 1}[kind]
        for onion, url in zip(onions, urls, strict=True):
            assert network.ask(f"{onion}login") == httpx.get(f"{url}login").content


def test_a_tor_of_the_public_network_is_refused(lone_tor, onion_range):
    port = lone_tor("--CookieAuthentication", "1")
    line, process = onion_range(port)
    _out, told = process.communicate(timeout=60)
    assert line is None
    assert process.returncode == 2
    assert "E-TRA-063" in told
    assert "--public-onion" in told


def hashed(password):
    """Return a password as Tor's configuration keeps it."""
    words = ["tor", "--quiet", "--hash-password", password]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(("given", "code"), [("open sesame", "E-TRA-063"), ("wrong", "E-TRA-062")])
def test_the_password_of_the_control_port_is_asked_for(lone_tor, onion_range, given, code):
    """With the right one it gets as far as the refusal of the public network."""
    hashed = subprocess.run(
        ["tor", "--quiet", "--hash-password", "open sesame"],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    port = lone_tor("--HashedControlPassword", hashed)
    line, process = onion_range(port, "--tor-password-stdin", stdin=f"{given}\n")
    _out, told = process.communicate(timeout=60)
    assert line is None
    assert code in told


def test_without_a_password_nobody_can_be_asked(lone_tor, onion_range):
    line, process = onion_range(lone_tor("--HashedControlPassword", hashed("x")))
    _out, told = process.communicate(timeout=60)
    assert line is None
    assert "E-TRA-067" in told
