# SPDX-License-Identifier: AGPL-3.0-or-later
"""Signing in through an OpenID provider on loopback, and each attack on the way by its name."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
from base64 import urlsafe_b64encode
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from vestigo.authority import SocketGuard
from vestigo.authority.line import open_line
from vestigo.clock import system_clock
from vestigo.console.accounts import Accounts
from vestigo.console.people.asking import MOST_AT_ONCE
from vestigo.console.people.provider import read_provider
from vestigo.errors import ConfigurationError, UsageError
from vestigo.pipeline.session import open_session
from vestigo.settings import default_settings

PASSWORD = "a calm horse walks by the sea"
SAME = {"Sec-Fetch-Site": "same-origin"}
ROLES = '{ "case-prosecutors" = "prosecutor", "case-auditors" = "auditor" }'
SETTINGS = {**default_settings()["oidc"], "issuer": "http://127.0.0.1:1/realm", "client_id": "x"}


def beside(name):
    """Return a module that lies beside this one (tests are no package)."""
    path = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


openid = beside("openid_provider")


@pytest.fixture(scope="module")
def provider(made_case):
    found = openid.OpenIdProvider(made_case.clock)
    yield found
    found.close()


@pytest.fixture(scope="module")
def shared(made_case, tmp_path_factory, serve, provider):
    """A console of a copy of the case that names the provider, and one member known there."""
    path = tmp_path_factory.mktemp("provider") / "case"
    shutil.copytree(made_case.path, path)
    toml = path / "case.toml"
    toml.write_text(
        toml.read_text("utf-8")
        + f'\n[settings.oidc]\nissuer = "{provider.issuer}"\nclient_id = "{openid.CLIENT}"\n'
        + f"roles = {ROLES}\n",
        "utf-8",
    )
    case = type(made_case)(path, made_case.clock, made_case.ids)
    with open_session(path, write=False, clock=case.clock) as session:
        Accounts(session.folder).add_known_elsewhere(
            "petra.known", "prosecutor", provider.issuer, "1f3a-77", case.clock
        )
    with serve(case) as served:
        yield served


@pytest.fixture
def own(shared, provider):
    """That console, with a provider that says the right things."""
    provider.reset()
    shared.case.clock.now += timedelta(minutes=11)  # what was kept of it is fetched again
    return shared


def gone(client, path="/sign-in/provider?next=/vendors"):
    """Go to the provider as a browser does; return the address that leads back."""
    answer = client.get(path)
    assert answer.status_code == 303, answer.text[-300:]
    sent = httpx.get(answer.headers["location"], trust_env=False)
    return sent.headers["location"]


def came(client, where):
    """Follow an address back to the console, as a navigation from another site."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    return client.get(where, headers=headers)


def refused(answer, own):
    """Say that nobody was signed in, and that it was logged; return the page."""
    assert answer.status_code == 401, answer.text[-300:]
    assert not any("vestigo-" in one or "__Host-vestigo=" in one
                   for one in answer.headers.get_list("set-cookie"))  # fmt: skip
    last = [e for e in own.desk.session.custody.events() if e.action == "fail"][-1]
    assert last.details["by"] == "provider"
    return answer.text


def test_a_member_signs_in_and_goes_where_they_wanted(own, provider):
    with own.client() as client:
        answer = came(client, gone(client))
        assert answer.status_code == 200
        assert 'content="0; url=/vendors"' in answer.text, "no redirect: Strict cookies stay away"
        page = client.get("/people")
        assert "petra.known" in page.text
        assert "OpenID provider" in page.text
        assert "Change my password" not in page.text
    posted = next(form for kind, path, form in provider.seen if kind == "POST")
    assert posted["client_id"] == openid.CLIENT
    assert len(posted["code_verifier"]) >= 43
    last = [e for e in own.desk.session.custody.events() if e.reason == "console: sign-in"][-1]
    assert last.details == {"account": "petra.known", "by": "provider"}


