# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pictures of pages: Chromium, shut in, fed from the archive or through our own gate."""
