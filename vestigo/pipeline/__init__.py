# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way of the data through a case, stage by stage."""
