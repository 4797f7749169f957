# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case whose crawls go through the private Tor, and ``vestigo crawl`` on it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

from crawler.tor.control import ControlPort
from vestigo.pipeline.session import open_session
from vestigo.records import Authorization
from vestigo.store import CaseFolder

PATIENCE = 180.0
TRANSIENT = "E-CRA-014"  # the log-in page could not be fetched
NO_PAGE = "E-CRA-049"  # the page of a live picture did not come
ACTS = ("view", "login", "search")


class OnionCase:
    """A case and its crawls; ``hosts`` are those that its order names."""

    def __init__(self, path, network, hosts, accounts, *, control=True, proxy="", acts=ACTS):
        self.folder = CaseFolder.create(path, title="tor", unit="u")
        self._network = network
        now = datetime.now(UTC)
        settings = {"proxy": proxy or network.proxy, "deadline_seconds": 170, "retry_seconds": 1}
        if control:
            settings["tor_control"] = f"127.0.0.1:{network.client_control_port}"
        lines = "".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items())
        with self.folder.toml.open("a", encoding="utf-8") as handle:
            handle.write(
                f"\n[settings.crawl]\n{lines}\n[settings.picture]\ndeadline_seconds = 170\n"
            )
        order = Authorization(
            issuing_body="court", reference="1/26", legal_basis="-", order_sha256="",
            authorization_kind="training", persons=("p",), hosts=tuple(hosts),
            accounts=tuple(accounts), acts=acts,
            data_classes=("listing", "vendor_profile", "feedback"),
            starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), amends=None,
        )  # fmt: skip
        with open_session(self.folder.path) as session:
            session.ledger.append([order])

    def words(self, start, account="", *more):
        """Return the words of a crawl."""
        named = ["--account", account] if account else []
        return [
            sys.executable, "-m", "vestigo", "crawl", "run", str(self.folder.path), "--profile",
            "range", "--start", start, "--json", *named, *more,
        ]  # fmt: skip

    def crawl(self, start, account="", password="", *more):
        """Run a crawl, again where no circuit was ready in time; return its report."""
        ends_at = time.monotonic() + PATIENCE
        while True:
            report = self.crawl_once(start, account, password, *more)
            transient = report["paused"] == TRANSIENT or "socks:ttl-expired" in report["failed"]
            if not transient or time.monotonic() > ends_at:
                return report
            more = tuple(word for word in more if word != "--fresh-identity")

    def crawl_once(self, start, account="", password="", *more):
        """Run one crawl; return its report."""
        given = ["--password-stdin"] if password else []
        done = self.run(self.words(start, account, *given, *more), given=password)
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def picture(self, uri, account, cookies):
        """Draw a page live, again where no circuit was ready in time; return the record."""
        words = [
            sys.executable, "-m", "vestigo", "crawl", "picture", str(self.folder.path), "--live", uri,
            "--profile", "range", "--account", account, "--cookies", str(cookies), "--json",
        ]  # fmt: skip
        ends_at = time.monotonic() + PATIENCE
        done = self.run(words)
        while NO_PAGE in done.stderr and "not asked for" not in done.stderr:
            if time.monotonic() > ends_at:
                break
            done = self.run(words)
        assert done.returncode == 0, done.stderr
        (made,) = json.loads(done.stdout)["made"]
        return made

    def tor(self):
        """Return what ``vestigo crawl tor`` says; every descriptor verifies."""
        words = [sys.executable, "-m", "vestigo", "crawl", "tor", str(self.folder.path), "--json"]
        done = self.run(words)
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def circuits(self, isolation):
        """Return the ids of the circuits that carry one identity now."""
        with ControlPort("127.0.0.1", self._network.client_control_port) as control:
            control.authenticate(lambda: "")
            return {circuit.id for circuit in control.circuits_of(isolation)}

    @staticmethod
    def run(words, given=""):
        """Run a command of ours in English."""
        env = os.environ | {"VESTIGO_LANG": "en"}
        return subprocess.run(
            words, input=given, capture_output=True, text=True, timeout=600, check=False, env=env
        )
