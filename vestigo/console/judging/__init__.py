# SPDX-License-Identifier: AGPL-3.0-or-later
"""The judgement queue: candidates that rules found, and what named persons decide of them."""
