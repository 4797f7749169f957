# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hashes that come with a file: ``algorithm:hex``, compared with the bytes that came."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vestigo.errors import UsageError, VerificationError
from vestigo.i18n import _

HEX_DIGITS = {
    "md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128,
    "sha3_256": 64, "sha3_512": 128, "blake2b": 128, "blake2s": 64,
}  # fmt: skip
_SPELLED = {name.replace("_", ""): name for name in HEX_DIGITS}
WEAK = frozenset({"md5", "sha1"})


@dataclass(frozen=True, slots=True)
class GivenHash:
    """A hash as somebody gave it: the algorithm by its name in ``hashlib``, lower hex."""

    algorithm: str
    digest: str

    def __str__(self) -> str:
        return f"{self.algorithm}:{self.digest}"


def read_hash(text: str) -> GivenHash:
    """Return the hash that ``text`` names; ``UsageError`` E-EVI-190 where it is none."""
    name, _colon, digest = text.strip().partition(":")
    algorithm = _SPELLED.get(name.strip().lower().replace("-", "").replace("_", ""), "")
    digest = "".join(digest.split()).lower()
    wanted = HEX_DIGITS.get(algorithm, 0)
    if len(digest) != wanted or not wanted or set(digest) - set("0123456789abcdef"):
        raise UsageError(
            "E-EVI-190",
            _("This is no hash in the form ALGORITHM:HEX."),
            where=ascii(text[:160]),
            remedy=_("Give one of {names}, a colon, and all of its hexadecimal digits.").format(
                names=", ".join(HEX_DIGITS)
            ),
        )
    return GivenHash(algorithm, digest)


def compare_hashes(given: Sequence[GivenHash], computed: Mapping[str, str], where: str) -> None:
    """Compare each hash that came with the one computed.

    Raises ``VerificationError`` E-EVI-191 naming the first algorithm whose hash differs.
    """
    for one in given:
        if not hmac.compare_digest(computed[one.algorithm], one.digest):
            raise VerificationError(
                "E-EVI-191",
                _("The file is not the one that the {algorithm} hash was made of.").format(
                    algorithm=one.algorithm
                ),
                where=where,
                remedy=_("Nothing was filed. Ask for the file and its hash once more."),
            )
