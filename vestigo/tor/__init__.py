# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the range and the crawler both need of a Tor that runs on this machine."""

from vestigo.tor.address import connect_loopback, loopback_place
from vestigo.tor.control import ControlConnection

__all__ = ["ControlConnection", "connect_loopback", "loopback_place"]
