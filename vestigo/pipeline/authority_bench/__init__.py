# SPDX-License-Identifier: AGPL-3.0-or-later
"""Random schedules against the authority gate, counted at the sockets of real servers."""
