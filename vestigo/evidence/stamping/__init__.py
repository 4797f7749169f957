# SPDX-License-Identifier: AGPL-3.0-or-later
"""Time stamps (RFC 3161, RFC 5816): asked for, kept whole, and verified against anchors."""

from vestigo.evidence.stamping.refusal import StampRefused
from vestigo.evidence.stamping.request import StampRequest, new_request, parse_request
from vestigo.evidence.stamping.revocation import RevocationFiles
from vestigo.evidence.stamping.token import StampResponse, parse_response
from vestigo.evidence.stamping.verifying import Trust, VerifiedStamp, verify_stamp

__all__ = [
    "RevocationFiles", "StampRefused", "StampRequest", "StampResponse", "Trust", "VerifiedStamp",
    "new_request", "parse_request", "parse_response", "verify_stamp",
]  # fmt: skip
