# SPDX-License-Identifier: AGPL-3.0-or-later
"""An officer's way through a world of the range, over real HTTP, measured.

Run by hand for the full world: ``python tests/e2e/practice_officer.py --behaviour full``.
The person who reads the captchas is played here: who wrote the world knows its pictures.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path

from vestigo.training.behaviour import load_behaviour
from vestigo.training.site.captcha import captcha_picture, code_of
from vestigo.training.site.cookie import Signer
from vestigo.training.telling import tell_world

PERSON = "Marta Vidal"
PASSPHRASE = "a passphrase for practice only"
MOST_TRIES = 12
ENVIRONMENT = {**os.environ, "VESTIGO_LANG": "en"}


def words_of(*words):
    return [sys.executable, "-m", "vestigo", *map(str, words)]


def codes_of(market, kinds=("genuine", "phishing")):
    """Return what each picture of a venue's captchas shows."""
    found = {}
    for kind in kinds:
        signer = Signer(f"{market.seed}/{market.key}/{kind}/{market.password}")
        for number in range(MOST_TRIES):
            name = f"{number}-{signer.sign(f'challenge/{number}')[:12]}"
            picture = captcha_picture(market.seed, market.key, name)
            found[picture] = code_of(market.seed, market.key, name)
    return found


def free_ports(n):
    """Return the first of ``n`` neighbouring ports that are free just now."""
    for _try in range(50):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first = probe.getsockname()[1]
        try:
            for port in range(first, first + n):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            continue
        return first
    raise RuntimeError("no neighbouring ports are free")


class Person:
    """Types what pictures show; ``typed`` are the answers, ``modes`` those of the files."""

    def __init__(self, world):
        self._known = {p: code for m in world.markets for p, code in codes_of(m).items()}
        self.typed, self.modes, self.said = [], [], []

    def attend(self, process):
        """Read standard error of a crawl, and answer each captcha on its standard input."""
        for line in process.stderr:
            self.said.append(line)
            shown = re.search(r"look at (\S+) and type", line)
            if shown:
                path = Path(shown[1])
                self.modes.append(path.stat().st_mode & 0o777)
                self.typed.append(self._known[path.read_bytes()])
                process.stdin.write(self.typed[-1] + "\n")
                process.stdin.flush()


