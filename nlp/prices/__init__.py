# SPDX-License-Identifier: AGPL-3.0-or-later
"""Amounts of money that are prices, of what, and the unit prices that follow."""
