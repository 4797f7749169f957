# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a person who walks through the graph reads: a node, what is beside it, what joins two."""
