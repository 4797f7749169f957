# SPDX-License-Identifier: AGPL-3.0-or-later
"""Selectors in texts: keys, coins, onions, contacts; what is never read as words."""