def test_what_is_asked_carries_state_nonce_and_a_challenge_that_are_new_each_time(own):
    with own.client() as client:
        asked = [parse_qs(urlsplit(client.get("/sign-in/provider").headers["location"]).query)
                 for _n in range(2)]  # fmt: skip
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name][0]) >= 43
    assert asked[0]["scope"] == ["openid"]
    assert asked[0]["redirect_uri"] == [f"{own.url}/sign-in/provider/back"]


def test_nobody_becomes_a_member_silently_and_is_told_their_name_there(own, provider):
    provider.subject = "somebody-else"
    before = [one.name for one in own.desk.accounts.all()]
    with own.client() as client:
        text = refused(came(client, gone(client)), own)
        assert "somebody-else" in text
        assert client.get("/people").status_code == 303
    assert [one.name for one in own.desk.accounts.all()] == before


@pytest.mark.parametrize("groups", [[], ["case-auditors"], "case-auditors", None, 7, {"a": 1},
                                    [["case-prosecutors"]]], ids=str)  # fmt: skip
def test_a_role_that_the_provider_does_not_grant_is_none(own, provider, groups):
    provider.groups = groups
    with own.client() as client:
        assert "does not grant you the role" in refused(came(client, gone(client)), own)


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of another sign-in"}, {"nonce": None}, {"aud": "another-client"},
        {"aud": ["another-client"]}, {"aud": [openid.CLIENT, "another-client"]},
        {"azp": "another-client"}, {"aud": None}, {"iss": "http://127.0.0.1:1/realm"},
        {"iss": None}, {"sub": None}, {"sub": ""}, {"sub": 7}, {"sub": "s" * 256}, {"exp": None},
        {"exp": 1}, {"iat": 1}, {"iat": None}, {"nbf": 9_999_999_999}, {"iat": 9_999_999_999},
        {"exp": "soon"}, {"exp": float("nan")}, {"exp": float("inf")},
        {"iat": float("nan")}, {"nbf": float("nan")},
    ],
    ids=str,
)  # fmt: skip
def test_a_token_with_one_wrong_claim_signs_nobody_in(own, provider, claims):
    provider.claims = claims
    with own.client() as client:
        assert "does not hold" in refused(came(client, gone(client)), own)


def unsigned(claims, header):
    """Algorithm none, as an attacker writes it."""
    return b".".join(_part(one) for one in ({**header, "alg": "none"}, claims)).decode() + "."


def _part(document):
    return urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=")


@pytest.mark.parametrize("spelling", ["none", "None", "NONE", "nOnE"])
def test_algorithm_none_signs_nobody_in(own, provider, spelling):
    provider.sign = lambda claims, header: unsigned(claims, header).replace(
        _part({**header, "alg": "none"}).decode(), _part({**header, "alg": spelling}).decode()
    )
    with own.client() as client:
        refused(came(client, gone(client)), own)


def test_key_confusion_the_public_key_as_a_shared_secret_signs_nobody_in(own, provider):
    public = provider.key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )

    def forged(claims, header):
        import hashlib
        import hmac

        signed = b".".join(_part(one) for one in ({**header, "alg": "HS256"}, claims))
        digest = hmac.new(public, signed, hashlib.sha256).digest()
        return f"{signed.decode()}.{urlsafe_b64encode(digest).decode().rstrip('=')}"

    provider.sign = forged
    with own.client() as client:
        refused(came(client, gone(client)), own)


@pytest.mark.parametrize(
    "header", [{"kid": "unknown"}, {}, {"jku": "http://127.0.0.1:1/k"}], ids=str
)
def test_a_token_signed_with_a_key_of_the_attacker_signs_nobody_in(own, provider, header):
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own_jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(other.public_key()))
    given = header or {"jwk": own_jwk}
    provider.sign = lambda claims, kept: jwt.encode(
        claims, other, "RS256", headers={**kept, **given}
    )
    with own.client() as client:
        refused(came(client, gone(client)), own)


@pytest.mark.parametrize("algorithm", ["RS512", "PS256"])
def test_another_algorithm_than_that_of_the_key_signs_nobody_in(own, provider, algorithm):
    provider.sign = lambda claims, header: jwt.encode(
        claims, provider.key, algorithm, headers=header
    )
    with own.client() as client:
        refused(came(client, gone(client)), own)


