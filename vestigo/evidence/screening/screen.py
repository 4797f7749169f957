# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one object that everything captured is shown to before it is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

import numpy as np

from vestigo.closing import Closing
from vestigo.evidence.screening.decoder import PictureDecoder
from vestigo.evidence.screening.hash_file import WIDTHS, HashSetFile
from vestigo.evidence.screening.inline import TooMuch, carried_by
from vestigo.evidence.screening.lists import OpenLists
from vestigo.evidence.screening.media import begins_as, is_text_type, media_of
from vestigo.evidence.screening.pdq import LEAST_QUALITY, PdqHash
from vestigo.evidence.screening.verdict import PASSED, Match, Verdict

NOT_AUTHORISED = "media-not-authorised"
NOT_SCREENED = "not-screened"
NEVER = "never"
_EXACT = ("md5", "sha1", "sha256")
_AT_ONCE = 1 << 18  # PDQ hashes that are compared at a time: 8 MiB


class Screen(Closing):
    """Judges bodies, addresses and categories; safe to ask from several threads.

    ``pictures_allowed`` says whether the authorization has the act ``fetch_image``;
    ``is_never`` is the market profile's own ``never`` list; ``lists`` are the unit's.
    """

    def __init__(
        self,
        *,
        pictures_allowed: bool = False,
        lists: OpenLists | None = None,
        decoder: PictureDecoder | None = None,
        is_never: Callable[[str], bool] = lambda _uri: False,
    ) -> None:
        self._pictures_allowed = pictures_allowed
        self._lists = lists or OpenLists([], [])
        self._decoder = decoder or PictureDecoder()
        self._is_never = is_never
        self._looks = [one for one in self._lists.sets if one.head.counts["pdq"]]

    @property
    def has_lists(self) -> bool:
        """Whether the unit supplied anything to compare with."""
        return bool(self._lists)

    @property
    def has_terms(self) -> bool:
        """Whether categories are compared with anything."""
        return bool(self._lists.terms)

    def variant(
        self, *, pictures_allowed: bool, is_never: Callable[[str], bool] = lambda _uri: False
    ) -> Screen:
        """Return a screen with the same lists for another authorization or market."""
        return Screen(
            pictures_allowed=pictures_allowed,
            lists=self._lists,
            decoder=self._decoder,
            is_never=is_never,
        )

    def close(self) -> None:
        """End the decoder's child and let go of the lists (of every variant)."""
        self._decoder.close()
        self._lists.close()

    def judge(self, uri: str, category: str, body: bytes, media_type: str) -> Verdict:
        """Return the verdict on a decoded body (b"" asks about address and category alone).

        ``category`` is "" where none is known; ``media_type`` is what the header said.
        """
        named = self._of_names(uri, category)
        if named is not None or not body:
            return named or PASSED
        found = media_of(body)
        declared = "" if is_text_type(media_type) else media_type.partition(";")[0].strip()
        kind = found or declared
        verdict = self._of_content(body, kind) if self._lists.sets else PASSED
        if verdict.passed and kind and not self._pictures_allowed:
            return Verdict("not-authorised", why=NOT_AUTHORISED, media_type=kind)
        return verdict

    def judge_picture(self, content: bytes) -> Verdict:
        """Return the verdict on a picture made by us, such as a screenshot: lists only."""
        return self._of_content(content, media_of(content)) if self._lists.sets else PASSED

    def judge_digests(self, digests: Mapping[str, str]) -> Verdict:
        """Return the verdict on a file too large to be read at once, by its hex digests alone."""
        for kind in _EXACT:
            for one in self._lists.sets:
                if one.head.counts[kind] and one.holds(kind, bytes.fromhex(digests[kind])):
                    match = Match(one.head.name, one.head.version, kind, digests["sha256"])
                    return Verdict("hit", match)
        return PASSED

    def _of_names(self, uri: str, category: str) -> Verdict | None:
        for terms in self._lists.terms:
            if terms.match(uri) or (category and terms.match(category)):
                return Verdict("hit", Match(terms.name, terms.version, "never-term"))
        if uri and self._is_never(uri):
            return Verdict("not-authorised", Match("profile", "", "never-pattern"), NEVER)
        return None

    def _of_content(self, body: bytes, media_type: str) -> Verdict:
        """Compare a body and all that it carries; what cannot be compared does not pass."""
        unscreened = False
        try:
            for content in (body, *carried_by(body)):
                match = self._exact(content)
                if match is None and self._looks:
                    match, readable = self._alike(content)
                    unscreened |= not readable
                if match is not None:
                    return Verdict("hit", match, media_type=media_type)
        except TooMuch:
            unscreened = True
        if unscreened:
            return Verdict("not-authorised", why=NOT_SCREENED, media_type=media_type)
        return PASSED

    def _exact(self, content: bytes) -> Match | None:
        sha256 = ""
        for kind in _EXACT:
            holders = [one for one in self._lists.sets if one.head.counts[kind]]
            if not holders:
                continue
            digest = hashlib.new(kind, content, usedforsecurity=False).digest()
            for one in holders:
                if one.holds(kind, digest):
                    sha256 = hashlib.sha256(content).hexdigest()
                    return Match(one.head.name, one.head.version, kind, sha256)
        return None

    def _alike(self, content: bytes) -> tuple[Match | None, bool]:
        """Return a picture's match by looks, and whether it could be compared at all."""
        if not begins_as(content).startswith("image/"):
            return None, True
        hashes = self._decoder.hashes_of(content)
        if hashes is None:
            return None, False
        for found in hashes:
            for one in self._looks:
                nearest = _nearest(one, found)
                if nearest <= one.head.pdq_distance:
                    sha256 = hashlib.sha256(content).hexdigest()
                    name, version = one.head.name, one.head.version
                    return Match(name, version, "pdq", sha256, nearest), True
        return None, True


def _nearest(hash_set: HashSetFile, found: PdqHash) -> int:
    """Return the least distance of a hash to a set, more than 256 for a picture too plain."""
    farthest = 8 * WIDTHS["pdq"] + 1
    if found.quality < LEAST_QUALITY:
        return farthest
    wanted = np.frombuffer(found.bits, np.uint64)
    with hash_set.section("pdq") as section:
        rows = np.frombuffer(section, np.uint64).reshape(-1, wanted.size)
        for start in range(0, len(rows), _AT_ONCE):
            bits = np.bitwise_count(rows[start : start + _AT_ONCE] ^ wanted)
            farthest = min(farthest, int(bits.sum(axis=1, dtype=np.int64).min()))
        del rows
    return farthest
