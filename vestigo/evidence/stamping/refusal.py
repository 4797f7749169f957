# SPDX-License-Identifier: AGPL-3.0-or-later
"""Why a time stamp is refused: one stable code a check."""

from __future__ import annotations

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm

from vestigo.errors import VerificationError
from vestigo.i18n import _

MALFORMED = "E-EVI-140"
STATUS = "E-EVI-141"
IMPRINT = "E-EVI-142"
NONCE = "E-EVI-143"
POLICY = "E-EVI-144"
ALGORITHM = "E-EVI-145"
SIGNER = "E-EVI-146"
USAGE = "E-EVI-147"
BINDING = "E-EVI-148"
SIGNATURE = "E-EVI-149"
CHAIN = "E-EVI-150"
VALIDITY = "E-EVI-151"
CONSTRAINT = "E-EVI-152"
REVOKED = "E-EVI-153"
REVOCATION = "E-EVI-154"
BRACKET = "E-EVI-155"
NO_ANCHOR = "E-EVI-156"
SETTINGS = "E-EVI-157"
UNREACHABLE = "E-EVI-158"
NO_CHECKPOINT = "E-EVI-159"
FOREIGN = "E-EVI-160"
REPLAYED = "E-EVI-161"
TAMPERED = "E-EVI-162"
BLOCK = "E-EVI-163"
UNKNOWN = "E-EVI-164"
TRUST_FILE = "E-EVI-165"
# what ``cryptography`` raises for certificates, lists and answers that are none, early or late
UNREADABLE = (
    ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion,
    x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip


class StampRefused(VerificationError):  # noqa: N818 (reads as the state it is)
    """A time stamp that does not hold; ``code`` names the check."""


def refused(code: str, what: str, where: str = "") -> StampRefused:
    """Return the error for a stamp that fails one check."""
    return StampRefused(
        code,
        what,
        where=where,
        remedy=_("Do not rely on this time stamp; keep it, and ask for another."),
    )
