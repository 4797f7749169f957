# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attacks on the console by name: what each tries, and that it gets nothing."""

from __future__ import annotations

import re
import socket
from datetime import timedelta
from urllib.parse import quote, urlencode

import pytest
from lxml import html

from vestigo.console.application import build_application
from vestigo.console.guard import HEADERS
from vestigo.console.signing_in import FIRST_PAUSE, FREE_FAILURES, HOST_COOKIE

PASSWORD = "a calm horse walks by the sea"
SAME = {"Sec-Fetch-Site": "same-origin"}
FORM = {"name": "ana.investigator", "password": PASSWORD}
OPEN = {"/sign-in", "/sign-out", "/language", "/static/{name:str}", "/sign-in/passkey",
        "/sign-in/passkey/options", "/sign-in/provider", "/sign-in/provider/back"}  # fmt: skip
EVIL = ("//evil.test", "///evil.test", "/\\evil.test", "https://evil.test", "http:evil.test",
        "\thttps://evil.test", "/%0d%0aLocation:%20https://evil.test", "javascript:alert(1)",
        "/\r\nSet-Cookie: planted=1", "@evil.test", ".evil.test", "/sign-out")  # fmt: skip
CHARTS = {f"/trends/{name}.svg" for name in ("substances", "prices", "routes")}
TEXT_AREAS = ("note-text", "note", "reason", "without")
ID_TRICKS = ("..%2f", "%2e%2e", "..%2f..%2fcase.toml", "%2e%2e%2f%2e%2e%2frecords.sqlite", "%00", "*",
             "a" * 5000, "'%20OR%201=1--", "{{7*7}}", "%0d%0aX-Planted:%20yes", "~", "-1",
             "%c0%ae%c0%ae", "%ff", "__class__", ".%00.", "%3Cscript%3E", "A" * 64)  # fmt: skip


def routes(served):
    """Return (path, method) of every route of the application, from its own table."""
    table = build_application(served.desk)._application.routes
    return sorted((r.path_format, m) for r in table for m in r.methods if m != "OPTIONS")


def filled(path, ids):
    """Return the path of a route with parameters that exist in the case."""
    real = {"listing_id": ids["listing1"], "record_id": ids["cash_out"], "txid": ids["txid"],
            "capture_id": ids["capture0"], "part": "body", "name": "console.css", "chart": "prices.svg"}  # fmt: skip
    real["record_id"] = ids["trace"] if path.startswith("/traces") else real["record_id"]
    return re.sub(r"{(\w+)(:\w+)?}", lambda found: real[found.group(1)], path)


def is_open(path):
    return any(path.split("{")[0] == one.split("{")[0] for one in OPEN)


def test_the_route_table_is_read_and_holds_what_people_use(served):
    paths = {path for path, _method in routes(served)}
    assert len(paths) >= 16
    assert {"/", "/listings", "/custody", "/sign-in"} <= paths


def test_forced_browsing_signed_out_reaches_no_route_of_the_case(served):
    with served.client() as client:
        for path, method in routes(served):
            answer = client.request(method, filled(path, served.case.ids), headers=SAME)
            if is_open(path):
                continue
            expected = 303 if method in ("GET", "HEAD") else 403
            assert answer.status_code == expected, (path, method)
            if expected == 303:
                assert answer.headers["location"].startswith("/sign-in?next=%2F")
            assert b"MDMA" not in answer.content
            assert b"Harbour" not in answer.content


def test_verb_tampering_no_route_takes_a_method_that_it_does_not_name(served):
    named = set(routes(served))
    with served.signed_in() as client:
        for path in {path for path, _method in named}:
            for method in ("PUT", "PATCH", "DELETE", "POST", "TRACE", "PROPFIND"):
                if (path, method) not in named:
                    answer = client.request(method, filled(path, served.case.ids), headers=SAME)
                    assert answer.status_code in (400, 404, 405, 501), (path, method)
        assert client.get("/").status_code == 200, "still signed in"


