# SPDX-License-Identifier: AGPL-3.0-or-later
"""Hostile responses against a tap on the server's own socket: ``vestigo bench wire``."""
