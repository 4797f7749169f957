# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the range and the crawler both need of a Tor that runs on this machine."""

from vestigo.tor.control import ControlConnection, loopback_place

__all__ = ["ControlConnection", "loopback_place"]