class Officer:
    """One case on one world; every step is a command that an officer types."""

    def __init__(self, folder, seed, behaviour):
        self.folder, self.seed, self.behaviour = Path(folder), seed, str(behaviour)
        self.world = tell_world(seed, load_behaviour(self.behaviour))
        self.case, self.range = self.folder / "case", self.folder / "world"
        self.person = Person(self.world)
        self.port = free_ports(12)
        self.seconds = {}

    def run(self, *words, stdin="", accept=(0, 4)):
        began = time.monotonic()
        done = subprocess.run(words_of(*words), input=stdin, capture_output=True, text=True,
                              check=False, timeout=900, env=ENVIRONMENT)  # fmt: skip
        self.seconds[" ".join(map(str, words[:2]))] = time.monotonic() - began
        assert done.returncode in accept, f"{words}: {done.returncode} {done.stderr[-3000:]}"
        return done

    def prepare(self):
        """Write the world (the trainer's part), make the case with its keys."""
        self.run("training", "range", "--seed", self.seed, "--behaviour", self.behaviour,
                 "--write", self.range)  # fmt: skip
        self.run("case", "new", self.case, "--title", "Practice", "--unit", "Practice unit")
        self.run("case", "keys", self.case, "create", "--passphrase-stdin", stdin=PASSPHRASE)
        self.access = tomllib.loads((self.range / "access.toml").read_text())

    def authorize(self, hosts):
        """Record an order for these hosts (``host:port``)."""
        order = self.folder / "order.toml"
        accounts = [one["account"] for one in self.access.values()]
        order.write_text(
            'issuing_body = "Practice court"\nreference = "P-1"\nlegal_basis = "none: training"\n'
            f'authorization_kind = "training"\npersons = ["{PERSON}"]\n'
            f"hosts = {json.dumps(hosts)}\naccounts = {json.dumps(accounts)}\n"
            'acts = ["view", "search", "login"]\n'
            'data_classes = ["listing", "vendor_profile", "feedback"]\n'
            "starts_at = 2024-01-01T00:00:00Z\nends_at = 2126-01-01T00:00:00Z\n"
        )
        self.run("case", "authorize", self.case, order)

    @contextmanager
    def served(self, pass_no):
        """Serve the world on one pass; yield the addresses by venue and kind."""
        words = words_of("training", "range", "--seed", self.seed, "--behaviour", self.behaviour,
                         "--serve", "--pass", pass_no, "--port", self.port, "--until-eof")  # fmt: skip
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, env=ENVIRONMENT) as server:  # fmt: skip
            try:
                yield json.loads(server.stdout.readline())["urls"]
            finally:
                server.stdin.close()
                server.wait(30)

    def profile(self, market, pass_no):
        """Return the profile of a venue for the layout that it has on a pass."""
        redesign = self.range / "profiles" / f"{market}.redesign.toml"
        layouts = {m.key: [m.at(n).layout for n in range(1, len(self.world.passes) + 1)]
                   for m in self.world.markets}[market]  # fmt: skip
        changed = layouts[pass_no - 1] != layouts[0]
        return redesign if changed else self.range / "profiles" / f"{market}.toml"

    def crawl(self, market, uri, pass_no=1, *, attended=True):
        """Crawl one venue; return (exit code, report), standard error in ``person.said``."""
        access = self.access[market]
        words = ["crawl", "run", self.case, "--profile", self.profile(market, pass_no), "--start",
                 uri, "--account", access["account"], "--password-stdin", "--pass", pass_no,
                 "--json"]  # fmt: skip
        if attended:
            words += ["--attend", PERSON]
        began = time.monotonic()
        with subprocess.Popen(words_of(*words), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, env=ENVIRONMENT) as process:  # fmt: skip
            process.stdin.write(access["password"] + "\n")
            process.stdin.flush()
            if not attended:
                process.stdin.close()
            reader = threading.Thread(target=self.person.attend, args=(process,))
            reader.start()
            out = process.stdout.read()
            reader.join()
        self.seconds[f"crawl {market} {pass_no}"] = time.monotonic() - began
        return process.returncode, json.loads(out) if out else {}

    def derive(self):
        """Read, follow the money, compare vendors, build the graph."""
        shutil.copyfile(self.range / "rates.csv", self.case / "rates" / "range.csv")
        network = ("--network", "regtest")
        self.run("tag", "import", self.case, self.range / "tagpack.yaml", *network)
        blocks = sorted((self.range / "blocks").iterdir())
        self.run("ledger", "ingest", self.case, *blocks, *network)
        profiles = sorted((self.range / "profiles").glob("*.toml"))
        names = [word for path in profiles for word in ("--profile", path)]
        read = self.run("case", "read", self.case, *names, "--json")
        self.run("ledger", "trace", self.case, *network)
        self.run("link", "vendors", self.case)
        self.run("graph", "rebuild", self.case)
        return json.loads(read.stdout)

    def score(self):
        """Return the score against the truth."""
        done = self.run("training", "score", self.case, "--truth", self.range / "truth.json",
                        "--json")  # fmt: skip
        return json.loads(done.stdout)


def say(text):
    sys.stdout.write(text + "\n")


def main():
    """Go the whole way on one world and print what was measured."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--behaviour", default="full")
    parser.add_argument("--passes", type=int, default=0, help="how many; 0 for all")
    parser.add_argument("--keep", help="a folder for the world and the case")
    asked = parser.parse_args()
    folder = asked.keep or tempfile.mkdtemp(prefix="officer-")
    officer = Officer(folder, asked.seed, asked.behaviour)
    officer.prepare()
    for pass_no in range(1, (asked.passes or len(officer.world.passes)) + 1):
        with officer.served(pass_no) as urls:
            if pass_no == 1:
                officer.authorize([one["genuine"][0].split("/")[2] for one in urls.values()])
            for market, addresses in urls.items():
                code, report = officer.crawl(market, addresses["genuine"][0], pass_no)
                true = len(officer.world.market(market).at(pass_no).listings)
                found = report["page_kinds"].get("listing", 0)
                say(f"pass {pass_no} {market}: exit {code}, {found} of {true} listings, "
                      f"{report['captures']} captures, {report['log_ins']} log-ins, "
                      f"failed {report['failed']}")  # fmt: skip
    read = officer.derive()
    say(f"read: {read['records']}, {len(read['findings'])} findings")
    for name, area in officer.score()["areas"].items():
        say(f"{name}: {area['counts']}")
    for step, seconds in officer.seconds.items():
        say(f"{step}: {seconds:.1f} s")
    if not asked.keep:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
