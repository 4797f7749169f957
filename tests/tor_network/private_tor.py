# SPDX-License-Identifier: AGPL-3.0-or-later
"""A Tor network of our own on loopback: one authority, five relays, a client, an onion host.

Fewer than four nodes build no circuits, and authorities that start together may not agree:
so one authority first, then the relays, and the two users last, with the directory
documents of the authority.  Everything lies below one folder; nothing leaves 127.0.0.1.
On a loaded machine everything takes longer: circuits get a minute, and are not learned to
be slow; a consensus is valid for half an hour; a service counts as there when it answers.
The nodes end with the process that started them, however that ends.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from asking import ask, connect

N_RELAYS = 5
READY_WITHIN = 180.0
ONE_GUARD = 25.0
ANSWERS_WITHIN = 420.0
ONE_ANSWER = 60.0
FLAGS = {"Running", "Guard", "HSDir"}

COMMON = """\
TestingTorNetwork 1
DataDirectory {folder}
Nickname {name}
Log notice file {folder}/log
ShutdownWaitLength 0
__OwningControllerProcess {owner}
AddressDisableIPv6 1
LearnCircuitBuildTimeout 0
CircuitBuildTimeout 60
CircuitStreamTimeout 60
SocksTimeout 170
PathsNeededToBuildCircuits 0.67
GeoIPFile
GeoIPv6File
"""

AUTHORITY = """\
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
ContactInfo nobody@authority.example
Address 127.0.0.1
ORPort 127.0.0.1:{relay_port}
DirPort 127.0.0.1:{directory_port}
SocksPort 0
ExitPolicy reject *:*
AssumeReachable 1
AuthDirMaxServersPerAddr 0
TestingV3AuthInitialVotingInterval 5
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 20
V3AuthVoteDelay 4
V3AuthDistDelay 4
V3AuthNIntervalsValid 90
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
TestingDirAuthVoteExit *
TestingMinExitFlagThreshold 0
TestingAuthDirTimeToLearnReachability 0
MinUptimeHidServDirectoryV2 0
"""

RELAY = """\
Address 127.0.0.1
ORPort 127.0.0.1:{relay_port}
DirPort 0
SocksPort 0
AssumeReachable 1
"""

NO_EXIT = "ExitRelay 0\nExitPolicy reject *:*\n"
EXIT = """\
ExitRelay 1
ExitPolicy accept 127.0.0.0/8:*, reject *:*
ExitPolicyRejectPrivate 0
ExitPolicyRejectLocalInterfaces 0
"""

USER = """\
ClientOnly 1
ORPort 0
DirPort 0
SocksPort {socks}
ControlPort 127.0.0.1:{control_port}
CookieAuthentication 1
"""


def free_port() -> int:
    """Return a loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@dataclass
