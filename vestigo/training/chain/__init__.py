# SPDX-License-Identifier: AGPL-3.0-or-later
"""The ledger of the range: signed transactions in valid regtest blocks."""
