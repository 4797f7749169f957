# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every way in which a venue holds a visitor up, as its behaviour says."""

import pytest
from lxml import html

from vestigo.training.site.captcha import code_of
from vestigo.training.site.cookie import Session, Signer

LAYOUTS = ("table", "cards", "forum", "minimal")


def credentials(site, **more):
    user, password, _code = site.layout.fields
    return {user: site.market.account, password: site.market.password, **more}


def location(answer):
    return dict(answer.headers).get("Location")


# --- the log-in -----------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_without_a_session_everything_leads_to_the_log_in(site_like, visitor, layout):
    site = site_like(layout=layout)
    some = site.market.at(1).listings[0].key
    targets = [site.address(kind) for kind in ("home", "search", "messages", "logout")]
    for target in [*targets, site.address("listing", some), "/nothing", "/order/x"]:
        answer = visitor(site).ask(target)
        assert (answer.status, location(answer)) == (302, site.address("login"))
        assert answer.body == b""


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_right_password_lets_in(site_like, visitor, layout):
    site = site_like(layout=layout)
    one = visitor(site)
    (form,) = one.tree(site.address("login")).forms
    assert (form.method, form.action) == ("POST", site.address("login"))
    answer = one.ask(form.action, "POST", **credentials(site))
    assert (answer.status, location(answer)) == (302, site.address("home"))
    assert one.ask(site.address("home")).status == 200


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "wrong", [{}, {"password": "x", "user": "y"}, {"name": "\x00", "secret": "\udcff"}]
)
def test_a_wrong_password_shows_the_form_again(site_like, visitor, layout, wrong):
    site = site_like(layout=layout)
    one = visitor(site)
    wrong = {name: value.encode("utf-8", "replace") for name, value in wrong.items()}
    assert one.ask(site.address("login"), "POST", **wrong).status == 200
    assert location(one.ask(site.address("home"))) == site.address("login")


def test_a_form_of_bytes_that_are_no_text_breaks_nothing(site_like):
    for body in (b"\xff\xfe=\x00", b"&&=&", b"user=%ff&password=%00", b"a" * 20_000):
        assert site_like().answer("POST", "/login", {}, body).status == 200


def test_the_log_out_ends_the_session(site_like, visitor):
    site = site_like()
    one = visitor(site, inside=True)
    assert location(one.ask(site.address("logout"))) == site.address("login")
    assert location(one.ask(site.address("home"))) == site.address("login")


def test_the_session_of_one_market_does_not_open_another(full):
    from vestigo.training.site import Site

    sites = [Site(market.at(1)) for market in full.markets]
    for site in sites:
        for other in sites:
            if other is not site:
                (value,) = other.session_cookie().values()
                (name,) = site.session_cookie()
                assert site.answer("GET", site.address("home"), {name: value}, b"").body == (
                    site.answer("GET", site.address("home"), {}, b"").body
                )


# --- cookies ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        "", "x", ".", "inside.0.0.0.", "inside.0.0.0.000000000000000000000000",
        "inside.0.0.0." + "\N{LATIN SMALL LETTER E WITH ACUTE}" * 24, "a" * 100_000,
    ],
)  # fmt: skip
def test_a_cookie_that_is_not_ours_is_no_session(site_like, value):
    site = site_like()
    (name,) = site.session_cookie()
    assert location(site.answer("GET", "/", {name: value}, b"")) == "/login"


def test_a_counter_cannot_be_turned_back(site_like):
    site = site_like(session_requests=3)
    (name,) = site.session_cookie()
    (value,) = site.session_cookie().values()
    stage, waited, tries, asked, signature = value.split(".")
    forged = ".".join([stage, waited, tries, str(int(asked) + 1), signature])
    assert location(site.answer("GET", "/", {name: forged}, b"")) == "/login"


def test_sessions_come_back_as_they_were_sealed():
    signer = Signer("a")
    for session in (Session(), Session("inside", 3, 2, 10**12), Session("door", n_tries=7)):
        opened = signer.open(signer.seal(session))
        assert (opened.stage, opened.n_waited, opened.n_tries) == (
            session.stage, session.n_waited, session.n_tries,
        )  # fmt: skip
        assert opened.n_asked == min(session.n_asked, 10**9)
        assert Signer("b").open(signer.seal(session)) == Session()


