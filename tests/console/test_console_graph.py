# SPDX-License-Identifier: AGPL-3.0-or-later
"""What the graph page asks the server: answers, events, roles, third persons, hostile input."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.browsing.reading import count_beside, read_nodes, read_step
from graph.kglite_store import KgliteStore
from graph.model import NodeRef
from vestigo.console.graphing.asked import MOST_ON_CANVAS
from vestigo.console.graphing.view_store import ViewStore
from vestigo.errors import UsageError

SAME = {"Sec-Fetch-Site": "same-origin", "Accept": "application/json"}
PASSWORD = "a calm horse walks by the sea"
VENDOR = ["VendorAccount", "testmarket/ana"]
TWIN = ["VendorAccount", "othermarket/ana2"]
ADDRESS = ["Address", "bcrt1qvendor0000000000000000000000000000start"]
HOP = ["Address", "bcrt1qhop00000000000000000000000000000000000a"]
THIRD = "buyer77@mail.test"
HOSTILE = '<script>document.title="owned"</script>'


@pytest.fixture(scope="module")
def client(graphed):
    with graphed.signed_in() as found:
        yield found


def ask(client, path, body, status=200):
    answer = client.post(f"/graph/{path}", json=body, headers=SAME)
    assert answer.status_code == status, answer.text[:300]
    return answer.json()


def names(answer):
    return {tuple(node["ref"]) for node in answer["nodes"]}


def test_a_handle_names_its_account_and_a_word_names_those_to_choose_from(client):
    assert names(ask(client, "find", {"text": "testmarket/ana"})) == {tuple(VENDOR)}
    assert names(ask(client, "find", {"text": "ana"})) == {tuple(VENDOR)}
    found = names(ask(client, "find", {"text": "plain offer"}))
    assert len(found) == 25
    assert {label for label, _key in found} == {"Listing"}
    assert ask(client, "find", {"text": "no such thing at all"}) == {"nodes": []}


def test_counts_are_what_an_expansion_brings_kind_by_kind(client):
    counts = ask(client, "counts", {"node": VENDOR})["counts"]
    assert counts
    for one in counts:
        asked = {"node": VENDOR, **one, "limit": 300, "canvas": [VENDOR]}
        asked.pop("n")
        brought = ask(client, "expand", asked)
        assert len(brought["nodes"]) == one["n"], one
        for edge in brought["edges"]:
            assert edge["record"]
            assert edge["tier"] in ("structural", "heuristic", "attribution", "captured", "judged")


def test_an_expansion_is_limited_paged_and_brings_nothing_twice(client, graphed):
    with graphed.desk.graph.reading() as store:
        market = NodeRef("Market", "testmarket")
        listed = next(one for one in count_beside(store, market) if one.kind == "LISTED_ON")
    asked = {"node": list(market), "direction": "in", "kind": "LISTED_ON", "label": "Listing"}
    first = names(ask(client, "expand", {**asked, "limit": 10, "canvas": []}))
    second = names(ask(client, "expand", {**asked, "limit": 300, "skip": 10, "canvas": []}))
    assert len(first) == 10
    assert not first & second
    assert len(first | second) == listed.n
    again = ask(client, "expand", {**asked, "limit": 10, "canvas": [list(one) for one in first]})
    assert again["nodes"] == []


def test_why_tells_rule_version_tier_confidence_data_set_and_the_way_to_the_bytes(client, graphed):
    answer = ask(client, "why", {"source": VENDOR, "target": ADDRESS})
    reason = next(one for one in answer["reasons"] if one["kind"] == "NAMES")
    assert (reason["rule"], reason["version"]) == ("nlp.lexicon", "v3")
    assert reason["tier"] == "captured"
    assert reason["confidence"] == "0.9700"
    assert "measured" in reason["basis"]
    exhibit = next(one for one in reason["sources"] if one["label"] == "Exhibit")
    assert client.get(exhibit["url"].partition("#")[0]).status_code == 200
    assert f"mark={reason['record']}" in exhibit["url"]
    assert client.get(f"/why/{reason['record']}").status_code == 200
    link = ask(client, "why", {"source": TWIN, "target": VENDOR})["reasons"][0]
    assert link["kind"] == "LOOKS_LIKE"
    assert "6,720 pairs" in link["basis"]
    assert link["tier"] == "heuristic"


def test_every_relationship_that_is_drawn_answers_why(client):
    expanded = []
    for one in ask(client, "counts", {"node": ADDRESS})["counts"]:
        asked = {"node": ADDRESS, "direction": one["direction"], "kind": one["kind"],
                 "label": one["label"], "limit": 300, "canvas": [ADDRESS]}  # fmt: skip
        expanded += ask(client, "expand", asked)["edges"]
    assert len(expanded) >= 8
    for edge in expanded:
        found = ask(client, "why", {"source": edge["source"], "target": edge["target"]})
        kinds = {(one["kind"], one["tier"]) for one in found["reasons"]}
        assert (edge["kind"], edge["tier"]) in kinds


def test_ways_lead_from_a_vendor_to_a_cash_out_and_bounds_hold(client):
    asked = {"from": "testmarket/ana", "to": "any-cash-out", "k": 3, "canvas": [VENDOR]}
    found = ask(client, "path", asked)
    assert found["ways"][0][0] == VENDOR
    assert found["ways"][0][-1][0] == "CashOutPoint"
    assert found["complete"] is True
    assert {tuple(ref) for way in found["ways"] for ref in way} <= names(found) | {tuple(VENDOR)}
    none = ask(client, "path", {**asked, "min_sat": 10**15})
    assert none["ways"] == []
    none = ask(client, "path", {**asked, "before": "2020-01-01"})
    assert none["ways"] == []


@pytest.mark.parametrize("path", ["find", "nodes", "counts", "expand", "why", "path"])
def test_third_persons_are_in_no_answer(client, graphed, path):
    exhibit = ["Exhibit", graphed.case.ids["capture1"]]
    listing = ["Listing", "testmarket/1"]
    contact = ["Contact", f"email:{THIRD}"]
    step = {"limit": 300, "canvas": [VENDOR, listing]}
    bodies = {
        "find": [{"text": THIRD}, {"text": "buyer77"}, {"text": f"Contact:email:{THIRD}"}],
        "nodes": [{"nodes": [contact, listing, VENDOR, exhibit]}],
        "counts": [{"node": contact}],
        "expand": [
            {"node": listing, "direction": "out", "kind": "NAMES", "label": "Contact", **step},
            {"node": exhibit, "direction": "in", "kind": "SHOWN_BY", "label": "Contact", **step},
            {"node": contact, "direction": "in", "kind": "NAMES", "label": "Listing", **step},
        ],
        "why": [{"source": listing, "target": contact}, {"source": listing, "target": exhibit},
                {"source": contact, "target": exhibit}],
        "path": [{"from": "testmarket/ana", "to": f"Contact:email:{THIRD}"}],
    }  # fmt: skip
    for body in bodies[path]:
        answer = client.post(f"/graph/{path}", json=body, headers=SAME)
        said = answer.text.replace(json.dumps(f"Contact:email:{THIRD}")[1:-1], "")
        assert THIRD not in said, body
        assert "quiet_buyer_77" not in said
        assert "buyer77" not in said.replace("where", "")


def test_the_graph_package_itself_gives_no_third_person(graphed):
    store = KgliteStore(graphed.case.path / "graph")
    third = NodeRef("Contact", f"email:{THIRD}")
    assert read_nodes(store, [third]) == {}
    for one in count_beside(store, NodeRef("Listing", "testmarket/1")):
        assert third not in read_step(store, NodeRef("Listing", "testmarket/1"), one, 300, 0)
    store.close()


def test_each_step_writes_an_event_that_names_it_before_it_answers(client, graphed):
    log = graphed.desk.session.custody
    for path, body in (
        ("find", {"text": "ana"}), ("nodes", {"nodes": [VENDOR]}), ("counts", {"node": VENDOR}),
        ("expand", {"node": VENDOR, "direction": "out", "kind": "SELLS", "label": "Listing"}),
        ("why", {"source": VENDOR, "target": ADDRESS}),
        ("path", {"from": "testmarket/ana", "to": "any-cash-out"}),
    ):  # fmt: skip
        before = log.head().n_events
        ask(client, path, body)
        event = next(iter(event for event in log.events() if event.id > before))
        assert event.details["path"] == f"/graph/{path}"
        assert event.details["account"] == "ana.investigator"


def exported(client, form, **more):
    nodes = [{"ref": VENDOR, "x": 0, "y": 0}, {"ref": ADDRESS, "x": 260, "y": 62},
             {"ref": HOP, "x": 520, "y": 62}]  # fmt: skip
    return client.post("/graph/export", json={"format": form, "nodes": nodes, **more}, headers=SAME)


@pytest.fixture
def confirmed(graphed):
    with graphed.signed_in() as found:
        answer = found.post("/confirm", data={"password": PASSWORD, "next": "/graph"}, headers=SAME)
        assert answer.status_code == 303, answer.text[:300]
        yield found


@pytest.mark.parametrize("form", ["csv", "graphml", "json", "png", "svg", "pdf"])
def test_an_export_carries_time_case_and_checkpoint_and_is_logged_with_its_digest(
    confirmed, graphed, form
):
    answer = exported(confirmed, form)
    assert answer.status_code == 200, answer.text[:300]
    content = answer.content
    event = list(graphed.desk.session.custody.events())[-1]
    assert event.action == "export"
    assert event.details["sha256"] == hashlib.sha256(content).hexdigest()
    assert f'filename="graph.{form}"' in answer.headers["content-disposition"]
    if form == "png":
        assert content.startswith(b"\x89PNG")
        return
    if form == "pdf":
        from pypdf import PdfReader

        text = PdfReader(io.BytesIO(content)).pages[0].extract_text()
    else:
        text = content.decode()
    for said in ("Harbour", "2026-11-0", "custody", "graph"):
        assert said in text, (form, said)
    if form in ("svg", "graphml"):
        assert ET.fromstring(content) is not None
        assert b"<script" not in content
    if form == "csv":
        rows = list(csv.reader(io.StringIO(text)))
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    if form == "json":
        assert {n["properties"]["key"] for n in json.loads(text)["nodes"]} >= {VENDOR[1], HOP[1]}


@pytest.mark.parametrize("form", ["csv", "graphml", "json", "svg"])
def test_notes_and_colours_go_into_an_export(confirmed, form):
    note = "=met <b>twice</b>"
    noted = [{"ref": list(VENDOR), "x": 0, "y": 0, "note": note, "colour": "red"}]
    text = exported(confirmed, form, nodes=noted).content.decode()
    assert "met " in text
    assert "<b>" not in text or form in ("csv", "json")
    if form == "json":
        [node] = json.loads(text)["nodes"]
        assert (node["properties"]["note"], node["properties"]["colour"]) == (note, "red")
    elif form == "csv":
        [row] = [r for r in csv.DictReader(io.StringIO(text)) if r["element"] == "node"]
        assert (row["note"].lstrip("'"), row["colour"]) == (note, "red")
        assert row["note"].startswith("'"), "no formula"
    elif form == "svg":
        assert 'stroke="#d1242f"' in text
    else:
        assert ">red<" in text


@pytest.mark.parametrize("wrong", [{"colour": "url(x)"}, {"note": "x" * 2001}, {"note": 7}])
def test_a_note_that_no_page_sends_is_refused(confirmed, wrong):
    noted = [{"ref": list(VENDOR), "x": 0, "y": 0, **wrong}]
    assert exported(confirmed, "json", nodes=noted).json()["code"] == "E-CON-020"


def test_an_export_needs_a_role_and_a_fresh_password(client, graphed):
    refused = exported(client, "json")
    assert refused.status_code == 403
    assert refused.json()["code"] == "E-CON-030"
    with graphed.signed_in("abe.auditor") as auditor:
        assert exported(auditor, "json").json()["code"] == "E-CON-007"
        page = auditor.get("/graph").text
        assert 'id="do-export"' not in page
        assert 'id="views-form"' not in page
        saved = {"name": "x", "shared": False, "body": {"nodes": []}}
        assert ask(auditor, "views/save", saved, 403)["code"] == "E-CON-007"
        assert names(ask(auditor, "nodes", {"nodes": [VENDOR]})) == {tuple(VENDOR)}


def test_a_picture_nobody_can_look_at_and_an_empty_one_are_refused(confirmed):
    far = [{"ref": VENDOR, "x": 0, "y": 0}, {"ref": ADDRESS, "x": 9_000_000, "y": 0}]
    assert exported(confirmed, "png", nodes=far).json()["code"] == "E-CON-028"
    assert exported(confirmed, "json", nodes=far).status_code == 200
    assert exported(confirmed, "json", nodes=[]).json()["code"] == "E-CON-025"


def view(**more):
    node = {"ref": VENDOR, "x": 10, "y": -20, "pinned": True, "hidden": True, "colour": "red",
            "note": "<b>seen</b>", "group": "first"}  # fmt: skip
    return {"name": "harbour", "shared": False, "body": {"nodes": [node]}, **more}


def test_a_view_keeps_places_pins_notes_and_whose_it_is(changing):
    with changing.signed_in() as ana, changing.signed_in("pia.prosecutor") as pia:
        mine = ask(ana, "views/save", view())
        assert (mine["revision"], mine["owner"]) == (1, "ana.investigator")
        opened = ask(ana, "views/open", {"id": mine["id"]})
        assert opened["body"] == view()["body"]
        assert pia.get("/graph/views", headers=SAME).json()["views"] == []
        assert ask(pia, "views/open", {"id": mine["id"]}, 404)["code"] == "E-CON-022"
        assert ask(pia, "views/remove", {"id": mine["id"]}, 404)["code"] == "E-CON-022"
        ask(ana, "views/save", view(id=mine["id"], revision=1, shared=True))
        assert ask(pia, "views/open", {"id": mine["id"]})["revision"] == 2


def test_two_people_who_save_one_view_lose_no_update(changing):
    with changing.signed_in() as ana, changing.signed_in("pia.prosecutor") as pia:
        one = ask(ana, "views/save", view(shared=True))
        theirs = ask(pia, "views/save", view(id=one["id"], revision=1, name="harbour 2"))
        assert (theirs["revision"], theirs["owner"]) == (2, "ana.investigator")
        lost = ana.post("/graph/views/save", json=view(id=one["id"], revision=1), headers=SAME)
        assert lost.json()["code"] == "E-CON-023"
        assert "pia.prosecutor" in lost.json()["what"]
        assert ask(ana, "views/open", {"id": one["id"]})["name"] == "harbour 2"


def test_a_name_that_is_taken_empty_or_endless_is_refused(tmp_path):
    store = ViewStore(tmp_path)
    store.save("ana", "now", name="one", shared=False, body={})
    for name in ("one", " one ", "", "   ", "x" * 81):
        with pytest.raises(UsageError) as told:
            store.save("ana", "now", name=name, shared=False, body={})
        assert told.value.code == "E-CON-024"
    assert store.save("pia", "now", name="one", shared=False, body={}).revision == 1
    assert (tmp_path / "console-views.sqlite").stat().st_mode & 0o777 == 0o600


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
)
FIELDS = ("node", "nodes", "canvas", "source", "target", "direction", "kind", "label", "limit",
          "skip", "text", "from", "to", "k", "min_sat", "after", "id", "name", "shared", "body",
          "revision", "format")  # fmt: skip


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    path=st.sampled_from(["find", "nodes", "counts", "expand", "why", "path", "views/open",
                          "views/save", "views/remove", "export"]),
    body=st.dictionaries(st.sampled_from(FIELDS), json_values, max_size=8) | json_values,
)  # fmt: skip
def test_no_request_breaks_the_server(client, path, body):
    answer = client.post(f"/graph/{path}", json=body, headers=SAME)
    assert answer.status_code < 500, (path, body, answer.text[:300])
    assert answer.headers["content-type"].startswith("application/json")


@pytest.mark.parametrize("content", [b"", b"{", b"[[[[", b"\xff\xfe", b"null", b'{"a":1e999}'])
def test_what_is_no_json_is_told(client, content):
    headers = {**SAME, "Content-Type": "application/json"}
    answer = client.post("/graph/find", content=content, headers=headers)
    assert answer.status_code in (400, 404)
    assert answer.json()["what"]


def test_a_crowd_and_a_flood_are_refused(client):
    crowd = [["Address", str(n)] for n in range(MOST_ON_CANVAS + 1)]
    assert ask(client, "nodes", {"nodes": [VENDOR], "canvas": crowd}, 404)["code"] == "E-CON-021"
    flood = client.post("/graph/find", content=b"x" * 3_000_000, headers=SAME)
    assert flood.status_code == 413


def test_hostile_names_come_as_text_with_what_hides_made_visible(client):
    found = ask(client, "find", {"text": "owned"})["nodes"]
    assert found
    shown = json.dumps(found, ensure_ascii=False)
    assert HOSTILE in found[0]["name"]
    assert not set("\u202e\x1b\x00") & set(found[0]["name"] + found[0]["short"])
    assert "\\\\u202e" in shown or "\\\\x1b" in shown


def test_a_signed_out_step_is_refused_and_a_case_without_a_graph_says_what_to_do(graphed, served):
    with graphed.client() as stranger:
        assert stranger.post("/graph/find", json={"text": "ana"}, headers=SAME).status_code == 403
    with served.signed_in() as client:
        assert "vestigo graph rebuild" in client.get("/graph").text
        answer = client.post("/graph/find", json={"text": "ana"}, headers=SAME)
        assert answer.json()["code"] == "E-GRA-006"


def test_the_words_of_the_page_come_in_four_languages(graphed):
    for language, word in (("en", "sells"), ("es", "vende"), ("pt", "vende"), ("fr", "vend")):
        with graphed.signed_in() as client:
            client.cookies.set("vestigo-language", language)
            assert client.get("/graph/words").json()["kinds"]["SELLS"] == word
