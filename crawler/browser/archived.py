# SPDX-License-Identifier: AGPL-3.0-or-later
"""The archive as a web server: the captured bytes of a page and of what it embeds, only these."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from urllib.parse import urldefrag, urljoin

from crawler.browser.policy import REDIRECTS, Answer, answer_of
from vestigo.errors import VerificationError
from vestigo.evidence.warc import read_exchange, read_response
from vestigo.records import Capture

MOST_REDIRECTS = 5


class ArchivedAnswers:
    """Gives, for an address, the capture that is nearest in time to that of the page.

    ``captures`` are those that may be used: what is in quarantine or was destroyed is not
    handed in.  Only whole answers to GET are given.
    """

    def __init__(self, folder: Path, captures: Iterable[Capture]) -> None:
        self._folder = folder
        self._by_uri: dict[str, list[Capture]] = defaultdict(list)
        for capture in captures:
            if capture.request_method == "GET" and capture.status is not None:
                self._by_uri[capture.uri].append(capture)

    def page(self, capture: Capture) -> Answer:
        """Return the captured page itself; raises as ``read_exchange`` does."""
        exchange = read_exchange(self._folder, capture)
        return answer_of(read_response(exchange.response, "GET"), capture.capture_id)

    def embedded(self, uri: str, page: Capture) -> Answer | None:
        """Return what the archive holds for ``uri``, redirects followed; None where nothing."""
        wanted = urldefrag(uri).url
        for _step in range(MOST_REDIRECTS):
            capture = self._nearest(wanted, page)
            if capture is None:
                return None
            try:
                answer = self.page(capture)
            except VerificationError:
                return None
            if answer.status not in REDIRECTS or not answer.location:
                return answer
            wanted = urldefrag(urljoin(wanted, answer.location)).url
        return None

    def _nearest(self, uri: str, page: Capture) -> Capture | None:
        def distance(capture: Capture) -> tuple[timedelta, str]:
            return abs(capture.observed_at - page.observed_at), capture.capture_id

        return min(self._by_uri.get(uri, ()), key=distance, default=None)
