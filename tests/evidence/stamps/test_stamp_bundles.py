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


def test_a_stamp_that_was_taken_out_is_missed_where_roots_wait_for_it(stamped, stranger):
    shutil.rmtree(stamped.file("two", "stamp.tsr").parent)
    (stamped.anchors / "tsa-no such.pem").write_bytes(b"")
    both(stamped, stranger, 0, "; no stamp by two, whose roots are among the anchors")
    shutil.rmtree(stamped.path / "seal/stamps")
    said = "; no stamp by one, whose roots are among the anchors; no stamp by two, whose roots"
    both(stamped, stranger, 0, f"none; time: own clock only{said} are among the anchors")


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


def test_neither_says_that_none_was_revoked_where_no_list_is_named(
    stamped, stranger, lab_maker, tmp_path
):
    lab = lab_maker[0](tmp_path / "silent", n=6)
    stamped.stamp("one", lab, lists=False)
    stamped.trust("one", lab)
    both(stamped, stranger, 0, "; revocation not known for 1: the certificates name no list")
    sh, py = (run(stamped.path, stamped.anchors).stdout.splitlines() for run in stranger)
    layer_a = [line for line in sh if line.startswith("ok ")]
    assert py[: len(layer_a)] == layer_a


# ------------------------------------------------------------------ attacks
# Each lies under an authority of its own name in one bundle: every one must be named.


def forged(stamped, name, make, tmp_path, **how):
    """Put a stamp by somebody else, with the same names, where that of an authority is due."""
    right = make[0](tmp_path / name, n=7)
    (tmp_path / "forger").mkdir(exist_ok=True)
    forger = make[0](tmp_path / "forger" / name, n=5, **how)
    stamped.trust(name, right)
    return right, forger


def under_another_name(stamped, name, make, tmp_path):
    """Both authorities are trusted, but each under its own name only."""
    stamped.trust(name, stamped.labs["one"])
    stamped.stamp(name, stamped.labs["two"])


def self_made(stamped, name, make, tmp_path):
    _right, forger = forged(stamped, name, make, tmp_path)
    (forger.folder / "chain.pem").write_bytes(forger.link.pem + forger.root.pem)
    stamped.stamp(name, forger)


def root_beside_the_stamp(stamped, name, make, tmp_path):
    _right, forger = forged(stamped, name, make, tmp_path)
    stamped.stamp(name, forger)
    root = forger.root.certificate.public_bytes(Encoding.DER)
    stamped.file(name, "chain-2.cer").write_bytes(root)


def injected(stamped, name, make, tmp_path):
    right, forger = forged(stamped, name, make, tmp_path)
    (forger.folder / "chain.pem").write_bytes(right.link.pem + right.root.pem + right.signer.pem)
    stamped.stamp(name, forger)


def had_expired(stamped, name, make, tmp_path):
    lab = make[0](tmp_path / name, n=6, valid=(NOW - 9 * DAY, NOW - DAY))
    stamped.stamp(name, lab)
    stamped.trust(name, lab)


def revoked_signer(stamped, name, make, tmp_path):
    lab = make[0](tmp_path / name, n=6)
    lab.revoke(lab.signer, NOW - DAY, x509.ReasonFlags.key_compromise)
    stamped.stamp(name, lab)
    stamped.trust(name, lab)


def revoked_link(stamped, name, make, tmp_path):
    lab = make[0](tmp_path / name, n=6)
    lab.revoke(lab.link, NOW - DAY, x509.ReasonFlags.ca_compromise)
    stamped.stamp(name, lab)
    stamped.trust(name, lab)


def right_one(stamped, name, lab=None):
    """Put a right stamp, of authority one, under another name: to be spoiled."""
    stamped.trust(name, stamped.labs["one"])
    stamped.stamp(name, lab or stamped.labs["one"])


def another_checkpoint(stamped, name, make, tmp_path):
    stamped.trust(name, stamped.labs["one"])
    stamped.stamp(name, stamped.labs["one"], b"vestigo/log/other\n7\nAAAA\n")


def wrong_imprint(stamped, name, make, tmp_path):
    right_one(stamped, name)
    stamped.file(name, "stamp.tsq").write_bytes(new_request(b"something else").content)


def another_request(stamped, name, make, tmp_path):
    right_one(stamped, name)
    stamped.file(name, "stamp.tsq").write_bytes(new_request(stamped.note).content)


def cut(n):
    def spoil(stamped, name, make, tmp_path):
        right_one(stamped, name)
        path = stamped.file(name, "stamp.tsr")
        path.write_bytes(path.read_bytes()[:n])

    return spoil


def bytes_behind(stamped, name, make, tmp_path):
    right_one(stamped, name)
    path = stamped.file(name, "stamp.tsr")
    path.write_bytes(path.read_bytes() + b"\0")


def lax_usage(stamped, name, make, tmp_path):
    """openssl signs with no such certificate: one of the same key stands in its place."""
    right = stamped.labs["one"]
    lax = make[1]("one signer", right.signer.key, right.link, usage=(Usage.TIME_STAMPING,),
                  critical=False, serial=right.signer.certificate.serial_number)  # fmt: skip
    stamped.stamp(name, right)
    (stamped.anchors / f"tsa-{name}.pem").write_bytes(lax.pem)


def alone(file):
    def spoil(stamped, name, make, tmp_path):
        folder = stamped.path / "seal/stamps" / name
        folder.mkdir()
        (folder / file).write_bytes(b"\x30\x03\x02\x01\x01")

    return spoil


