# SPDX-License-Identifier: AGPL-3.0-or-later
"""Our ledger and crypttrace on the same chain, function by function, against the truth."""