class PrivateTor:
    """The running network; ``close`` ends every process that it started."""

    folder: Path
    socks_port: int = field(default_factory=free_port)
    control_port: int = field(default_factory=free_port)
    client_control_port: int = field(default_factory=free_port)
    _processes: dict[str, subprocess.Popen] = field(default_factory=dict)
    _authority: str = ""

    def open(self) -> None:
        """Start everything; raises ``TimeoutError`` with the logs when it does not come up."""
        self._ends_at = time.monotonic() + READY_WITHIN
        self._start_authority()
        for number in range(N_RELAYS):
            policy = NO_EXIT if number else EXIT
            self._start(f"relay{number}", RELAY.format(relay_port=free_port()) + policy)
        self._wait("consensus", self._everybody_is_listed)
        flags = "IsolateSOCKSAuth KeepAliveIsolateSOCKSAuth ExtendedErrors"
        socks = f"127.0.0.1:{self.socks_port} {flags}"
        users = {"client": (socks, self.client_control_port), "host": ("0", self.control_port)}
        for name, options in users.items():
            self._start_user(name, *options)
        while waiting := {name: users[name] for name in users if not self._is_up(name)}:
            self._restart_users(waiting)

    def close(self) -> None:
        """End the processes that this network started."""
        for process in self._processes.values():
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
        for process in self._processes.values():
            _wait_for_end(process)

    @property
    def proxy(self) -> str:
        """The SOCKS port of the client, as the crawler names it."""
        return f"socks5://127.0.0.1:{self.socks_port}"

    def exits(self) -> set[str]:
        """Return the fingerprints of the exits; they go to loopback and nowhere else."""
        return {(self.folder / "relay0" / "fingerprint").read_text().split()[1]}

    def ask(self, uri: str) -> bytes:
        """Return what the onion service at ``uri`` answers; ``TimeoutError`` after seven minutes.

        A descriptor that is published need not be reachable yet; each attempt comes over
        circuits of its own.
        """
        names = (f"probe{number}" for number in itertools.count())
        return self._until(uri, lambda: self.ask_once(uri, next(names)))

    def ask_once(self, uri: str, name: str) -> bytes:
        """Return one answer over circuits of ``name``; ``OSError`` where none came."""
        return ask(self.socks_port, uri, name=name, seconds=ONE_ANSWER)

    def connect(self, uri: str, name: str) -> socket.socket:
        """Return a connection to the service over circuits of ``name``; waits like ``ask``."""
        return self._until(
            uri, lambda: connect(self.socks_port, uri, name=name, seconds=ONE_ANSWER)
        )

    def _until(self, uri: str, attempt):
        ends_at = time.monotonic() + ANSWERS_WITHIN
        while True:
            try:
                return attempt()
            except OSError as error:
                if time.monotonic() > ends_at:
                    raise TimeoutError(f"{uri} does not answer: {self.logs()}") from error
                time.sleep(1)

    def logs(self) -> dict[str, str]:
        """Return the ends of all logs."""
        return {path.parent.name: path.read_text()[-400:] for path in self.folder.glob("*/log")}

    def log(self, name: str) -> str:
        """Return what one node wrote."""
        path = self.folder / name / "log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def _start_authority(self) -> None:
        directory_port, relay_port = free_port(), free_port()
        folder = self._new_folder("authority")
        keys = folder / "keys"
        keys.mkdir(mode=0o700)
        place = f"127.0.0.1:{directory_port}"
        self._run(
            ["tor-gencert", "--create-identity-key", "-m", "12", "-a", place, "--passphrase-fd", "0"],
            cwd=keys, input="invented\n",
        )  # fmt: skip
        certificate = (keys / "authority_certificate").read_text()
        identity = re.search(r"^fingerprint ([0-9A-F]{40})", certificate, re.MULTILINE)[1]
        before = folder / "torrc.before"
        unknown = f"DirAuthority nobody 127.0.0.1:1 {'f' * 40}\n"
        before.write_text(
            f"DataDirectory {folder}\nNickname authority\nSocksPort 0\n{unknown}"
            f"Address 127.0.0.1\nORPort 127.0.0.1:{relay_port}\n"
        )
        self._run(["tor", "-f", str(before), "--list-fingerprint", "--quiet"])
        words = (folder / "fingerprint").read_text().split()
        self._authority = (
            f"DirAuthority authority orport={relay_port} no-v2 v3ident={identity} "
            f"{place} {''.join(words[1:])}\n"
        )
        options = AUTHORITY.format(relay_port=relay_port, directory_port=directory_port)
        self._start("authority", options)

    def _is_up(self, name: str) -> bool:
        """Say whether a user has a circuit; waits for it as long as one guard is worth."""
        give_up_at = time.monotonic() + ONE_GUARD
        while "Bootstrapped 100%" not in self.log(name):
            if time.monotonic() > give_up_at:
                return False
            time.sleep(0.2)
        return True

    def _restart_users(self, users: dict[str, tuple[str, int]]) -> None:
        """Start users anew, without their memory: they keep to a guard that lets nobody through."""
        for name, options in users.items():
            if time.monotonic() > self._ends_at:
                raise TimeoutError(f"{name} did not come up: {self.logs()}")
            self._processes[name].send_signal(signal.SIGINT)
            _wait_for_end(self._processes[name])
            shutil.rmtree(self.folder / name)
            self._start_user(name, *options)

    def _start_user(self, name: str, socks: str, control_port: int) -> None:
        folder = self._new_folder(name)
        for path in (self.folder / "authority").glob("cached-*"):
            shutil.copy(path, folder)
        self._start(name, USER.format(socks=socks, control_port=control_port))

    def _start(self, name: str, options: str) -> None:
        folder = self._new_folder(name)
        common = COMMON.format(folder=folder, name=name, owner=os.getpid())
        (folder / "torrc").write_text(common + self._authority + options)
        words = ["tor", "-f", str(folder / "torrc"), "--defaults-torrc", "/dev/null", "--quiet"]
        process = subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._processes[name] = process

    def _everybody_is_listed(self) -> bool:
        path = self.folder / "authority" / "cached-microdesc-consensus"
        if not path.exists():
            return False
        flags = [set(one.split()[1:]) for one in path.read_text().splitlines() if one[:2] == "s "]
        return sum(1 for one in flags if one >= FLAGS) == N_RELAYS + 1

    def _wait(self, what: str, ready) -> None:
        while not ready():
            if time.monotonic() > self._ends_at:
                raise TimeoutError(f"{what} did not come up: {self.logs()}")
            time.sleep(0.2)

    def _new_folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def _run(self, words: list[str], **options) -> None:
        subprocess.run(words, check=True, capture_output=True, text=True, **options)


def _wait_for_end(process: subprocess.Popen) -> None:
    try:
        process.wait(timeout=10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