# --- the captcha -----------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_log_in_asks_for_a_code_where_the_behaviour_says_so(site_like, visitor, solve, layout):
    site = site_like(layout=layout, captcha="login")
    one = visitor(site)
    page = one.tree(site.address("login"))
    (source,) = page.xpath("//form//img/@src")
    assert one.ask(source).body.startswith(b"\x89PNG")
    answer = one.ask(site.address("login"), "POST", **credentials(site, **solve(site, page)))
    assert location(answer) == site.address("home")


def test_the_code_may_be_typed_in_small_letters(site_like, visitor, solve):
    site = site_like(captcha="login")
    one = visitor(site)
    solved = solve(site, one.tree("/login"))
    solved["code"] = f" {solved['code'].lower()} "
    assert location(one.ask("/login", "POST", **credentials(site, **solved))) == "/"


@pytest.mark.parametrize("code", ["", "AAAAA", "\x00", "é"])
def test_a_wrong_code_shows_another_challenge(site_like, visitor, solve, code):
    site = site_like(captcha="login")
    one = visitor(site)
    first = solve(site, one.tree("/login"))
    again = html.fromstring(
        one.ask("/login", "POST", **credentials(site, **first | {"code": code})).body.decode()
    )
    assert solve(site, again)["challenge"] != first["challenge"]
    assert location(one.ask("/")) == "/login"


def test_a_code_is_good_for_one_log_in(site_like, visitor, solve):
    site = site_like(captcha="login")
    one = visitor(site)
    solved = solve(site, one.tree("/login"))
    assert location(one.ask("/login", "POST", **credentials(site, **solved))) == "/"
    one.ask("/logout")
    one.cookies = {name: site_cookie(site, n_tries=1) for name in site.session_cookie()}
    assert one.ask("/login", "POST", **credentials(site, **solved)).status == 200


def site_cookie(site, **counters):
    """Seal a session of the site (as it would itself)."""
    return site._access._signer.seal(Session("door", **counters))


def test_a_challenge_of_somebody_else_is_not_drawn(site_like, visitor):
    site = site_like(captcha="login")
    for key in ("0-000000000000", "x", "0", "-", "0-" + "é" * 12):
        assert visitor(site).ask(site.address("captcha", key)).status == 404


def test_the_picture_of_a_challenge_is_always_the_same(site_like, visitor, solve):
    pictures = set()
    for _again in range(2):
        site = site_like(captcha="login")
        challenge = solve(site, visitor(site).tree("/login"))["challenge"]
        pictures.add(visitor(site).ask(site.address("captcha", challenge)).body)
    assert len(pictures) == 1


def test_codes_differ_between_challenges_markets_and_seeds():
    codes = {
        code_of(*which) for which in ((1, "a", "x"), (2, "a", "x"), (1, "b", "x"), (1, "a", "y"))
    }
    assert len(codes) == 4


# --- the queue -------------------------------------------------------------------------


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_queue_moves_on_with_every_look(site_like, visitor, layout):
    site = site_like(layout=layout, queue_requests=3)
    one = visitor(site)
    for position in (3, 2, 1):
        answer = one.ask(site.address("home"))
        page = html.fromstring(answer.body.decode())
        assert answer.status == 200
        (refresh,) = page.xpath("//meta[@http-equiv='refresh']/@content")
        assert refresh.lower().endswith(f"url={site.address('home')}")
        assert str(position) in page.text_content()
    assert location(one.ask(site.address("home"))) == site.address("home")
    assert location(one.ask(site.address("home"))) == site.address("login")


def test_who_drops_the_cookie_stays_at_the_end_of_the_queue(site_like, visitor):
    site = site_like(queue_requests=2)
    assert len({visitor(site).ask("/").body for _again in range(5)}) == 1


def test_the_queue_covers_the_log_in_too(site_like, visitor):
    site = site_like(queue_requests=2)
    assert b"queue" in visitor(site).ask("/login").body


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_captcha_stands_at_the_end_of_the_queue(site_like, visitor, solve, layout):
    site = site_like(layout=layout, queue_requests=1, captcha="queue")
    one = visitor(site)
    one.ask(site.address("home"))
    page = one.tree(site.address("home"))
    (form,) = page.forms
    assert form.action == site.address("queue")
    wrong = solve(site, page) | {site.layout.fields[2]: "AAAAA"}
    again = one.tree(form.action, "POST", **wrong)
    answer = one.ask(form.action, "POST", **solve(site, again))
    assert location(answer) == site.address("login")
    (login,) = one.tree(site.address("login")).forms
    assert "challenge" not in login.fields


