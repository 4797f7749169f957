# SPDX-License-Identifier: AGPL-3.0-or-later
"""Vestigo: from a legal authorization to a bundle that a stranger can verify."""

__version__ = "0.1.0"
