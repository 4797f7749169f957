# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamps in bundles: both strangers' verifiers check them alike, and name what is wrong."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage

from vestigo.evidence.stamping import new_request, parse_response

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Stamped:
    """A copy of the bundle with stamps, its anchors, and the authorities."""

    path: Path
    anchors: Path
    labs: dict

    @property
    def note(self) -> bytes:
        return (self.path / "seal/checkpoint.note").read_bytes()

    def file(self, authority: str, name: str) -> Path:
        return self.path / "seal/stamps" / authority / name

    def stamp(
        self, authority: str, lab, message: bytes | None = None, *, lists: bool = True
    ) -> None:
        """Put a stamp of a lab under the name of an authority."""
        folder = self.path / "seal/stamps" / authority
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        request = new_request(self.note if message is None else message)
        (folder / "stamp.tsq").write_bytes(request.content)
        (folder / "stamp.tsr").write_bytes(lab.reply(request.content))
        for n, made in enumerate([lab.signer, lab.link]):
            (folder / f"chain-{n}.cer").write_bytes(made.certificate.public_bytes(Encoding.DER))
        for n, made in enumerate([lab.link, lab.root] if lists else []):
            (folder / f"revocation-{n + 1}.crl").write_bytes(lab.crl(made))

    def trust(self, authority: str, lab) -> None:
        (self.anchors / f"tsa-{authority}.pem").write_bytes(lab.root.pem)

    def listed(self) -> None:
        """List the stamps in the tag manifests, as whoever files them does."""
        for algorithm in ("sha256", "sha512"):
            path = self.path / f"tagmanifest-{algorithm}.txt"
            rows = dict(reversed(line.split("  ")) for line in path.read_text().splitlines())
            rows = {name: digest for name, digest in rows.items() if "seal/stamps/" not in name}
            for file in sorted((self.path / "seal/stamps").rglob("*.*")):
                content = file.read_bytes()
                rows[file.relative_to(self.path).as_posix()] = hashlib.new(
                    algorithm, content
                ).hexdigest()
            path.write_text("".join(f"{rows[name]}  {name}\n" for name in sorted(rows)))


@pytest.fixture(scope="module")
def labs(lab_maker, tmp_path_factory):
    folder = tmp_path_factory.mktemp("labs")
    make = lab_maker[0]
    base = "http://127.0.0.1:9/"
    return {
        "one": make(folder / "one", base=base),
        "two": make(folder / "two", kind="rsa", n=1, base=base),
    }


@pytest.fixture
def stamped(original, labs, tmp_path) -> Stamped:
    shutil.copytree(original.path, tmp_path / "bundle")
    shutil.copytree(original.anchors, tmp_path / "anchors")
    made = Stamped(tmp_path / "bundle", tmp_path / "anchors", labs)
    for name, lab in labs.items():
        made.stamp(name, lab)
        made.trust(name, lab)
    return made


def both(stamped, stranger, exit_code: int, *words: str, check: str = "stamps") -> None:
    """Run both verifiers: the same code, and each word on a line of the same check."""
    stamped.listed()
    for run in stranger:
        done = run(stamped.path, stamped.anchors)
        assert done.returncode == exit_code, done.stdout + done.stderr
        assert done.stderr == ""
        lines = [line for line in done.stdout.splitlines() if f"  {check} " in line]
        for word in words:
            assert any(word in line for line in lines), (word, done.stdout)
        if exit_code == 3:
            assert all(f"  {check} " in line for line in done.stdout.splitlines() if line.startswith("FAILED"))  # fmt: skip


