# SPDX-License-Identifier: AGPL-3.0-or-later
"""Planted passwords, cookies and keys: where they may not stand, they do not stand.

Every command is a process of its own, watched while it runs: arguments and environment of
it and of all that it starts.  Afterwards everything that it printed or left on the disk is
searched, compressed files and archives opened.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import signal
import subprocess
import sys
import threading
import time
import tomllib
import zlib
from pathlib import Path

import pytest

from vestigo.evidence.keys import unlock_keys
from vestigo.evidence.operator_key import open_operator
from vestigo.evidence.warc import SealedRecord, iter_sealed, open_sealed
from vestigo.pipeline.steps import serving
from vestigo.store import CaseFolder

PASSPHRASE = "planted passphrase of seven short words"
NEW_PASSPHRASE = "planted passphrase that took its place"
OPERATORS = "planted passphrase of one operator"
COOKIE = "planted-session-cookie-5f1e0c"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
TOLD_BY_THE_COMMAND_LINE = """
import pathlib, resource
from vestigo.cli import app

def told(_words):
    filter = pathlib.Path("/proc/self/coredump_filter").read_text()
    print(resource.getrlimit(resource.RLIMIT_CORE), int(filter, 16))

app.run = told
app.main([])
"""


class Watched:
    """Runs commands and notes what stands in /proc about them and their children."""

    def __init__(self, scratch: Path) -> None:
        self.scratch = scratch
        self.printed: list[bytes] = []
        self.seen: set[bytes] = set()

    def run(self, *words, stdin: str = "", accept=(0, 4)) -> bytes:
        with self.start(*words) as process:
            out, errors = process.communicate(stdin.encode(), timeout=540)
        self.printed += [out, errors]
        assert process.returncode in accept, (words, errors.decode()[-3000:])
        return out

    def start(self, *words) -> subprocess.Popen:
        environment = {**os.environ, "VESTIGO_LANG": "en", "TMPDIR": str(self.scratch)}
        process = subprocess.Popen(
            [sys.executable, "-m", "vestigo", *map(str, words)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, start_new_session=True,
        )  # fmt: skip
        threading.Thread(target=self._watch, args=(process,), daemon=True).start()
        return process

    def _watch(self, process: subprocess.Popen) -> None:
        while process.poll() is None:
            for folder in Path("/proc").glob("[0-9]*"):
                try:
                    if os.getsid(int(folder.name)) == process.pid:
                        self.seen.add((folder / "cmdline").read_bytes())
                        self.seen.add((folder / "environ").read_bytes())
                except OSError:
                    continue
            time.sleep(0.05)


def opened(path: Path) -> bytes:
    """Return the content of a file and, where it is compressed, what it holds."""
    content = path.read_bytes()
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        return content + gzip.decompress(content)
    except (EOFError, OSError, zlib.error):
        return content


def found_in(content: bytes, secrets: dict[str, bytes]) -> list[str]:
    """Return the names of the secrets that stand in ``content``, in any usual writing."""
    return [
        name
        for name, secret in secrets.items()
        if any(
            form in content
            for form in (secret, secret.hex().encode(), base64.b64encode(secret).rstrip(b"="))
        )
    ]


@pytest.fixture(scope="module")
def searched(tmp_path_factory):
    """A case through all steps: the watcher, the case folder, and the secrets by name."""
    folder = tmp_path_factory.mktemp("secrets")
    scratch, world, case = folder / "scratch", folder / "world", folder / "case"
    scratch.mkdir()
    watched = Watched(scratch)
    watched.run("training", "range", "--behaviour", "demo", "--seed", 5, "--write", world)
    access = tomllib.loads((world / "access.toml").read_text())["range"]
    watched.printed.clear()  # that command is the market's, which knows its passwords
    watched.run("case", "new", case, "--title", "t", "--unit", "u")
    watched.run("case", "keys", case, "create", "--passphrase-stdin", stdin=PASSPHRASE)
    words = [sys.executable, "-m", "vestigo", "training", "range", "--behaviour", "demo"]
    with serving([*words, "--seed", "5", "--serve"]) as url:
        crawl_twice(watched, folder, case, url, access)
    watched.run("case", "read", case, "--profile", "range")
    watched.run("graph", "rebuild", case)
    first = private_keys(case, PASSPHRASE)
    change_keys(watched, case)
    watched.run("evidence", "log", case)
    watched.run("evidence", "verify", case)
    secrets = {"password": access["password"].encode(), **keys_and_cookies(case)}
    return watched, case, {**{f"first {name}": key for name, key in first.items()}, **secrets}


def change_keys(watched, case: Path) -> None:
    """Hand the keys over, take another passphrase, add an operator who then signs a bundle."""
    keys, secret = ("case", "keys"), "--passphrase-stdin"
    two, operators = f"{PASSPHRASE}\n{NEW_PASSPHRASE}\n", f"{NEW_PASSPHRASE}\n{OPERATORS}\n"
    watched.run(*keys, "rotate", case, secret, stdin=PASSPHRASE)
    watched.run(*keys, "passphrase", case, secret, stdin=two)
    watched.run(*keys, "operator", "add", case, "ana", secret, stdin=operators)
    watched.run(*keys, "show", case, secret, stdin=NEW_PASSPHRASE)
    watched.run("evidence", "checkpoint", case, "--operator", "ana", secret, stdin=operators)
    watched.run("bundle", "build", case, "--zip", "--operator", "ana", secret, stdin=operators)
    watched.run(*keys, "revoke", case, "ana", "--reason", "r", "--since", "2126-01-01T00:00:00Z")
    watched.run(*keys, "anchors", case)


def crawl_twice(watched, folder: Path, case: Path, url: str, access: dict) -> None:
    host = url.split("/")[2]
    order = folder / "order.toml"
    order.write_text(
        'issuing_body = "b"\nreference = "r"\nlegal_basis = "l"\nauthorization_kind = "k"\n'
        f'persons = ["p"]\nhosts = ["{host}"]\naccounts = ["{access["account"]}"]\n'
        'acts = ["view", "search", "login"]\n'
        'data_classes = ["listing", "vendor_profile", "feedback"]\n'
        "starts_at = 2026-01-01T00:00:00Z\nends_at = 2126-01-01T00:00:00Z\n"
    )
    watched.run("case", "authorize", case, order)
    cookies = folder / "cookies.txt"
    cookies.write_text(f"{host.split(':')[0]}\tFALSE\t/\tFALSE\t0\tsession\t{COOKIE}\n")
    crawl = ("crawl", "run", case, "--profile", "range", "--start", url, "--account",
             access["account"])  # fmt: skip
    watched.run(*crawl, "--password-stdin", stdin=access["password"])
    watched.run(*crawl, "--pass", 2, "--cookies", cookies, accept=range(8))


def private_keys(case: Path, passphrase: str) -> dict[str, bytes]:
    """Return the private keys of the unit that the passphrase opens now."""
    keys = unlock_keys(CaseFolder.open(case), passphrase)
    unit = keys.unit_key.private_numbers().private_value.to_bytes(32, "big")
    return {"seal key": keys.seal_private_bytes(), "unit key": unit,
            "checkpoint key": keys.checkpoint_key.private_bytes_raw()}  # fmt: skip


def keys_and_cookies(case: Path) -> dict[str, bytes]:
    """Return the private keys and what the sealed files hold in the place of the secrets."""
    folder = CaseFolder.open(case)
    cookies = set()
    for record in sealed_records(case):
        for line in record.block.split(b"\r\n"):
            if line.lower().startswith(b"set-cookie:"):
                cookies.add(line.partition(b"=")[2].partition(b";")[0])
    assert cookies, "the range sets a session cookie, and the sealed file has it"
    operator = open_operator(folder.keys, "ana", OPERATORS)
    return {
        "passphrase": PASSPHRASE.encode(),
        "new passphrase": NEW_PASSPHRASE.encode(),
        "passphrase of the operator": OPERATORS.encode(),
        "given cookie": COOKIE.encode(),
        "key of the operator": operator.private.private_bytes_raw(),
        **private_keys(case, NEW_PASSPHRASE),
        **{f"cookie {n}": one for n, one in enumerate(sorted(cookies)) if len(one) > 8},
    }


def sealed_records(case: Path) -> list[SealedRecord]:
    """Open what was sealed before the rotation: with the key that was retired then."""
    folder = CaseFolder.open(case)
    _current, first = unlock_keys(folder, NEW_PASSPHRASE).all_seal_private_bytes()
    return [record for path in sorted(folder.sealed.iterdir()) for item in iter_sealed(path)
            for record in open_sealed(first, item).values()]  # fmt: skip


def test_the_search_finds_what_is_there(searched):
    """The negative control: the given cookie left this machine, and the sealed file has it."""
    _watched, case, secrets = searched
    sealed = b"".join(record.block for record in sealed_records(case))
    assert {"password", "given cookie"} <= set(found_in(sealed, secrets))
    assert any(name.startswith("cookie ") for name in secrets)


@LINUX
def test_no_secret_stands_in_arguments_or_environment(searched):
    watched, _case, secrets = searched
    assert any(b"vestigo" in one for one in watched.seen)
    for one in watched.seen:
        assert not found_in(one, secrets)


def test_no_secret_is_printed(searched):
    watched, _case, secrets = searched
    assert len(watched.printed) > 10
    for one in watched.printed:
        assert not found_in(one, secrets)


def test_no_secret_stands_in_any_file_of_the_case_or_of_its_scratch(searched):
    watched, case, secrets = searched
    paths = [path for top in (case, watched.scratch) for path in top.rglob("*") if path.is_file()]
    assert any(path.suffix == ".zip" for path in paths)
    assert any(path.name.endswith(".warc.gz") for path in paths)
    for path in paths:
        assert not found_in(opened(path), secrets), path


@LINUX
def test_a_crash_leaves_no_image_of_the_memory(tmp_path):
    """A process that dies of SIGABRT with keys in hand; an ordinary one does leave an image."""
    import resource

    def unlimited():
        _soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    def dies(*words: str) -> int:
        process = subprocess.Popen(
            [sys.executable, *words], cwd=tmp_path, preexec_fn=unlimited,  # noqa: PLW1509
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            process.stdout.readline()
            process.send_signal(signal.SIGABRT)
            _pid, status = os.waitpid(process.pid, 0)
        finally:
            process.returncode = -signal.SIGABRT
            process.stdin.close()
            process.stdout.close()
        assert os.WTERMSIG(status) == signal.SIGABRT
        return status

    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    waits = "import sys; print('ready', flush=True); sys.stdin.read()"
    if hard != 0:
        assert os.WCOREDUMP(dies("-c", waits)), "the control: this machine writes core files"
    guarded = f"from vestigo.cli.core_dumps import forbid_core_dumps; forbid_core_dumps(); {waits}"
    assert not os.WCOREDUMP(dies("-c", guarded))
    done = subprocess.run(
        [sys.executable, "-c", TOLD_BY_THE_COMMAND_LINE],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    assert done.stdout == "(0, 0) 0\n"


def test_the_summary_of_the_case_names_no_secret(searched):
    watched, case, secrets = searched
    shown = watched.run("case", "show", case, "--json")
    assert json.loads(shown)
    assert not found_in(shown, secrets)
