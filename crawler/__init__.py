# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crawling darknet markets under an authorization; every exchange is archived first."""
