# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page answers, shows what it must, hides what it must, and logs the look."""

from __future__ import annotations

import hashlib
import re

import pytest
from lxml import html

from vestigo.console.application import STATIC
from vestigo.console.guard import CSP, HEADERS

BUYER = "quiet_buyer_77"
VENDOR_ADDRESS = "bcrt1qvendor0000000000000000000000000000start"
MIXED_ADDRESS = "bcrt1qvendor0000000000000000000000000000mixed"
OWN_FILES = {f"/static/{name}" for name in STATIC}


def all_paths(ids):
    return [
        "/", "/listings", "/listings?vendor=v1&sort=price&dir=asc&page=9", "/vendors",
        f"/listings/{ids['listing1']}", f"/listings/{ids['listing1']}?view=source",
        f"/listings/{ids['hostile']}", "/vendor?market=testmarket&handle=ana", "/cash-outs",
        "/vendor?market=testmarket&handle=%22%3E%3Csvg%2Fonload%3Dalert%281%29%3E",
        f"/cash-outs/{ids['cash_out']}", f"/address?value={VENDOR_ADDRESS}&to={MIXED_ADDRESS}",
        f"/transactions/{ids['txid']}", f"/why/{ids['selector']}", f"/why/{ids['trace']}",
        f"/why/{ids['cluster']}", f"/why/{ids['tag']}", f"/why/{ids['hostile']}", "/exhibits",
        f"/exhibits/{ids['capture1']}", f"/exhibits/{ids['hostile_capture']}?view=source",
        "/custody", "/no-such-page", "/sign-in",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def client(served):
    with served.signed_in() as found:
        yield found


def text_of(answer):
    return " ".join(html.fromstring(answer.content).text_content().split())


def test_every_page_has_every_header_and_no_inline_script_or_style(served, client):
    for language in ("en", "es"):
        for path in all_paths(served.case.ids):
            answer = client.get(path, headers={"Accept-Language": language})
            assert answer.status_code == (404 if "no-such" in path else 200), path
            for name, value in HEADERS:
                assert answer.headers[name] == value, path
            assert "server" not in answer.headers
            page = html.fromstring(answer.content)
            assert page.get("lang") == language
            assert not page.xpath("//style | //@style | //iframe | //object | //embed")
            assert not page.xpath("//script[not(@src) or normalize-space(text())]")
            assert not [a for a in page.xpath("//@*") if a.attrname.startswith("on")], path
            assert set(page.xpath("//@src")) <= OWN_FILES
            links = page.xpath("//@href | //@action")
            assert all(re.match(r"[/#]", link) and not link.startswith("//") for link in links), (
                path
            )
            ids = page.xpath("//@id")
            assert len(ids) == len(set(ids)), path


def test_the_policy_allows_nothing_but_our_own_scripts_styles_pictures_and_forms():
    assert CSP.startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; form-action 'self'"
    )
    assert "unsafe" not in CSP
    assert "trusted-types 'none'" in CSP


def test_each_look_is_logged_with_account_and_path(served, client):
    before = served.desk.session.custody.head().n_events
    client.get(f"/listings/{served.case.ids['listing1']}")
    events = list(served.desk.session.custody.events())
    assert len(events) == before + 1
    last = events[-1]
    assert last.action == "access"
    assert last.object_sha256 == served.case.ids["listing1"]
    assert last.details["account"] == "ana.investigator"
    assert last.details["path"].startswith("/listings/")
    served.desk.session.custody.verify()


@pytest.mark.parametrize(("error", "status", "code"), [
    (OSError(28, "No space left on device"), 503, "E-STO-005"),
    (OSError(5, "Input/output error"), 500, "E-CON-009")], ids=str)  # fmt: skip
def test_no_look_without_a_log_entry(served, client, monkeypatch, error, status, code):
    def broken(*_args, **_given):
        raise error

    monkeypatch.setattr(served.desk.log, "write", broken)
    answer = client.get(f"/listings/{served.case.ids['listing1']}")
    assert (answer.status_code, code in answer.text) == (status, True)
    assert "MDMA" not in answer.text
    assert error.strerror not in answer.text


def test_the_overview_counts_and_tells_which_authorization_is_in_force(client):
    text = text_of(client.get("/"))
    assert "Operation <Harbour> & “Sea”" in text
    assert re.search(r"in force ORD-1", text)
    assert re.search(r"expired ORD-0", text)
    assert "43 listings" in text
    assert "Stopped at a mix" in text


