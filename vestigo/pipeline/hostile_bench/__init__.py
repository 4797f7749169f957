# SPDX-License-Identifier: AGPL-3.0-or-later
"""A market that wants to exhaust whoever crawls it, and what a crawl of it costs."""