NO_STAMP = "no valid stamp of the checkpoint"
REVOKED = "a certificate of its chain was revoked"
ATTACKS = {
    "under-another-name": (under_another_name, NO_STAMP), "self-made": (self_made, NO_STAMP),
    "root-beside": (root_beside_the_stamp, NO_STAMP), "injected": (injected, NO_STAMP),
    "had-expired": (had_expired, NO_STAMP + ": certificate has expired"),
    "revoked-signer": (revoked_signer, REVOKED), "revoked-link": (revoked_link, REVOKED),
    "another-checkpoint": (another_checkpoint, NO_STAMP), "wrong-imprint": (wrong_imprint, NO_STAMP),
    "another-request": (another_request, NO_STAMP), "lax-usage": (lax_usage, NO_STAMP),
    "cut-all": (cut(0), "not exactly one DER value"), "cut-3": (cut(3), "not exactly one DER value"),
    "cut-300": (cut(300), "not exactly one DER value"), "cut-1": (cut(-1), "not exactly one DER value"),
    "bytes-behind": (bytes_behind, "not exactly one DER value"),
    "request-alone": (alone("stamp.tsq"), "a request without its stamp"),
    "chain-alone": (alone("chain-0.cer"), "belongs to no stamp"),
    "list-alone": (alone("revocation-1.crl"), "belongs to no stamp"),
    "answer-alone": (alone("revocation-1.ocsp"), "belongs to no stamp"),
}  # fmt: skip


@pytest.mark.parametrize("half", [0, 1])  # a verifier shows twenty faults of one check
def test_every_attack_on_stamps_is_named_by_both(stamped, stranger, lab_maker, tmp_path, half):
    """The two right stamps beside them stay unsuspected."""
    labs = tmp_path / "attackers"
    labs.mkdir()
    attacks = dict(list(ATTACKS.items())[half::2])
    for name, (spoil, _due) in attacks.items():
        spoil(stamped, name, lab_maker, labs)
    stamped.listed()
    for run in stranger:
        done = run(stamped.path, stamped.anchors)
        assert done.returncode == 3, done.stdout + done.stderr
        failed = [line for line in done.stdout.splitlines() if line.startswith("FAILED")]
        assert all(line.startswith("FAILED       stamps  ") for line in failed), failed
        for name, (_spoil, due) in attacks.items():
            told = [line for line in failed if f"seal/stamps/{name}/" in line]
            assert any(due in line for line in told), (name, done.stdout)
        assert not any("seal/stamps/one/" in line or "seal/stamps/two/" in line for line in failed)


def lists_left_out(stamped, name, make, tmp_path):
    """Whoever strips the lists, and the copies of the chain, hides nothing by it."""
    right_one(stamped, name)
    for file in stamped.file(name, "x").parent.iterdir():
        if file.suffix in (".crl", ".cer"):
            file.unlink()


def list_of_another_time(stamped, name, make, tmp_path):
    right_one(stamped, name)
    lab = stamped.labs["one"]
    stamped.file(name, "revocation-1.crl").write_bytes(lab.crl(lab.link, at=NOW - 90 * DAY))


def list_by_somebody_else(stamped, name, make, tmp_path):
    right_one(stamped, name)
    forger = make[0](tmp_path / "one", n=5)
    stamped.file(name, "revocation-1.crl").write_bytes(forger.crl(forger.link))


def answers_only(stamped, name, make, tmp_path):
    right_one(stamped, name)
    for n in (1, 2):
        path = stamped.file(name, f"revocation-{n}.crl")
        path.rename(path.with_suffix(".ocsp"))


OPEN = {
    "left-out": (lists_left_out, "no revocation list is here"),
    "another-time": (list_of_another_time, "CRL has expired"),
    "somebody-else": (list_by_somebody_else, "whether a certificate was revoked"),
    "answers-only": (answers_only, "no revocation list is here"),
}


def test_revocation_that_cannot_be_judged_is_not_checked(stamped, stranger, lab_maker, tmp_path):
    labs = tmp_path / "attackers"
    labs.mkdir()
    for name, (spoil, _due) in OPEN.items():
        spoil(stamped, name, lab_maker, labs)
    stamped.listed()
    for run in stranger:
        done = run(stamped.path, stamped.anchors)
        assert done.returncode == 4, done.stdout + done.stderr
        told = [line for line in done.stdout.splitlines() if line.startswith("NOT CHECKED  stamps")]
        assert len(told) == len(OPEN), done.stdout
        for name, (_spoil, due) in OPEN.items():
            assert any(f"seal/stamps/{name}/" in line and due in line for line in told), name


def test_a_chain_that_expired_since_holds_whatever_the_clock_says(
    stamped, stranger, lab_maker, tmp_path
):
    """By the time these certificates have run out, the clock of the verifier is late, or wrong."""
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=3)
    lab = lab_maker[0](tmp_path / "x", n=6, valid=(NOW - 9 * DAY, end))
    stamped.stamp("one", lab)
    stamped.trust("one", lab)
    while datetime.now(UTC) <= end + timedelta(seconds=1):
        time.sleep(0.2)
    both(stamped, stranger, 0, "2 stamps: not after")


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


OTHERS = (
    "one/other.tsr",
    "one/note.txt",
    "ONE/stamp.tsr",
    "one/deep/stamp.tsr",
    "one/chain-10.cer",
)


def test_other_files_among_the_stamps_are_not_allowed(stamped, stranger):
    for name in OTHERS:
        path = stamped.path / "seal/stamps" / name
        path.parent.mkdir(exist_ok=True, parents=True)
        shutil.copy(stamped.file("one", "stamp.tsr"), path)
    stamped.listed()
    for run in stranger:
        done = run(stamped.path, stamped.anchors)
        assert done.returncode == 3
        for name in OTHERS:
            by_case = "ONE" in name and "differs from another name by case only" in done.stdout
            assert by_case or f"seal/stamps/{name}: only in the bundle" in done.stdout, name


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
