# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph page: a canvas and a table of the same things, and what they ask the server."""
