# SPDX-License-Identifier: AGPL-3.0-or-later
"""Made-up bytes for the parsers that verification touches, ours and those of the verifiers."""
