# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph measured at size, on both engines, with the code and the questions of the product."""
