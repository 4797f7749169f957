# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which vendor accounts may be one party: a lead with its weights, never an identity."""
