# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the crawler asks of Tor's control port: facts and descriptors, never a change."""

from __future__ import annotations

import hashlib
import re
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from vestigo.errors import ConfigurationError, SourceUnreachable
from vestigo.i18n import _
from vestigo.identifiers.onion import onion_name
from vestigo.tor import ControlConnection, loopback_place

FETCHED_WITHIN = 60.0
GIVE_UP_AFTER = 3.0  # the last directory that was asked has failed, and no other is asked
_STEPS = {"REQUESTED": 1, "FAILED": -1, "RECEIVED": -1}
_NAME_AT = 2
MOST_PERIOD = 7 * 24 * 3600
_CIRCUIT = re.compile(
    r"(?P<id>[A-Za-z0-9]{1,16}) (?P<state>[A-Z_]+)(?: (?P<path>\$\S+))?(?P<more>.*)"
)
_USERNAME = re.compile(r' SOCKS_USERNAME="((?:[^"\\]|\\.)*)"')
_PURPOSE = re.compile(r" PURPOSE=(\S+)")
_FINGERPRINT = re.compile(r"\$([0-9A-Fa-f]{40})")


@dataclass(frozen=True, slots=True)
class Circuit:
    """One circuit; ``relays`` are fingerprints from the nearest to the farthest."""

    id: str
    state: str
    purpose: str
    username: str
    relays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FetchedDescriptor:
    """A descriptor as a directory gave it; ``directory`` is the relay's fingerprint or ""."""

    onion: str
    content: bytes
    directory: str


def control_place(text: str) -> tuple[str, int]:
    """Return host and port of the setting ``tor_control``.

    Raises ``ConfigurationError`` E-CRA-030 for anything but a loopback address.
    """
    place = loopback_place(text)
    if place is None:
        raise ConfigurationError(
            "E-CRA-030",
            _("The control port of Tor must be 127.0.0.1:PORT."),
            where=text,
            remedy=_("Correct “tor_control” in the section [crawl], or leave it empty."),
        )
    return place


