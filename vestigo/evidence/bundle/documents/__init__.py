# SPDX-License-Identifier: AGPL-3.0-or-later
"""What people read of a case: a sheet an exhibit, and one report, each in several languages."""
