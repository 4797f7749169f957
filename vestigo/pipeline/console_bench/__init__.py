# SPDX-License-Identifier: AGPL-3.0-or-later
"""The console measured on an invented case: as a server, and drawn in a headless browser."""
