# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is sold on the range: goods, wordings, listings and how they change."""
