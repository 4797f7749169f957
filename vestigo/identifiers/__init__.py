# SPDX-License-Identifier: AGPL-3.0-or-later
"""Checks of identifiers by their own checksums: never a pattern alone."""
