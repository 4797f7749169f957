# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attackers without any key: files changed, lists made again, names that mislead."""

from __future__ import annotations

import hashlib
import os
import re
import shutil

from vestigo.pipeline.tamper_bench.changes import (
    both,
    cut,
    drop,
    edit,
    flip,
    list_tags,
    put,
    remanifest,
    rename,
    replace,
    statement,
    swap,
)
from vestigo.pipeline.tamper_bench.mutation import NOBODY, Change, Scene, Table

TABLE = Table(NOBODY, [])
add = TABLE.add
EVENTS, NOTE, WARC = "data/custody/events.jsonl", "seal/checkpoint.note", "data/captures/*"
STATEMENT, SIGNATURE = "seal/statement.json", "seal/statement.json.p7s"
LISTING, INFO = "data/extraction/listing.jsonl", "bag-info.txt"
MANIFEST, TAGS = "manifest-sha256.txt", "tagmanifest-sha256.txt"


# ------------------------------------------------------------ one byte, one file

add("flipped byte in a page", flip(WARC))
add("flipped byte in a reading", flip(LISTING))
add(
    "flipped byte in a transaction",
    replace("data/ledger/transaction.jsonl", b'"position":1', b'"position":2'),
)
add("flipped byte in the log", replace(EVENTS, b"case created", b"case treated"))
add("flipped byte in a text", flip("data/exhibits/0002/text.txt"))
add("flipped byte in a page for people", flip("LIMITS.en.md"))
add("flipped byte in a verifier", flip("verify.py"))
add("flipped byte in the signature", flip(SIGNATURE, 1))
add("flipped byte in a stamp", flip("seal/stamps/one/stamp.tsr", 1), base="whole")
add(
    "flipped byte in a cosignature",
    edit("seal/witness/*.note", lambda c: c[:-8] + b"AAAA" + c[-4:]),
    base="whole",
)
add("flipped byte in what was handed over", flip("data/received/R0001/content"), base="second")
add("dropped page", drop(WARC))
add("dropped log", drop(EVENTS))
add("dropped statement", drop(STATEMENT))
add("dropped signature", drop(SIGNATURE))
add("dropped checkpoint", drop(NOTE))
add("dropped stamp", drop("seal/stamps/one/stamp.tsr"), base="whole")
add("dropped manifest", drop("manifest-sha512.txt"))
add("dropped tag manifests", drop(TAGS, "tagmanifest-sha512.txt"))
add("added payload file", put("data/extra.txt", b"x"))
add("added file of no bytes", put("data/captures/extra.warc.gz", b""))
add("added file beside the payload", put("extra.txt", b"x"))
add("added module for the verifier", put("json.py", b"raise SystemExit(0)\n"))
add("added list of files to fetch", put("fetch.txt", b"http://m.test/x 1 data/x\n"))
add("swapped texts", swap("data/exhibits/0002/text.txt", "data/exhibits/0003/text.txt"))
add("swapped exhibits", swap("data/exhibits/0002", "data/exhibits/0003"))
add("swapped manifests", swap(MANIFEST, "manifest-sha512.txt"))
add("renamed reading", rename(LISTING, "data/extraction/listings.jsonl"))
add("renamed by case", rename(LISTING, "data/extraction/Listing.jsonl"))
add("truncated log", cut(EVENTS, 700))
add("truncated page", cut(WARC, 40))
add("truncated manifest", cut(MANIFEST, 30))
add("emptied reading", put(LISTING, b""))
add("longer by a line feed", edit("LIMITS.es.md", lambda c: c + b"\n"))

# --------------------------------------------------------- lists made again


def edited_and_listed(name: str, old: bytes, new: bytes) -> Change:
    """Edit a file and make every list again."""
    return both(replace(name, old, new), remanifest)


