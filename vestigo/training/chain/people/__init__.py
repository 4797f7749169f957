# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who moves coins: buyers and sellers, strangers with the same habits."""
