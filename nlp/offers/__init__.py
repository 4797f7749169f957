# SPDX-License-Identifier: AGPL-3.0-or-later
"""What quantities are on offer, in titles, lines, products and options."""
