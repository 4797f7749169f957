# SPDX-License-Identifier: AGPL-3.0-or-later
"""Captured pictures are told by their digests; one is handed out only with a logged reason."""

import base64
import contextlib
import hashlib
import io
import json
from pathlib import Path

import pytest
from PIL import Image

from vestigo.cli.app import run
from vestigo.evidence.screening.lists import ListTitle, add_hash_set
from vestigo.evidence.screening.pdq import distance
from vestigo.pipeline.session import open_session
from vestigo.records import Capture, CapturedPicture


def stripes(kind, size=(256, 192), quality=90):
    image = Image.new("RGB", size)
    for x in range(size[0]):
        for y in range(size[1]):
            image.putpixel((x, y), ((x * x // 40 + y) % 256, (x * y // 30) % 256, (y * 5) % 256))
    out = io.BytesIO()
    image.save(out, kind, quality=quality)
    return out.getvalue()


def call(*words):
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = run(["crawl", "images", *words])
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def case(make_case, wire):
    made, jpeg, png = make_case(), stripes("JPEG", quality=40), stripes("PNG")
    inline = base64.b64encode(jpeg).decode()
    allowed = made.order("fetch_image")
    made.archive(allowed, {
        "/p/1": wire(f'<h1>x</h1><img src="data:image/jpeg;base64,{inline}">'),
        "/x.png": wire(png, "text/plain"), "/broken.gif": wire(b"GIF89a" + bytes(9), "image/gif"),
    })  # fmt: skip
    made.archive(made.order(), {"/hidden.png": wire(stripes("PNG", (90, 90)), "image/png")})
    made.png, made.jpeg = png, jpeg
    return made


def test_pictures_are_told_by_their_digests_where_the_order_allows_them(case):
    code, out, err = call(case.path, "--json")
    assert code == 0, err
    found = {one["uri"].rpartition("/")[2]: one for one in json.loads(out)}
    assert set(found) == {"x.png", "broken.gif", "1"}, "without the act nothing is looked into"
    assert found["1"]["sha256"] == hashlib.sha256(case.jpeg).hexdigest()
    assert found["x.png"]["sha256"] == hashlib.sha256(case.png).hexdigest()
    assert found["x.png"]["media_type"] == "image/png", "whatever the header said"
    assert (found["1"]["inline"], found["x.png"]["inline"]) == (True, False)
    one, other = (bytes.fromhex(found[name]["pdq"]) for name in ("x.png", "1"))
    assert distance(one, other) <= 31, "the same picture, encoded anew"
    assert found["x.png"]["pdq_quality"] > 50
    assert (found["broken.gif"]["pdq"], found["broken.gif"]["problem"]) == ("", "not-decoded")
    assert call(case.path)[1].startswith("3 pictures, not shown.")
    assert len(case.of_kind(CapturedPicture)) == 3, "asked again, nothing is added"
    assert not list(case.folder.path.rglob("*.png"))


def test_a_damaged_capture_is_named_and_the_rest_looked_into(case):
    with open_session(Path(case.path), write=False) as session:
        broken = next(c for c in session.ledger.of_kind(Capture) if c.uri.endswith("/x.png"))
        path = session.folder.captures / broken.warc_name
    content = bytearray(path.read_bytes())
    content[broken.warc_offset + 60] ^= 0x55
    path.write_bytes(content)
    code, out, err = call(case.path, "--json")
    assert code == 3
    assert {one["uri"].rpartition("/")[2] for one in json.loads(out)} == {"1", "broken.gif"}
    assert broken.capture_id in err
    assert "1 capture is damaged" in err


def test_one_is_handed_out_with_a_reason_and_logged_before(case, tmp_path):
    call(case.path)
    digest = hashlib.sha256(case.png).hexdigest()
    words = (case.path, "--show", digest, "--out", str(tmp_path / "shown.png"))
    code, _out, err = call(*words)
    assert (code, "E-CRA-039" in err) == (2, True), "no reason"
    assert not (tmp_path / "shown.png").exists()
    assert call(*words, "--reason", "to compare")[0] == 0
    assert (tmp_path / "shown.png").read_bytes() == case.png
    assert (tmp_path / "shown.png").stat().st_mode & 0o777 == 0o600
    logged = [event for event in case.events() if event.object_sha256 == digest]
    assert [(event.action, event.reason) for event in logged] == [
        ("access", "picture shown: to compare")
    ]
    code, _out, err = call(
        case.path, "--show", "0" * 64, "--out", str(tmp_path / "no"), "--reason", "x"
    )
    assert (code, "E-CRA-039" in err) == (2, True)
    assert call(case.path, "--show", digest)[0] == 2


def test_what_a_list_knows_meanwhile_is_not_handed_out(case, tmp_path):
    call(case.path)
    digest = hashlib.sha256(case.png).hexdigest()
    (tmp_path / "set.txt").write_text(digest + "\n")
    add_hash_set(case.folder, tmp_path / "set.txt", ListTitle(name="n", version="1"))
    text = case.folder.toml.read_text("utf-8")
    case.folder.toml.write_text(text + '\n[settings.screening]\non_hit = "drop"\n', "utf-8")
    code, _out, err = call(
        case.path, "--show", digest, "--out", str(tmp_path / "no"), "--reason", "to compare"
    )
    assert (code, "E-CRA-045" in err) == (6, True)
    assert not (tmp_path / "no").exists()
