# SPDX-License-Identifier: AGPL-3.0-or-later
"""Proposing a market profile from a few saved pages of a layout never seen."""
