# SPDX-License-Identifier: AGPL-3.0-or-later
"""People in a real Chromium: passkeys of a virtual authenticator, and an OpenID provider."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

from vestigo.console.accounts import Accounts
from vestigo.pipeline.session import open_session

PASSWORD = "a calm horse walks by the sea"
SIZE = {"width": 1366, "height": 768}
AXE = Path(__file__).parent / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
AUTHENTICATOR = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                 "hasUserVerification": True, "isUserVerified": True,
                 "automaticPresenceSimulation": True}  # fmt: skip
SIGN_IN, ADD = "text=Sign in with a passkey", "text=Add a passkey"

pytestmark = pytest.mark.browser


def beside(name):
    """Return a module that lies beside this one (tests are no package)."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def provider(made_case):
    found = beside("openid_provider").OpenIdProvider(made_case.clock)
    found.asks = True
    yield found
    found.close()


@pytest.fixture(scope="module")
def own(made_case, tmp_path_factory, serve, provider):
    """A console under the name localhost, with a provider and one member who is known there."""
    path = tmp_path_factory.mktemp("people") / "case"
    shutil.copytree(made_case.path, path)
    toml = path / "case.toml"
    section = f'\n[settings.oidc]\nissuer = "{provider.issuer}"\nclient_id = "vestigo-console"\n'
    toml.write_text(toml.read_text("utf-8") + section, "utf-8")
    case = type(made_case)(path, made_case.clock, made_case.ids)
    with open_session(path, write=False, clock=case.clock) as session:
        Accounts(session.folder).add_known_elsewhere(
            "petra.known", "prosecutor", provider.issuer, "1f3a-77", case.clock
        )
    with serve(case) as served:
        served.named = f"http://localhost:{served.port}"
        yield served


@pytest.fixture
def page(browser, own):
    """A page of its own that remembers what the console reports."""
    context = browser.new_context(viewport=SIZE, locale="en", accept_downloads=True)
    found = context.new_page()
    found.wrong = []
    found.on("console", lambda told: _own(told, own) and found.wrong.append(told.text))
    found.on("pageerror", lambda error: found.wrong.append(str(error)))
    yield found
    context.close()
    assert [one for one in found.wrong if "401" not in one] == []


def _own(told, own):
    """Whether a message is about a page of the console (and not of the provider)."""
    return told.location["url"].startswith((own.named, own.url))


def authenticator(page, **given):
    """Give the page an authenticator; return the protocol session and its number."""
    protocol = page.context.new_cdp_session(page)
    protocol.send("WebAuthn.enable")
    options = {"options": {**AUTHENTICATOR, **given}}
    return protocol, protocol.send("WebAuthn.addVirtualAuthenticator", options)["authenticatorId"]


def by_password(page, own, account="pia.prosecutor"):
    page.goto(own.named + "/sign-in")
    page.fill("#name", account)
    page.fill("#password", PASSWORD)
    page.click("main form[action='/sign-in'] button")


def enrolled(page, own, account="pia.prosecutor"):
    """Sign in with the password, confirm, and add a passkey; return the authenticator."""
    found = authenticator(page)
    by_password(page, own, account)
    page.goto(own.named + "/people")
    page.click("text=confirm first that it is you")
    page.fill("#password", PASSWORD)
    page.click("main button.primary")
    page.fill("#passkey-name", f"key of {account}")
    page.click(ADD)
    page.wait_for_url("**/people#passkeys")
    assert f"key of {account}" in page.inner_text("main")
    return found


def test_a_passkey_is_added_signs_in_confirms_and_is_removed(page, own):
    enrolled(page, own)
    page.click(".me button")
    page.goto(own.named + "/vendors")
    page.click(SIGN_IN)
    page.wait_for_url("**/vendors")
    page.goto(own.named + "/custody?action=access")
    page.click("text=These events as CSV")
    assert "/confirm" in page.url
    with page.expect_download() as told:
        page.click("text=Confirm with a passkey")
    assert told.value.suggested_filename == "custody.csv"
    page.goto(own.named + "/people")
    page.click("[aria-label^='Remove the passkey']")
    page.wait_for_url("**/people#passkeys")
    assert "key of pia" not in page.inner_text("main")


