# SPDX-License-Identifier: AGPL-3.0-or-later
"""Invented layouts of market pages with their truth, for measuring ``vestigo market learn``."""
