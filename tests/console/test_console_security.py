# SPDX-License-Identifier: AGPL-3.0-or-later
"""A passive scan of every page, each rule with its source, and schemathesis over every route."""

from __future__ import annotations

import re
import shutil
import warnings

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from lxml import html

from vestigo.console.accounts import Accounts
from vestigo.console.application import build_application
from vestigo.console.guard import Origin
from vestigo.pipeline.session import open_session

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of its own imports
    import schemathesis

PASSWORD = "a calm horse walks by the sea"
SAME = {"Sec-Fetch-Site": "same-origin"}
ADDRESS = "bcrt1qvendor0000000000000000000000000000start"
PAGES = (
    "/", "/listings", "/listings/{listing1}", "/listings/{listing1}?view=source",
    "/listings/{listing1}/near", "/listings/{hostile}", "/vendors",
    "/vendor?market=testmarket&handle=ana", "/trends", "/trends?basis=feedback",
    "/trends/prices.svg", "/substances", "/near-duplicates", "/cash-outs", "/cash-outs/{cash_out}",
    "/address?value=" + ADDRESS, "/transactions/{txid}", "/traces/{trace}",
    "/cluster?address=" + ADDRESS, "/services", "/service?name=Example+Exchange", "/tags",
    "/why/{selector}", "/exhibits", "/exhibits/{capture1}", "/exhibits/{capture1}/body", "/custody",
    "/custody?action=access", "/evidence", "/evidence/build", "/evidence/dispose", "/crawls",
    "/people", "/confirm", "/search?q=mdma", "/graph", "/graph/words", "/judge", "/sign-in",
    "/sign-in?ended=1", "/static/console.css", "/static/console.js", "/static/graph.js",
    "/static/passkeys.js", "/static/mark.svg", "/nothing", "/listings/nothing", "/why/nothing",
    "/static/nothing", "/custody.csv",
)  # fmt: skip
OURS = re.compile(r"(?:/(?![/\\])|#|\?|http://localhost:\d+/$)")  # the last: our other name
CSP = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'",
    "connect-src": "'self'", "form-action": "'self'", "base-uri": "'none'",
    "frame-ancestors": "'none'", "require-trusted-types-for": "'script'", "trusted-types": "'none'",
}  # fmt: skip
COMMAND = re.compile(
    r'<code class="command">.*?</code>', re.DOTALL
)  # what to type, with its folder
LEAKS = re.compile(
    r"Traceback|site-packages|File \"|litestar|uvicorn|sqlite3\.|/home/|/tmp/", re.IGNORECASE
)


def policy(answer, _page):
    """CSP level 3; OWASP ASVS 5.0 3.4.3; ZAP 10038 and 10055: nothing but our own files."""
    parts = [
        one.strip().split(" ", 1) for one in answer.headers["content-security-policy"].split(";")
    ]
    assert dict(parts) == CSP


def type_is_said(answer, _page):
    """Fetch standard, nosniff; ASVS 3.4.4, 4.1.1; ZAP 10019 and 10021, 10011 (charset)."""
    assert answer.headers["x-content-type-options"] == "nosniff"
    if answer.content:
        kind = answer.headers["content-type"]
        assert "charset=utf-8" in kind or not kind.startswith("text/html")


def nothing_is_kept(answer, _page):
    """RFC 9111 no-store; ASVS 14.2.2, 14.3.2; ZAP 10015 and 10049."""
    assert answer.headers["cache-control"] == "no-store"
    assert not {"etag", "last-modified", "expires"} & set(answer.headers)


def nothing_is_told_to_others(answer, _page):
    """Referrer Policy; ASVS 3.4.5; ZAP 10109."""
    assert answer.headers["referrer-policy"] == "no-referrer"


def nobody_frames_or_shares(answer, _page):
    """HTML standard, COOP and CORP; ASVS 3.4.6, 3.4.8; ZAP 10020 and 10098 (CORS)."""
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert "camera=()" in answer.headers["permissions-policy"]