def restated(scene: Scene) -> None:
    """Write the new digest of a page into the statement as well."""
    page = scene.path / "LIMITS.en.md"
    old = hashlib.sha256(page.read_bytes()).hexdigest()
    page.write_bytes(b"There are no limits.\n")
    new = hashlib.sha256(page.read_bytes()).hexdigest()
    statement(lambda text: text.replace(old, new))(scene)


def taken_away(scene: Scene) -> None:
    """Take the cosignature out of the bundle."""
    shutil.rmtree(scene.path / "seal/witness")
    list_tags(scene)


def behind_the_signature(scene: Scene) -> None:
    """Hide a page behind the signature, where openssl does not look."""
    edit(SIGNATURE, lambda content: content + b"a page that nobody signed")(scene)
    list_tags(scene)


add("edited reading, lists made again", edited_and_listed(LISTING, b"Blue", b"Grey"))
add(
    "edited transaction, lists made again",
    edited_and_listed("data/ledger/transaction.jsonl", b"0100010001000100", b"0100010001000101"),
)
add("added page, lists made again", both(put("data/new.txt", b"x"), remanifest))
add("dropped reading, lists made again", both(drop(LISTING), remanifest))
add("edited page and statement", restated)
add("statement that names nothing", statement(lambda _text: "{}\n"))
add(
    "statement that names a key twice",
    statement(lambda text: text.replace("{\n", '{\n"format": "x",\n', 1)),
)
add(
    "statement with not a number",
    statement(lambda text: text.replace('"format"', '"x": NaN,\n"format"')),
)
add(
    "statement with a huge count",
    statement(lambda text: text.replace('"size": ', '"size": 9' + "9" * 100_000)),
)
add(
    "statement of deep nesting",
    statement(lambda text: text.replace('"format"', '"x": ' + "[" * 200_000 + ',\n"format"')),
)
add("bytes behind the signature", behind_the_signature)
add(
    "signature of endless length",
    both(edit(SIGNATURE, lambda c: b"\x30\x80" + c[4:] + b"\0\0"), list_tags),
)
add("file hidden among the stamps", both(put("seal/stamps/x.tsr", b"hidden"), list_tags))
add(
    "request without its stamp",
    both(put("seal/stamps/x.tsq", b"\x30\x03\x02\x01\x01"), list_tags),
)
add(
    "cosignature of another checkpoint",
    both(
        edit("seal/witness/*.note", lambda c: re.sub(rb"\n\d+\n", b"\n7\n", c, count=1)), list_tags
    ),
    base="whole",
)
add("cosignature taken away", taken_away, base="whole")

# ------------------------------------------------------------ malformed lists

FIRST = "data/authority/authorization.jsonl"
add("duplicate manifest line", edit(MANIFEST, lambda c: c[: c.index(b"\n") + 1] + c))
add(
    "reordered manifest",
    edit(MANIFEST, lambda c: b"".join(reversed(c.splitlines(True)))),
)
add(
    "manifest leads out of the bag",
    edit(MANIFEST, lambda c: c + b"0" * 64 + b"  data/../../../etc/passwd\n"),
)
add(
    "manifest names an absolute path",
    edit(MANIFEST, lambda c: b"0" * 64 + b"  /etc/passwd\n" + c),
)
add("manifest with upper-case digest", edit(MANIFEST, lambda c: c[:64].upper() + c[64:]))
add("manifest with windows lines", edit(MANIFEST, lambda c: c.replace(b"\n", b"\r\n")))
add("manifest without its last line feed", cut(MANIFEST, 1))
add(
    "manifest with percent signs",
    replace(MANIFEST, b"data/authority/", b"data%2Fauthority/", 1),
)
add(
    "manifest with a starred name",
    replace(MANIFEST, b"  data/authority", b" *data/authority", 1),
)
add(
    "manifest with a byte of zero",
    replace(MANIFEST, b"  data/authority", b"  \0data/authority", 1),
)
add("tag manifest with a line twice", edit(TAGS, lambda c: c[: c.index(b"\n") + 1] + c))
add("another version of BagIt", replace("bagit.txt", b"1.0", b"0.97"))
add(
    "declaration with a byte order mark",
    edit("bagit.txt", lambda c: b"\xef\xbb\xbf" + c),
)
add(
    "another size in bag-info",
    both(replace(INFO, b"Payload-Oxum: ", b"Payload-Oxum: 9"), list_tags),
)

