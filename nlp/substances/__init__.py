# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which substances a text names, and how: on offer, compared, denied."""
