# SPDX-License-Identifier: AGPL-3.0-or-later
"""A whole crawl: links followed, pages classified, causes counted, secrets kept out."""

import json

import pytest

from crawler.frontier import Frontier
from crawler.run import isolation_name
from vestigo.errors import UsageError
from vestigo.evidence.warc import iter_captures, read_exchange, segment_paths
from vestigo.pipeline.wire.tapped import TappedServer
from vestigo.settings import default_settings


def test_links_are_followed_and_each_page_is_fetched_once(market, crawls, html):
    market.answers["/"] = html.category("/p/1", "/c/2", "/p/1#top", "/v/a")
    market.answers["/c/2"] = html.category("/p/1", "/p/2", "/")
    market.answers["/p/1"] = html.listing(1, '<a href="/v/a">a</a>')
    market.answers["/p/2"] = html.listing(2)
    market.answers["/v/a"] = html.page("<h1 class=vendor>a</h1>")
    report = crawls.run()
    assert report.coverage.page_kinds == {"category": 2, "listing": 2, "vendor": 1}
    assert set(market.asked.values()) == {1}
    assert report.n_captures == len(crawls.captures) == 5
    assert list(iter_captures(crawls.captures_folder)) == crawls.captures
    assert [s.n_captures for s in crawls.segments] == [5]
    assert (report.interrupted, report.paused, report.n_failed) == (False, "", 0)


def test_every_field_of_a_capture_is_filled(market, crawls, html, order):
    market.answers["/"] = html.listing(1)
    authorization = order()
    crawls.run(orders=[authorization], account="avatar")
    (capture,) = crawls.captures
    assert capture.authorization_id == authorization.record_id
    assert (capture.account, capture.request_method, capture.status) == ("avatar", "GET", 200)
    assert (capture.media_type, capture.charset) == ("text/html", "utf-8")
    assert authorization.starts_at < capture.observed_at < authorization.ends_at
    assert capture.uri == market.uri
    assert len(capture.capture_id) == len(capture.content_sha256) == 64
    body = read_exchange(crawls.captures_folder, capture).body
    assert capture.n_body_bytes == len(body) > 0


def test_running_again_fetches_nothing_twice(market, crawls, html):
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = html.listing(1)
    crawls.run()
    again = crawls.run()
    assert set(market.asked.values()) == {1}
    assert again.n_captures == 0
    assert again.coverage.fetched == 2


def test_seeds_and_the_starts_of_the_profile_are_beginnings_too(market, crawls, html):
    market.answers["/p/7"] = html.listing(7)
    report = crawls.run(
        start_uri=f"{market.uri}p/none", seeds=(f"{market.uri}p/7", "http://elsewhere.onion/p/1")
    )
    assert report.coverage.page_kinds == {"listing": 1, "not-found": 2}
    assert report.coverage.refused == {"other-host": 1}


def test_pages_that_are_no_listings_never_count_as_listings(market, crawls, html):
    market.answers["/"] = html.category("/p/1", "/p/2", "/p/3")
    market.answers["/p/1"] = html.page("<p class=gone>no such listing</p>")
    market.answers["/p/2"] = html.page("", status="404 Not Found")
    market.answers["/p/3"] = html.listing(3).replace(b"</body></html>", b"<p>cut in the ")
    report = crawls.run(settings={"attempts": 2, "retry_seconds": 0.01})
    assert report.coverage.page_kinds == {"category": 1, "not-found": 1, "soft-404": 1}
    assert (report.coverage.failed, market.asked["/p/3"]) == ({"broken-off": 1}, 2)


@pytest.mark.parametrize(("status", "cause"), [("503 Busy", "http-503"), ("429 Slow", "http-429")])
def test_a_page_that_fails_is_asked_for_again_and_then_counted(market, crawls, html, status, cause):
    market.answers["/"] = html.category("/p/1", "/p/2")
    market.answers["/p/1"] = lambda _request, n: (
        html.listing(1) if n else html.page("", status=status)
    )
    market.answers["/p/2"] = html.page("", status=status)
    report = crawls.run(settings={"attempts": 3})
    assert market.asked["/p/1"] == 2
    assert market.asked["/p/2"] == 3
    assert report.coverage.failed == {cause: 1}
    assert report.coverage.fetched == 2
    market.answers["/p/2"] = html.listing(2)
    assert crawls.run().coverage.failed == {cause: 1}
    assert market.asked["/p/2"] == 3
    assert crawls.run(retry_failed=True).coverage.failed == {}