def test_both_accept_two_stamps_and_show_the_same_moment(stamped, stranger):
    times = [
        parse_response(stamped.file(n, "stamp.tsr").read_bytes()).info.gen_time
        for n in stamped.labs
    ]
    last = (min(times) + timedelta(seconds=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    both(stamped, stranger, 0, f"ok           stamps        2 stamps: not after {last}")
    sh, py = (run(stamped.path, stamped.anchors).stdout.splitlines() for run in stranger)
    layer_a = [line for line in sh if line.startswith("ok ")]
    assert py[: len(layer_a)] == layer_a
    assert f"ok           time          not before: own clock only; not after {last}" in py
    assert not any("no protection" in line for line in [*sh, *py])


def test_without_anchors_stamps_are_not_checked(stamped, stranger):
    for name in stamped.labs:
        (stamped.anchors / f"tsa-{name}.pem").unlink()
    both(stamped, stranger, 4, "tsa.pem is not among the anchors")


def test_one_common_file_of_roots_will_do(stamped, stranger):
    roots = b"".join(lab.root.pem for lab in stamped.labs.values())
    (stamped.anchors / "tsa.pem").write_bytes(roots)
    for name in stamped.labs:
        (stamped.anchors / f"tsa-{name}.pem").unlink()
    both(stamped, stranger, 0, "2 stamps: not after")


# ------------------------------------------------------------------ attacks


def test_an_authority_under_the_name_of_another_is_refused(stamped, stranger):
    """Both are trusted, but each only under its own name."""
    stamped.stamp("one", stamped.labs["two"])
    both(stamped, stranger, 3, "seal/stamps/one/stamp.tsr: no valid stamp")


def test_a_self_made_authority_is_refused(stamped, stranger, lab_maker, tmp_path):
    forger = lab_maker[0](tmp_path / "one", n=5)
    (forger.folder / "chain.pem").write_bytes(forger.link.pem + forger.root.pem)
    stamped.stamp("one", forger)
    both(stamped, stranger, 3, "no valid stamp of the checkpoint")


def test_a_root_beside_the_stamp_is_no_anchor(stamped, stranger, lab_maker, tmp_path):
    forger = lab_maker[0](tmp_path / "one", n=5)
    stamped.stamp("one", forger)
    root = forger.root.certificate.public_bytes(Encoding.DER)
    stamped.file("one", "chain-2.cer").write_bytes(root)
    both(stamped, stranger, 3, "no valid stamp of the checkpoint")


def test_a_certificate_injected_in_the_token_is_refused(stamped, stranger, lab_maker, tmp_path):
    forger, right = lab_maker[0](tmp_path / "one", n=5), stamped.labs["one"]
    (forger.folder / "chain.pem").write_bytes(right.link.pem + right.root.pem + right.signer.pem)
    stamped.stamp("one", forger)
    both(stamped, stranger, 3, "no valid stamp of the checkpoint")


def test_a_chain_that_had_expired_is_refused(stamped, stranger, lab_maker, tmp_path):
    lab = lab_maker[0](tmp_path / "x", n=6, valid=(NOW - 9 * DAY, NOW - DAY))
    stamped.stamp("one", lab)
    stamped.trust("one", lab)
    both(stamped, stranger, 3, "no valid stamp of the checkpoint", "expired")


def test_a_chain_that_expired_since_holds_whatever_the_clock_says(stamped, stranger, lab_maker, tmp_path):  # fmt: skip
    """By the time these certificates have run out, the clock of the verifier is late, or wrong."""
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=4)
    lab = lab_maker[0](tmp_path / "x", n=6, valid=(NOW - 9 * DAY, end))
    stamped.stamp("one", lab)
    stamped.trust("one", lab)
    while datetime.now(UTC) <= end + timedelta(seconds=1):
        time.sleep(0.2)
    both(stamped, stranger, 0, "2 stamps: not after")


def test_a_revoked_certificate_is_named(stamped, stranger, labs):
    lab = labs["one"]
    lab.revoke(lab.signer, NOW - DAY, x509.ReasonFlags.key_compromise)
    try:
        stamped.stamp("one", lab)
    finally:
        lab.revoked.clear()
    both(stamped, stranger, 3, "a certificate of its chain was revoked")


def test_a_revoked_link_is_named(stamped, stranger, labs):
    lab = labs["one"]
    lab.revoke(lab.link, NOW - DAY, x509.ReasonFlags.ca_compromise)
    try:
        stamped.stamp("one", lab)
    finally:
        lab.revoked.clear()
    both(stamped, stranger, 3, "a certificate of its chain was revoked")


def test_lists_that_were_left_out_are_not_checked(stamped, stranger):
    """Whoever strips the lists, and the copies of the chain, hides nothing by it."""
    for file in stamped.file("one", "x").parent.iterdir():
        if file.suffix in (".crl", ".cer"):
            file.unlink()
    both(stamped, stranger, 4, "whether a certificate was revoked: no revocation list is here")


def test_a_list_of_another_time_is_not_checked(stamped, stranger, labs):
    lab = labs["one"]
    stamped.file("one", "revocation-1.crl").write_bytes(lab.crl(lab.link, at=NOW - 90 * DAY))
    both(stamped, stranger, 4, "whether a certificate was revoked: CRL has expired")


def test_a_list_by_somebody_else_is_not_checked(stamped, stranger, lab_maker, tmp_path):
    forger = lab_maker[0](tmp_path / "one", n=5)
    stamped.file("one", "revocation-1.crl").write_bytes(forger.crl(forger.link))
    both(stamped, stranger, 4, "whether a certificate was revoked")


def test_the_stamp_of_another_checkpoint_is_refused(stamped, stranger):
    stamped.stamp("one", stamped.labs["one"], b"vestigo/log/other\n7\nAAAA\n")
    both(stamped, stranger, 3, "no valid stamp of the checkpoint")


def test_a_wrong_imprint_in_the_request_is_refused(stamped, stranger):
    request = new_request(b"something else")
    stamped.file("one", "stamp.tsq").write_bytes(request.content)
    both(stamped, stranger, 3, "no valid stamp of the checkpoint")


def test_a_response_to_another_request_is_refused(stamped, stranger):
    stamped.file("one", "stamp.tsq").write_bytes(new_request(stamped.note).content)
    both(stamped, stranger, 3, "no valid stamp of the checkpoint")


@pytest.mark.parametrize("n", [0, 3, 300, -1])
def test_a_truncated_token_is_refused(stamped, stranger, n):
    path = stamped.file("one", "stamp.tsr")
    path.write_bytes(path.read_bytes()[:n])
    both(stamped, stranger, 3, "seal/stamps/one/stamp.tsr")


def test_bytes_behind_a_token_are_refused(stamped, stranger):
    path = stamped.file("one", "stamp.tsr")
    path.write_bytes(path.read_bytes() + b"\0")
    both(stamped, stranger, 3, "not exactly one DER value")


def test_a_changed_time_in_the_status_is_not_believed(stamped, stranger):
    """The words of the status are signed by nobody: a time in them is no time."""
    from vestigo.evidence.stamping import der

    path = stamped.file("one", "stamp.tsr")
    status, token = der.parts(der.one(path.read_bytes()))
    words = b"x\nTime stamp: Jan  1 00:00:00 2020 GMT\nAccuracy: unspecified"
    status = der.encode(
        der.SEQUENCE, der.encode_integer(0), der.encode(der.SEQUENCE, der.encode(der.UTF8, words))
    )
    path.write_bytes(der.encode(der.SEQUENCE, status, token.whole))
    both(stamped, stranger, 0, "2 stamps: not after")
    for run in stranger:
        assert "2020" not in run(stamped.path, stamped.anchors).stdout


@pytest.mark.parametrize(
    "name",
    ["one/other.tsr", "one/note.txt", "ONE/stamp.tsr", "one/deep/stamp.tsr", "one/chain-10.cer"],
)
def test_other_files_among_the_stamps_are_not_allowed(stamped, stranger, name):
    path = stamped.path / "seal/stamps" / name
    path.parent.mkdir(exist_ok=True, parents=True)
    shutil.copy(stamped.file("one", "stamp.tsr"), path)
    stamped.listed()
    for run in stranger:
        done = run(stamped.path, stamped.anchors)
        assert done.returncode == 3
        assert "only in the bundle" in done.stdout or "case only" in done.stdout


@pytest.mark.parametrize(
    "name", ["stamp.tsq", "chain-0.cer", "revocation-1.crl", "revocation-1.ocsp"]
)
def test_a_file_without_its_stamp_is_named(stamped, stranger, name):
    folder = stamped.path / "seal/stamps/three"
    folder.mkdir()
    (folder / name).write_bytes(b"\x30\x03\x02\x01\x01")
    both(stamped, stranger, 3, f"seal/stamps/three/{name}")


def test_only_an_answer_by_ocsp_is_not_checked(stamped, stranger):
    for n in (1, 2):
        stamped.file("one", f"revocation-{n}.crl").rename(
            stamped.file("one", f"revocation-{n}.ocsp")
        )
    both(stamped, stranger, 4, "no revocation list is here")


def test_an_openssl_that_cannot_judge_stamps_is_told(stamped, stranger, tmp_path):
    """One that ignores the time asked for would refuse what expired, or accept it."""
    import os

    folder = tmp_path / "bin"
    folder.mkdir()
    real = shutil.which("openssl")
    (folder / "openssl").write_text(
        f'#!/bin/sh\nfor w do case $w in -attime) exec {real} ts -verify -help ;; esac; done\nexec {real} "$@"\n'
    )
    (folder / "openssl").chmod(0o755)
    stamped.listed()
    for run in stranger:
        env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
        done = run(stamped.path, stamped.anchors, env=env)
        assert done.returncode == 4, done.stdout
        assert "NOT CHECKED  stamps        the installed openssl cannot" in done.stdout


def test_a_usage_that_is_not_critical_is_refused(stamped, stranger, lab_maker, tmp_path):
    """openssl signs with no such certificate: one of the same key stands in its place."""
    right, make = stamped.labs["one"], lab_maker[1]
    lax = make("one signer", right.signer.key, right.link, usage=(Usage.TIME_STAMPING,), critical=False,
               serial=right.signer.certificate.serial_number)  # fmt: skip
    stamped.trust("one", type(right)(tmp_path / "l", lax, lax, lax))
    both(stamped, stranger, 3, "no valid stamp of the checkpoint")


def test_our_own_verifier_agrees_on_every_stamp_that_openssl_made(labs, tmp_path):
    """The peer is ``openssl ts -verify``: right and wrong, both say the same."""
    from vestigo.evidence.stamping import StampRefused, Trust, verify_stamp

    for lab in labs.values():
        for message, said in ((b"note", b"note"), (b"note", b"other")):
            answer = lab.reply(new_request(message).content)
            (tmp_path / "r").write_bytes(answer)
            (tmp_path / "m").write_bytes(said)
            words = ["openssl", "ts", "-verify", "-data", str(tmp_path / "m"), "-in", str(tmp_path / "r"),
                     "-CAfile", str(lab.folder / "root.pem")]  # fmt: skip
            peer = (
                subprocess.run(words, capture_output=True, check=False, timeout=60).returncode == 0
            )
            try:
                verify_stamp(answer, said, Trust((lab.root.certificate,)))
                own = True
            except StampRefused:
                own = False
            assert own == peer == (message == said)


def test_a_page_says_what_openssl_needs(stamped):
    """The commands of the page work on a bundle with stamps."""
    page = (stamped.path / "VERIFY.en.md").read_text()
    wanted = [line[4:] for line in page.splitlines() if line.startswith("    for T in seal/stamps")]
    assert len(wanted) == 2
    script = "\n".join(["set -e", f"ANCHORS={stamped.anchors}", *wanted])
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=stamped.path,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert done.stdout.count("Time stamp: ") == 2
    assert done.stdout.count("Verification: OK") == 2
