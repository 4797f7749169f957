# SPDX-License-Identifier: AGPL-3.0-or-later
"""Following the money: trace sheets, clusters, services, decisions and tags."""