def test_facets_count_what_choosing_them_would_give(client):
    page = html.fromstring(client.get("/listings?vendor=v1").content)
    options = [o.text for o in page.xpath("//select[@id='facet-vendor']/option")]
    assert "v1 (10)" in options
    assert "v2 (10)" in options, "the own facet still offers the others"
    currencies = [o.text for o in page.xpath("//select[@id='facet-currency']/option")]
    assert currencies == ["any", "EUR (10)"]
    assert len(page.xpath("//table/tbody/tr")) == 10


def test_prices_are_filtered_only_in_a_named_currency(client):
    assert "was not applied" in text_of(client.get("/listings?price_min=30"))
    page = html.fromstring(client.get("/listings?price_min=30&price_max=32&currency=EUR").content)
    titles = [" ".join(t.text_content().split()) for t in page.xpath("//td[@class='title']/a")]
    assert titles == ["Plain offer 32", "Plain offer 31", "Plain offer 30"]


def test_order_days_pages_and_nonsense(client):
    page = html.fromstring(client.get("/listings?sort=price&dir=asc&currency=EUR").content)
    assert page.xpath("string(//td[@class='title']/a)") == "Plain offer 00"
    assert page.xpath("//th[@aria-sort='ascending']")
    assert len(page.xpath("//table/tbody/tr")) == 25
    second = html.fromstring(client.get("/listings?sort=price&dir=asc&currency=EUR&page=2").content)
    assert len(second.xpath("//table/tbody/tr")) == 15
    assert "No listing matches" in text_of(client.get("/listings?from=2030-01-01"))
    odd = client.get("/listings?from=yesterday&price_min=NaN&page=-3&sort=%00&vendor=%3Cb%3E")
    assert odd.status_code == 200
    assert "“from” was not understood" in text_of(odd)


def test_a_span_is_marked_where_its_bytes_stand_in_the_archive(served, client):
    page = html.fromstring(client.get(f"/listings/{served.case.ids['listing1']}").content)
    captured = page.xpath("//div[@class='captured']")[0]
    marks = {m.get("class"): m.text_content() for m in captured.xpath(".//mark")}
    assert marks["k-substance"] == "MDMA"
    assert marks["k-quantity"] == "5 grams"
    assert marks["k-price"] == "0.042 BTC"
    assert marks["k-selector"] == "0123456789ABCDEF0123456789ABCDEF01234567"
    text = captured.text_content()
    assert "Pure MDMA crystals & more" in text
    assert "Café y niño" in text
    assert "captured script" not in text
    right = page.xpath("//div[@class='right']")[0]
    assert not right.xpath(".//*[contains(., 'differs')]")
    assert "322.80" in right.text_content()
    assert "unit rates file" in right.text_content()
    for link in right.xpath(".//a[@class='cited']/@href"):
        assert page.xpath(f"//*[@id='{link[1:]}']"), link


def test_the_history_shows_every_capture_of_the_listing_key(served, client):
    for name in ("listing0", "listing1"):
        text = text_of(client.get(f"/listings/{served.case.ids[name]}"))
        assert "2 captures" in text
        assert "0.050 BTC" in text
        assert "0.042 BTC" in text


def test_buyers_are_masked_everywhere(served, client):
    for path in [*all_paths(served.case.ids), f"/exhibits/{served.case.ids['capture0']}",
                 f"/exhibits/{served.case.ids['capture1']}?view=source"]:  # fmt: skip
        answer = client.get(path)
        assert BUYER not in answer.text, path
        assert "buyer77@mail.test" not in answer.text, path
    index = served.desk.index()
    for record_id, record in index.by_id.items():
        if record.KIND in ("feedback", "selector"):
            answer = client.get(f"/why/{record_id}")
            assert BUYER not in answer.text
            assert "buyer77@mail.test" not in answer.text
            for capture_id in getattr(record, "sources", ()):
                if capture_id not in index.captures:
                    continue
                for view in ("text", "source"):
                    path = f"/exhibits/{capture_id}?mark={record_id}&view={view}"
                    shown = client.get(path)
                    assert shown.status_code == 200
                    assert BUYER not in shown.text, path
                    assert "buyer77@mail.test" not in shown.text, path


