# SPDX-License-Identifier: AGPL-3.0-or-later
"""A case with archived pages of an invented market, and a browser to draw them."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from vestigo.evidence.warc import Exchange, WarcArchive
from vestigo.pipeline.crawling import log_segment, record_captures
from vestigo.pipeline.session import open_session
from vestigo.records import DATA_CLASSES, Authorization, Capture, Feedback, Method, Page
from vestigo.store import CaseFolder

HOST = "http://market.invalid"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
METHOD = Method(rule="test.hand.v1", settings_sha256="0" * 64)


def response(body, content_type="text/html; charset=utf-8", status="200 OK", head=""):
    """Return a whole HTTP response."""
    content = body if isinstance(body, bytes) else body.encode()
    return (
        f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\n{head}"
        f"Content-Length: {len(content)}\r\n\r\n"
    ).encode() + content


class PictureCase:
    """A case folder and what is done to it."""

    def __init__(self, path, settings):
        self.folder = CaseFolder.create(path, title="pictures", unit="u")
        text = self.folder.toml.read_text("utf-8")
        self.folder.toml.write_text(text + settings, "utf-8")

    @property
    def path(self):
        return str(self.folder.path)

    @contextmanager
    def session(self, **more):
        with open_session(self.folder.path, **more) as session:
            yield session

    def order(self, *acts, hosts=("market.invalid",)):
        """Record an authorization; return its id."""
        now = datetime.now(UTC)
        made = Authorization(
            issuing_body="court", reference="1/26", legal_basis="-", authorization_kind="training",
            order_sha256="", persons=("p",), hosts=hosts, accounts=(), acts=("view", *acts),
            data_classes=DATA_CLASSES, starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=1), amends=None,
        )  # fmt: skip
        with self.session() as session:
            session.ledger.append([made])
        return made.record_id

    def archive(self, authorization_id, answers, kind="listing", host=HOST):
        """Archive ``answers`` (path -> response); HTML pages are recorded as read."""
        with self.session() as session:
            with WarcArchive(
                self.folder.captures, self.folder.sealed, None, session.clock, "test",
                on_segment=lambda segment: log_segment(session, segment),
            ) as archive:  # fmt: skip
                for n, (path, wire) in enumerate(answers.items()):
                    request = f"GET {path} HTTP/1.1\r\nHost: market.invalid\r\n\r\n".encode()
                    archive.write(
                        Exchange(
                            uri=host + path, method="GET", began_at=NOON + timedelta(seconds=n),
                            request=request, response=wire, authorization_id=authorization_id,
                        )
                    )  # fmt: skip
            record_captures(session)
            for capture in list(session.ledger.of_kind(Capture)):
                if capture.media_type == "text/html":
                    session.ledger.append([_page(capture, kind)])

    def buyer(self, handle):
        """Record a third person."""
        with self.session() as session:
            capture = next(iter(session.ledger.of_kind(Capture)))
            session.ledger.append([
                Feedback(
                    sources=(capture.capture_id,), method=METHOD, confidence=Decimal("1.0000"),
                    observed_at=NOON, market="m", listing_key="1", vendor_handle=None,
                    buyer_handle=handle, given_on=None, rating=None, text="", price_amount=None,
                    price_currency=None, spans=(),
                )
            ])  # fmt: skip

    def events(self):
        with self.session(write=False) as session:
            return list(session.custody.events())

    def of_kind(self, kind):
        with self.session(write=False) as session:
            return list(session.ledger.of_kind(kind))


def _page(capture, kind):
    return Page(
        sources=(capture.capture_id,), method=METHOD, confidence=Decimal("1.0000"),
        observed_at=capture.observed_at, market="m", uri=capture.uri, page_kind=kind,
        truncated=False, leftovers=(), failed_assertions=(),
    )  # fmt: skip


@pytest.fixture
def make_case(tmp_path, chromium):
    """Make a case: ``make_case(deadline_seconds=…)`` sets what stands in ``[picture]``."""

    def make(**settings):
        values = {"chromium": chromium, "width": 640, "height": 400, **settings}
        rows = "".join(f"{name} = {value!r}\n" for name, value in values.items())
        return PictureCase(tmp_path / "case", f"\n[settings.picture]\n{rows}")

    return make


@pytest.fixture(scope="session")
def wire():
    """Make a whole HTTP response."""
    return response


@pytest.fixture
def scratch_is_clean():
    """Nothing of a browser is left: no link, no process of a scratch folder."""

    def look(case):
        assert not case.folder.scratch.exists()
        for path in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                words = path.read_bytes()
            except OSError:
                continue
            assert case.path.encode() not in words or b"chrom" not in words

    return look
