# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keeping the lexicon: its faults, its extent, the words that it lacks."""
