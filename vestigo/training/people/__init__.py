# SPDX-License-Identifier: AGPL-3.0-or-later
"""Who sells on the range: parties, their accounts, voices, handles and keys."""
