# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is recorded of Tor in each run: who carried it, under which identity, from where.

Without a control port the facts that only Tor can tell are recorded as ``not known``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from crawler.job import CrawlJob
from crawler.permission import intent
from crawler.socks import SocksProxy
from crawler.tor.control import ControlPort, FetchedDescriptor, control_place
from crawler.tor.identity import FRESH, fresh_details, isolation_name
from vestigo.authority import SocketGuard
from vestigo.clock import iso
from vestigo.errors import ConfigurationError, VestigoError
from vestigo.evidence.origin import OriginFacts, archive_descriptor
from vestigo.i18n import _
from vestigo.identifiers.onion import onion_version

NOT_KNOWN = "not known"
NO_CONTROL_PORT = "not known: no control port is set"
NO_EXIT = "no exit node: onion service"
BEGAN, ENDED = "Tor session began", "Tor session ended"
MOST_CIRCUITS = 32
MOST_PASSWORD_BYTES = 4096
_OPEN_TO_OTHERS = 0o077
_TO_AN_EXIT = ("GENERAL", "CONFLUX_LINKED")  # Tor 0.4.8 and later join two circuits to one
_ASKED = ("tor_version", "config_sha256", "consensus_valid_after")


@dataclass(slots=True)
class TorSession:
    """Asks Tor and writes events; ``hosts`` are those that the crawl may go to.

    ``change`` has the network below use another proxy.
    """

    job: CrawlJob
    proxy: SocksProxy
    guard: SocketGuard
    hosts: frozenset[str]
    change: Callable[[SocksProxy], None] = lambda _proxy: None

    def renew(self) -> None:
        """Give the account an identity that it never used; what is asked for later uses it.

        The session of the identity before ends, one of the new identity begins.
        """
        self.end()
        self.job = replace(self.job, identity=self.job.identity + 1)
        self.proxy = replace(self.proxy, username=isolation_name(self.job))
        self.change(self.proxy)
        self.job.on_event("collection", FRESH, fresh_details(self.job))
        facts = self._facts()
        self.job.on_event("collection", BEGAN, self._own() | facts)

    def _facts(self) -> dict[str, str]:
        """Return what Tor says of itself; whatever prevents that is a fact as well."""
        if not self.job.settings["tor_control"]:
            return dict.fromkeys(_ASKED, NO_CONTROL_PORT)
        try:
            with self._control() as control:
                return _asked(control)
        except VestigoError as error:
            return dict.fromkeys(_ASKED, f"{NOT_KNOWN}: {error.code}")

    def begin(self) -> None:
        """Write who carries the crawl, and archive the descriptors of its onion hosts.

        Raises ``ConfigurationError`` E-CRA-030, -032, -035 and ``SourceUnreachable``
        E-CRA-031, -033 where a control port is set and does not serve: nothing was sent.
        """
        if self.job.fresh_identity:
            self.job.on_event("collection", FRESH, fresh_details(self.job))
        if not self.job.settings["tor_control"]:
            asked = dict.fromkeys(_ASKED, NO_CONTROL_PORT)
            self.job.on_event("collection", BEGAN, self._own() | asked)
            return
        with self._control() as control:
            self.job.on_event("collection", BEGAN, self._own() | _asked(control))
            self._archive_descriptors(control)

    def end(self) -> None:
        """Write which circuits carried the identity; that Tor has gone is written too."""
        circuits = NO_CONTROL_PORT if not self.job.settings["tor_control"] else self._circuits()
        details = circuits if isinstance(circuits, dict) else {"circuits": circuits}
        self.job.on_event("collection", ENDED, self._named() | details)

    def _named(self) -> dict[str, str]:
        return {
            "market": self.job.profile.market, "frontier": self.job.frontier_path.stem,
            "account": self.job.account, "isolation": self.proxy.username,
        }  # fmt: skip

    def _own(self) -> dict[str, str]:
        """Return what is known without asking Tor."""
        onions = all(onion_version(host) for host in self.hosts)
        return {
            **self._named(),
            "proxy": f"{self.proxy.host}:{self.proxy.port}",
            "identity": str(self.job.identity),
            "exit": NO_EXIT if onions else "chosen by Tor: see the end of the session",
        }

    def _circuits(self) -> dict[str, str] | str:
        """Return the circuits of this identity; whatever prevents that is a fact as well."""
        try:
            with self._control() as control:
                ours = control.circuits_of(self.proxy.username)
        except VestigoError as error:
            return f"{NOT_KNOWN}: {error.code}"
        exits = sorted({c.relays[-1] for c in ours if c.purpose in _TO_AN_EXIT and c.relays})
        shown = [f"{c.id} {c.purpose}" for c in ours[:MOST_CIRCUITS]]
        found = {"n_circuits": str(len(ours)), "circuits": ", ".join(shown)}
        return found | ({"exits": ", ".join(exits)} if exits else {})

    def _archive_descriptors(self, control: ControlPort) -> None:
        """Fetch and keep the descriptor of each onion host; what is missing is an event."""
        folder = self.job.origin_folder
        onions = sorted(h for h in self.hosts if onion_version(h) == 3 and self._may(h))  # noqa: PLR2004  # the version
        if folder is None or not onions:
            return
        found = {one.onion: one for one in control.fetch_descriptors(onions)}
        for host in onions:
            if host in found:
                self._keep(control, folder, found[host])
            else:
                self.job.on_event("fail", "E-CRA-034 no onion descriptor", {"host": host})

    def _may(self, host: str) -> bool:
        return self.job.gate.covers(intent(f"http://{host}/", "", self.job.account)) or (
            self.job.gate.covers(intent(f"https://{host}/", "", self.job.account))
        )

    def _keep(self, control: ControlPort, folder: Path, fetched: FetchedDescriptor) -> None:
        facts = OriginFacts(
            host=fetched.onion,
            fetched_at=self.job.clock(),
            tor_version=control.version(),
            consensus_valid_after=control.consensus_valid_after(),
            directory=fetched.directory,
            **({"lengths": lengths} if (lengths := control.period_lengths()) else {}),
        )
        kept = archive_descriptor(folder, fetched.content, facts)
        self.job.on_origin(kept)

    def _control(self) -> AbstractContextManager[ControlPort]:
        settings = self.job.settings
        place = control_place(str(settings["tor_control"]))
        return open_control(place, str(settings["tor_password_file"]), self.guard)


