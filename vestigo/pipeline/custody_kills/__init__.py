# SPDX-License-Identifier: AGPL-3.0-or-later
"""Processes that write to the custody log and are killed, and what is left of their events."""
