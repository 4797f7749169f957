# SPDX-License-Identifier: AGPL-3.0-or-later
"""A text made plain: normal form, tokens, numbers and dates, its language."""
