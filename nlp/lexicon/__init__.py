# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lexicon from its files: terms, substances, schedules, words of the grammar."""
