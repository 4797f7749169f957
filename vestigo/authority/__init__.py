# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate that every socket passes before anything leaves."""

from vestigo.authority.gate import Gate, Intent, Refusal
from vestigo.authority.sockets import SocketGuard, guarded
from vestigo.authority.tally import RefusalTally

__all__ = ["Gate", "Intent", "Refusal", "RefusalTally", "SocketGuard", "guarded"]
