# SPDX-License-Identifier: AGPL-3.0-or-later
"""Archived pages drawn: what is in the picture, what is not, and what a page cannot do."""

import base64
import contextlib
import hashlib
import io
import json
import subprocess
import sys
import time

import pytest
from PIL import Image

from vestigo.cli.app import run
from vestigo.evidence.quarantine import make_recipient_key, set_recipient
from vestigo.evidence.screening.lists import ListTitle, add_hash_set
from vestigo.pipeline.quarantining import quarantine_exhibit
from vestigo.records import Screenshot

pytestmark = pytest.mark.browser

PAGE = """<!doctype html><html><head><link rel=stylesheet href="/a.css"><link rel=stylesheet href="/no.css">
<meta http-equiv=refresh content="0; url=/p/2"></head>
<body><h1>One</h1><p id=who>by Bob_77 and b***y</p><img src="/x.png" width=64 height=64>
<script>document.body.style.background = "rgb(0, 0, 255)"</script></body></html>"""
CSS = (
    "body { background: rgb(255, 0, 0); margin: 0 } p { background: rgb(0, 255, 0); height: 40px }"
)


def picture(colour):
    out = io.BytesIO()
    Image.new("RGB", (64, 64), colour).save(out, "PNG")
    return out.getvalue()


def call(*words):
    """Return exit code, standard output and standard error of a command."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["crawl", "picture", *words])
    return code, out.getvalue(), err.getvalue()


def draw(case, *words):
    code, out, err = call(case.path, "--json", *words)
    return code, json.loads(out) if out else err


def colours(image):
    return {colour for _n, colour in image.getcolors(1 << 24)}


def pixels(case, made):
    file = case.folder.derived / made["file_name"]
    assert hashlib.sha256(file.read_bytes()).hexdigest() == made["sha256"]
    assert file.stat().st_mode & 0o777 == 0o600
    return Image.open(file).convert("RGB")


def test_a_picture_shows_archived_bytes_only_and_says_what_is_missing(
    make_case, wire, scratch_is_clean
):
    case = make_case()
    order = case.order("fetch_image")
    case.archive(order, {
        "/p/1": wire(PAGE), "/a.css": wire(CSS, "text/css"), "/p/2": wire("<h1>Two</h1>"),
        "/x.png": wire("", "text/html", "302 Found", "Location: /y.png\r\n"),
        "/y.png": wire(picture((9, 8, 7)), "image/png"),
    })  # fmt: skip
    case.buyer("Bob_77")
    case.buyer("b***y")
    code, report = draw(case, "0001")
    assert code == 0, report
    (made,) = report["made"]
    image = pixels(case, made)
    assert image.getpixel((600, 390)) == (255, 0, 0), "the archived style, and no script"
    assert (9, 8, 7) in {image.getpixel((32, y)) for y in range(400)}, "the archived picture"
    assert made["uri"] == "http://market.invalid/p/1", "it stayed where it was"
    assert made["missing"] == ["http://market.invalid/no.css"]
    assert made["n_masked"] == 2
    assert len(made["sources"]) == 3
    assert (made["rendered"], made["scripts"], made["pictures"]) == ("archive", False, True)
    assert made["observed_at"].startswith("2026-03-01T12:00:00")
    events = case.events()
    (logged,) = [event for event in events if event.object_sha256 == made["sha256"]]
    assert logged.exhibit == "exhibit 0001"
    assert logged.details["isolation"] in ("namespace", "gate")
    scratch_is_clean(case)
    again, report = draw(case, "0001")
    assert (again, len(report["known"]), report["made"]) == (0, 1, [])
    (case.folder.derived / made["file_name"]).unlink()
    _code, report = draw(case, "0001")
    assert [one["record"] for one in report["made"]] == [made["record"]], "the same bytes again"


def test_without_the_act_no_picture_is_shown_not_even_an_inline_one(make_case, wire):
    case = make_case()
    inline = base64.b64encode(picture((9, 8, 7))).decode()
    page = PAGE.replace("<script>", f'<img src="data:image/png;base64,{inline}"><img src="data&colon;image/png;base64,{inline}"><script>')  # fmt: skip
    case.archive(
        case.order(), {"/p/1": wire(page), "/x.png": wire(picture((9, 8, 7)), "image/png")}
    )
    code, report = draw(case)
    assert code == 0, report
    (made,) = report["made"]
    assert (9, 8, 7) not in colours(pixels(case, made))
    assert made["pictures"] is False
    assert "http://market.invalid/x.png" in made["missing"]


def test_a_hit_is_neither_drawn_nor_kept(make_case, wire, tmp_path):
    case, planted = make_case(), picture((200, 0, 200))
    inline = base64.b64encode(planted).decode()
    answers = {
        "/embeds": wire('<h1>x</h1><img src="/x.png">'), "/x.png": wire(planted, "image/png"),
        "/holds": wire(f'<h1>x</h1><img src="data:image/png;base64,{inline}">'),
        "/is": wire("<h1>planted</h1>"), "/good": wire("<h1>good</h1>"),
    }  # fmt: skip
    case.archive(case.order("fetch_image"), answers)
    hits = (planted, b"<h1>planted</h1>")
    (tmp_path / "set.txt").write_text("\n".join(hashlib.sha256(hit).hexdigest() for hit in hits))
    add_hash_set(case.folder, tmp_path / "set.txt", ListTitle(name="n", version="1"))
    text = case.folder.toml.read_text("utf-8")
    case.folder.toml.write_text(text + '\n[settings.screening]\non_hit = "drop"\n', "utf-8")
    code, report = draw(case)
    assert code == 4
    found = {(one["where"].rpartition("/")[2], one["code"]) for one in report["problems"]}
    assert found == {("x.png", "E-CRA-045"), ("holds", "E-CRA-045"), ("is", "E-CRA-045")}
    assert [one["uri"].rpartition("/")[2] for one in report["made"]] == ["good"]
    assert len(list(case.folder.derived.glob("*"))) == len(case.of_kind(Screenshot)) == 1
    assert sum("E-CRA-045" in event.reason for event in case.events()) == 3


def test_scripts_run_only_where_the_order_names_the_act(make_case, wire):
    case = make_case()
    case.archive(case.order("run_scripts"), {"/a.css": wire(CSS, "text/css"), "/with": wire(PAGE)})
    case.archive(case.order(), {"/without": wire(PAGE)})
    _code, report = draw(case, "--scripts")
    made = {one["uri"].rpartition("/")[2]: one for one in report["made"]}
    assert pixels(case, made["with"]).getpixel((600, 390)) == (0, 0, 255)
    assert pixels(case, made["without"]).getpixel((600, 390)) == (255, 0, 0)
    assert (made["with"]["scripts"], made["without"]["scripts"]) == (True, False)


ENDLESS = {
    "/alerts": "<h1>x</h1><script>for (;;) alert(1)</script>",
    "/spins": "<h1>x</h1><script>for (;;) {}</script>",
}
BOUNDED = {
    "/windows": "<h1>x</h1><script>for (let i = 0; i < 4; i++) { open('/windows'); alert(i); print(); }"
    " onbeforeunload = () => 1</script>",
    "/long": "<h1>x</h1>" + "<p>line</p>" * 4000,
    "/download": "<h1>x</h1><a id=a href=/file download>x</a><script>for (let i = 0; i < 20; i++) a.click()</script>",
    "/bytes": b"\xff\xfe\x00<\x80" * 200 + b"<!--" * 500 + b"<svg><style><div>" * 500,
    "/deep": "<div>" * 2000 + "deep",
}
EATS = "<h1>x</h1><script>const a = []; for (;;) a.push(new Uint8Array(1 << 24).fill(1))</script>"


def test_a_page_without_an_end_is_ended(make_case, wire, scratch_is_clean):
    case = make_case(deadline_seconds=4)
    case.archive(case.order("run_scripts"), {path: wire(page) for path, page in ENDLESS.items()})
    code, report = draw(case, "--scripts")
    assert (code, report["made"]) == (4, [])
    assert {one["code"] for one in report["problems"]} == {"E-CRA-044"}
    assert len(report["problems"]) == len(ENDLESS)
    scratch_is_clean(case)


def test_what_a_hostile_page_does_is_bounded(make_case, wire, scratch_is_clean):
    case = make_case(deadline_seconds=200, max_height=1000, memory_mb=1200, max_page_bytes=200_000)
    answers = {path: wire(page) for path, page in BOUNDED.items()}
    answers["/huge"] = wire("<h1>x</h1>" + "<p>huge</p>" * 30_000)
    answers["/eats"] = wire(EATS)
    answers["/file"] = wire("x", "application/octet-stream")
    case.archive(case.order("run_scripts"), answers)
    code, report = draw(case, "--scripts")
    made = {one["uri"].rpartition("/")[2]: one for one in report["made"]}
    problems = {one["where"].rpartition("/")[2]: one["code"] for one in report["problems"]}
    assert code == 4
    assert problems.pop("huge") == "E-CRA-046"
    assert problems == {"eats": "E-CRA-044"} or (problems == {} and "eats" in made)
    assert {path[1:] for path in BOUNDED} <= set(made)
    assert (made["long"]["height"], made["long"]["cut"]) == (1000, True)
    assert all(one["n_bytes"] < 5_000_000 for one in made.values())
    scratch_is_clean(case)


def test_a_page_that_nobody_read_or_knows_is_not_drawn(make_case, wire):
    case = make_case()
    case.archive(case.order(), {"/p/1": wire(PAGE), "/a.css": wire(CSS, "text/css")})
    for wanted in ("0002", "0003", "http://market.invalid/none", "../x"):
        code, _out, err = call(case.path, wanted)
        assert code == 2
        assert "E-CRA-047" in err
    assert call(case.path, "--dry-run")[:2] == (0, "0001  http://market.invalid/p/1\n")
    assert not case.folder.derived.exists() or not list(case.folder.derived.iterdir())


def test_a_picture_goes_with_its_exhibit_into_the_quarantine(make_case, wire):
    case = make_case()
    case.archive(case.order(), {"/p/1": wire(PAGE)})
    _code, report = draw(case)
    file = case.folder.derived / report["made"][0]["file_name"]
    assert file.is_file()
    key = case.folder.path.parent / "key"
    public = make_recipient_key(key, "correct horse battery staple")
    with case.session() as session:
        set_recipient(case.folder, "n", public)
        quarantine_exhibit(session, report["made"][0]["sources"][0], "a person looked")
    assert not file.exists()
    assert case.of_kind(Screenshot) == []
    assert call(case.path, "0001")[0] == 2


def test_a_limit_goes_on_where_the_last_one_ended(make_case, wire):
    case = make_case()
    case.archive(case.order(), {f"/p/{n}": wire(PAGE) for n in (1, 2)})
    assert [len(draw(case, "0001", "0002", "--limit", "1")[1]["made"]) for _n in range(3)] == [
        1, 1, 0,
    ]  # fmt: skip
    assert draw(case, "0001", "0002", "--dry-run") == (0, [])


def test_a_killed_command_leaves_nothing_behind_after_the_next(make_case, wire, scratch_is_clean):
    case = make_case(deadline_seconds=300)
    case.archive(case.order("run_scripts"), {path: wire(page) for path, page in ENDLESS.items()})
    words = [sys.executable, "-m", "vestigo", "crawl", "picture", case.path, "--scripts"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        until = time.monotonic() + 120
        while not list(case.folder.scratch.glob("browser-*/playwright*")):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        process.kill()
    (left,) = case.folder.scratch.glob("browser-*")
    code, report = draw(case, "0001", "--limit", "1")
    assert (code, len(report["made"])) == (0, 1)
    assert not left.exists()
    scratch_is_clean(case)


def test_a_page_that_came_over_tls_is_drawn_from_the_archive(make_case, wire):
    """What the archive holds are the bytes inside of the TLS connection."""
    case, host = make_case(), "https://market.invalid"
    page = '<!doctype html><link rel=stylesheet href="/a.css"><h1 class=listing>One</h1>'
    css = "body { background: rgb(255, 0, 0) }"
    case.archive(case.order(), {"/p/1": wire(page), "/a.css": wire(css, "text/css")}, host=host)
    code, report = draw(case, f"{host}/p/1")
    assert code == 0, report
    (made,) = report["made"]
    assert (255, 0, 0) in colours(pixels(case, made))
    assert (made["uri"], len(made["sources"])) == (f"{host}/p/1", 2)
