# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console: read-only, server-rendered pages over one case, on loopback only."""
