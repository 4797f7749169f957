# SPDX-License-Identifier: AGPL-3.0-or-later
"""The evidence desk in a real Chromium: a prosecutor builds, verifies, discloses, destroys.

On a case with a real archive: everything that is pressed is done.
"""

from __future__ import annotations

import hashlib
import sqlite3
import subprocess
import sys
import zipfile

import pytest

from vestigo.console.accounts import Accounts
from vestigo.console.graphing.view_store import ViewStore
from vestigo.evidence.bundle import inspect_bundle
from vestigo.evidence.keys import create_keys
from vestigo.evidence.warc import WarcArchive
from vestigo.pipeline.session import open_session
from vestigo.records import Capture
from vestigo.store import CaseFolder

PASSWORD = "a calm horse walks by the sea"
PASSPHRASE = "seven boats in the morning fog"
SIZE = {"width": 1366, "height": 768}
WAIT = 300
BAD = ("error", "warning")
PARSED = {"capture", "page", "listing", "feedback", "vendor_account"}

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def own(made_case, tmp_path_factory, serve):
    """A console of a case whose whole content verifies, with keys and a saved view."""
    world = sys.modules[type(made_case).__module__]
    path = tmp_path_factory.mktemp("evidence") / "case"
    CaseFolder.create(path, title="Operation Harbour", unit="Unit 7")
    case = type(made_case)(path, world.Ticking(made_case.clock()))
    with open_session(path, clock=case.clock) as session:
        order = world.authorization("ORD-1", world.START.replace(year=2025),
                                    world.START.replace(year=2028))  # fmt: skip
        session.ledger.append([order])
        with WarcArchive(session.folder.captures, session.folder.sealed, None, case.clock,
                         "test") as archive:  # fmt: skip
            made = world.market_records(archive, order.record_id, case.ids)
            session.ledger.append([one for one in made if one.KIND in PARSED])
        for warc in session.folder.captures.glob("*.warc.gz"):
            digest = hashlib.sha256(warc.read_bytes()).hexdigest()
            session.custody.append("collection", object_sha256=digest, exhibit=warc.name)
        create_keys(session.folder, PASSPHRASE)
        Accounts(session.folder).add("pia.prosecutor", "prosecutor", PASSWORD, case.clock)
    with serve(case) as served:
        yield served


@pytest.fixture
def page(browser, own):
    """A page of a prosecutor who confirmed who they are; what the console reports fails."""
    context = browser.new_context(viewport=SIZE, locale="en", accept_downloads=True)
    found = context.new_page()
    wrong = []
    found.on("console", lambda told: told.type in BAD and wrong.append(told.text))
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.goto(own.url + "/sign-in?next=/evidence/build")
    found.fill("#name", "pia.prosecutor")
    found.fill("#password", PASSWORD)
    found.click("main button.primary")
    found.click("text=Confirm first that it is you")
    found.fill("#password", PASSWORD)
    found.click("main button.primary")
    yield found
    context.close()
    assert wrong == []


def worked(page, own):
    """Wait for the work that was begun, look at the desk again; return the newest piece."""
    own.desk.jobs.wait(WAIT)
    page.goto(own.url + "/evidence")
    job = own.desk.jobs.all()[0]
    assert job.state == "done", job.error
    return page.locator("main section").first


def test_a_prosecutor_builds_verifies_discloses_packs_files_a_receipt_and_destroys(
    page, own, tmp_path
):
    names = _built_and_verified(page, own)
    _disclosed(page, own, names, tmp_path)
    _destroyed(page, own)


def _built_and_verified(page, own):
    """Build a bundle, verify the case and the bundle; every check is shown as right."""
    form = page.locator("form[action='/evidence/seal']")
    form.locator("input[name=passphrase]").fill(PASSPHRASE)
    form.locator("button.primary").click()
    assert "exhibits" in worked(page, own).inner_text()
    page.click("text=Verify the case now")
    checks = worked(page, own).locator("li")
    assert checks.count() == 8
    assert [one for one in checks.all_inner_texts() if "✓" not in one] == []
    page.click("main button:text-is('Verify')")
    shown = worked(page, own).locator("li").all_inner_texts()
    assert len(shown) > 8
    assert not [one for one in shown if "✗" in one]
    return {one.name for one, _packed in _bundles(own)}


