# SPDX-License-Identifier: AGPL-3.0-or-later
"""Payments that several parties make together."""
