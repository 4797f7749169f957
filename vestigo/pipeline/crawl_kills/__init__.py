# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crawls that are killed at random moments, and what is left of them."""
