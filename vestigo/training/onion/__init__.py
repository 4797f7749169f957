# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range as onion services of a Tor that runs on this machine."""

from vestigo.training.onion.control import TorControl, control_address
from vestigo.training.onion.publishing import publish

__all__ = ["TorControl", "control_address", "publish"]
