# SPDX-License-Identifier: AGPL-3.0-or-later
"""Venues of every layout, and visitors who keep their cookies."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from lxml import html

from vestigo.training.behaviour import load_behaviour
from vestigo.training.site import Site
from vestigo.training.telling import tell_world


class Visitor:
    """Somebody with a cookie jar; answers come as the site gives them."""

    def __init__(self, site, cookies=None):
        self.site = site
        self.cookies = dict(cookies or {})

    def ask(self, target, method="GET", **form):
        body = urlencode(form).encode() if form else b""
        answer = self.site.answer(method, target, self.cookies, body)
        for name, value in answer.headers:
            if name == "Set-Cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.value
        return answer

    def tree(self, target, method="GET", **form):
        return html.fromstring(self.ask(target, method, **form).body.decode())


@pytest.fixture(scope="session")
def full():
    """The world of a course, seed 1."""
    return tell_world(1, load_behaviour("full"))


@pytest.fixture(scope="session")
def market_like():
    """Make the demonstration's market with other settings of its section."""
    (market,) = tell_world(1, load_behaviour("demo")).markets

    @cache
    def make(**section):
        return replace(market, section=replace(market.section, **section))

    return make


@pytest.fixture(scope="session")
def site_like(market_like):
    """Make the site of such a market."""
    return lambda **section: Site(market_like(**section).at(1))


@pytest.fixture
def visitor():
    """Make a visitor of a site, at the door or inside."""

    def make(site, *, inside=False):
        return Visitor(site, site.session_cookie() if inside else None)

    return make


@pytest.fixture
def solve():
    """Read the captcha of a page as a person would; give challenge and code."""
    from vestigo.training.site.captcha import code_of

    def read(site, tree):
        (challenge,) = tree.xpath("//input[@name='challenge']/@value")
        return {
            "challenge": challenge,
            site.layout.fields[2]: code_of(site.market.seed, site.market.key, challenge),
        }

    return read
