# SPDX-License-Identifier: AGPL-3.0-or-later
"""The crawl desk: how crawls stand, attending them, planning passes."""
