# SPDX-License-Identifier: AGPL-3.0-or-later
"""Updates of the graph that are killed at random moments, and what is left of them."""