class ControlPort(ControlConnection):
    """A connection to the control port of the Tor that carries the crawl.

    Raises ``SourceUnreachable`` E-CRA-031, ``ConfigurationError`` E-CRA-032 (it does not let
    us in), ``SourceUnreachable`` E-CRA-033 (it does not answer what it was asked).
    """

    def version(self) -> str:
        """Return Tor's version, e.g. ``0.4.9.11``."""
        return self._info("version").partition(" ")[0]

    def config_sha256(self) -> str:
        """Return the SHA-256 of the configuration that Tor runs with (``config-text``)."""
        return hashlib.sha256(self._info("config-text").encode("latin-1")).hexdigest()

    def consensus_valid_after(self) -> datetime | None:
        """Return from when on the network status that Tor uses is valid; None without one."""
        return self._consensus_time("valid-after")

    def period_lengths(self) -> tuple[tuple[int, int], ...]:
        """Return what periods onion services of this network may use (empty: the public ones)."""
        from vestigo.evidence.origin.period import private_lengths

        after, fresh = self._consensus_time("valid-after"), self._consensus_time("fresh-until")
        if after is None or fresh is None or self.setting("TestingTorNetwork") != "1":
            return ()
        seconds = int((fresh - after).total_seconds())
        return (private_lengths(seconds),) if 0 < seconds < MOST_PERIOD else ()

    def circuits(self) -> list[Circuit]:
        """Return the circuits that are open now."""
        lines = self._info("circuit-status").splitlines()
        return [circuit for line in lines if (circuit := _circuit(line)) is not None]

    def circuits_of(self, username: str) -> list[Circuit]:
        """Return the circuits that carry connections of one SOCKS user name only."""
        return [circuit for circuit in self.circuits() if circuit.username == username]

    def fetch_descriptor(self, onion: str, seconds: float = FETCHED_WITHIN) -> bytes:
        """Return the signed descriptor of one onion host, fetched from a directory now.

        Raises ``SourceUnreachable`` E-CRA-034 when none comes in time.
        """
        for fetched in self.fetch_descriptors([onion], seconds):
            return fetched.content
        raise self.no_descriptor(onion)

    def fetch_descriptors(
        self, onions: Iterable[str], seconds: float = FETCHED_WITHIN
    ) -> list[FetchedDescriptor]:
        """Return the descriptors of those hosts that a directory gave within ``seconds``."""
        ends_at = time.monotonic() + seconds
        waiting = {name: host for host in onions if (name := onion_name(host))}
        found, asked = [], Counter[str]()
        self.watch("HS_DESC HS_DESC_CONTENT")
        for name in waiting:
            self.ask(f"HSFETCH {name}")
        while waiting and (event := self.next_event(max(0.0, ends_at - time.monotonic()))):
            words = event.partition("\n")[0].split(" ")
            if words[0] == "HS_DESC_CONTENT":
                fetched = _content(event, waiting)
                found += [fetched] if fetched else []
            elif len(words) > _NAME_AT and words[1] in _STEPS:
                asked[words[_NAME_AT]] += _STEPS[words[1]]
                if words[1] == "FAILED" and not any(asked[name] > 0 for name in waiting):
                    ends_at = min(ends_at, time.monotonic() + GIVE_UP_AFTER)
        self.watch("")
        return found

    def _info(self, key: str) -> str:
        for line in self.ask(f"GETINFO {key}"):
            name, _equals, value = line.partition("=")
            if name == key:
                return value.lstrip("\n")
        raise self.declined(key)

    def _consensus_time(self, which: str) -> datetime | None:
        try:
            told = self._info(f"consensus/{which}")
            return datetime.strptime(told, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
        except (SourceUnreachable, ValueError):  # it has no network status (yet)
            return None

    def unreachable(self, reason: str) -> SourceUnreachable:
        """Return the error E-CRA-031 for a port where no Tor answers."""
        return SourceUnreachable(
            "E-CRA-031",
            _("No Tor answers at the control port: {reason}.").format(reason=reason),
            where=self._place,
            remedy=_("Start Tor with “ControlPort {place}”, or empty “tor_control”.").format(
                place=self._place
            ),
        )

    def refused(self, reason: str) -> ConfigurationError:
        """Return the error E-CRA-032 for a Tor that does not let us in."""
        return ConfigurationError(
            "E-CRA-032",
            _("Tor does not let us use its control port: {reason}.").format(reason=reason),
            where=self._place,
            remedy=_("Set CookieAuthentication 1 and let this account read the cookie file, or "
                     "name a file with the password as “tor_password_file”."),
        )  # fmt: skip

    def declined(self, reason: str) -> SourceUnreachable:
        """Return the error E-CRA-033 for a Tor that does not answer what it was asked."""
        return SourceUnreachable(
            "E-CRA-033",
            _("Tor does not carry out what it was asked for: {reason}.").format(reason=reason),
            where=self._place,
            remedy=_("Look into the log of Tor; versions from 0.4.7 on are known to work."),
        )

    def no_descriptor(self, onion: str) -> SourceUnreachable:
        """Return the error E-CRA-034 for a service whose descriptor nobody has."""
        return SourceUnreachable(
            "E-CRA-034",
            _("No directory gave the descriptor of this onion service."),
            where=onion,
            remedy=_("The service may be down. Try again later; the crawl does not need it."),
        )


def _content(event: str, waiting: dict[str, str]) -> FetchedDescriptor | None:
    """Return what ``HS_DESC_CONTENT NAME ID DIRECTORY`` brings of a host that is waited for."""
    head, _end, text = event.partition("\n")
    words = [*head.split(" "), "", "", ""]
    content = text.rpartition("\nOK")[0].rstrip("\n")
    if not content or words[1] not in waiting:
        return None
    directory = _FINGERPRINT.match(words[3])
    whole = content.encode("latin-1") + b"\n"
    return FetchedDescriptor(
        waiting.pop(words[1]), whole, directory[1].upper() if directory else ""
    )


def _circuit(line: str) -> Circuit | None:
    matched = _CIRCUIT.fullmatch(line)
    if matched is None:
        return None
    more = matched["more"]
    username, purpose = _USERNAME.search(more), _PURPOSE.search(more)
    return Circuit(
        id=matched["id"],
        state=matched["state"],
        purpose=purpose[1] if purpose else "",
        username=re.sub(r"\\(.)", r"\1", username[1]) if username else "",
        relays=tuple(_FINGERPRINT.findall(matched["path"] or "")),
    )
