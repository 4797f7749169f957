# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures of the ledger: reading blocks, the store at size, a case of a million transactions."""
