# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented bundles, named mutations of them, and what both verifiers must say."""
