# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tor as the crawler uses it: identities, the control port, what a session records."""
