# SPDX-License-Identifier: AGPL-3.0-or-later
"""What our capture is measured against: other ways to fetch the same pages.

Nothing here is used by a crawl.
"""
