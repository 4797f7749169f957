# SPDX-License-Identifier: AGPL-3.0-or-later
"""An invented case of a wanted size, written with the archive, ledger and log of the product."""

from __future__ import annotations

import random
import sys
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from vestigo.evidence.bundle.documents.wanted import documents_of_a_new_case
from vestigo.evidence.keys import create_keys, seal_public_key
from vestigo.evidence.warc import Exchange, WarcArchive
from vestigo.pipeline.benchmark import PASSPHRASE
from vestigo.pipeline.crawling import log_segment
from vestigo.pipeline.evidence_bench.invented_pages import (
    OfferPage,
    offer_page,
    page_answer,
    photograph_answer,
)
from vestigo.pipeline.evidence_bench.invented_records import (
    PICTURE_BYTES,
    block_records,
    exhibit_records,
    page_record,
)
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.records import Authorization, Capture, Record
from vestigo.store import CaseFolder

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGES_AN_EXHIBIT = 10
PHOTOGRAPHS_A_PAGE = 2
WAITING = 32
PACKED_PAGE = 12_000  # bytes of a page in the archive, about
BOTH = 2  # a picture stands in its exhibit and in the sheet


@dataclass(frozen=True, slots=True)
class Size:
    """How large a case is to be: bytes of its bundle (about), records, exhibits."""

    n_bytes: int
    n_records: int
    n_exhibits: int

    @property
    def n_pages(self) -> int:
        """Pages: each exhibit is one of ten."""
        return self.n_exhibits * PAGES_AN_EXHIBIT

    @property
    def n_blocks(self) -> int:
        """Blocks, with one transaction each: a tenth of the records together."""
        return self.n_records // 20

    @property
    def n_opinions(self) -> int:
        """Opinions on the page of each exhibit: two records each, they fill up the number."""
        captures = self.n_pages * (1 + PHOTOGRAPHS_A_PAGE)
        others = 1 + captures + self.n_pages + 2 * self.n_blocks + 2 * self.n_exhibits
        return max(0, -(-(self.n_records - others) // (2 * self.n_exhibits)))

    @property
    def photograph_bytes(self) -> int:
        """Bytes of a photograph on average."""
        others = self.n_exhibits * PICTURE_BYTES * BOTH + self.n_pages * PACKED_PAGE
        return max(2000, (self.n_bytes - others) // (self.n_pages * PHOTOGRAPHS_A_PAGE))


class Stepping:
    """A clock that goes on by a second a look."""

    def __init__(self) -> None:
        self._now = NOON

    def __call__(self) -> datetime:
        """Return the next second."""
        self._now += timedelta(seconds=1)
        return self._now


def make_case(path: Path, size: Size) -> CaseFolder:
    """Make the case; only salts and keys differ from one time to the next."""
    folder = CaseFolder.create(
        path, title="Benchmark", unit="Benchmark", settings=documents_of_a_new_case(("en",))
    )
    with open_session(folder.path, clock=Stepping()) as session:
        session.custody.append("recognition", reason="case created")
        create_keys(folder, PASSPHRASE, session.clock)
        authorization = _authorization()
        session.ledger.append([authorization])
        pages = _archived(session, size, authorization.record_id)
        session.ledger.append(capture for capture, _page in pages)
        session.ledger.append(_derived(folder, pages))
        session.ledger.append(block_records(size.n_blocks, NOON))
    return folder


Pages = list[tuple[Capture, OfferPage | None]]


def _archived(session: CaseSession, size: Size, authorization_id: str) -> Pages:
    """Archive every answer; return the captures, those of exhibits with their pages."""
    found: Pages = []
    waiting: deque[tuple[Future[Capture], OfferPage | None]] = deque()
    folder = session.folder
    with WarcArchive(
        folder.captures, folder.sealed, seal_public_key(folder), session.clock, "vestigo bench",
        on_segment=lambda closed: log_segment(session, closed),
    ) as archive:  # fmt: skip
        for exchange, page in _exchanges(size, authorization_id):
            waiting.append((archive.submit(exchange), page))
            if len(waiting) > WAITING:
                future, kept = waiting.popleft()
                found.append((future.result(), kept))
        found += [(future.result(), kept) for future, kept in waiting]
    return found


def _exchanges(size: Size, authorization_id: str) -> Iterator[tuple[Exchange, OfferPage | None]]:
    dice = random.Random("sizes")  # noqa: S311 (invents sizes, no secrets)
    for n in range(size.n_pages):
        cited = n % PAGES_AN_EXHIBIT == 0
        page = offer_page(n, size.n_opinions if cited else 0)
        answers = [(f"/offer/{n}", page_answer(n, page.body), page if cited else None)]
        for k in range(PHOTOGRAPHS_A_PAGE):
            n_bytes = int(size.photograph_bytes * dice.uniform(0.2, 1.8))
            number = n * PHOTOGRAPHS_A_PAGE + k
            answers.append((f"/photo/{number}.jpg", photograph_answer(number, n_bytes), None))
        for k, (path, answer, kept) in enumerate(answers):
            moment = NOON + timedelta(seconds=4 * n + k)
            yield _exchange(path, answer, moment, authorization_id), kept


def _exchange(path: str, answer: bytes, moment: datetime, authorization_id: str) -> Exchange:
    request = f"GET {path} HTTP/1.1\r\nHost: market.example\r\nCookie: session=invented\r\n\r\n"
    return Exchange(
        uri=f"http://market.example{path}", method="GET", began_at=moment,
        request=request.encode("ascii"), response=answer, authorization_id=authorization_id,
        account="avatar",
    )  # fmt: skip


def _derived(folder: CaseFolder, pages: Pages) -> Iterator[Record]:
    folder.derived.mkdir(parents=True, exist_ok=True)
    for capture, page in pages:
        if capture.media_type == "text/html":
            yield page_record(capture)
        if page is not None:
            yield from exhibit_records(folder.derived, capture, page)


def _authorization() -> Authorization:
    return Authorization(
        issuing_body="Benchmark", reference="B-1", legal_basis="none: everything is invented",
        authorization_kind="training", order_sha256="", persons=("nobody",),
        hosts=("market.example",), accounts=("avatar",), acts=("view", "fetch_image"),
        data_classes=("listing", "feedback"), starts_at=NOON, ends_at=NOON + timedelta(days=30),
        amends=None,
    )  # fmt: skip


def main(arguments: list[str]) -> None:
    """Make a case at a path: its bytes, records and exhibits are the other arguments."""
    path, *sizes = arguments
    make_case(Path(path), Size(*map(int, sizes)))


if __name__ == "__main__":
    main(sys.argv[1:])
