# SPDX-License-Identifier: AGPL-3.0-or-later
"""A unit's own terms in a case, and what its listings say that no term covers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from nlp.lexicon.loading import sources_file
from nlp.model import GivenPrice, ListingText
from nlp.reading.own_terms import reader_with, terms_of
from nlp.upkeep.unknown_words import SeenText, unknown_words
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.records import Listing
from vestigo.store.atomic import write_atomically

FOLDER = "terms"


def keep_terms(case: Path, file: Path) -> tuple[Path, ...]:
    """Copy a checked term file and its sources into the case; return the files it reads now.

    A file of the same name is replaced; the custody log keeps the digest of each.
    """
    with open_session(case) as session:
        folder = session.folder.path / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        for path in (sources_file(file), file):
            if not path.exists():
                continue
            content = path.read_bytes()
            write_atomically(folder / path.name, content)
            session.custody.append(
                "processing",
                object_sha256=hashlib.sha256(content).hexdigest(),
                reason="own terms kept",
                details={"file": path.name},
            )
        return terms_of(session.settings("reading"), session.folder.path)


def unknown_in_case(case: Path, terms: Sequence[Path], least: int) -> dict[str, Any]:
    """Return the report on the listings of a case; looking is an event of its custody log."""
    with open_session(case, write=False) as session:
        session.custody.append("access", reason="nlp lexicon unknown")
        own = terms_of(session.settings("reading"), session.folder.path)
        return unknown_words(reader_with((*own, *terms)), _listings(session), least)


def _listings(session: CaseSession) -> Iterator[SeenText]:
    """Yield each listing once, as read last."""
    last = {(one.market, one.listing_key): one for one in session.ledger.of_kind(Listing)}
    for key in sorted(last):
        yield _seen(last[key])


def _seen(listing: Listing) -> SeenText:
    price = None
    if listing.price_amount is not None:
        price = GivenPrice(amount=listing.price_amount, currency=listing.price_currency)
    text = ListingText(
        id=listing.listing_key,
        title=listing.title,
        description=listing.description,
        category=listing.category,
        price=price,
    )
    vendor = listing.vendor_handle or listing.listing_key
    return SeenText(f"{listing.market} {vendor}", text)