def the_server_is_not_named(answer, _page):
    """ASVS 13.4.6; ZAP 10036, 10037, 10061."""
    assert not {"server", "x-powered-by", "via", "x-aspnet-version"} & set(answer.headers)


def cookies_are_ours_alone(answer, _page):
    """RFC 6265bis; ASVS 3.3.1 to 3.3.4; ZAP 10010, 10011, 10054, 90033."""
    for cookie in answer.headers.get_list("set-cookie"):
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"path=/", "httponly"} <= parts, cookie
        assert parts & {"samesite=strict", "samesite=lax"}, cookie
        assert not [part for part in parts if part.startswith("domain")], cookie
        assert ("secure" in parts) == cookie.startswith("__Host-"), cookie


def nothing_of_the_machine_is_told(answer, _page):
    """ASVS 16.5.1; ZAP 10023, 10110, 90022: no trace, no path, no name of a part."""
    if "text/html" in answer.headers.get("content-type", ""):
        main = answer.text.partition("<main")[2].partition("<footer")[0]
        main = re.sub(r"\?next=\S+", "", COMMAND.sub("", main))
        assert not LEAKS.search(main), main[LEAKS.search(main).start() - 90 :][:200]


def nothing_comes_from_elsewhere(_answer, page):
    """Mixed Content; ASVS 3.6.1; ZAP 10017, 10040, 10041, 10108: our own addresses alone."""
    for link in page.xpath("//@href | //@src | //@action | //@formaction | //@srcset | //@data"):
        assert OURS.match(link), link
    assert not page.xpath("//base | //iframe | //object | //embed | //applet")
    others = page.xpath("//*[@target]")  # a tab of its own may not reach back into this one
    assert all(one.get("rel") == "noopener" and one.get("href") == "/sign-in" for one in others)


def nothing_runs_in_the_page(_answer, page):
    """CSP level 3; ASVS 3.4.3: no script, style or handler in the markup."""
    assert not page.xpath("//script[not(@src)] | //style | //@style")
    assert not [one for one in page.xpath("//@*") if one.attrname.startswith("on")]
    assert not page.xpath("//comment()"), "ZAP 10027: a comment says what the page does not"


def forms_send_what_is_secret_safely(_answer, page):
    """ASVS 6.2.7, 14.2.1; ZAP 3, 10012, 10024: secrets in POST bodies, and filled in rightly."""
    for field in page.xpath("//input[@type='password']"):
        form = field.xpath("ancestor::form")[0]
        assert form.get("method") == "post"
        assert field.get("autocomplete") in {"current-password", "new-password", "off"}
    for form in page.xpath("//form[not(@method) or @method='get']"):
        assert form.get("action") in {"/search", "/listings", "/vendors", "/trends", "/tags", "/custody",
                                      "/address", "/cluster", "/exhibits", "/substances", "/graph", "/near-duplicates", None}  # fmt: skip


OF_ANSWERS = (policy, type_is_said, nothing_is_kept, nothing_is_told_to_others,
              nobody_frames_or_shares, the_server_is_not_named, cookies_are_ours_alone,
              nothing_of_the_machine_is_told)  # fmt: skip
OF_PAGES = (nothing_comes_from_elsewhere, nothing_runs_in_the_page,
            forms_send_what_is_secret_safely)  # fmt: skip


@pytest.fixture(scope="module")
def own(made_case, tmp_path_factory, serve):
    """A console of a copy of the case, which schemathesis may try to change."""
    path = tmp_path_factory.mktemp("security") / "case"
    shutil.copytree(made_case.path, path)
    case = type(made_case)(path, made_case.clock, made_case.ids)
    with open_session(path, write=False, clock=case.clock) as session:
        Accounts(session.folder).add("olga.operator", "operator", PASSWORD, case.clock)
    with serve(case) as served:
        yield served


