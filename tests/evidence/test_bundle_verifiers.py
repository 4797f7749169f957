# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two verifiers: on an untouched bundle, without what they need, and read by a person."""

from __future__ import annotations

import ast
import gzip
import hashlib
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

from vestigo.evidence.stranger import (
    EXPECTED,
    PAGES,
    VERIFIERS,
    expected_output,
    shipped,
    verifier_digests,
    verify,
)
from vestigo.evidence.warc.wire import read_response
from vestigo.i18n import DOCUMENT_LANGUAGES

STRANGER = Path(verify.__file__).parent


def test_both_verifiers_accept_an_untouched_bundle(original, stranger):
    for run in stranger:
        done = run(original.path, original.anchors)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "FAILED" not in done.stdout
        assert done.stderr == ""


def test_the_copies_inside_the_bundle_run_from_anywhere(original, tmp_path):
    for words in (["sh", "verify.sh"], ["python3", "-I", "verify.py"], ["python3", "verify.py"]):
        words[-1] = str(original.path / words[-1])
        done = subprocess.run(
            [*words, "--anchors", str(original.anchors)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_both_name_the_same_checks_with_the_same_words(original, stranger):
    sh, py = (run(original.path, original.anchors).stdout.splitlines() for run in stranger)
    layer_a = [line for line in sh if line.startswith("ok ")]
    assert py[: len(layer_a)] == layer_a


def test_without_anchors_signatures_are_not_checked(original, stranger):
    for run in stranger:
        done = run(original.path, None)
        assert done.returncode == 4
        assert done.stdout.count("NOT CHECKED") == 4
        assert "no protection against the holder of the unit key" in done.stdout


@pytest.fixture
def without_openssl(tmp_path):
    """A PATH with every program but openssl."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "find", "sed", "grep", "tr", "sort", "uniq", "cut", "comm", "cmp", "cat", "head", "tail", "wc", "rm",
                 "mktemp", "dirname", "xargs", "sha256sum", "sha512sum", "base64", "od", "printf", "python3"):  # fmt: skip
        folder.joinpath(name).symlink_to(shutil.which(name))
    return {**os.environ, "PATH": str(folder)}


def test_without_openssl_signatures_are_not_checked(original, stranger, without_openssl):
    for run in stranger:
        done = run(original.path, original.anchors, env=without_openssl)
        assert done.returncode == 4
        assert "the openssl program is not there" in done.stdout


SHELL_PROGRAMS = re.search("^PROGRAMS='(.*)'$", (STRANGER / "verify.sh").read_text(), re.MULTILINE)[
    1
].split()


@pytest.mark.parametrize("program", SHELL_PROGRAMS)
def test_a_program_that_is_missing_is_said_and_confirms_nothing(
    original, without_openssl, tmp_path, program
):
    """Without `comm` each comparison would print nothing, which is what it prints when right."""
    (Path(without_openssl["PATH"]) / "openssl").symlink_to(shutil.which("openssl"))
    (Path(without_openssl["PATH"]) / program).unlink()
    done = subprocess.run(["sh", str(STRANGER / "verify.sh"), str(original.path), "--anchors", str(original.anchors)],
                          env=without_openssl, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 4, done.stdout + done.stderr
    assert (
        f"NOT CHECKED  names         programs that are not on this machine: {program}\n"
        in done.stdout
    )
    assert "Something was NOT CHECKED" in done.stdout
    assert not done.stderr


UTILITIES = {
    "awk",
    "base64",
    "basename",
    "cat",
    "chmod",
    "cksum",
    "cmp",
    "comm",
    "cp",
    "csplit",
    "cut",
    "date",
    "dd",
    "diff",
    "dirname",
    "env",
    "expr",
    "find",
    "fold",
    "grep",
    "head",
    "join",
    "ls",
    "mkdir",
    "mktemp",
    "mv",
    "nl",
    "od",
    "paste",
    "perl",
    "readlink",
    "realpath",
    "rm",
    "sed",
    "seq",
    "sort",
    "split",
    "stat",
    "tail",
    "tee",
    "timeout",
    "touch",
    "tr",
    "uniq",
    "wc",
    "xargs",
    "xxd",
}


def test_every_program_that_the_shell_script_calls_is_asked_for():
    lines = (STRANGER / "verify.sh").read_text().splitlines()
    words = {
        word
        for line in lines
        for word in re.findall(r"(?<![-\w$./'])[a-z0-9]+(?= )", line.partition("# ")[0])
    }
    assert UTILITIES & words - set(SHELL_PROGRAMS) == set()


def test_a_fault_counts_more_than_what_was_not_checked(sealed, stranger):
    (sealed.path / "extra").write_text("x")
    for run in stranger:
        assert run(sealed.path, None).returncode == 3


@pytest.mark.parametrize("name", ["unit.pem", "checkpoint.pem", "verifiers.sha256"])
def test_a_missing_anchor_is_named(original, stranger, tmp_path, name):
    shutil.copytree(original.anchors, tmp_path / "a")
    (tmp_path / "a" / name).unlink()
    for run in stranger:
        done = run(original.path, tmp_path / "a")
        assert done.returncode == 4
        assert name in done.stdout


def test_openssl_alone_can_take_the_place_of_sha256sum(original, without_openssl, tmp_path):
    folder = Path(without_openssl["PATH"])
    for name in ("sha256sum", "sha512sum"):
        (folder / name).unlink()
    (folder / "openssl").symlink_to(shutil.which("openssl"))
    done = subprocess.run(["sh", str(STRANGER / "verify.sh"), str(original.path), "--anchors", str(original.anchors)],
                          env=without_openssl, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_people_are_told_the_conclusion_in_spanish(original, stranger):
    for run in stranger:
        done = run(original.path, original.anchors, env={**os.environ, "LC_ALL": "es_AR.UTF-8"})
        assert "son correctas." in done.stdout
        assert "SHA-256" in done.stdout
        assert done.stdout.splitlines()[0].startswith("ok ")


def test_a_module_planted_beside_verify_py_is_not_imported(sealed, tmp_path):
    shutil.copy(STRANGER / "verify.py", sealed.path / "verify.py")
    (sealed.path / "json.py").write_text("raise SystemExit(0)\n")
    done = subprocess.run([sys.executable, str(sealed.path / "verify.py"), "--anchors", str(sealed.anchors)],
                          capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 3
    assert "json.py: extra" in done.stdout


def test_wrong_calls_are_told_apart_from_findings(original, stranger, tmp_path):
    for run in stranger:
        assert run(original.path, tmp_path / "not there").returncode == 2
    assert stranger[1](tmp_path / "not there", original.anchors).returncode == 3
    assert stranger[0](tmp_path / "not there", original.anchors).returncode == 2


def test_an_empty_folder_is_no_bundle(tmp_path, original, stranger):
    (tmp_path / "empty").mkdir()
    for run in stranger:
        assert run(tmp_path / "empty", original.anchors).returncode == 3


def test_verify_py_imports_the_standard_library_only():
    tree = ast.parse(shipped("verify.py"), feature_version=(3, 9))
    names = {
        n.name.split(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for n in node.names
    }
    names |= {
        node.module.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    assert names <= sys.stdlib_module_names
    assert "vestigo" not in names


def test_verify_sh_is_plain_posix_shell():
    text = shipped("verify.sh").decode()
    assert text.startswith("#!/bin/sh\n")
    assert not re.search(r"\[\[|\blocal\b|<<<|\bfunction\b", text)
    assert subprocess.run(["dash", "-n", str(STRANGER / "verify.sh")], check=False).returncode == 0


def test_neither_verifier_writes_into_the_bundle(original, stranger):
    def state():
        return sorted((p.as_posix(), p.stat().st_mtime_ns) for p in original.path.rglob("*"))

    before = state()
    for run in stranger:
        run(original.path, original.anchors)
    assert state() == before


def test_a_read_only_bundle_verifies(sealed, stranger):
    for path in sealed.path.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    for run in stranger:
        assert run(sealed.path, sealed.anchors).returncode == 0


def test_a_table_with_an_endless_field_is_a_fault_and_no_traceback(sealed, stranger):
    (sealed.path / "data/exhibits/index.csv").write_text(f"a,b\n{'0' * 140_000},1\n")
    for run in stranger:
        done = run(sealed.path, sealed.anchors)
        assert (done.returncode, done.stderr) == (3, "")
        assert "data/exhibits/index.csv" in done.stdout


def test_verify_py_decides_where_nobody_listens(original):
    words = f'exec "{sys.executable}" -I "{STRANGER}/verify.py" "$1" --anchors "$2" >&-'
    given = ["sh", "-c", words, "sh", str(original.path), str(original.anchors)]
    done = subprocess.run(given, stderr=subprocess.PIPE, check=False, timeout=120)
    assert (done.returncode, done.stderr) == (0, b"")


def test_published_digests_are_those_of_the_shipped_files():
    assert set(verifier_digests()) == {*VERIFIERS, *PAGES, EXPECTED}
    for name, digest in verifier_digests().items():
        content = expected_output() if name == EXPECTED else (STRANGER / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == digest
    with pytest.raises(ValueError):
        shipped("../verify.py")


def test_the_commands_of_the_verify_page_work_word_for_word(sealed):
    page = (sealed.path / "VERIFY.en.md").read_text()
    commands = [line[4:] for line in page.splitlines() if line.startswith("    ")]
    assert commands[0] == "ANCHORS=../../anchors"
    script = "\n".join(["set -e", f"ANCHORS={sealed.anchors}", *commands[1:], ""])
    done = subprocess.run(["sh", "-c", script], cwd=sealed.path, capture_output=True, check=False)
    said, data = done.stdout.decode("latin-1"), sealed.path / "data"
    assert done.returncode == 0, (said, done.stderr)
    assert said.count("Every check of") == 1
    first = min(data.glob("exhibits/*/exhibit.json")).read_text()
    capture = re.search(r'"capture_id": "(\w+)', first)[1]
    assert f'{capture}\n "capture_id": "{capture}"' in said
    block = re.search(r'"block_hash":"(\w+)', (data / "ledger/block.jsonl").read_text())[1]
    assert f"{block} {block}" in said
    record = (data / "extraction/listing.jsonl").read_bytes().splitlines()[0]
    assert f"{hashlib.sha256(record).hexdigest()}  -\n1\n" in said
    for run in STRANGERS_OWN:
        assert (
            subprocess.run(
                [*run, "--anchors", str(sealed.anchors)],
                cwd=sealed.path,
                capture_output=True,
                check=False,
            ).returncode
            == 0
        )


def test_the_commands_of_the_verify_page_notice_what_is_wrong(sealed):
    page = (sealed.path / "VERIFY.en.md").read_text()
    commands = [line[4:] for line in page.splitlines() if line.startswith("    ")]
    (sealed.path / "data/extra").write_text("x")
    (sealed.path / "LIMITS.en.md").write_text("none")
    wanted = [c for c in commands if "uniq -u" in c or '"files"' in c or "--quiet" in c]
    done = [
        subprocess.run(["sh", "-c", c], cwd=sealed.path, capture_output=True, check=False).stdout
        for c in wanted
    ]
    assert len(done) == 4
    assert b"data/extra" in b"".join(done)
    assert sum(b"LIMITS.en.md: FAILED" in said for said in done) == 3


STRANGERS_OWN = (["sh", "verify.sh"], ["python3", "-I", "verify.py"])


def headings(name: str) -> list[int]:
    return [line.count("#") for line in shipped(name).decode().splitlines() if line.startswith("#")]


def commands_of(name: str) -> list[str]:
    return [line for line in shipped(name).decode().splitlines() if line.startswith("    ")]


@pytest.mark.parametrize("language", DOCUMENT_LANGUAGES)
def test_the_pages_say_the_same_in_every_language(language):
    for page in ("VERIFY", "LIMITS"):
        english, other = (shipped(f"{page}.{one}.md").decode() for one in ("en", language))
        assert headings(f"{page}.en.md") == headings(f"{page}.{language}.md")
        assert english.count("\n") == other.count("\n")
        assert english.count("**") == other.count("**")
        for ours, theirs in zip(english.split("\n"), other.split("\n"), strict=True):
            assert ours.count("|") == theirs.count("|")
    assert commands_of("VERIFY.en.md") == commands_of(f"VERIFY.{language}.md")
    for check in [*verify.LAYER_A, *verify.LAYER_B, "spans"]:
        assert f"`{check}`" in shipped(f"VERIFY.{language}.md").decode(), check


def test_every_page_is_shipped():
    assert set(PAGES) == {p.name for p in STRANGER.glob("*.md")}


@pytest.mark.parametrize("language", DOCUMENT_LANGUAGES)
def test_both_verifiers_conclude_in_the_language_of_the_reader(sealed, language):
    ends = {"en": "the unit key.", "es": "la unidad.", "pt": "da unidade.", "fr": "de l’unité."}
    for run in STRANGERS_OWN:
        done = subprocess.run(
            run, cwd=sealed.path, capture_output=True, check=False,
            env={**os.environ, "LC_ALL": f"{language}_XX.UTF-8"},
        )  # fmt: skip
        assert done.returncode == 4
        assert done.stdout.decode("utf-8").splitlines()[-2].endswith(ends[language])


# -------------------------------------------------- layer B on odd bodies

BODIES = {
    "plain": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "no length": b"HTTP/1.1 200 OK\r\n\r\nhello",
    "too long": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhello",
    "too short": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhello",
    "absurd length": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nhello",
    "no content": b"HTTP/1.1 204 No\r\n\r\nhello",
    "interim": b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nhello",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3 \r\nllo\r\n0\r\nX: y\r\n\r\n",
    "cut chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhello",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\nzz\r\nllo",
    "chunk without end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nheXX3\r\nllo\r\n0\r\n\r\n",
    "other coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nhe\r\n0\r\n\r\n",
    "line feeds": b"HTTP/1.1 200 OK\nContent-Length: 5\n\nhello",
    "folded": b"HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nhello",
    "bad header": b"HTTP/1.1 200 OK\r\nno colon here\r\nContent-Length: 2\r\n\r\nhello",
    "junk": b"SSH-2.0-x\r\n",
    "nothing": b"",
    "cut head": b"HTTP/1.1 200 OK\r\nContent-Len",
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello", mtime=0),
    "two gzip members": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hel", mtime=0) * 2,
    "cut gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: x-gzip\r\n\r\n" + gzip.compress(b"hello" * 99, mtime=0)[:-12],
    "gzip and junk": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"hello", mtime=0) + b"junk",
    "not gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\nhello",
    "zlib": b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + zlib.compress(b"hello"),
    "raw deflate": b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\n\r\n" + zlib.compress(b"hello" * 50)[2:-4],
    "both": b"HTTP/1.1 200 OK\r\nContent-Encoding: deflate\r\nContent-Encoding: gzip, identity\r\n\r\n"
    + gzip.compress(zlib.compress(b"hello"), mtime=0),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_the_stranger_decodes_bodies_as_the_archive_does(name):
    body, unread = verify.decoded_body(BODIES[name], "GET")
    assert unread == ""
    assert body == read_response(BODIES[name], "GET").body


def test_a_head_request_has_no_body():
    assert verify.decoded_body(BODIES["plain"], "HEAD") == (b"", "")


def test_brotli_is_said_not_to_be_decoded():
    wire = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nxx"
    assert verify.decoded_body(wire, "GET")[1] == "'br'"


def test_brotli_bodies_are_not_checked_and_never_ok(world, stranger):
    from vestigo.evidence.warc import Exchange

    wire = b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\n\x0b\x02\x80hello\x03"
    exchange = Exchange(uri="http://m.test/br", method="GET", began_at=world.clock(), request=b"GET /br HTTP/1.1\r\n\r\n",
                        response=wire, authorization_id="")  # fmt: skip
    with world.open_archive() as archive:
        world.ledger.append([archive.write(exchange)])
    built = world.build()
    done = stranger[1](built.path, world.folder.anchors)
    assert done.returncode == 4
    assert "'br' cannot be decoded with the standard library" in done.stdout
    assert stranger[0](built.path, world.folder.anchors).returncode == 0


# ----------------------------------------------------------------- stamps


@pytest.fixture(scope="module")
def stamped(original, tmp_path_factory):
    """A bundle whose checkpoint a local time-stamping authority stamped."""
    work = tmp_path_factory.mktemp("tsa")
    shutil.copytree(original.path, work / "bundle")
    shutil.copytree(original.anchors, work / "anchors")
    (work / "ts.cnf").write_text(
        "[req]\ndistinguished_name=dn\n[dn]\n[ext]\nextendedKeyUsage=critical,timeStamping\n"
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ncrypto_device=builtin\nsigner_cert=tsa.pem\nsigner_key=tsa.key\n"
        "signer_digest=sha256\ndefault_policy=1.2.3.4\ndigests=sha256\naccuracy=secs:1\ness_cert_id_alg=sha256\n"
    )
    (work / "serial").write_text("01\n")

    def openssl(*words):
        subprocess.run(["openssl", *words], cwd=work, check=True, capture_output=True)

    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "tsa.key", "-out",
            "tsa.pem", "-subj", "/CN=TSA", "-days", "9", "-config", "ts.cnf", "-extensions", "ext")  # fmt: skip
    openssl(
        "ts", "-query", "-data", "bundle/seal/checkpoint.note", "-sha256", "-cert", "-out", "c.tsq"
    )
    openssl("ts", "-reply", "-config", "ts.cnf", "-queryfile", "c.tsq", "-out", "c.tsr")
    shutil.copy(work / "tsa.pem", work / "anchors/tsa.pem")
    (work / "bundle/seal/stamps").mkdir()
    for name in ("c.tsq", "c.tsr"):
        shutil.copy(work / name, work / "bundle/seal/stamps")
    return type(original)(work / "bundle", work / "anchors", original.keys)


def listed(sealed) -> None:
    """Put what arrived later into the tag manifests, as whoever files a stamp does."""
    for algorithm in ("sha256", "sha512"):
        path = sealed.path / f"tagmanifest-{algorithm}.txt"
        rows = {line.split("  ")[1]: line for line in path.read_text().splitlines()}
        for stamp in (sealed.path / "seal/stamps").iterdir():
            name = f"seal/stamps/{stamp.name}"
            rows[name] = f"{hashlib.new(algorithm, stamp.read_bytes()).hexdigest()}  {name}"
        path.write_text("".join(f"{rows[name]}\n" for name in sorted(rows)))


def test_a_stamp_that_arrives_later_needs_new_tag_manifests_only(stamped, stranger):
    listed(stamped)
    for run in stranger:
        done = run(stamped.path, stamped.anchors)
        assert done.returncode == 0, done.stdout
        assert "1 stamps" in done.stdout
        assert "no protection" not in done.stdout


def test_a_stamp_of_an_unknown_authority_is_not_accepted(stamped, stranger, tmp_path):
    listed(stamped)
    shutil.copytree(stamped.anchors, tmp_path / "a")
    (tmp_path / "a/tsa.pem").unlink()
    for run in stranger:
        assert run(stamped.path, tmp_path / "a").returncode == 4
    shutil.copy(tmp_path / "a/unit.pem", tmp_path / "a/tsa.pem")
    for run in stranger:
        done = run(stamped.path, tmp_path / "a")
        assert done.returncode == 3
        assert "no valid stamp" in done.stdout


def test_a_stamp_of_something_else_is_not_accepted(stamped, stranger, tmp_path):
    shutil.copytree(stamped.path, tmp_path / "b")
    moved = type(stamped)(tmp_path / "b", stamped.anchors, stamped.keys)
    note = moved.path / "seal/checkpoint.note"
    note.write_text(note.read_text().replace("\n\n", "\nextension\n\n"))
    listed(moved)
    for run in stranger:
        done = run(moved.path, moved.anchors)
        assert done.returncode == 3
        assert "FAILED       stamps" in done.stdout
