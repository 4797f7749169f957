# SPDX-License-Identifier: AGPL-3.0-or-later
"""The practice range: an invented market and ledger whose truth is known.

Nothing here is imported by a stage of the pipeline, and importing this package loads
neither bitcoinlib nor a server.
"""