def test_cross_site_request_forgery_no_unsafe_route_obeys_another_site(served):
    unsafe = [path for path, method in routes(served) if method == "POST"]
    assert {"/language", "/sign-in", "/sign-out", "/judge/verdict", "/graph/export"} <= set(unsafe)
    elsewhere = (
        {}, {"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"}, {"Origin": "null"}, {"Origin": "https://evil.test"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.test"},
        {"Origin": f"http://127.0.0.1:{served.port}.evil.test"},
    )  # fmt: skip
    with served.signed_in() as client:
        for path in unsafe:
            for headers in elsewhere:
                answer = client.post(path, data={**FORM, "language": "es"}, headers=headers)
                assert answer.status_code == 403, (path, headers)
                assert "set-cookie" not in answer.headers
        assert client.get("/").status_code == 200


def test_session_fixation_a_planted_token_is_never_the_session(served):
    planted = "planted-by-an-attacker"
    for name in (f"vestigo-{served.port}", HOST_COOKIE):
        with served.client() as client:
            cookies = f"{name}={planted}; __Host-vestigo-probe=1"
            answer = client.post("/sign-in", data=FORM, headers={**SAME, "Cookie": cookies})
            assert answer.status_code == 303
            given = answer.headers["set-cookie"].partition("=")[2].partition(";")[0]
            assert given != planted
            assert len(given) >= 43, "256 bits"
        with served.client() as other:
            answer = other.get("/", headers={"Cookie": f"{name}={planted}"})
            assert answer.status_code == 303


def test_session_donation_an_old_token_ends_when_its_holder_signs_in_again(served):
    with served.signed_in() as client:
        old = client.cookies[f"vestigo-{served.port}"]
        answer = client.post("/sign-in", data=FORM, headers=SAME)
        assert old not in answer.headers["set-cookie"]
    with served.client() as thief:
        answer = thief.get("/", headers={"Cookie": f"vestigo-{served.port}={old}"})
        assert answer.status_code == 303


def test_an_ended_session_says_so_and_leads_back(served):
    with served.client() as client:
        answer = client.get("/vendors", headers={"Cookie": f"vestigo-{served.port}=of-yesterday"})
        assert answer.headers["location"] == "/sign-in?next=%2Fvendors&ended=1"
        page = client.get(answer.headers["location"])
        assert "Your session has ended" in page.text
        assert 'value="/vendors"' in page.text
        assert "has ended" not in client.get("/sign-in?next=%2Fvendors").text


@pytest.mark.parametrize("wanted", EVIL)
def test_open_redirect_after_sign_in_stays_on_this_console(served, wanted):
    with served.client() as client:
        page = client.get("/sign-in", params={"next": wanted})
        hidden = html.fromstring(page.content).xpath("//main//input[@name='next']/@value")
        answer = client.post("/sign-in", data={**FORM, "next": wanted}, headers=SAME)
        for place in (*hidden, answer.headers["location"]):
            assert re.match(r"/(?![/\\])", place), place
            assert "\n" not in place
        assert "planted" not in str(answer.headers)
        assert client.get(answer.headers["location"]).status_code in (200, 404)


def test_header_injection_by_path_query_cookie_and_form_adds_no_header(served):
    lines = "%0d%0aX-Planted:%20yes%0d%0a%0d%0a<script>"
    with served.signed_in() as client:
        answers = [
            client.get(f"/{lines}"), client.get(f"/listings?vendor={lines}"),
            client.get(f"/exhibits/{lines}/body"), client.get(f"/sign-in?next=/{lines}"),
            client.post("/language", data={"language": "es\r\nX-Planted: yes", "next": "/\r\nX-Planted: 1"},
                        headers=SAME),
        ]  # fmt: skip
    with served.client() as client:
        answers += [client.get(f"/vendors?{lines}"), client.get(f"/a{lines}")]
    for answer in answers:
        assert "x-planted" not in answer.headers
        assert "\n" not in "".join(answer.headers.values())


def test_path_tricks_in_ids_of_every_route_give_nothing(served):
    names = ("listing_id", "record_id", "txid", "capture_id", "part", "name", "chart")
    with served.signed_in() as client:
        for path in (path for path, method in routes(served) if method == "GET"):
            for name in names:
                if f"{{{name}" not in path:
                    continue
                for trick in ID_TRICKS:
                    tried = filled(re.sub(rf"{{{name}(:\w+)?}}", lambda _f, t=trick: t, path),
                                   served.case.ids)  # fmt: skip
                    answer = client.get(tried)
                    assert answer.status_code in (303, 400, 403, 404), tried
                    assert "root:" not in answer.text
                    assert "E-CON-009" not in answer.text, tried


def test_caches_keep_nothing_whatever_is_answered(served):
    ids = served.case.ids
    with served.signed_in() as client:
        paths = ["/", "/nothing", f"/exhibits/{ids['capture0']}/body", "/static/console.css",
                 f"/listings/{ids['listing1']}", "/sign-in"]  # fmt: skip
        answers = [client.get(path) for path in paths]
        answers.append(client.get("/", headers={"Host": "evil.test"}))
        answers.append(client.post("/language", data={"language": "en"}))
    with served.client() as client:
        answers += [client.get("/custody"), client.post("/sign-in", data=FORM, headers=SAME)]
    for answer in answers:
        for name, value in HEADERS:
            assert answer.headers.get_list(name) == [value], (answer.url, name)
        assert "etag" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


def test_every_cookie_is_http_only_strict_and_for_this_host_alone(served):
    with served.client() as client:
        probe = {**SAME, "Cookie": "__Host-vestigo-probe=1"}
        answers = [client.get("/sign-in"), client.post("/sign-in", data=FORM, headers=SAME),
                   client.post("/sign-in", data=FORM, headers=probe),
                   client.post("/sign-out", headers=SAME),
                   client.post("/language", data={"language": "es"}, headers=SAME)]  # fmt: skip
    cookies = [one for answer in answers for one in answer.headers.get_list("set-cookie")]
    assert len(cookies) >= 5
    for cookie in cookies:
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"path=/", "httponly", "samesite=strict"} <= parts, cookie
        assert not any(part.startswith("domain") for part in parts), cookie
        assert ("secure" in parts) == cookie.startswith("__Host-"), cookie


