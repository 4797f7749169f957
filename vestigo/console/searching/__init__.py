# SPDX-License-Identifier: AGPL-3.0-or-later
"""One box for any identifier and any words: an index file that follows the record ledger."""