@pytest.mark.parametrize(
    "token", ["", "a.b.c", "..", "é", "x" * 30_000, "eyJhbGciOiJSUzI1NiJ9.e30."]
)
def test_nonsense_in_the_place_of_a_token_signs_nobody_in(own, provider, token):
    provider.sign = lambda _claims, _header: token
    with own.client() as client:
        refused(came(client, gone(client)), own)


def test_wrong_state_and_an_answer_that_another_browser_began_sign_nobody_in(own):
    with own.client() as mine, own.client() as attacker:
        back = gone(attacker)
        assert "was begun in this browser" in refused(came(mine, back), own)
        assert "was begun in this browser" in refused(came(attacker, back), own), "spent by now"
        planted = re.sub(r"state=[^&]*", "state=planted", gone(attacker))
        refused(came(attacker, planted), own)
        refused(came(attacker, f"{own.url}/sign-in/provider/back"), own)


def test_an_answer_counts_once_and_not_after_ten_minutes(own):
    with own.client() as client:
        back = gone(client)
        assert came(client, back).status_code == 200
        refused(came(client, back), own)
        late = gone(client)
        own.case.clock.now += timedelta(minutes=10, seconds=1)
        refused(came(client, late), own)


@pytest.mark.parametrize("told", [{"iss": "http://127.0.0.1:1/other"}, {"iss": ""}], ids=str)
def test_mix_up_an_answer_of_another_issuer_signs_nobody_in(own, provider, told):
    provider.told = told
    with own.client() as client:
        refused(came(client, gone(client)), own)


def test_mix_up_an_issuer_that_promises_its_name_has_to_give_it(own, provider):
    provider.described = {"authorization_response_iss_parameter_supported": True}
    provider.told = {"iss": None}
    with own.client() as client:
        refused(came(client, gone(client)), own)
        provider.told = {}
        assert came(client, gone(client)).status_code == 200


@pytest.mark.parametrize("told", [{"error": "access_denied", "code": None}, {"code": "another"},
                                  {"code": None}, {"code": "x" * 5000}], ids=lambda t: str(t)[:40])  # fmt: skip
def test_no_code_or_another_one_signs_nobody_in(own, provider, told):
    provider.told = told
    with own.client() as client:
        refused(came(client, gone(client)), own)


@pytest.mark.parametrize(
    "described",
    [{"issuer": "http://127.0.0.1:1/realm"}, {"token_endpoint": "http://127.0.0.2:80/token"},
     {"authorization_endpoint": "https://evil.test/authorize"}, {"token_endpoint": None},
     {"token_endpoint": "file:///etc/passwd"}, {"authorization_endpoint": "javascript:alert(1)"}],
    ids=str,
)  # fmt: skip
def test_a_description_that_leads_elsewhere_is_not_followed(own, provider, described):
    provider.described = described
    with own.client() as client:
        answer = client.get("/sign-in/provider")
        assert answer.status_code == 503
        assert "E-CON-081" in answer.text
        assert "location" not in answer.headers


def test_keys_elsewhere_are_not_fetched(own, provider):
    provider.described = {"jwks_uri": "http://127.0.0.2:80/keys"}
    with own.client() as client:
        refused(came(client, gone(client)), own)


def test_a_new_key_of_the_provider_is_fetched_when_a_token_names_it(own, provider):
    with own.client() as client:
        assert came(client, gone(client)).status_code == 200
        provider.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        provider.kid = "key-2"
        assert came(client, gone(client)).status_code == 200


@pytest.mark.parametrize("wanted", ["//evil.test", "https://evil.test", "javascript:alert(1)",
                                    '/"><script>alert(1)</script>'])  # fmt: skip
def test_open_redirect_after_the_provider_stays_here(own, wanted):
    with own.client() as client:
        answer = client.get("/sign-in/provider", params={"next": wanted})
        back = httpx.get(answer.headers["location"], trust_env=False).headers["location"]
        page = came(client, back).text
        assert "evil.test" not in page
        assert "<script>alert" not in page


def test_the_cookie_of_what_was_begun_opens_nothing_and_goes_to_this_host_alone(own):
    with own.client() as client:
        cookie = client.get("/sign-in/provider").headers["set-cookie"]
        parts = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"path=/", "httponly", "samesite=lax", "max-age=600"} <= parts
        assert client.get("/people").status_code == 303