def test_a_copy_of_a_passkey_is_found_by_its_counter(page, own):
    protocol, number = enrolled(page, own)
    page.click(".me button")
    page.goto(own.named + "/sign-in")
    page.click(SIGN_IN)
    page.wait_for_url(own.named + "/")
    [copy] = protocol.send("WebAuthn.getCredentials", {"authenticatorId": number})["credentials"]
    protocol.send("WebAuthn.clearCredentials", {"authenticatorId": number})
    protocol.send("WebAuthn.addCredential",
                  {"authenticatorId": number, "credential": {**copy, "signCount": 1}})  # fmt: skip
    page.click(".me button")
    page.goto(own.named + "/sign-in")
    page.click(SIGN_IN)
    page.wait_for_selector("#problem")
    assert "there may be a copy" in page.inner_text("#problem")
    by_password(page, own)
    page.goto(own.named + "/people")
    assert "suspended" in page.inner_text("main")


def test_a_passkey_that_is_not_given_is_said_on_the_page(page, own):
    protocol, number = enrolled(page, own, "abe.auditor")
    page.click(".me button")
    page.goto(own.named + "/sign-in")
    verified = {"authenticatorId": number, "isUserVerified": False}
    protocol.send("WebAuthn.setUserVerified", verified)
    page.click(SIGN_IN)
    page.wait_for_selector(".failed:not([hidden])")
    assert "gave no passkey" in page.inner_text(".failed")
    assert page.is_enabled(SIGN_IN)
    assert page.goto(own.url + "/sign-in").status == 200
    assert page.locator(SIGN_IN).count() == 0, "under a number none is offered"
    assert page.locator(f"a[href='{own.named}/']").count() == 1


def test_a_member_signs_in_and_confirms_at_the_provider(page, own, provider):
    page.goto(own.named + "/vendors")
    page.click("text=Sign in through")
    assert page.url.startswith(provider.issuer)
    page.click("#go")
    page.wait_for_url("**/vendors")
    assert "petra.known" in page.inner_text(".me")
    page.goto(own.named + "/custody?action=access")
    page.click("text=These events as CSV")
    page.click("text=Confirm through")
    with page.expect_download() as told:
        page.click("#go")
    assert told.value.suggested_filename == "custody.csv"


@pytest.mark.parametrize("language", ["fr"])
def test_the_pages_of_people_hold_together_at_twice_the_size(browser, own, language):
    """1366x768 at 200 % is a page of 683 pixels: nothing is cut, axe-core finds nothing."""
    own.desk.accounts.change("ana.investigator", _with_passkey)
    context = browser.new_context(viewport={"width": 683, "height": 384}, locale=language,
                                  device_scale_factor=2, bypass_csp=True)  # fmt: skip
    page = context.new_page()
    page.goto(own.named + "/sign-in")
    found = _faults(page)
    page.fill("#name", "ana.investigator")
    page.fill("#password", PASSWORD)
    page.click("main form[action='/sign-in'] button")
    for path in ("/people", "/confirm"):
        page.goto(own.named + path)
        found += _faults(page)
    page.fill("#password", PASSWORD)
    page.click("main form[action='/confirm'] button")
    page.goto(own.named + "/people")
    found += _faults(page)
    context.close()
    assert found == []


def _with_passkey(account):
    from dataclasses import replace

    from vestigo.console.people.passkeys import Passkey

    one = Passkey("x" * 43, "llave azul", "", 0, "localhost", "2026-11-01T12:00:00Z",
                  suspended_at="2026-11-02T12:00:00Z")  # fmt: skip
    return replace(account, passkeys=(one,))


def _faults(page):
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    page.evaluate(AXE.read_text("utf-8"))
    result = page.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", AXE_RULES
    )
    found = [(page.url, one["id"], one["nodes"][0]["html"][:160]) for one in result["violations"]]
    return found + ([(page.url, f"{wide} pixels too wide")] if wide > 0 else [])
