# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range as an onion service of a real Tor, in a network of our own."""

import subprocess
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from crawler.job import CrawlJob
from crawler.market import load_profile
from crawler.run import crawl
from vestigo.authority import Gate
from vestigo.clock import system_clock
from vestigo.records import Authorization
from vestigo.settings import default_settings
from vestigo.training.behaviour import load_behaviour
from vestigo.training.site import doors
from vestigo.training.telling import tell_world

pytestmark = [pytest.mark.tor, pytest.mark.timeout(400)]


def crawl_to_digests(folder, start, profile, account, password, proxy=""):
    """Crawl with our own transport; return {path and query: digests of what came}."""
    found = {}
    now = datetime.now(UTC)
    order = Authorization(
        issuing_body="court", reference="1/26", legal_basis="-", authorization_kind="training",
        order_sha256="", persons=("p",), hosts=(urlsplit(start).netloc,), accounts=(account,),
        acts=("view", "login", "search"), data_classes=("listing", "vendor_profile", "feedback"),
        starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), amends=None,
    )  # fmt: skip

    def keep(capture):
        split = urlsplit(capture.uri)
        key = (capture.request_method, split.path, split.query)
        found.setdefault(key, set()).add((capture.status, capture.content_sha256))

    settings = default_settings()["crawl"] | {"proxy": proxy, "deadline_seconds": 100}
    report = crawl(
        CrawlJob(
            profile=profile, start_uri=start, gate=Gate([order], system_clock, print),
            captures_folder=folder / "captures", sealed_folder=folder / "sealed",
            frontier_path=folder / "frontier.sqlite", settings=settings, clock=system_clock,
            software="vestigo test", account=account, password=password, on_capture=keep,
        )
    )  # fmt: skip
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
    proxy = f"socks5://127.0.0.1:{network.socks_port}"
    (tmp_path / "onion").mkdir()
    (tmp_path / "loopback").mkdir()
    through_tor = crawl_to_digests(tmp_path / "onion", onion, *access, proxy=proxy)
    direct = crawl_to_digests(tmp_path / "loopback", line["url"], *access)
    assert through_tor == direct
    assert len(direct) > len(market.listings) + len(market.vendors)


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
    proxy = f"socks5://127.0.0.1:{network.socks_port}"
    with httpx.Client(proxy=proxy, timeout=90, trust_env=False) as client:
        for kind in ("genuine", "phishing"):
            onions, urls = line["onions"]["range"][kind], line["urls"]["range"][kind]
            assert len(onions) == len(urls) == {"genuine": 2, "phishing": 1}[kind]
            for onion, url in zip(onions, urls, strict=True):
                assert client.get(f"{onion}login").content == httpx.get(f"{url}login").content


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