def findings(answer):
    """Return the rules that an answer breaks, with what broke them."""
    is_page = answer.content and "text/html" in answer.headers.get("content-type", "")
    page = html.fromstring(answer.content) if is_page else None
    found = []
    for rule in (*OF_ANSWERS, *(OF_PAGES if is_page else ())):
        try:
            rule(answer, page)
        except AssertionError as error:
            found.append((rule.__name__, str(answer.url), str(error)[:200]))
    return found


@pytest.mark.parametrize("account", ["pia.prosecutor", "olga.operator", "", "confirmed"])
def test_a_passive_scan_finds_nothing_on_any_page(own, account):
    client = own.signed_in("pia.prosecutor" if account == "confirmed" else account) if account else own.client()  # fmt: skip
    with client:
        if account == "confirmed":
            client.post("/confirm", data={"password": PASSWORD}, headers=SAME)
        answers = [client.get(path.format(**own.case.ids)) for path in PAGES]
        answers += [client.post(path, data={"name": "x", "password": "y"}, headers=SAME)
                    for path in ("/sign-in", "/confirm", "/people/password", "/tags/add", "/nothing")]  # fmt: skip
        answers += [client.get("/", headers={"Host": "evil.test"}), client.post("/sign-out"),
                    client.request("TRACE", "/"), client.request("OPTIONS", "/")]  # fmt: skip
    assert [one for answer in answers for one in findings(answer)] == []
    assert {answer.status_code for answer in answers} >= ({200, 404} if account else {303, 200})


@pytest.mark.parametrize(
    ("rule", "bad"),
    [
        (nothing_comes_from_elsewhere, "<a href='https://evil.test'>x</a>"),
        (nothing_comes_from_elsewhere, "<img src='//evil.test/x'>"),
        (nothing_comes_from_elsewhere, "<form action='javascript:1'></form>"),
        (nothing_runs_in_the_page, "<p onclick='x()'>x</p>"),
        (nothing_runs_in_the_page, "<p>x<!-- secret --></p>"),
        (nothing_runs_in_the_page, "<p style='color:red'>x</p>"),
        (forms_send_what_is_secret_safely, "<form method='get'><input type='password'></form>"),
    ],
)
def test_the_rules_of_the_scan_can_fail(rule, bad):
    with pytest.raises((AssertionError, IndexError)):
        rule(None, html.fromstring(f"<html><body>{bad}</body></html>"))


def test_under_https_a_browser_is_told_to_stay_there(own):
    """RFC 6797; ASVS 3.4.1; ZAP 10035: said under the public name alone, never on plain http."""
    plain = own.desk.origin
    own.desk.origin = Origin.of(own.port, "https://case.unit.test")
    try:
        with own.client() as client:
            under = client.get("/sign-in", headers={"Host": "case.unit.test"})
            assert under.headers["strict-transport-security"] == "max-age=63072000"
            assert "strict-transport-security" not in client.get("/sign-in").headers
    finally:
        own.desk.origin = plain


TEXT = {"type": "string", "maxLength": 60}
ANY = {"anyOf": [TEXT, {"type": "integer"}, {"type": "null"}, {"type": "boolean"},
                 {"type": "array", "items": TEXT, "maxItems": 3}]}  # fmt: skip
QUERY = ("account", "address", "basis", "dir", "group", "handle", "market", "next", "page", "q", "sort",
         "state", "subject", "substance", "text", "to", "from", "value", "view", "without", "action")  # fmt: skip
FORM = ("again", "answer", "at", "bundle", "confidence", "credential", "exhibit", "id", "market", "name",
        "network", "next", "order", "passkey", "passphrase", "password", "person", "reason", "seen",
        "session", "source", "subject", "verdict", "address", "label", "fields", "exhibits")  # fmt: skip
ASKED = ("canvas", "nodes", "node", "from", "to", "id", "name", "body", "text", "limit", "k", "format",
         "min_sat", "revision", "skip", "shared", "group")  # fmt: skip
