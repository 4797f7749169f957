# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether the interval of a coverage estimate holds the truth, where the truth is known."""
