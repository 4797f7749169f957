# SPDX-License-Identifier: AGPL-3.0-or-later
"""One field scanned once: numbers with units, amounts of money, lines and parts."""