def test_a_captcha_without_a_queue_comes_first(site_like, visitor, solve):
    site = site_like(captcha="queue")
    page = visitor(site).tree("/listing/whatever")
    assert solve(site, page)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "target", ["//evil.example/x", '/x"><script>alert(1)</script>', "/x;url=//evil.example", "///"]
)
def test_nothing_that_is_asked_for_leads_off_the_market(site_like, visitor, layout, target):
    one = visitor(site_like(layout=layout, queue_requests=1))
    answer = one.ask(target)
    assert b"<script" not in answer.body
    page = html.fromstring(answer.body.decode())
    (refresh,) = page.xpath("//meta[@http-equiv='refresh']/@content")
    again = refresh.lower().partition("url=")[2]
    moved_on = location(one.ask(target))
    for told in (again, moved_on):
        assert told.startswith("/")
        assert not told.startswith("//")


# --- sessions that are lost, maintenance, pages that break off ---------------------------


def test_the_session_is_lost_after_as_many_requests_as_the_behaviour_says(site_like, visitor):
    site = site_like(session_requests=4)
    one = visitor(site, inside=True)
    answers = [one.ask("/").status for _again in range(5)]
    assert answers == [200, 200, 200, 200, 302]
    assert location(one.ask("/")) == "/login"
    one.ask("/login", "POST", **credentials(site))
    assert one.ask("/").status == 200


def test_a_lost_session_gets_another_captcha(site_like, visitor, solve):
    site = site_like(session_requests=1, captcha="login")
    one = visitor(site)
    challenges = set()
    for _again in range(3):
        solved = solve(site, one.tree("/login"))
        challenges.add(solved["challenge"])
        assert location(one.ask("/login", "POST", **credentials(site, **solved))) == "/"
        assert [one.ask("/").status for _twice in range(2)] == [200, 302]
    assert len(challenges) == 3


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_nth_request_meets_maintenance(site_like, visitor, layout):
    site = site_like(layout=layout, maintenance_every=3)
    one = visitor(site, inside=True)
    answers = [one.ask(site.address("home")) for _again in range(9)]
    assert [one.status for one in answers] == [200, 200, 503] * 3
    assert dict(answers[2].headers)["Retry-After"].isdigit()
    assert b"Maintenance" in answers[2].body


def test_each_nth_page_breaks_off_where_the_behaviour_says_so(site_like, visitor):
    site = site_like(truncated_every=2)
    one = visitor(site, inside=True)
    whole, cut = one.ask("/").body, one.ask("/").body
    assert whole.startswith(cut)
    assert b"</html>" not in cut
    assert b"</html>" in whole


def test_nothing_is_counted_where_nothing_ends(site_like, visitor):
    answer = visitor(site_like(), inside=True).ask("/")
    assert "Set-Cookie" not in dict(answer.headers)


# --- the same for everybody ------------------------------------------------------------


def test_answers_depend_on_the_request_alone(site_like, visitor):
    settings = {
        "captcha": "login", "queue_requests": 2, "session_requests": 5, "maintenance_every": 3,
        "truncated_every": 4,
    }  # fmt: skip
    targets = ["/", "/", "/", "/login", "/static/market.css", "/search", "/nothing"] * 3

    def walk():
        one = visitor(site_like(**settings))
        return [one.ask(target) for target in targets]

    assert walk() == walk()


def test_an_old_cookie_gets_the_old_answer(site_like):
    site = site_like(session_requests=2, maintenance_every=2)
    cookies = site.session_cookie()
    first = site.answer("GET", "/", cookies, b"")
    site.answer("GET", "/search", cookies, b"")
    assert site.answer("GET", "/", cookies, b"") == first


def test_too_many_requests_are_told_so(site_like):
    answer = site_like(requests_a_minute=60).too_many()
    assert answer.status == 429
    assert b"Too many requests" in answer.body
