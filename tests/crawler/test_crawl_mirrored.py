# SPDX-License-Identifier: AGPL-3.0-or-later
"""Two mirrors of one market in one run: each has its own session, and its own log-in."""

import dataclasses
import re

import pytest

A, B = "a" * 56 + ".onion", "b" * 56 + ".onion"


@pytest.fixture
def proxy(market, beside):
    server = beside("test_socks").Proxy(market)
    yield server
    server.close()


class Mirrors:
    """Lets nobody see a page who did not log in at that very host."""

    def __init__(self, market, html):
        self.html, self.posts = html, []
        market.answers["/login"] = self.login
        market.answers["/"] = self.inside(html.category("/p/1", "/p/2"))
        for n in (1, 2):
            market.answers[f"/p/{n}"] = self.inside(html.listing(n))

    @staticmethod
    def host(request):
        return re.search(rb"\r\n[Hh]ost: ([^\r]+)", request)[1].decode()

    def login(self, request, _n):
        if request.startswith(b"GET"):
            return self.html.LOGIN
        host = self.host(request)
        self.posts.append(host)
        head = f"Location: /\r\nSet-Cookie: in={host[0]}; Path=/\r\n"
        return self.html.page("", status="302 Found", head=head)

    def inside(self, answer):
        def give(request, _n):
            return answer if f"in={self.host(request)[0]}".encode() in request else self.html.LOGIN

        return give


def test_each_mirror_is_logged_in_at(market, html, crawls, profile, order, proxy):
    mirrors = Mirrors(market, html)
    report = crawls.run(
        profile=dataclasses.replace(profile, hosts=(B,)), start_uri=f"http://{A}/",
        seeds=(f"http://{B}/",), orders=[order(hosts=(A, B))], account="avatar", password="pw",
        settings={"proxy": proxy.uri},
    )  # fmt: skip
    assert report.paused == ""
    assert report.coverage.page_kinds == {"category": 2, "listing": 4}
    assert report.coverage.waiting == 0
    assert sorted(set(mirrors.posts)) == [A, B]
    assert report.n_log_ins == len(mirrors.posts) == 2