def test_step_up_at_the_provider_asks_anew_and_counts_for_this_session(own, provider):
    with own.client() as client:
        came(client, gone(client))
        assert client.get("/custody.csv").status_code == 303
        page = client.get("/confirm?next=/custody.csv").text
        assert "Confirm through" in page
        assert 'name="password"' not in page
        answer = came(client, gone(client, "/confirm/provider?next=/custody.csv"))
        assert "/custody.csv" in answer.text
        asked = [query for _kind, path, query in provider.seen if path == "/realm/authorize"][-1]
        assert (asked["prompt"], asked["max_age"]) == ("login", "0")
        assert client.get("/custody.csv").status_code == 200


@pytest.mark.parametrize("told", [1, None, "now"])
def test_step_up_with_a_sign_in_of_before_confirms_nothing(own, provider, told):
    with own.client() as client:
        came(client, gone(client))
        provider.claims = {"auth_time": told}
        refused(came(client, gone(client, "/confirm/provider?next=/custody.csv")), own)
        assert client.get("/custody.csv").status_code == 303


def test_an_account_without_a_password_opens_by_none(own):
    with own.client() as client:
        for password in ("", PASSWORD, "None"):
            form = {"name": "petra.known", "password": password}
            answer = client.post("/sign-in", data=form, headers=SAME)
            assert answer.status_code == 401
    own.desk.brake.succeeded("petra.known")


def test_step_up_with_a_sign_in_of_another_person_says_so_and_leads_back(own, provider):
    with open_session(own.case.path, write=False, clock=own.case.clock) as session:
        Accounts(session.folder).add_known_elsewhere(
            "otto.other", "prosecutor", provider.issuer, "9z-1", own.case.clock
        )
    with own.client() as client:
        came(client, gone(client))
        provider.subject = "9z-1"
        page = refused(came(client, gone(client, "/confirm/provider?next=/custody.csv")), own)
        assert "another person than you" in page
        assert 'href="/confirm?next=%2Fcustody.csv"' in page
        assert 'action="/sign-in"' not in page, "who is signed in is not asked to sign in"
        assert client.get("/custody.csv").status_code == 303
    last = [e for e in own.desk.session.custody.events() if e.action == "fail"][-1]
    assert (last.details["account"], last.role) == ("petra.known", "prosecutor")


@pytest.mark.parametrize(("twist", "words"), [
    ({"told": {"error": "access_denied", "code": None}}, "did not let you in: access_denied"),
    ({"told": {"error": "<b>\r\n" * 50, "code": None}}, "did not let you in: &lt;b&gt;"),
    ({"claims": {"iat": 1}}, "have the clocks of both machines compared"),
    ({"claims": {"exp": 1}}, "have the clocks of both machines compared"),
], ids=str)  # fmt: skip
def test_a_refusal_says_what_to_do_and_keeps_the_way(own, provider, twist, words):
    for name, value in twist.items():
        setattr(provider, name, value)
    with own.client() as client:
        page = refused(came(client, gone(client)), own)
    assert words in page
    assert 'name="next" value="/vendors"' in page


def test_a_provider_that_hangs_holds_up_nobody_else(own):
    line, issuer = own.desk.provider_line, own.desk.provider.issuer
    taken = [line._turns.acquire() for _n in range(MOST_AT_ONCE)]  # those who wait for it
    line._kept.clear()
    try:
        with own.client() as client:
            answer = client.get("/sign-in/provider")
            assert (answer.status_code, "E-CON-081" in answer.text) == (503, True)
            assert "others wait for it already" in answer.text
            assert issuer in answer.text
    finally:
        for _one in taken:
            line._turns.release()
    with own.client() as client:
        assert client.get("/sign-in/provider").status_code == 303