def test_brute_force_waits_and_the_waiting_is_not_cut_short_by_another_client(served):
    clock, brake = served.case.clock, served.desk.brake
    wrong = {"name": "pia.prosecutor", "password": "wrong"}
    codes = []
    for _n in range(FREE_FAILURES + 2):
        with served.client() as client:
            codes.append(client.post("/sign-in", data=wrong, headers=SAME).status_code)
    assert codes == [401] * FREE_FAILURES + [429] * 2
    with served.client() as client:
        right = {"name": "pia.prosecutor", "password": PASSWORD}
        assert client.post("/sign-in", data=right, headers=SAME).status_code == 429
        clock.now += FIRST_PAUSE + timedelta(seconds=1)
        assert client.post("/sign-in", data=right, headers=SAME).status_code == 303
    assert not brake.pause("pia.prosecutor")


def test_clickjacking_and_embedding_are_refused_by_header_and_by_fetch_metadata(served):
    with served.signed_in() as client:
        for mode, target in (("navigate", "iframe"), ("no-cors", "image"), ("cors", "empty")):
            headers = {
                "Sec-Fetch-Site": "cross-site",
                "Sec-Fetch-Mode": mode,
                "Sec-Fetch-Dest": target,
            }
            answer = client.get("/", headers=headers)
            assert answer.headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
            if mode != "navigate":
                assert answer.status_code == 403


def test_request_smuggling_by_repeated_headers_is_nobody(served):
    with served.signed_in() as client:
        token = client.cookies[f"vestigo-{served.port}"]
    with served.client() as client:
        twice = [("Cookie", f"vestigo-{served.port}={token}"), ("Cookie", "vestigo-1=x")]
        assert client.get("/", headers=twice).status_code == 303
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nHost: evil.test\r\n\r\n"
    with socket.create_connection(("127.0.0.1", served.port), 10) as raw:
        raw.sendall(head.encode())
        assert raw.recv(64).split()[1] in (b"400", b"421")


def test_cross_site_scripting_through_every_text_of_every_record(poisoned):
    paths = list(poisoned_paths(poisoned))
    assert len(paths) >= 40
    with poisoned.signed_in() as client:
        for path in paths:
            answer = client.get(path)
            assert answer.status_code == 200, path
            page = html.fromstring(answer.content)
            images = {src.partition("?")[0] for src in page.xpath("//img/@src")}
            assert images <= {"/static/mark.svg", *CHARTS}, path
            assert not page.xpath("//iframe | //svg | //style | //script[not(@src)]"), path
            assert set(page.xpath("//script/@src")) <= {"/static/console.js", "/static/graph.js"}
            known = " or ".join(f"@id = '{name}'" for name in TEXT_AREAS)
            assert not page.xpath(f"//textarea[not({known})]"), path
            assert not [a for a in page.xpath("//@*") if a.attrname.startswith(("on", "style"))], (
                path
            )
            assert len(page.xpath("//title")) == 1
            assert "{{7*7}}" in page.text_content(), path
            assert ">49" not in answer.text
            for link in page.xpath("//@href | //@action"):
                assert re.match(r"[/#](?!/)", link), (path, link)


def poisoned_sheets(index):
    """Yield the sheets of services and traces, and near-duplicates."""
    for one in index.cash_outs:
        yield "/service?" + urlencode({"name": one.record.service})
    for found in index.traces.values():
        yield from (f"/traces/{one.id}" for one in found)
    yield from (f"/listings/{offer.last.id}/near" for offer in list(index.offers.values())[:4])


def poisoned_paths(served):
    """Yield a page of every kind, and the "why?" of a record of every kind."""
    index = served.desk.index()
    yield from ("/", "/listings", "/vendors", "/cash-outs", "/exhibits", "/trends", "/substances",
                "/near-duplicates", "/services", "/tags", "/evidence", "/custody?text=onerror",
                "/trends?basis=feedback", "/tags?q=%3Cscript")  # fmt: skip
    yield from poisoned_sheets(index)
    for offer in list(index.offers.values())[:6]:
        yield f"/listings/{offer.last.id}"
        yield f"/listings/{offer.last.id}?view=source"
    for market, handle in index.vendors:
        yield "/vendor?" + urlencode({"market": market, "handle": handle})
    for one in index.cash_outs:
        yield f"/cash-outs/{one.id}"
    for value in {**index.tags, **index.clusters, **index.traces, **index.through}:
        yield "/address?" + urlencode({"value": value})
    for txid in index.transactions:
        yield f"/transactions/{quote(txid, safe='')}"
    for capture_id in list(index.captures)[:4]:
        yield f"/exhibits/{capture_id}"
    kinds = {}
    for record_id, record in index.by_id.items():
        kinds.setdefault(record.KIND, record_id)
    assert len(kinds) >= 14
    for record_id in kinds.values():
        yield f"/why/{record_id}"