def _disclosed(page, own, names, tmp_path):
    """Disclose without one exhibit and one field, pack, download, verify outside, file that."""
    page.goto(own.url + "/evidence/build")
    form = page.locator("form[action='/evidence/disclose']")
    form.locator("#exhibits").fill("0002")
    form.locator("#fields").fill("feedback.buyer_handle")
    form.locator("#reason").fill("section 12: third persons")
    form.locator("input[name=passphrase]").fill(PASSPHRASE)
    form.locator("button.primary").click()
    said = worked(page, own).inner_text()
    assert "0002" in said
    [name] = {one.name for one, _packed in _bundles(own)} - names
    page.click(f"[aria-label='Pack into a zip: {name}']")
    worked(page, own)
    with page.expect_download() as told:
        page.click("text=Download the zip")
    with zipfile.ZipFile(told.value.path()) as packed:
        packed.extractall(tmp_path)
    [folder] = [one.parent for one in tmp_path.rglob("bagit.txt")]
    report = inspect_bundle(folder, None)
    assert {one.status for one in report.findings} <= {"ok", "NOT CHECKED"}
    told = subprocess.run([sys.executable, str(next(folder.rglob("verify.py"))), str(folder)],
                          capture_output=True, check=False, timeout=WAIT)  # fmt: skip
    receipt = tmp_path / "receipt.txt"
    receipt.write_bytes(told.stdout)
    page.set_input_files("form[action='/evidence/receipt'] input[type=file]", receipt)
    page.fill("#from", "Ines Perito, defence")
    page.click("form[action='/evidence/receipt'] button.primary")
    page.wait_for_url("**/evidence#receipts")
    assert "Ines Perito, defence" in page.inner_text("main")
    for path in folder.rglob("*"):
        assert not path.is_file() or b"quiet_buyer_77" not in path.read_bytes(), path.name


def _bundles(own):
    from vestigo.console.proving.pages import bundles_of

    return bundles_of(own.desk)


def _destroyed(page, own):
    """Destroy an exhibit by order: what it alone said leaves the saved view, too."""
    handle = '"><svg/onload=alert(1)>'
    capture = own.case.ids["hostile_capture"]
    views = ViewStore(own.case.path)
    body = {"nodes": [{"ref": ["VendorAccount", f"testmarket/{handle}"], "x": 1, "y": 2},
                      {"ref": ["VendorAccount", "testmarket/ana"], "x": 3, "y": 4,
                       "note": f"paid {handle} twice", "colour": "red"},
                      {"ref": ["VendorAccount", "testmarket/v1"], "x": 5, "y": 6,
                       "note": "ask the bank"}]}  # fmt: skip
    saved = views.save("pia.prosecutor", "2026-11-02", name="who pays", shared=True, body=body)
    page.goto(own.url + "/evidence/dispose")
    page.fill("#exhibit", capture)
    page.fill("#again", capture)
    page.fill("#order", "Court 3, order 9")
    page.fill("#reason", "not covered")
    page.click("main button.primary")
    told = page.inner_text("main")
    assert "was destroyed by order Court 3, order 9" in told
    assert "still holds it" in told, "the bundles of before are named"
    assert "who pays" in told, "notes are for people to read"
    now, left = views.get(saved.id, "pia.prosecutor")
    assert [node["ref"][1] for node in left["nodes"]] == ["testmarket/ana", "testmarket/v1"]
    assert "note" not in left["nodes"][0]
    assert left["nodes"][0]["colour"] == "red"
    assert left["nodes"][1]["note"] == "ask the bank"
    assert now.revision == saved.revision + 1, "who has it open is told, and overwrites nothing"
    assert b"svg/onload" not in (own.case.path / "console-views.sqlite").read_bytes()
    assert own.desk.session.ledger.get(capture) is None
    assert capture not in {one.capture_id for one in own.desk.session.ledger.of_kind(Capture)}
    page.goto(own.url + "/evidence")
    page.click("text=Verify the case now")
    marks = worked(page, own).locator("li").all_inner_texts()
    assert [one for one in marks if "✓" not in one] == []


def test_a_damaged_file_of_views_does_not_keep_an_order_from_being_done(own):
    from vestigo.pipeline.saved_views import purge_views

    path = own.case.path / "console-views.sqlite"
    path.write_bytes(b"no database at all" * 100)
    with open_session(own.case.path, write=False, clock=own.case.clock) as session:
        assert purge_views(session, set()) == 0
    assert not path.exists()
    with pytest.raises(sqlite3.OperationalError):
        sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute("SELECT 1")
