# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is no longer there says why: destroyed, taken back, decided or saved by somebody else."""

from __future__ import annotations

import pytest

from vestigo.pipeline.disposing import BEGUN
from vestigo.pipeline.session import open_session

PASSWORD = "a calm horse walks by the sea"
SAME = {"Sec-Fetch-Site": "same-origin"}
JSON = {**SAME, "Accept": "application/json"}


@pytest.fixture
def pia(changing):
    """A prosecutor who has just confirmed who she is."""
    with changing.signed_in("pia.prosecutor") as client:
        client.headers.update(SAME)
        assert client.post("/confirm", data={"password": PASSWORD}).status_code == 303
        yield client


def test_what_was_destroyed_by_order_says_so_wherever_it_was_shown(changing, pia):
    ids = changing.case.ids
    form = {"exhibit": ids["capture0"], "again": ids["capture0"], "order": "ORD 7/26 <b>"}
    assert pia.post("/evidence/destroy", data=form).status_code == 200
    for path in (f"/exhibits/{ids['capture0']}", f"/exhibits/{ids['capture0']}/body",
                 f"/listings/{ids['listing0']}", f"/why/{ids['listing0']}"):  # fmt: skip
        answer = pia.get(path)
        assert answer.status_code == 404
        assert "E-CON-013" in answer.text, path
        assert "ORD 7/26 &lt;b&gt;" in answer.text
    assert "E-CON-013" not in pia.get(f"/exhibits/{'0' * 64}").text
    with changing.client() as nobody:
        assert "ORD 7/26" not in nobody.get(f"/exhibits/{ids['capture0']}").text


def test_what_was_taken_back_says_so(changing):
    tag = changing.case.ids["tag"]
    with changing.signed_in() as ana:
        form = {"id": tag, "reason": "another service"}
        assert ana.post("/tags/retract", data=form, headers=SAME).status_code == 303
        assert "E-CON-014" in ana.get(f"/why/{tag}").text


def test_a_destruction_that_was_cut_short_is_told_where_it_goes_on(changing, pia):
    told = "begun and not finished"
    assert told not in pia.get("/evidence/dispose").text
    with open_session(changing.case.path, clock=changing.case.clock) as session:
        session.custody.append("disposal", exhibit="0001", reason=BEGUN,
                               details={"order": "ORD 7/26", "record": "0" * 64})  # fmt: skip
    page = pia.get("/evidence/dispose").text
    assert told in page
    assert "0001" in page
    assert "ORD 7/26" in page


def test_a_judgement_taken_back_in_another_tab_is_said_so(changing):
    with changing.signed_in() as ana:
        answer = ana.post("/judge/undo", data={"id": "0" * 64}, headers=SAME)
        assert (answer.status_code, "E-CON-034" in answer.text) == (400, True)
        form = {"subject": "x | y", "verdict": "same", "basis": "other"}
        answer = ana.post("/judge/verdict", data=form, headers=SAME)
        assert (answer.status_code, "E-CON-029" in answer.text) == (400, True)


def test_a_view_that_somebody_saved_since_is_not_removed(changing, pia):
    with changing.signed_in() as ana:
        given = {"name": "harbour", "shared": True, "body": {"nodes": []}}
        mine = ana.post("/graph/views/save", json=given, headers=JSON).json()
        pia.post("/graph/views/save", json=given | {"id": mine["id"], "revision": 1}, headers=JSON)
        lost = ana.post("/graph/views/remove", json={"id": mine["id"], "revision": 1}, headers=JSON)
        assert lost.json()["code"] == "E-CON-023"
        done = ana.post("/graph/views/remove", json={"id": mine["id"], "revision": 2}, headers=JSON)
        assert done.status_code == 200


def test_a_handle_that_only_listings_name_leads_to_them(served):
    with served.signed_in() as ana:
        answer = ana.get("/vendor?market=testmarket&handle=v3")
        assert answer.headers["location"] == "/listings?market=testmarket&vendor=v3"
        assert "Plain offer" in ana.get(answer.headers["location"]).text
        assert ana.get("/vendor?market=testmarket&handle=nobody").status_code == 404
