# SPDX-License-Identifier: AGPL-3.0-or-later
"""The evidence desk: verifying, bundles, disclosure, disposal, receipts."""
