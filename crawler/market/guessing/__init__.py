# SPDX-License-Identifier: AGPL-3.0-or-later
"""What each field of a listing might be on a page that no profile describes."""
