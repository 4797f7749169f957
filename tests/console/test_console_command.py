# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo console`` as a person starts it: real processes, loopback only."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from vestigo.store import CaseFolder

PASSWORD = "a calm horse walks by the sea\n"


def command(*arguments, **given):
    """Return the finished process of one command."""
    return subprocess.run(  # noqa: PLW1510 (the exit code is what is tested)
        [sys.executable, "-m", "vestigo", "console", *arguments],
        capture_output=True, text=True, timeout=60, env={**os.environ, "VESTIGO_LANG": "en"}, **given,
    )  # fmt: skip


@pytest.fixture
def case(tmp_path):
    return str(CaseFolder.create(tmp_path / "case", title="t", unit="u").path)


def serving(case, *before):
    """Start serving on a free port, interruptible; return the process and its URL."""
    interruptible = ["env", "--default-signal=INT"]  # a test run in the background ignores it
    words = ["console", "serve", case, "--port", "0", "--json"]
    process = subprocess.Popen(
        [*before, *interruptible, sys.executable, "-m", "vestigo", *words],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    text = ""
    while "}" not in text:
        line = process.stdout.readline()
        if not line:
            process.wait(10)
            pytest.fail(process.stderr.read())
        text += line
    return process, json.loads(text)["url"]


def finished(process):
    """Interrupt a process and return its exit code."""
    process.send_signal(signal.SIGINT)
    try:
        process.communicate(timeout=20)
    finally:
        process.kill()
    return process.returncode


def test_an_account_is_added_from_standard_input_listed_and_removed(case):
    added = command("account", "add", case, "pia", "--role", "prosecutor", "--password-stdin",
                    "--json", input=PASSWORD)  # fmt: skip
    assert added.returncode == 0, added.stderr
    assert json.loads(added.stdout)["role"] == "prosecutor"
    path = Path(case) / "console-accounts.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    listed = command("account", "list", case, "--json")
    assert [one["account"] for one in json.loads(listed.stdout)] == ["pia"]
    assert "argon2" not in listed.stdout
    assert command("account", "remove", case, "pia").returncode == 0
    assert command("account", "remove", case, "pia").returncode == 2
    short = command("account", "add", case, "pia", "--password-stdin", input="short\n")
    assert short.returncode == 2
    assert "E-CON-003" in short.stderr


def test_it_serves_until_it_is_interrupted_and_only_on_loopback(case):
    process, url = serving(case)
    try:
        assert url.startswith("http://127.0.0.1:")
        answer = httpx.get(url + "sign-in", trust_env=False, timeout=20)
        assert answer.status_code == 200
        port = int(url.rstrip("/").rpartition(":")[2])
        with socket.socket() as other, pytest.raises(ConnectionRefusedError):
            other.connect(("127.0.0.2", port))
    finally:
        code = finished(process)
    assert code == 130


def test_a_port_in_use_is_said_with_a_code(case):
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        found = command("serve", case, "--port", str(holder.getsockname()[1]))
    assert found.returncode == 2
    assert "E-CON-006" in found.stderr
    assert "--port" in found.stderr
    assert "Traceback" not in found.stderr


def test_no_case_and_a_wrong_public_origin_are_said(case, tmp_path):
    assert "E-STO-003" in command("serve", str(tmp_path / "none"), "--port", "0").stderr
    toml = tmp_path / "case" / "case.toml"
    toml.write_text(toml.read_text() + '[settings.console]\npublic_origin = "http://x"\n')
    found = command("serve", case, "--port", "0")
    assert found.returncode == 5
    assert "E-CON-008" in found.stderr


def test_it_works_in_an_empty_network_namespace(case):
    # root needs no user namespace, which a chroot does not grant
    unshare = ["unshare", "-n"] if os.geteuid() == 0 else ["unshare", "-rn"]
    ready = subprocess.run([*unshare, "ip", "link", "set", "lo", "up"], check=False,
                           capture_output=True)  # fmt: skip
    if ready.returncode != 0:
        reason = "network namespaces are not available here"
        if os.environ.get("VESTIGO_REQUIRE_NAMESPACES") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    script = (
        'ip link set lo up; test -z "$(ip route)" && '
        '{ "$0" -m vestigo console serve "$1" --port 8477 --json & }; P=$!; '
        'for i in $(seq 200); do "$0" -c \'import httpx;'
        'print(httpx.get("http://127.0.0.1:8477/sign-in", trust_env=False).status_code)\' '
        "2>/dev/null && break; sleep 0.1; done; kill -INT $P; wait $P"
    )
    found = subprocess.run([*unshare, "sh", "-c", script, sys.executable, case], check=False,
                           capture_output=True, text=True, timeout=90)  # fmt: skip
    assert "200" in found.stdout.split(), found.stdout + found.stderr


def test_an_account_gets_another_role_and_an_unknown_one_is_told(case):
    made = command("account", "add", case, "ana", "--password-stdin", input=PASSWORD)
    assert made.returncode == 0, made.stderr
    assert command("account", "role", case, "ana", "auditor").returncode == 0
    listed = json.loads(command("account", "list", case, "--json").stdout)
    assert listed[0]["role"] == "auditor"
    unknown = command("account", "role", case, "nobody", "auditor")
    assert unknown.returncode == 2
    assert "E-CON-004" in unknown.stderr
