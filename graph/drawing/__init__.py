# SPDX-License-Identifier: AGPL-3.0-or-later
"""A part of the graph as a picture: the same picture for the same graph."""
