# SPDX-License-Identifier: AGPL-3.0-or-later
"""What becomes of an act that cannot be done: nothing half-done, nothing typed is lost."""

from __future__ import annotations

from datetime import timedelta

import pytest

PASSWORD = "a calm horse walks by the sea"
REASON = "The service answered in writing on the third of May."

pytestmark = pytest.mark.browser


def sign_in(page, name):
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button.primary")


@pytest.fixture
def opened(browser, changing):
    """Return what opens the page of the cash-out candidate for an account."""
    contexts = []

    def opens(name):
        contexts.append(browser.new_context(locale="en"))
        page = contexts[-1].new_page()
        page.goto(f"{changing.url}/cash-outs/{changing.case.ids['cash_out']}")
        sign_in(page, name)
        return page

    yield opens
    for context in contexts:
        context.close()


def test_a_session_that_ends_while_one_types_costs_nothing_of_what_was_typed(opened, changing):
    page = opened("ana.investigator")
    page.fill("#reason", REASON)
    changing.case.clock.now += timedelta(minutes=21)
    page.click("button[value=confirmed]")
    assert page.locator("h1").inner_text() == "Your session has ended; nothing was done."
    with page.expect_popup() as other:
        page.click("main a[href='/sign-in']")
    sign_in(other.value, "ana.investigator")
    other.value.wait_for_selector("nav")
    page.go_back()
    assert page.input_value("#reason") == REASON
    page.click("button[value=confirmed]")
    assert REASON in page.locator("main").inner_text()


def test_of_two_who_decide_at_once_the_second_is_told_and_keeps_what_was_typed(opened):
    first, second = opened("ana.investigator"), opened("pia.prosecutor")
    first.fill("#reason", "The tag is right.")
    second.fill("#reason", REASON)
    first.click("button[value=confirmed]")
    second.click("button[value=rejected]")
    told = second.locator("main").inner_text()
    assert "E-CON-027" in told
    assert "what you typed is still in the form" in told
    second.go_back()
    assert second.input_value("#reason") == REASON
    assert "The tag is right." in second.locator("main").inner_text(), "what was decided meanwhile"
    second.click("button[value=rejected]")
    assert REASON in second.locator("main").inner_text()


def test_who_never_signed_in_is_asked_to(served):
    with served.client() as client:
        answer = client.post("/people/password", headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 403
    assert "Sign in first." in answer.text
    assert 'href="/sign-in"' in answer.text
