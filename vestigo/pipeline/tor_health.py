# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the Tor that a crawl would use is there and fit; nothing leaves this machine."""

from __future__ import annotations

from crawler.socks import SocksProxy, parse_proxy
from crawler.tor.control import control_place
from crawler.tor.probing import probe_proxy
from crawler.tor.session import open_control
from vestigo.authority import SocketGuard, guarded
from vestigo.clock import iso, system_clock
from vestigo.errors import VestigoError
from vestigo.i18n import _
from vestigo.settings import Section

Found = tuple[str, str, str]


def examine_tor(settings: Section) -> list[Found]:
    """Return (check, state, sentence) for proxy and control port of the section ``[crawl]``."""
    guard = SocketGuard(system_clock)
    try:
        proxy = parse_proxy(str(settings["proxy"]), "vestigo")
    except VestigoError as error:
        return [("tor", "failed", str(error))]
    with guarded(guard):
        if proxy is None:
            return [("tor", "ok", _("no proxy is set: only loopback can be crawled"))]
        return [_proxy(proxy, guard), _control(settings, guard)]


def _proxy(proxy: SocksProxy, guard: SocketGuard) -> Found:
    place = f"{proxy.host}:{proxy.port}"
    try:
        with guard.granting(proxy.host, proxy.port):
            probe = probe_proxy(proxy)
    except OSError:
        return "tor", "failed", _("nothing answers at {place}").format(place=place)
    if not probe.is_tor:
        return (
            "tor",
            "warning",
            _("what answers at {place} does not say that it is Tor").format(place=place),
        )
    if not probe.names_apart:
        said = _("Tor at {place} takes no user names: accounts would share circuits")
        return "tor", "failed", said.format(place=place)
    if not probe.says_why:
        said = _("Tor answers at {place}; with ExtendedErrors it would say why an onion fails")
        return "tor", "warning", said.format(place=place)
    return "tor", "ok", _("Tor answers at {place}").format(place=place)


def _control(settings: Section, guard: SocketGuard) -> Found:
    name = "tor_control"
    if not settings[name]:
        return (
            name,
            "warning",
            _("no control port is set: version, consensus and onion descriptors stay unknown"),
        )
    try:
        place = control_place(str(settings[name]))
        with open_control(place, str(settings["tor_password_file"]), guard) as control:
            version, valid_after = control.version(), control.consensus_valid_after()
    except VestigoError as error:
        return name, "failed", str(error)
    if valid_after is None:
        said = _("Tor {version} has no consensus: it has not reached its network")
        return name, "warning", said.format(version=version)
    said = _("Tor {version}, consensus valid after {time}")
    return name, "ok", said.format(version=version, time=iso(valid_after))
