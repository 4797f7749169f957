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
    ("GET", "/static/{name}"): "files of the program",
    ("GET", "/sign-in"): SIGNING,
    ("POST", "/sign-in"): SIGNING,
    ("POST", "/sign-out"): SIGNING,
    ("POST", "/language"): "sets the language of the reader",
    ("GET", "/graph/words"): "words and shapes of the program",
    **{
        ("POST", path): "test_console_graph.py walks it"
        for path in (
            "/graph/find",
            "/graph/nodes",
            "/graph/counts",
            "/graph/expand",
            "/graph/why",
            "/graph/path",
            "/graph/export",
            "/graph/views/open",
            "/graph/views/save",
            "/graph/views/remove",
        )
    },
    ("POST", "/judge/verdict"): "test_console_judging.py walks it",
    ("POST", "/judge/undo"): "test_console_judging.py walks it",
    ("GET", "/confirm"): SIGNING,
    **{
        ("POST", path): "test_console_passkeys.py walks it"
        for path in (
            "/people/passkeys",
            "/people/passkeys/options",
            "/people/passkeys/remove",
            "/confirm/passkey",
            "/confirm/passkey/options",
            "/sign-in/passkey",
            "/sign-in/passkey/options",
        )
    },
    **{
        ("GET", path): "test_console_provider.py walks it"
        for path in ("/sign-in/provider", "/sign-in/provider/back", "/confirm/provider")
    },
    **{
        ("POST", path): "test_console_people.py walks it"
        for path in ("/confirm", "/people/revoke", "/people/revoke-others", "/people/password")
    },
    **{
        ("POST", path): "test_console_desks.py walks it"
        for path in (
            "/cash-outs/{record_id}/decide",
            "/tags/add",
            "/tags/import",
            "/tags/retract",
            "/crawls/attend",
            "/crawls/resume",
            "/crawls/stop",
            "/crawls/answer",
            "/crawls/pass",
            "/crawls/plan",
            "/evidence/verify",
            "/evidence/verify-bundle",
            "/evidence/pack",
            "/evidence/seal",
            "/evidence/disclose",
            "/evidence/destroy",
            "/evidence/receipt",
            "/exhibits/{capture_id}/unmask",
        )
    },
    **{
        ("GET", path): "test_console_desks.py: not for an investigator, or after a confirmation"
        for path in (
            "/listings.csv",
            "/vendors.csv",
            "/substances.csv",
            "/trends.csv",
            "/traces.csv",
            "/traces/{record_id}/hops.csv",
            "/cluster.csv",
            "/sheets/{name}",
            "/tags/export.yaml",
            "/exhibits.csv",
            "/custody.csv",
            "/bundles/{name}",
            "/crawls/captcha.png",
            "/evidence/build",
            "/evidence/dispose",
        )
    },
}
LOOKS = {
    "/": "/",
    "/trends": "/trends",
    "/trends/{chart}": "/trends/prices.svg",
    "/substances": "/substances",
    "/near-duplicates": "/near-duplicates",
    "/listings/{listing_id}/near": "/listings/{listing1}/near",
    "/traces/{record_id}": "/traces/{trace}",
    "/cluster": "/cluster?address=" + ADDRESS,
    "/services": "/services",
    "/service": "/service?name=Example+Exchange",
    "/tags": "/tags",
    "/people": "/people",
    "/crawls": "/crawls",
    "/evidence": "/evidence",
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
    "/search": "/search?q=mdma",
    "/graph": "/graph",
    "/graph/views": "/graph/views",
    "/judge": "/judge",
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