def test_a_page_that_was_never_reached_is_asked_for_again(market, crawls, html):
    """Nothing of it is archived: the market was down, or Tor did not find it."""
    uri, market.answers["/"] = market.uri, html.listing(1)
    market.close()
    report = crawls.run(settings={"attempts": 1})
    assert report.coverage.failed == {"connection-refused": 1}
    again = TappedServer()
    try:
        again.answers["/"] = html.listing(1)
        frontier = Frontier(crawls.job().frontier_path)
        frontier._db.execute("UPDATE pages SET uri = ?", (again.uri,))
        frontier.close()
        report = crawls.run(start_uri=again.uri)
    finally:
        again.close()
    assert (uri != again.uri, report.coverage.failed) == (True, {})
    assert report.coverage.page_kinds == {"listing": 1}


@pytest.mark.parametrize("kind", ["queue", "maintenance"])
def test_a_queue_is_waited_out(market, crawls, html, kind):
    market.answers["/"] = lambda _r, n: (
        html.listing(1) if n == 2 else html.page(f"<p class={kind}>x")
    )
    waiting = f"<p class={kind}>wait</p>"
    market.answers["/"] = lambda _r, n: html.listing(1) if n == 2 else html.page(waiting)
    assert crawls.run().coverage.page_kinds == {"listing": 1}
    market.answers["/p/1"] = html.page(waiting)
    report = crawls.run(start_uri=f"{market.uri}p/1")
    assert report.coverage.failed == {kind: 1}


@pytest.mark.parametrize(
    ("inner", "status"), [("<img class=captcha>", "200 OK"), ("banned", "403 Forbidden")]
)
def test_a_page_for_a_person_pauses_the_crawl_and_nothing_is_lost(
    market, crawls, html, inner, status
):
    market.answers["/"] = html.category("/p/1", "/p/2", "/p/3")
    market.answers["/p/1"] = lambda _r, n: html.listing(1) if n else html.page(inner, status=status)
    market.answers["/p/2"] = market.answers["/p/3"] = html.listing(2)
    report = crawls.run(settings={"concurrency": 1})
    assert report.paused == "E-CRA-013"
    assert report.coverage.waiting == 3
    assert any(action == "fail" and "E-CRA-013" in why for action, why, _d in crawls.events)
    report = crawls.run()
    assert (report.paused, report.coverage.page_kinds["listing"]) == ("", 3)


def test_redirects_are_links_like_any_other(market, crawls, html):
    def to(target):
        return html.page("", status="302 Found", head=f"Location: {target}\r\n")

    market.answers["/"] = html.category("/p/1", "/p/2", "/p/3")
    market.answers["/p/1"] = to("/p/9")
    market.answers["/p/9"] = html.listing(9)
    market.answers["/p/2"] = to("http://other.onion/p/1")
    market.answers["/p/3"] = to("/user/secret")
    report = crawls.run()
    assert report.coverage.page_kinds == {"category": 1, "listing": 1, "redirect": 3}
    assert report.coverage.refused == {"never": 1, "other-host": 1}


def test_a_chain_of_redirects_ends(market, crawls, html):
    market.answers["/"] = html.category("/p/0")
    for n in range(20):
        market.answers[f"/p/{n}"] = html.page(
            "", status="302 Found", head=f"Location: /p/{n + 1}\r\n"
        )
    report = crawls.run()
    assert report.coverage.failed == {"too-many-redirects": 1}
    assert sum(market.asked.values()) == 7


def test_pictures_and_archives_are_not_asked_for(market, crawls, html, order, everything):
    market.answers["/"] = html.category("/a.png", "/b.zip")
    report = crawls.run()
    assert report.coverage.refused == {"not-authorised": 2}
    assert list(market.asked) == ["/"]
    assert crawls.refusals == []
    crawls.run(orders=[order(acts=everything["acts"])])
    assert set(market.asked) == {"/", "/a.png", "/b.zip"}


def test_a_picture_in_the_place_of_a_page_is_not_kept(market, crawls, html, order, everything):
    picture = b"HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: 9\r\n\r\n\x89PNGpixel"
    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = picture
    report = crawls.run()
    assert report.coverage.refused == {"media-not-authorised": 1}
    kept = read_exchange(crawls.captures_folder, crawls.captures[-1])
    assert kept.response.endswith(b"Content-Length: 9\r\n\r\n")
    assert not any(b"pixel" in path.read_bytes() for path in segment_paths(crawls.captures_folder))


def test_search_pages_need_their_own_act(market, crawls, html, order):
    market.answers["/"] = html.category("/search?q=x")
    crawls.run(orders=[order(acts=("view",))])
    assert list(market.asked) == ["/"]
    crawls.run(orders=[order(acts=("view", "search"))])
    assert market.asked["/search?q=x"] == 1


def test_a_class_of_data_that_is_not_named_is_not_asked_for(market, crawls, html, order):
    market.answers["/"] = html.category("/v/a", "/p/1")
    market.answers["/p/1"] = html.listing(1)
    report = crawls.run(orders=[order(data_classes=("listing",))])
    assert report.coverage.refused == {"not-authorised": 1}
    assert "/v/a" not in market.asked