def test_an_exhibit_marks_what_one_record_cites_and_nothing_for_nonsense(served, client):
    ids = served.case.ids
    exhibit = f"/exhibits/{ids['profile']}"
    page = html.fromstring(client.get(f"{exhibit}?mark={ids['selector']}").content)
    assert [mark.text_content() for mark in page.xpath("//mark")] == [MIXED_ADDRESS]
    assert page.xpath("//mark/@id") == ["cited"]
    source = page.xpath("//a[contains(., 'source')]/@href")[0]
    assert f"mark={ids['selector']}&view=source" in source
    for wrong in ("", "x", ids["listing1"], ids["txid"], ids["trace"], "../../case.toml"):
        page = html.fromstring(client.get(exhibit, params={"mark": wrong}).content)
        assert not page.xpath("//mark"), wrong


def test_the_values_as_displayed_lead_to_their_place_in_the_text(served, client):
    page = html.fromstring(client.get(f"/listings/{served.case.ids['listing1']}").content)
    shown = page.xpath("//table[contains(caption, 'As displayed')]//a[@class='cited']")
    found = {a.text_content(): page.xpath(f"//*[@id='{a.get('href')[1:]}']")[0].text_content()
             for a in shown}  # fmt: skip
    assert found["0.042 BTC"] == "0.042 BTC"
    assert found["Spain"] == "Spain"
    assert found["Worldwide"] == "Worldwide"


def test_a_candidate_is_called_so_in_heading_and_list_and_its_confidence_is_explained(
    served, client
):
    page = html.fromstring(client.get(f"/cash-outs/{served.case.ids['cash_out']}").content)
    assert page.xpath("string(//h1)").startswith("Cash-out candidate:")
    assert (
        "is the probability that whoever held the start address paid in here" in page.text_content()
    )
    row = html.fromstring(client.get("/cash-outs").content).xpath("//table[1]/tbody/tr")[0]
    assert "candidate" in row.text_content()
    assert "heuristic" in row.text_content()


def test_hostile_text_is_shown_escaped_and_visible(served, client):
    answer = client.get(f"/listings/{served.case.ids['hostile']}")
    assert "&lt;script&gt;document.title=" in answer.text
    assert "{{ 7*7 }}" in answer.text
    assert "\\x1b" in answer.text
    assert "\\u202e" in answer.text
    assert "\x1b" not in answer.text
    assert "\u202e" not in answer.text
    for character in "\u2066\u2069\x07":
        assert character not in answer.text


def test_a_cash_out_is_called_a_candidate_and_carries_its_whole_trace(served, client):
    text = text_of(client.get(f"/cash-outs/{served.case.ids['cash_out']}"))
    assert "Candidate, not a fact." in text
    assert "0.04200000 BTC" in text
    assert f"{'b2' * 32}:1" in text
    assert "2026-11-01 12:01:00 UTC" in text
    assert "ledger.follow_all.v1" in text
    assert "Stopped at a tagged service" in text
    assert "https://tags.test/pack" in text


def test_a_trace_that_stops_at_a_mix_is_shown_as_stopped_there(served, client):
    money = client.get("/cash-outs")
    assert "Stopped at a mix. The trail was not followed through it." in text_of(money)
    assert "Stopped at a mix" in text_of(client.get(f"/why/{served.case.ids['stopped']}"))


def test_the_proof_path_names_each_join(client):
    text = text_of(client.get(f"/address?value={VENDOR_ADDRESS}&to={MIXED_ADDRESS}"))
    path = text[text.index("Proof path") : text.index("2 joins")]
    assert "a1a1a1" in path
    assert "b2b2b2" in path


def test_why_leads_from_the_value_to_the_bytes(served, client):
    page = html.fromstring(client.get(f"/why/{served.case.ids['selector']}").content)
    text = " ".join(page.text_content().split())
    assert "nlp.selectors.v1" in text
    assert "5" * 64 in text
    assert "the archive holds the bytes that the record quotes" in text
    assert page.xpath("//mark")[0].text_content() == MIXED_ADDRESS
    exhibit = f"/exhibits/{served.case.ids['profile']}"
    assert exhibit in page.xpath("//ul[@class='tree']//a/@href")
    assert client.get(exhibit).status_code == 200


def test_bytes_are_a_download_and_nothing_else(served, client):
    capture = served.desk.index().captures[served.case.ids["hostile_capture"]].record
    for part in ("body", "response", "request"):
        answer = client.get(f"/exhibits/{capture.capture_id}/{part}")
        assert answer.headers["content-type"] == "application/octet-stream"
        name = f"exhibit-{capture.capture_id[:16]}-{part}.bin"
        assert answer.headers["content-disposition"] == f'attachment; filename="{name}"'
        assert answer.headers["x-content-type-options"] == "nosniff"
    body = client.get(f"/exhibits/{capture.capture_id}/body").content
    assert hashlib.sha256(body).hexdigest() == capture.content_sha256
    last = list(served.desk.session.custody.events())[-1]
    assert (last.action, last.object_sha256) == ("copy", capture.capture_id)


