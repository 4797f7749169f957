# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lines of JSON in, lines of JSON out, in one process or several."""
