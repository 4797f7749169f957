# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every page of the console that shows case material writes an event: all routes are walked.

A new route fails the first test until it stands in ``LOOKS`` (an address of it, in the made
case) or in ``EXEMPT`` (why it shows no case material).
"""

from __future__ import annotations

import pytest

from vestigo.console.application import build_application

ADDRESS = "bcrt1qvendor0000000000000000000000000000start"
SIGNING = "asks who it is, or ends that; attempts are logged, and nothing of the case is shown"
EXEMPT = {
    ("GET", "/static/{name}"): "two files of the program",
    ("GET", "/sign-in"): SIGNING,
    ("POST", "/sign-in"): SIGNING,
    ("POST", "/sign-out"): SIGNING,
    ("POST", "/language"): "sets the language of the reader",
}
LOOKS = {
    "/": "/",
    "/listings": "/listings?vendor=v1",
    "/listings/{listing_id}": "/listings/{listing1}",
    "/vendors": "/vendors",
    "/vendor": "/vendor?market=testmarket&handle=ana",
    "/cash-outs": "/cash-outs",
    "/cash-outs/{record_id}": "/cash-outs/{cash_out}",
    "/address": "/address?value=" + ADDRESS,
    "/transactions/{txid}": "/transactions/{txid}",
    "/why/{record_id}": "/why/{selector}",
    "/exhibits": "/exhibits",
    "/exhibits/{capture_id}": "/exhibits/{capture1}",
    "/exhibits/{capture_id}/{part}": "/exhibits/{capture1}/body",
    "/custody": "/custody",
}


def routes(desk) -> set[tuple[str, str]]:
    """Return method and path of every route of the application (HEAD and OPTIONS left out)."""
    found = set()
    for route in build_application(desk)._application.routes:
        path = route.path_format.replace(":str", "")
        found |= {(method, path) for method in route.methods if method in {"GET", "POST", "PUT",
                                                                           "PATCH", "DELETE"}}  # fmt: skip
    return found


def test_every_route_is_looked_at_here_or_said_why_not(served):
    known = {("GET", path) for path in LOOKS} | set(EXEMPT)
    assert routes(served.desk) - known == set(), "say in this file that the route is logged"
    assert known - routes(served.desk) == set()


@pytest.mark.parametrize("path", sorted(LOOKS))
def test_a_look_writes_an_event_that_names_it(served, path):
    address = LOOKS[path].format(**served.case.ids)
    log = served.desk.session.custody
    with served.signed_in() as client:
        before = log.head().n_events
        assert client.get(address).status_code == 200
    written = [event for event in log.events() if event.id > before]
    named = [event for event in written if event.details.get("path") == address]
    assert named, f"{address} was shown and the log says nothing of it"
    assert named[0].details["account"] == "ana.investigator"
    assert named[0].reason.startswith("console: ")


@pytest.mark.parametrize("path", sorted(LOOKS))
def test_nothing_is_shown_before_the_sign_in(served, path):
    log = served.desk.session.custody
    before = log.head().n_events
    with served.client() as client:
        answer = client.get(LOOKS[path].format(**served.case.ids))
    assert answer.status_code == 303
    assert log.head().n_events == before