@contextmanager
def open_control(
    place: tuple[str, int], password_file: str, guard: SocketGuard
) -> Iterator[ControlPort]:
    """Yield an authenticated connection; ``guard`` grants its socket for that moment only."""
    with guard.granting(*place):
        control = ControlPort(*place)
    with control:
        control.authenticate(lambda: control_password(password_file))
        yield control


def _asked(control: ControlPort) -> dict[str, str]:
    valid_after = control.consensus_valid_after()
    return {
        "tor_version": control.version(),
        "config_sha256": control.config_sha256(),
        "consensus_valid_after": iso(valid_after) if valid_after else f"{NOT_KNOWN}: Tor has none",
    }


def control_password(path_text: str) -> str:
    """Return the first line of the file that the setting ``tor_password_file`` names.

    Raises ``ConfigurationError`` E-CRA-035 where it is not set, not there, or others may
    read it.
    """
    path = Path(path_text)
    try:
        if not path_text or path.stat().st_mode & _OPEN_TO_OTHERS:
            raise _no_password(path_text)
        with path.open("rb") as handle:
            line = handle.read(MOST_PASSWORD_BYTES).split(b"\n")[0].rstrip(b"\r")
    except (OSError, ValueError) as error:
        raise _no_password(path_text) from error
    return line.decode("utf-8", "surrogateescape")


def _no_password(path_text: str) -> ConfigurationError:
    return ConfigurationError(
        "E-CRA-035",
        _("There is no password for the control port of Tor."),
        where=path_text,
        remedy=_("Name a file that only this account can read as “tor_password_file”."),
    )
