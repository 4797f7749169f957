# SPDX-License-Identifier: AGPL-3.0-or-later
"""Measuring the reading on annotated texts, and two annotations against each other."""
