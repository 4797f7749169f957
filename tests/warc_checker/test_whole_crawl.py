# SPDX-License-Identifier: AGPL-3.0-or-later
"""The WARC files of a whole crawl of the range, log-in included, pass both checkers."""

import sys
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from crawler.job import CrawlJob
from crawler.market import load_profile
from crawler.run import crawl
from vestigo.authority import Gate
from vestigo.clock import system_clock
from vestigo.evidence.warc import segment_paths
from vestigo.pipeline.steps import serving
from vestigo.pipeline.wire.checking import refused_by_jwarc, refused_by_warcio
from vestigo.records import Authorization
from vestigo.settings import default_settings
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world


@pytest.fixture(scope="module")
def files(tmp_path_factory, repository):
    """The files of a crawl of the small range, several of them."""
    folder = tmp_path_factory.mktemp("range")
    (market,) = tell_world(1, load_behaviour("demo")).markets
    now = datetime.now(UTC)
    with serving(
        [sys.executable, "-m", "vestigo", "training", "range", "--behaviour", "demo", "--serve"]
    ) as url:
        order = Authorization(
            issuing_body="court", reference="1/26", legal_basis="-", authorization_kind="training",
            order_sha256="", persons=("p",), hosts=(urlsplit(url).netloc,),
            accounts=(market.account,), acts=("view", "login", "search"),
            data_classes=("listing", "vendor_profile", "feedback"),
            starts_at=now - timedelta(days=1), ends_at=now + timedelta(days=1), amends=None,
        )  # fmt: skip
        report = crawl(
            CrawlJob(
                profile=load_profile(repository / "config" / "markets" / "range.toml"),
                start_uri=url, gate=Gate([order], system_clock), clock=system_clock,
                captures_folder=folder / "captures", sealed_folder=folder / "sealed",
                frontier_path=folder / "frontier.sqlite", software="vestigo test",
                settings=default_settings()["crawl"] | {"segment_bytes": 100_000},
                account=market.account, password=market.password, seal_key=bytes(range(1, 33)),
            )
        )  # fmt: skip
    assert not report.paused
    assert report.coverage.fetched > len(market.listings)
    return segment_paths(folder / "captures")


def test_warcio_accepts_every_file(files):
    assert len(files) > 1
    assert refused_by_warcio(files) == []


def test_jwarc_accepts_every_file_too(files, jwarc):
    assert refused_by_jwarc(jwarc, files) == ""
