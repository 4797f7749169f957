# SPDX-License-Identifier: AGPL-3.0-or-later
"""Chain data: parsing, store, clusters, traces and cash-out points, each step explained."""
