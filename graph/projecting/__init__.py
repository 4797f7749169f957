# SPDX-License-Identifier: AGPL-3.0-or-later
"""From records to nodes and relationships."""
