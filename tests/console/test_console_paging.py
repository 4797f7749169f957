# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every list of a page is cut into pages of its own; third persons stay hidden from every role."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.console.paging import PAGE_ROWS, part

ROLES = ("ana.investigator", "pia.prosecutor", "abe.auditor")
SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
THIRD = ("quiet_buyer_77", "buyer77@mail.test")


@given(n=st.integers(0, 400), page=st.text(max_size=5) | st.integers(-2, 12).map(str))
def test_the_pages_of_a_list_hold_every_row_once(n, page):
    rows = list(range(n))
    first = part(rows, "/x?a=1", "things")
    whole = [row for at in range(first.n_pages)
             for row in part(rows, f"/x?things={at + 1}", "things").rows]  # fmt: skip
    assert whole == rows
    assert len(part(rows, "/x?" + "things=" + page.replace("&", ""), "things").rows) <= PAGE_ROWS


def test_turning_one_list_leaves_the_others_where_they_are():
    found = part(range(200), "/vendor?market=a%20b&handle=%26&listings=3&captures=2", "captures")
    assert (found.page, found.n_pages) == (2, 4)
    query = parse_qs(urlsplit(found.base + "4").query)
    assert query == {"market": ["a b"], "handle": ["&"], "listings": ["3"], "captures": ["4"]}


@pytest.mark.parametrize("account", ROLES)
def test_no_role_is_shown_a_third_person_on_any_new_page_or_answer(graphed, account):
    vendor, listing = ["VendorAccount", "testmarket/ana"], ["Listing", "testmarket/1"]
    exhibit = ["Exhibit", graphed.case.ids["capture1"]]
    with graphed.signed_in(account) as client:
        pages = ["/judge", "/graph", "/search?q=all+good", "/search?q=Sunday", "/graph/views"]
        said = [client.get(path, headers={"Accept": "text/html"}) for path in pages]
        for path, body in (
            ("find", {"text": "ana"}), ("nodes", {"nodes": [vendor, listing, exhibit]}),
            ("counts", {"node": listing}), ("why", {"source": listing, "target": exhibit}),
            ("expand", {"node": listing, "direction": "out", "kind": "NAMES", "label": "Contact"}),
            ("expand", {"node": exhibit, "direction": "in", "kind": "SHOWN_BY", "label": "Contact"}),
            ("path", {"from": "testmarket/ana", "to": "any-cash-out"}),
        ):  # fmt: skip
            said.append(client.post(f"/graph/{path}", json=body, headers=SAME))
    for answer in said:
        assert answer.status_code == 200, answer.text[:200]
        for name in THIRD:
            assert name not in answer.text, answer.url
