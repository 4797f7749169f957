# SPDX-License-Identifier: AGPL-3.0-or-later
"""The officer's page of the course: each command of it runs, and prints what it shows."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

COURSE = Path(__file__).resolve().parents[2] / "docs" / "guide" / "course"
PAGES = {"en": COURSE / "officer.md", "es": COURSE / "es" / "officer.md"}
FENCE = re.compile(r"```console\n(.*?)```", re.DOTALL)
SMALL = Path(__file__).parent / "small_world.toml"
GUIDE_PORT = 8090
GUIDE_PAIRS = (("candil/SableBleu", "lantern/SableBleu", True),
               ("candil/TheTintaLigero63", "lantern/TintaLigero63", False))  # fmt: skip
GUIDE_VENDOR = "candil/TintaAzul50"


def steps_of(page):
    """Return (command, lines that it prints) of every command on a page, in order."""
    found = []
    for block in FENCE.findall(page.read_text("utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line)
    return found


def order_of(page):
    """Return the order that a page tells to write down."""
    return re.search(r"```toml\n(.*?)```", page.read_text("utf-8"), re.DOTALL)[1]


def shape(text):
    """Return a text without its figures, digests and amounts of space."""
    return re.sub(r"[0-9a-f]{40,}|-?[0-9]+(?:\.[0-9]+)?", "N", " ".join(text.split()))


@pytest.fixture(scope="session")
def practice_officer():
    from importlib.util import module_from_spec, spec_from_file_location

    spec = spec_from_file_location("practice_officer", SMALL.parent / "practice_officer.py")
    module = module_from_spec(spec)
    sys.modules["practice_officer"] = module
    spec.loader.exec_module(module)
    return module


class Room:
    """A course room: the trainer's server, the officer's folder, names of this world."""

    def __init__(self, officer, module):
        self.officer, self.module = officer, module
        truth = json.loads((officer.range / "truth.json").read_text())
        self.names = {}
        for a, b, same in GUIDE_PAIRS:
            row = next(row for row in truth["links"] if row["same"] is same)
            self.names |= {a: row["a"], b: row["b"]}
        self.names[GUIDE_VENDOR] = (
            f"{truth['cash_outs'][0]['market']}/" + (truth["cash_outs"][0]["vendor"])
        )
        for offset in range(10):
            self.names[f"127.0.0.1:{GUIDE_PORT + offset}"] = f"127.0.0.1:{officer.port + offset}"

    def adapted(self, text):
        """Return a text of the page with the names and ports of this world."""
        for name in sorted(self.names, key=len, reverse=True):
            text = text.replace(name, self.names[name])
        accounts = {row["account"] for row in self.officer.access.values()}
        for market, row in self.officer.access.items():
            if f"profiles/{market}." in text:
                text = re.sub(r"--account \S+", f"--account {row['account']}", text)
        return re.sub(r"accounts = \[.*\]", f"accounts = {json.dumps(sorted(accounts))}", text)

    def do(self, command):
        """Run a command as the officer would; return (exit code, everything printed)."""
        words = shlex.split(self.adapted(command))
        if words[0] != "vestigo":
            done = subprocess.run(["sh", "-c", self.adapted(command)], cwd=self.officer.folder,
                                  capture_output=True, text=True, check=False)  # fmt: skip
            return done.returncode, done.stdout + done.stderr
        typed = ""
        if words[1:3] in (["case", "keys"], ["bundle", "build"]):
            words.append("--passphrase-stdin")
            typed = self.module.PASSPHRASE + "\n"
        if "--password-stdin" in words:
            market = re.search(r"profiles/(\w+)\.", command)[1]
            typed = self.officer.access[market]["password"] + "\n"
        return self._talk(self.module.words_of(*words[1:]), typed, "--attend" in words)

    def _talk(self, words, typed, attended):
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, cwd=self.officer.folder,
                              env=self.module.ENVIRONMENT) as process:  # fmt: skip
            process.stdin.write(typed)
            process.stdin.flush()
            if not attended:
                process.stdin.close()
            self.officer.person.said.clear()
            reader = threading.Thread(target=self.officer.person.attend, args=(process,))
            reader.start()
            out = process.stdout.read()
            reader.join()
        return process.returncode, "".join(self.officer.person.said) + out


def test_both_languages_have_the_same_commands():
    commands = {name: [command for command, _lines in steps_of(page)]
                for name, page in PAGES.items()}  # fmt: skip
    plain = {name: [re.sub(r'"[^"]*"', '""', one) for one in rows]
             for name, rows in commands.items()}  # fmt: skip
    assert len(plain["en"]) > 25
    assert plain["en"] == plain["es"]


def test_each_command_of_the_officers_page_runs(practice_officer, tmp_path):
    officer = practice_officer.Officer(tmp_path, 1, SMALL)
    officer.run("training", "range", "--seed", 1, "--behaviour", SMALL, "--write", officer.range)
    officer.access = practice_officer.tomllib.loads((officer.range / "access.toml").read_text())
    room = Room(officer, practice_officer)
    page = PAGES["en"]
    (tmp_path / "order.toml").write_text(room.adapted(order_of(page)))
    shutil.copyfile(officer.range / "truth.json", tmp_path / "truth.json")
    with ExitStack() as stack:
        stack.enter_context(officer.served(1))
        for command, lines in steps_of(page):
            if "--pass 2" in command:
                stack.close()
                stack.enter_context(officer.served(2))
            code, printed = room.do(command)
            said = shape(printed.replace(f"{tmp_path}/", ""))
            expected = [line for line in lines if line and not line.startswith("Passphrase")]
            refused = bool(expected) and expected[0].startswith("E-")
            assert (code not in (0, 4)) == refused, f"{command}: {code}\n{printed}"
            for line in expected[:1]:
                if "prior" not in line and "judgement" not in line:
                    assert shape(room.adapted(line)) in said, f"{command}:\n{line}\n{printed}"


def test_the_trainers_page_names_existing_options(vestigo):
    text = (COURSE / "trainer.md").read_text("utf-8")
    for words in (("training", "range"), ("training", "score"), ("doctor",)):
        assert f"vestigo {' '.join(words)}" in text
        helped = vestigo(*words, "--help").stdout
        lines = [one for one in text.splitlines() if one.startswith(f"$ vestigo {' '.join(words)}")]
        for option in re.findall(r"--[a-z-]+", "\n".join(lines)):
            assert option in helped, option