JSON = ("/graph/", "/judge/")
NOT_ASKED = {("POST", "/sign-out"), ("POST", "/people/revoke-others")}  # they would end the visit


def schema_of(served):
    """Return an OpenAPI document of every route, from the application's own table."""
    paths = {}
    for route in build_application(served.desk)._application.routes:
        path = re.sub(r"{(\w+):\w+}", r"{\1}", route.path_format)
        named = [{"name": name, "in": "path", "required": True,
                  "schema": {"type": "string", "minLength": 1, "maxLength": 60}}
                 for name in re.findall(r"{(\w+)}", path)]  # fmt: skip
        for method in set(route.methods) & {"GET", "POST"}:
            if (method, path) not in NOT_ASKED:
                paths.setdefault(path, {})[method.lower()] = _operation(method, path, named)
    return {"openapi": "3.1.0", "info": {"title": "console", "version": "1"}, "paths": paths}


def _operation(method, path, named):
    operation = {"parameters": named, "responses": {"default": {"description": "any"}}}
    if method == "GET":
        query = [{"name": name, "in": "query", "schema": TEXT} for name in QUERY]
        return operation | {"parameters": named + query}
    json = path.startswith(JSON)
    fields = dict.fromkeys(ASKED if json else FORM, ANY if json else TEXT)
    kind = "application/json" if json else "application/x-www-form-urlencoded"
    if path in ("/tags/import", "/evidence/receipt"):
        kind = "multipart/form-data"
        fields = dict.fromkeys(("network", "from", "other"), TEXT)
        fields["file"] = {"type": "string", "format": "binary", "maxLength": 200}
    content = {kind: {"schema": {"type": "object", "properties": fields}}}
    return operation | {"requestBody": {"required": True, "content": content}}


@pytest.mark.parametrize("account", ["pia.prosecutor", "olga.operator"])
def test_schemathesis_finds_no_route_that_answers_nonsense_with_an_error_of_ours(own, account):
    """Four examples a route: the status says whose fault it is, and every answer passes the scan."""
    schema = schemathesis.openapi.from_dict(schema_of(own))
    operations = [one.ok() for one in schema.get_all_operations()]
    assert len(operations) >= 90
    found, n = [], 0
    with own.signed_in(account) as client:
        client.post("/confirm", data={"password": PASSWORD}, headers=SAME)
        for operation in operations:

            @given(operation.as_strategy())
            @settings(max_examples=4, deadline=None, derandomize=True, database=None,
                      phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
            def ask(case):
                nonlocal n
                n += 1
                found.extend(asked(client, case))

            ask()
        assert client.get("/").status_code == 200, "still signed in"
    assert found == []
    assert n >= 2 * len(operations)


def _bytes_of(part):
    """Return a part of a form with content that can be sent, whatever was made up for it."""
    name, content, *_more = part if isinstance(part, tuple) else (None, part)
    return name, content if isinstance(content, bytes) else str(content).encode()


def asked(client, case):
    """Send one example; return what is wrong with the answer."""
    given_ = case.as_transport_kwargs(base_url=str(client.base_url))
    kept = {name: value for name, value in given_.items()
            if name in {"method", "url", "params", "json", "files"}}  # fmt: skip
    if kept.get("files"):
        kept["files"] = [(name, _bytes_of(part)) for name, part in kept["files"]]
    body = given_.get("data")
    kept["data" if isinstance(body, dict) else "content"] = body
    kind = given_["headers"].get("Content-Type")
    headers = SAME if kind is None or "json" in kept else {**SAME, "Content-Type": kind}
    answer = client.request(**kept, headers=headers, follow_redirects=False)
    wrong = findings(answer)
    expected = 500 if "E-" in answer.text and "E-CON-009" not in answer.text else 499
    if answer.status_code > expected:
        wrong.append(("status", answer.status_code, str(answer.url), answer.text[-200:]))
    return wrong
