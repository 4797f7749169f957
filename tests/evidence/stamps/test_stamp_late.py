# SPDX-License-Identifier: AGPL-3.0-or-later
"""A stamp that comes after the bundle: into it, and into every later one of that checkpoint."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta

import pytest

from vestigo.cli.app import run
from vestigo.evidence.stranger import verify

TOML = '[[settings.stamping.authorities]]\nname = "{name}"\nurl = "{url}"\nsecrecy = "a digest"\n'


@pytest.fixture
def built(world, serve, tmp_path):
    """A built bundle, its case, and two authorities that are trusted but were not asked yet."""
    services = {"one": serve(tmp_path / "one"), "two": serve(tmp_path / "two", n=1)}
    bundle = world.build()
    tables = "".join(TOML.format(name=name, url=s.url) for name, s in services.items())
    world.folder.toml.write_text(world.folder.toml.read_text() + "\n[settings.stamping]\n" + tables)
    for name, service in services.items():
        root = str(service.lab.folder / "root.pem")
        assert run(["evidence", "trust", str(world.folder.path), name, root]) == 0
    return world, bundle, services


def findings(bundle, anchors) -> dict[str, tuple[str, str]]:
    return {
        check: (status, detail) for status, check, detail in verify.verify(bundle, anchors).findings
    }


def content(bundle) -> dict[str, bytes]:
    return {
        p.relative_to(bundle).as_posix(): p.read_bytes() for p in bundle.rglob("*") if p.is_file()
    }


def test_a_late_stamp_rewrites_tag_manifests_only(built, stranger, capsys):
    world, bundle, services = built
    before = content(bundle.path)
    assert findings(bundle.path, world.folder.anchors)["stamps"] == (
        "ok",
        "none; time: own clock only"
        + "".join(f"; no stamp by {n}, whose roots are among the anchors" for n in ("one", "two")),
    )
    services["two"].mode = "down"
    assert run(["evidence", "stamp", str(world.folder.path)]) == 4
    assert findings(bundle.path, world.folder.anchors)["stamps"][1].startswith(
        "1 stamps: not after"
    )
    services["two"].mode = "right"
    assert run(["evidence", "stamp", str(world.folder.path), "--retry"]) == 0
    after = content(bundle.path)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"tagmanifest-sha256.txt", "tagmanifest-sha512.txt"}
    new = sorted(set(after) - set(before))
    assert len(new) == 12
    assert all(name.startswith(("seal/stamps/one/", "seal/stamps/two/")) for name in new)
    for program in stranger:
        done = program(bundle.path, world.folder.anchors)
        assert done.returncode == 0, done.stdout
        assert "2 stamps: not after" in done.stdout
    assert run(["bundle", "verify", str(bundle.path), "--anchors", str(world.folder.anchors)]) == 0
    assert "no protection" not in capsys.readouterr().err


def test_a_second_bundle_of_the_checkpoint_has_the_stamps_from_the_start(built):
    world, bundle, _services = built
    assert run(["evidence", "stamp", str(world.folder.path)]) == 0
    world.clock.now = datetime.now(UTC) + timedelta(hours=1)
    again = world.build(at_checkpoint=bundle.checkpoint)
    assert findings(again.path, world.folder.anchors)["stamps"][1].startswith("2 stamps: not after")
    stamps = [name for name in content(again.path) if name.startswith("seal/stamps/")]
    assert len(stamps) == 12
    data = {n: c for n, c in content(again.path).items() if n.startswith("data/")}
    assert data == {n: c for n, c in content(bundle.path).items() if n.startswith("data/")}


def test_a_crash_between_the_stamp_and_its_lines_is_mended_by_the_next_run(built):
    world, bundle, _services = built
    manifests = [bundle.path / f"tagmanifest-{a}.txt" for a in ("sha256", "sha512")]
    kept = [path.read_bytes() for path in manifests]
    assert run(["evidence", "stamp", str(world.folder.path)]) == 0
    manifests[1].write_bytes(kept[1])
    (bundle.path / "seal/stamps/two/stamp.tsr").unlink()
    assert findings(bundle.path, world.folder.anchors)["files"][0] == "FAILED"
    assert run(["evidence", "stamp", str(world.folder.path), "--retry"]) == 0
    assert findings(bundle.path, world.folder.anchors)["files"][0] == "ok"


def test_a_late_stamp_does_not_mend_what_was_tampered_with(built):
    """Only the lines of the stamps are written: a changed page stays named."""
    world, bundle, _services = built
    (bundle.path / "LIMITS.en.md").write_text("none")
    assert run(["evidence", "stamp", str(world.folder.path)]) == 0
    found = findings(bundle.path, world.folder.anchors)
    assert found["sha256"] == ("FAILED", "LIMITS.en.md: its sha256 digest differs")


def test_a_bundle_of_another_log_gets_no_stamp(built):
    world, bundle, _services = built
    other = world.folder.bundles / "bundle-99999999"
    shutil.copytree(bundle.path, other)
    note = other / "seal/checkpoint.note"
    note.write_bytes(note.read_bytes().replace(b"vestigo/log/", b"vestigo/log/x"))
    assert run(["evidence", "stamp", str(world.folder.path)]) == 0
    assert not (other / "seal/stamps").exists()
    assert (bundle.path / "seal/stamps").is_dir()
