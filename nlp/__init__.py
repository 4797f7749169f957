# SPDX-License-Identifier: AGPL-3.0-or-later
"""Reading listings: substances, quantities, prices, selectors, each with its place."""
