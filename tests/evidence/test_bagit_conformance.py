# SPDX-License-Identifier: AGPL-3.0-or-later
"""The Library of Congress conformance suite, judged by both verifiers.

A bundle is a bag of a strict profile (SHA-256 and SHA-512, ASCII names, sorted lists), so that
no bag of the suite is one as it stands.  Each is lifted into the profile with its faults: what
was listed wrongly, twice, or not at all still is.  Then only the checks that are BagIt's count.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import shutil
import tarfile
from pathlib import Path

import bagit
import pytest

from vestigo.evidence.stranger import verify
from vestigo.pipeline.tamper_bench.bases import Bases
from vestigo.pipeline.tamper_bench.judging import run_verifier

# Python 3.11.2 (Debian 12) has no filters yet
SAFELY = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}

BAGIT = ("names", "files", "sha256", "sha512")
SHARE = 4  # one bag in so many is judged by verify.sh too
SHAS = ("sha256", "sha512")
DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
# Valid bags that a bundle may not be, and the check that says so.
DELIBERATE = {
    "ISO-8859-1-encoded-tag-files": "files", "UTF-16-encoded-tag-files": "files",  # UTF-8 only
    "bag-with-encoded-names": "names", "bag-with-escapable-characters": "names",  # plain ASCII names
    "bag-with-space": "names", "holey-bag": "names",  # and nothing that is to be fetched
    "bag-with-leading-dot-slash-in-manifest": "files", "relative-path": "files",  # one right form
    "duplicate-file-with-different-case": "files",
    "same-filename-listed-twice-with-different-normalization": "names",
    "same-filename-listed-twice-with-the-same-hash": "files",
    "special-system-files": "files",
}  # fmt: skip


@pytest.fixture(scope="module")
def suite(real_data, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("suite")
    with tarfile.open(real_data / "evidence/bagit/bagit-conformance-suite.tar.xz") as archive:
        archive.extractall(folder, **SAFELY)
    return folder


def bags(suite: Path, *kinds: str) -> list[Path]:
    return [path for kind in kinds for path in sorted(suite.glob(f"v*/{kind}/*")) if path.is_dir()]


def lines_of(manifest: Path) -> list[tuple[str, str]]:
    declared = (manifest.parent / "bagit.txt").read_bytes() if (manifest.parent / "bagit.txt").is_file() else b""  # fmt: skip
    named = declared.partition(b"Encoding:")[2].split(b"\n")[0].strip().decode("ascii", "replace")
    content = manifest.read_bytes()
    try:
        text = content.decode(codecs.lookup(named or "utf-8").name)
    except (LookupError, UnicodeError):
        text = content.decode("latin-1")
    rows = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return [(row[0].lower(), row[1].lstrip("*").rstrip("\r\n")) for row in rows]


def lifted_lines(bag: Path, manifest: Path, algorithm: str) -> list[str]:
    """The lines of a manifest in another algorithm: right where it was right, wrong where not."""
    made, old = [], manifest.stem.partition("-")[2]
    for digest, name in lines_of(manifest):
        inside = (bag / name).resolve().is_relative_to(bag.resolve())
        content = (bag / name).read_bytes() if inside and (bag / name).is_file() else None
        right = content is not None and hashlib.new(old, content).hexdigest() == digest
        new = hashlib.new(algorithm, content if right else b"no such content").hexdigest()
        made.append(f"{new}  {name}\n")
    return sorted(made, key=lambda line: line.partition("  ")[2])


def lift(bag: Path, target: Path) -> None:
    shutil.copytree(bag, target)
    for old in target.glob("*manifest-*.txt"):
        old.unlink()
    declaration, version = target / "bagit.txt", bag.parts[-3][1:].encode()
    wanted = rb"BagIt-Version: %s\r?\nTag-File-Character-Encoding: UTF-8[\r\n]*" % re.escape(
        version
    )
    if declaration.is_file() and re.fullmatch(wanted, declaration.read_bytes()):
        declaration.write_bytes(DECLARED)
    information = bag / ("bag-info.txt" if (bag / "bag-info.txt").exists() else "package-info.txt")
    payload = [path for path in (target / "data").rglob("*") if path.is_file()]
    if information.is_file() or bag.parts[-3] == "v1.0":
        (target / "package-info.txt").unlink(missing_ok=True)
        size = sum(path.stat().st_size for path in payload)
        (target / "bag-info.txt").write_text(f"Payload-Oxum: {size}.{len(payload)}\n")
    first = {old.stem.partition("-")[2]: old for old in sorted(bag.glob("manifest-*.txt"))}
    for algorithm in SHAS:
        source = first.get(algorithm) or next(iter(first.values()))
        rows = lifted_lines(bag, source, algorithm)
        (target / f"manifest-{algorithm}.txt").write_bytes("".join(rows).encode())
    for algorithm in SHAS:
        list_tags(bag, target, algorithm)


def list_tags(bag: Path, target: Path, algorithm: str) -> None:
    """List what is there, but not rightly what the bag had listed wrongly."""
    wrong = set()
    for manifest in bag.glob("tagmanifest-*.txt"):
        for digest, name in lines_of(manifest):
            path = bag / name
            content = path.read_bytes() if path.is_file() else b""
            if hashlib.new(manifest.stem.partition("-")[2], content).hexdigest() != digest:
                wrong.add(name)
    names = sorted(p.relative_to(target).as_posix() for p in target.rglob("*") if p.is_file())
    tags = [name for name in names if not name.startswith(("data/", "tagmanifest-"))]
    rows = [
        f"{hashlib.new(algorithm, b'' if name in wrong else (target / name).read_bytes()).hexdigest()}  {name}\n"
        for name in tags
    ]
    (target / f"tagmanifest-{algorithm}.txt").write_text("".join(rows))


def failed(bundle: Path, *, also_sh: bool) -> set[str]:
    """The checks of BagIt that fail; where both verifiers are asked they must say the same.

    The suite's files have names of their own: that no bundle of ours holds them is not asked.
    """
    found = bagit_faults(verify.verify(bundle, None).findings)
    if also_sh:
        assert bagit_faults(run_verifier("verify.sh", bundle, None).lines) == found, bundle
    return found


def bagit_faults(lines) -> set[str]:
    own = "a file that no bundle of this format holds"
    return {check for status, check, detail in lines
            if status == "FAILED" and check in BAGIT and not detail.endswith(own)}  # fmt: skip


@pytest.mark.real
def test_every_invalid_bag_of_the_suite_is_refused(suite, tmp_path):
    seen = 0
    for n, bag in enumerate(bags(suite, "invalid", "linux-only")):
        target = tmp_path / str(n)
        lift(bag, target)
        assert failed(target, also_sh=n % SHARE == 0), bag
        seen += 1
    assert seen == 21


@pytest.mark.real
def test_every_valid_bag_is_accepted_but_for_what_the_profile_forbids(suite, tmp_path):
    seen = 0
    for n, bag in enumerate(bags(suite, "valid", "warning")):
        target = tmp_path / str(n)
        lift(bag, target)
        found, due = failed(target, also_sh=n % SHARE == 0), DELIBERATE.get(bag.name)
        assert (due in found) if due else not found, (bag, found)
        seen += 1
    assert seen == 33


@pytest.mark.real
def test_the_peer_that_passes_the_suite_accepts_our_bundles(suite, tmp_path):
    """bagit.py judges the suite's 1.0 and 0.97 bags as named, and every kind of bundle as valid."""
    refused = 0
    for bag in bags(suite, "invalid"):
        try:
            bagit.Bag(str(bag)).validate()
        except (bagit.BagError, OSError, UnicodeError):
            refused += 1
    assert refused >= len(bags(suite, "invalid")) - 1
    made = Bases(tmp_path)
    for name in ("first", "second", "whole", "part"):
        bag = bagit.Bag(str(made.untouched(name).path))
        bag.validate()
        assert bag.version_info == (1, 0)
        assert set(bag.algorithms) == set(SHAS)
