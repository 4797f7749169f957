# SPDX-License-Identifier: AGPL-3.0-or-later
"""A listing read as a whole: the reading, its version, its records."""