def test_no_robots_file_and_nothing_else_is_asked_for(market, crawls, html):
    market.answers["/"] = html.listing(1)
    crawls.run()
    assert list(market.asked) == ["/"]


def test_cookies_come_back_and_stay_out_of_the_archive(market, crawls, html):
    market.answers["/"] = html.category("/p/1").replace(
        b"\r\n", b"\r\nSet-Cookie: sid=S3CRET; Path=/; Domain=127.0.0.1\r\n", 1
    )
    market.answers["/p/1"] = html.listing(1)
    crawls.run()
    assert b"Cookie: sid=S3CRET" in bytes(market.taps[0].got)
    for path in segment_paths(crawls.captures_folder):
        import gzip

        plain = gzip.decompress(path.read_bytes())
        assert b"S3CRET" not in plain
        assert b"sid=xxxxxx" in plain
    assert b"S3CRET" not in crawls.job().frontier_path.read_bytes()
    assert crawls.refusals == []
    assert not any(action == "fail" for action, _why, _details in crawls.events)


def test_the_frontier_is_plain_and_holds_no_pickle(market, crawls, html):
    market.answers["/"] = html.category("/p/1")
    crawls.run()
    frontier = Frontier(crawls.job().frontier_path)
    assert frontier.coverage().known == 2
    frontier.close()
    assert b"\x80\x04\x95" not in crawls.job().frontier_path.read_bytes()


@pytest.mark.parametrize(
    "start", ["", "not an address", "ftp://127.0.0.1/", "http://", "file:///etc"]
)
def test_a_start_that_is_no_web_address(crawls, start):
    with pytest.raises(UsageError) as caught:
        crawls.run(start_uri=start)
    assert caught.value.code == "E-CRA-003"


def test_a_dead_server_is_a_cause(crawls, market):
    start = market.uri
    market.close()
    report = crawls.run(start_uri=start, settings={"attempts": 2})
    assert report.coverage.failed == {"connection-refused": 1}
    assert crawls.captures == []


def test_the_account_is_not_told_to_the_proxy(crawls):
    name = isolation_name(crawls.job(account="avatar"))
    assert "avatar" not in name
    assert name != isolation_name(crawls.job(account="other"))


def test_an_error_of_our_own_ends_the_crawl_and_the_page_is_not_lost(
    market, crawls, html, monkeypatch
):
    market.answers["/"] = html.listing(1)

    def broken(*_arguments):
        raise RuntimeError("a bug")

    monkeypatch.setattr("crawler.page_work.judge", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        crawls.run()
    monkeypatch.undo()
    report = crawls.run()
    assert report.coverage.page_kinds == {"listing": 1}
    assert (report.n_reconciled, market.asked["/"]) == (1, 1)
    assert len(list(iter_captures(crawls.captures_folder))) == 1


def test_a_frontier_that_cannot_be_written_loses_no_capture(market, crawls, html, monkeypatch):
    """The disk is full for the frontier: what is archived is taken from there next time."""
    import sqlite3

    from crawler.frontier import Frontier

    market.answers["/"] = html.category("/p/1")
    market.answers["/p/1"] = html.listing(1)

    def full(*_arguments):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(Frontier, "done", full)
    with pytest.raises(sqlite3.OperationalError):
        crawls.run()
    monkeypatch.undo()
    report = crawls.run()
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    assert set(market.asked.values()) == {1}


def test_a_full_disk_stops_with_a_code_and_goes_on_later(market, crawls, html, monkeypatch):
    from vestigo.errors import SourceUnreachable

    market.answers["/"] = html.category(*(f"/p/{n}" for n in range(9)))
    for n in range(9):
        market.answers[f"/p/{n}"] = html.listing(n)
    real, room = __import__("os").write, [4000]

    def full(descriptor, content):
        room[0] -= len(content)
        if room[0] < 0:
            raise OSError(28, "No space left on device")
        return real(descriptor, content)

    monkeypatch.setattr("vestigo.evidence.warc.segment.os.write", full)
    with pytest.raises(SourceUnreachable) as caught:
        crawls.run()
    assert caught.value.code == "E-EVI-101"
    monkeypatch.undo()
    report = crawls.run()
    assert report.coverage.page_kinds == {"category": 1, "listing": 9}
    captures = list(iter_captures(crawls.captures_folder))
    assert sorted(c.uri for c in captures) == sorted({c.uri for c in captures})


def test_the_defaults_are_complete(crawls):
    assert set(default_settings()["crawl"]) <= set(crawls.job().settings)
    json.dumps({k: str(v) for k, v in crawls.job().settings.items()})