def test_path_tricks_reach_nothing(served, client):
    capture = served.case.ids["capture0"]
    for path in (f"/exhibits/{capture}/../../case.toml", f"/exhibits/{capture}/__class__",
                 "/static/..%2faccounts.py", "/static/../case.toml", "/exhibits/..%2f..%2fcase.toml",
                 "/listings/" + "a" * 3000, "/why/%00", "/address?value=../../x"):  # fmt: skip
        assert client.get(path).status_code == 404, path


def test_an_auditor_may_look_but_not_download(served):
    with served.signed_in("abe.auditor") as auditor:
        capture = served.case.ids["capture0"]
        page = auditor.get(f"/exhibits/{capture}")
        assert f"/exhibits/{capture}/body" not in page.text
        answer = auditor.get(f"/exhibits/{capture}/body")
        assert answer.status_code == 403
        assert "E-CON-007" in answer.text
        assert b"MDMA" not in answer.content


def test_a_changed_archive_is_said_and_its_text_not_shown(served, client, monkeypatch):
    real = served.desk.read

    class Changed:
        body = b"<p>planted MDMA</p>"

    monkeypatch.setattr(served.desk, "read", lambda _capture: Changed())
    text = text_of(client.get(f"/listings/{served.case.ids['listing1']}"))
    assert "E-CON-010" in text
    assert "planted" not in text
    monkeypatch.setattr(served.desk, "read", real)


def test_a_capture_whose_archive_is_gone_is_said(served, client, monkeypatch):
    def gone(_capture):
        raise FileNotFoundError(2, "gone")

    monkeypatch.setattr(served.desk, "read", gone)
    assert "E-CON-011" in text_of(client.get(f"/exhibits/{served.case.ids['capture0']}"))


def test_the_custody_log_is_paged_and_its_chain_checked(client):
    for _n in range(60):
        client.get("/vendors")
    page = html.fromstring(client.get("/custody").content)
    assert len(page.xpath("//tbody/tr")) == 50
    assert "holds" in page.text_content()
    numbers = [int(n) for n in page.xpath("//tbody/tr/td[1]/text()")]
    assert numbers == sorted(numbers, reverse=True)
    assert page.xpath("//a[@rel='next']")


def test_the_language_is_chosen_by_header_and_kept_by_cookie(served):
    same = {"Sec-Fetch-Site": "same-origin"}
    with served.client() as client:
        assert (
            "Iniciar sesión" in client.get("/sign-in", headers={"Accept-Language": "es-AR,es"}).text
        )
        assert "Sign in" in client.get("/sign-in", headers={"Accept-Language": "xx"}).text
        answer = client.post("/language", data={"language": "es", "next": "//evil"}, headers=same)
        assert answer.headers["location"] == "/sign-in"
        assert "Iniciar sesión" in client.get("/sign-in", headers={"Accept-Language": "en"}).text
        assert client.post("/language", data={"language": "es"}).status_code == 403


def test_pages_notice_what_the_ledger_gained(changing):
    from vestigo.records import Retraction

    before = changing.desk.index()
    record = Retraction(retracts="0" * 64, reason="test", person="ana",
                        retracted_at=changing.case.clock())  # fmt: skip
    changing.desk.session.ledger.append([record])
    with changing.signed_in() as client:
        client.get("/")
    assert changing.desk.index() is not before


def test_pages_are_quick_once_the_index_stands(served, client):
    import time

    client.get("/listings")
    took = []
    for _n in range(5):
        start = time.process_time()
        client.get("/listings")
        took.append(time.process_time() - start)
    assert min(took) < 0.3, "seconds of processor for server and client together"


def test_the_overview_shows_estimates_of_the_never_seen_or_why_there_is_none(served, client):
    text = text_of(client.get("/"))
    assert "How much of each market was seen" in text
    assert "testmarket 1 4 0 no estimate: every listing was found by one way only" in text
    assert "testmarket 2 61 7 68 (64 – 79) 3 (0 – 12)" in text
    assert client.get(f"/why/{served.case.ids['coverage']}").status_code == 200