# ---------------------------------------------------- what is no plain file


def linked(name: str, to: str = "") -> Change:
    """Put a link in the place of a file: to the same content elsewhere, or to ``to``."""

    def change(scene: Scene) -> None:
        path = scene.path / name
        elsewhere = scene.work / "elsewhere"
        shutil.move(path, elsewhere)
        path.symlink_to(to or elsewhere)

    return change


def pipe(scene: Scene) -> None:
    """Put a pipe in the place of a file: whoever opens it waits."""
    (scene.path / NOTE).unlink()
    os.mkfifo(scene.path / NOTE)


def hard_link(scene: Scene) -> None:
    """Give a file a second name."""
    os.link(scene.path / "bagit.txt", scene.path / "data/copy.txt")


def named(name: str | bytes) -> Change:
    """Add a file of a misleading name."""

    def change(scene: Scene) -> None:
        path = os.path.join(os.fsencode(scene.path), os.fsencode(name))  # noqa: PTH118 (bytes)
        os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 (bytes)
        with open(path, "xb") as handle:  # noqa: PTH123 (bytes)
            handle.write(b"x")

    return change


def huge(scene: Scene) -> None:
    """Add a file of a terabyte that takes no room."""
    with scene.file("data/huge").open("wb") as handle:
        handle.truncate(1 << 40)


def folder(name: str) -> Change:
    """Add an empty folder."""

    def change(scene: Scene) -> None:
        (scene.path / name).mkdir(parents=True)

    return change


add("link in the place of a file", linked(INFO))
add("link in the place of the payload", linked("data"))
add("link to an endless device", linked(NOTE, "/dev/zero"))
add("link to the verifier's machine", linked(INFO, "/etc/passwd"))
add("pipe in the place of a file", pipe)
add("second name of a file", hard_link)
add("file of a terabyte", huge)
add("empty folder", folder("data/exhibits/9999"))
add("hidden file", named("data/.hidden"))
add("name that turns the text around", named("data/\u202egnp.exe"))
add("name with a line feed", named("data/a\nok           signature"))
add("name that is an option", named("-rf"))
add("name with an escape", named("data/\x1b[2Jx"))
add("name in composed Unicode", named("data/caf\u00e9"))
add("name in decomposed Unicode", named("data/cafe\u0301"))
add("name of full-width dots", named("data/\uff0e\uff0e"))
add("name of bytes that are no text", named(b"data/\xff\xfe"))
add("name too long", named("data/" + "n" * 121))
add("name of another case", named("data/CUSTODY/events.jsonl"))
add("payload folder of another case", named("Data"))
add("name with a stream", named("data/x:y"))

# --------------------------------------------------------------- what is old


def from_earlier(*names: str) -> Change:
    """Put files of the bundle before this one in their place; their signatures are right."""

    def change(scene: Scene) -> None:
        earlier = scene.bases.earlier()
        for name in names:
            shutil.copy(earlier / name, scene.path / name)
        list_tags(scene)

    return change


add("old checkpoint", from_earlier(NOTE), base="second")
add("old statement", from_earlier(STATEMENT, SIGNATURE), base="second")
add("old log and checkpoint", from_earlier(NOTE, EVENTS), base="second")
add("signature of the old statement", from_earlier(SIGNATURE), base="second")
add("planted log of this verifier's output", put("data/expected.txt", b"ok\n"))


def text_as_reading(scene: Scene) -> None:
    """Put the text of an exhibit in the place of what was read."""
    shutil.copy(scene.path / "data/exhibits/0002/text.txt", scene.path / LISTING)


add("text of an exhibit as its reading", text_as_reading)