def test_a_provider_that_is_down_says_so_and_the_password_still_opens(own, provider):
    own.desk.provider_line._kept.clear()
    issuer = own.desk.provider.issuer
    port = provider.server.server_port
    provider.close()
    try:
        with own.client() as client:
            answer = client.get("/sign-in/provider")
            assert answer.status_code == 503
            assert "E-CON-081" in answer.text
            form = {"name": "ana.investigator", "password": PASSWORD}
            assert client.post("/sign-in", data=form, headers=SAME).status_code == 303
    finally:
        assert str(port) in issuer
        provider.server = openid.ThreadingHTTPServer(("127.0.0.1", port), openid._handler(provider))
        import threading

        threading.Thread(target=provider.server.serve_forever, daemon=True).start()


def test_another_host_than_the_issuers_is_refused_by_the_gate(own):
    line = own.desk.provider_line
    line._gate._hosts.clear()
    try:
        with own.client() as client:
            answer = client.get("/sign-in/provider")
            assert answer.status_code == 403
            assert "E-AUT-008" in answer.text
    finally:
        host, port = line.provider.place
        line._gate._hosts[f"{host}:{port}"] = ("sign-in",)
    last = [e for e in own.desk.session.custody.events() if e.action == "fail"][-1]
    assert last.details["act"] == "sign-in"


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://idp.unit.test"}, {"issuer": "https://idp.unit.test"}, {"issuer": "ftp://x"},
        {"issuer": 7}, {"client_id": ""}, {"address": "idp.unit.test"}, {"roles": {"a": "king"}},
        {"roles": []}, {"secret_file": "absent"}, {"issuer": "http://user@127.0.0.1:1"},
        {"issuer": "http://127.0.0.1:1/?a=b"}, {"secret_file": "open"}, {"secret_file": "case/in"},
    ],
    ids=str,
)  # fmt: skip
def test_a_setting_that_cannot_be_used_is_named(tmp_path, wrong):
    case = tmp_path / "case"
    case.mkdir()
    for path, mode in ((tmp_path / "open", 0o644), (case / "in", 0o600)):
        path.write_text("s", "utf-8")
        path.chmod(mode)
    if "secret_file" in wrong:
        wrong = {"secret_file": f"../{wrong['secret_file']}"}
    with pytest.raises(ConfigurationError, match="E-CON-080"):
        read_provider({**SETTINGS, **wrong}, case)


def test_a_confidential_client_and_keys_by_file(tmp_path, provider, own):
    case = tmp_path / "case"
    case.mkdir()
    (tmp_path / "secret").write_text("geheim\n", "utf-8")
    (tmp_path / "secret").chmod(0o600)
    (case / "keys.json").write_text(json.dumps(provider.jwks()), "utf-8")
    given = {**SETTINGS, "issuer": provider.issuer, "client_id": openid.CLIENT,
             "secret_file": "../secret", "jwks_file": "keys.json"}  # fmt: skip
    found = read_provider(given, case)
    assert found.secret == "geheim"
    assert "geheim" not in repr(found)
    line = type(own.desk.provider_line)(found, own.desk.session)
    assert line.keys()[0]["kid"] == provider.kid
    assert not any(path == "/realm/keys" for _kind, path, _query in provider.seen)


def test_an_internal_issuer_is_reached_at_the_address_that_the_settings_name(provider, own):
    host, port = own.desk.provider.place
    guard = SocketGuard(system_clock)
    with open_line(guard, None, "idp.unit.test", port, tls=False, deadline=5, address=host) as line:
        line.request("GET", "/realm/keys")
        assert line.getresponse().status == 200
    with (
        pytest.raises(OSError, match="literal loopback"),
        open_line(guard, None, "idp.unit.test", port, tls=False, deadline=5),
    ):
        pass


def test_two_accounts_are_not_the_same_person_at_the_provider(own, provider):
    with pytest.raises(UsageError, match="E-CON-002"):
        own.desk.accounts.add_known_elsewhere(
            "other.name", "auditor", provider.issuer, "1f3a-77", own.case.clock
        )
    assert own.desk.accounts.known_elsewhere("http://127.0.0.1:1/other", "1f3a-77") is None


def test_without_a_provider_none_is_offered(served):
    with served.client() as client:
        assert "Sign in through" not in client.get("/sign-in").text
        for path in ("/sign-in/provider", "/sign-in/provider/back"):
            assert client.get(path).status_code in (401, 404)
