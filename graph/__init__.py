# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph of a case: a projection of its records that can be dropped and made again."""
