# SPDX-License-Identifier: AGPL-3.0-or-later
"""Planted hits: harmless pictures that must reach nothing that a person or a stage can read."""
