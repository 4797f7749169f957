# SPDX-License-Identifier: AGPL-3.0-or-later
"""The gate that every socket passes before anything leaves."""

from vestigo.authority.gate import Gate, Intent, Refusal
from vestigo.authority.sockets import SocketGuard, guarded

__all__ = ["Gate", "Intent", "Refusal", "SocketGuard", "guarded"]
