# SPDX-License-Identifier: AGPL-3.0-or-later
"""The people of a case: members, open sessions, passwords, and the second confirmation."""
