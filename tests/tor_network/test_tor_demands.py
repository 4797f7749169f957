# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a real Tor is asked for seldom: a fresh identity in the middle, an exit, a closed service."""

import base64
import contextlib
import json
import os
import socketserver
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from crawler.tor.control import ControlPort
from vestigo.errors import SourceUnreachable
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world

pytestmark = [pytest.mark.tor, pytest.mark.timeout(900)]
PATIENCE = 240.0
FINGERPRINT = 40


def ids(session):
    return {one.split()[0] for one in session["circuits"].split(", ")}


def until(ready):
    """Wait for what ``ready`` returns, as long as a loaded machine may take."""
    ends_at = time.monotonic() + PATIENCE
    while not (found := ready()):
        assert time.monotonic() < ends_at, "it does not come"
        time.sleep(0.3)
    return found


def status(case):
    words = [sys.executable, "-m", "vestigo", "crawl", "status", str(case.folder.path), "--json"]
    return json.loads(case.run(words).stdout)["markets"].get("range")


def test_a_fresh_identity_while_the_crawl_runs_uses_other_circuits(served_world, onion_case):
    """Two pages at a time, so that it lasts; nothing is lost, and Tor says what carried it."""
    (market,) = tell_world(7, load_behaviour("demo")).markets
    _line, onion = served_world
    case = onion_case([onion.split("/")[2]], [market.account])
    section, slowly = "[settings.crawl]\n", "concurrency = 1\ndelay_seconds = 1\n"
    text = case.folder.toml.read_text()
    assert section in text
    case.folder.toml.write_text(text.replace(section, section + slowly))
    words = case.words(onion, market.account, "--password-stdin")
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env=os.environ | {"VESTIGO_LANG": "en"},
    ) as running:  # fmt: skip
        try:
            running.stdin.write(market.password)
            running.stdin.close()
            until(lambda: (look := status(case)) and look["reason"] == "running"
                  and look["fetched"] > 2)  # fmt: skip
            ask = [sys.executable, "-m", "vestigo", "crawl", "identity", str(case.folder.path)]
            done = case.run(ask)
            assert done.returncode == 0, done.stderr
            first, second = until(lambda: len(found := case.tor()["sessions"]) == 2 and found)
            seen = status(case)["fetched"]
            until(lambda: status(case)["fetched"] > seen + 2)
            now = case.circuits(second["isolation"])
        finally:
            running.terminate()
            running.stdout.read()
            running.wait(60)
    first, second = case.tor()["sessions"]
    assert (first["fresh"], second["fresh"], second["identity"]) == ("no", "yes", "1")
    assert first["isolation"] != second["isolation"]
    assert now, "Tor names circuits of the new identity"
    assert now & ids(second)
    assert not ids(first) & (ids(second) | now), "and none of the old one"
    assert status(case)["coverage"]["pages"]["failed"] == {}


class Plain(BaseHTTPRequestHandler):
    def do_GET(self):
        body = b"<!doctype html><html><body><ul class=category></ul></body></html>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words):
        pass


@pytest.fixture
def plain():
    """A web server on loopback; give its port."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Plain) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_the_exit_of_a_host_outside_of_tor_is_named_by_its_fingerprint(network, plain, onion_case):
    """The exit of the private network goes to loopback alone."""
    case = onion_case([f"127.0.0.1:{plain}"], [])
    report = case.crawl(f"http://127.0.0.1:{plain}/")
    assert (report["fetched"], report["failed"]) == (1, {})
    (session, *_more) = case.tor()["sessions"]
    assert session["exit"] == "chosen by Tor: see the end of the session"
    named = session["exits"].split(", ")
    assert all(len(one) == FINGERPRINT for one in named)
    assert set(named) <= network.exits()


@pytest.fixture
def closed_service(network, plain):
    """An onion service that lets in one key alone, which nobody here has; give its host."""
    key = X25519PrivateKey.generate()
    public = base64.b32encode(key.public_key().public_bytes_raw()).decode().rstrip("=")
    with ControlPort("127.0.0.1", network.control_port) as control:
        control.authenticate(lambda: "")
        told = control.ask(
            f"ADD_ONION NEW:ED25519-V3 Flags=V3Auth Port=80,127.0.0.1:{plain} ClientAuthV3={public}"
        )
        name = next(line.partition("=")[2] for line in told if line.startswith("ServiceID="))
        yield f"{name}.onion"


def key_at_client(network, host, key):
    """Give the client's Tor a key for a closed service."""
    with ControlPort("127.0.0.1", network.client_control_port) as control:
        control.authenticate(lambda: "")
        with contextlib.suppress(SourceUnreachable):  # 251: it also opened a descriptor with it
            control.ask(f"ONION_CLIENT_AUTH_ADD {host.removesuffix('.onion')} x25519:{key}")


def causes(case, host):
    """Crawl a host until Tor says more than that it has no descriptor (yet); give the causes."""

    def said():
        failed = case.crawl_once(f"http://{host}/")["failed"]
        told = set(failed) - {"socks:onion-descriptor-not-found", "socks:ttl-expired", "deadline"}
        return told or (not failed and {"the page came"})

    return until(said)


def test_a_service_that_asks_for_a_key_tells_missing_from_wrong(
    network, closed_service, onion_case
):
    host = closed_service
    case = onion_case([host], [])
    assert causes(case, host) == {"socks:onion-client-authorization-missing"}
    wrong = base64.b64encode(X25519PrivateKey.generate().private_bytes_raw()).decode()
    key_at_client(network, host, wrong)
    assert causes(case, host) == {"socks:onion-client-authorization-wrong"}
