# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is sold: schedules, histories, vendors' lives, near-duplicates, trends, tables."""
