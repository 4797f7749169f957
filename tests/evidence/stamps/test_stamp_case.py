# SPDX-License-Identifier: AGPL-3.0-or-later
"""Stamping the checkpoints of a case: online, with authorities that are down, and by file."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.x509 import ReasonFlags
from cryptography.x509.oid import ExtendedKeyUsageOID

from vestigo.cli.app import run
from vestigo.evidence.anchors import keep_checkpoint
from vestigo.evidence.custody_reading import whole_lines
from vestigo.evidence.merkle import merkle_root
from vestigo.evidence.stamping import new_request
from vestigo.evidence.stamping.case_stamps import place_of, stamps_folder
from vestigo.pipeline.session import open_session
from vestigo.pipeline.stamping import case_bracket


def toml(services, **more) -> str:
    rows = [f"[settings.stamping]\n{more.pop('extra', '')}"]
    for name, service in services.items():
        rows.append(
            f'[[settings.stamping.authorities]]\nname = "{name}"\nurl = "{service.url}"\n'
            f'secrecy = "sees that somebody stamps a digest"\n'
        )
    return "\n".join(rows)


@dataclass
class Stamping:
    """A case with a signed checkpoint and two authorities."""

    path: Path
    services: dict
    keys: object

    def events(self, reason: str) -> list:
        with open_session(self.path, write=False) as session:
            return [event for event in session.custody.events() if event.reason == reason]

    def sign(self) -> int:
        """Sign a checkpoint at the end of the log and keep its note."""
        with open_session(self.path) as session:
            size = session.custody.head().n_events
            root = merkle_root(whole_lines(session.custody.path))
            keep_checkpoint(session.folder, size, self.keys.sign_checkpoint(size, root))
        return size

    def place(self, size: int, name: str):
        with open_session(self.path, write=False) as session:
            return place_of(stamps_folder(session.folder), size, name)

    def trust(self) -> None:
        for name, service in self.services.items():
            root = service.lab.folder / "root.pem"
            assert run(["evidence", "trust", str(self.path), name, str(root)]) == 0


@pytest.fixture
def stamping(world, serve, tmp_path) -> Stamping:
    services = {"one": serve(tmp_path / "one"), "two": serve(tmp_path / "two", kind="rsa", n=1)}
    world.ledger.close()
    path = world.folder.path
    world.folder.toml.write_text(world.folder.toml.read_text() + toml(services))
    made = Stamping(path, services, world.keys)
    made.trust()
    return made


def cli(capsys, *words) -> tuple[int, str, str]:
    capsys.readouterr()
    code = run([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_a_checkpoint_is_stamped_by_two_and_everything_is_kept(stamping, capsys):
    size = stamping.sign()
    code, out, err = cli(capsys, "evidence", "stamp", stamping.path, "--json")
    assert code == 0, err
    assert [(row["checkpoint"], row["authority"], row["state"]) for row in json.loads(out)] == [
        (size, "one", "stamped"), (size, "two", "stamped"),
    ]  # fmt: skip
    for name, service in stamping.services.items():
        place = stamping.place(size, name)
        assert service.bodies == [place.request]  # one request a checkpoint
        assert service.asked.count("/tsr") == 1
        assert sorted(place.files()) == [
            "chain-0.cer", "chain-1.cer", "revocation-1.crl", "revocation-2.crl", "stamp.tsq", "stamp.tsr",
        ]  # fmt: skip
    events = stamping.events("time stamp received")
    assert [event.details["authority"] for event in events] == ["one", "two"]
    assert all("own_clock_ahead_at_least_seconds" in event.details for event in events)
    assert len(stamping.events("revocation data received")) == 4
    again, _out, _err = cli(capsys, "evidence", "stamp", stamping.path)
    assert again == 0
    assert [s.asked.count("/tsr") for s in stamping.services.values()] == [1, 1]


def test_an_authority_that_is_down_delays_the_seal_and_never_loses_it(stamping, capsys):
    size = stamping.sign()
    stamping.services["two"].mode = "down"
    code, out, err = cli(capsys, "evidence", "stamp", stamping.path)
    assert code == 4
    assert "one  stamped" in out
    assert "E-EVI-158" in err
    assert "The seal waits for: two." in err
    request = stamping.place(size, "two").request
    code, out, _err = cli(capsys, "evidence", "time", stamping.path)
    assert code == 4
    assert "1 stamp is pending." in out
    later = stamping.sign()
    stamping.services["two"].mode = "garbage"
    assert cli(capsys, "evidence", "stamp", stamping.path, "--retry")[0] == 3
    stamping.services["two"].mode = "right"
    code, out, _err = cli(capsys, "evidence", "stamp", stamping.path, "--retry")
    assert code == 0
    assert stamping.services["two"].bodies[-1] == request  # the same nonce, kept all along
    assert later not in {int(line.split()[0]) for line in out.splitlines()}
    assert len(stamping.events("time stamp not received")) == 2


def test_lists_that_are_down_leave_the_stamp_and_are_fetched_later(stamping, capsys):
    stamping.sign()
    stamping.services["one"].mode = "no lists"
    code, out, _err = cli(capsys, "evidence", "stamp", stamping.path)
    assert code == 4
    assert "one  revocation pending" in out
    stamping.services["one"].mode = "right"
    code, out, _err = cli(capsys, "evidence", "stamp", stamping.path, "--retry")
    assert code == 0
    assert stamping.services["one"].asked.count("/tsr") == 1


def test_a_revoked_authority_is_refused_whenever_it_is_known(stamping, capsys):
    stamping.sign()
    lab = stamping.services["one"].lab
    lab.revoke(lab.signer, lab.signer.certificate.not_valid_before_utc + timedelta(days=1), ReasonFlags.key_compromise)  # fmt: skip
    code, out, err = cli(capsys, "evidence", "stamp", stamping.path)
    assert code == 3
    assert "one  refused" in out
    assert "E-EVI-153" in err
    assert cli(capsys, "evidence", "verify", stamping.path)[0] == 3


def test_without_a_proxy_a_name_is_not_looked_up(stamping, capsys):
    stamping.sign()
    text = (stamping.path / "case.toml").read_text()
    port = stamping.services["two"].port
    (stamping.path / "case.toml").write_text(
        text.replace(f"127.0.0.1:{port}/tsr", f"localhost:{port}/tsr")
    )
    code, _out, err = cli(capsys, "evidence", "stamp", stamping.path)
    assert code == 4
    assert "without a proxy only literal loopback" in err
    assert stamping.services["two"].asked == []


def test_a_certificate_that_names_no_list_is_never_called_not_revoked(
    world, serve, tmp_path, capsys
):
    services = {n: serve(tmp_path / n, lists=k == 1, n=k) for k, n in enumerate(("one", "two"))}
    world.ledger.close()
    world.folder.toml.write_text(world.folder.toml.read_text() + toml(services))
    made = Stamping(world.folder.path, services, world.keys)
    made.trust()
    made.sign()
    assert cli(capsys, "evidence", "stamp", made.path)[0] == 0  # nothing is due, so nothing pends
    for command in ("time", "verify"):
        _code, out, _err = cli(capsys, "evidence", command, made.path)
        lines = {line.split(":")[0]: line for line in out.splitlines() if line.startswith("  ")}
        assert "revocation: not known (the certificate names no list)" in lines["  one"]
        assert "not revoked then, by the lists kept with the stamp" in lines["  two"]
    _code, out, _err = cli(capsys, "evidence", "time", made.path, "--json")
    assert [row["revocation_state"] for row in json.loads(out)["stamps"]] == ["no source", "good"]
    stick = tmp_path / "stick"
    stick.mkdir()
    lab = services["one"].lab  # what it names nowhere it may publish all the same
    for made_by in ("root", "link"):
        (stick / f"{made_by}.crl").write_bytes(lab.crl(getattr(lab, made_by)))
    assert cli(capsys, "evidence", "stamp", made.path, "--read-responses", stick)[0] == 0
    _code, out, _err = cli(capsys, "evidence", "time", made.path)
    assert "not known" not in out.partition("Clock")[0]


def test_a_list_on_a_host_that_is_not_listed_is_not_fetched(world, serve, tmp_path, capsys):
    lists = serve(tmp_path / "lists")
    services = {"one": serve(tmp_path / "one"), "two": serve(tmp_path / "two", n=1)}
    base = f"http://127.0.0.1:{lists.port}/"
    lab = services["two"].lab
    make = type(lab).prepare.__globals__["make_certificate"]
    lab.signer = make("two signer", lab.signer.key, lab.link, usage=(ExtendedKeyUsageOID.TIME_STAMPING,),
                      lists_at=base + "link.crl")  # fmt: skip
    lab.prepare()
    world.ledger.close()
    world.folder.toml.write_text(world.folder.toml.read_text() + toml(services))
    made = Stamping(world.folder.path, services, world.keys)
    made.trust()
    made.sign()
    code, out, err = cli(capsys, "evidence", "stamp", made.path)
    assert code == 4
    assert "two  revocation pending" in out
    assert "E-AUT-008" in err
    assert lists.asked == []
    assert [e.details["act"] for e in made.events("E-AUT-008 act refused")] == ["revocation"]
    text = (made.path / "case.toml").read_text()
    text += f'revocation = ["127.0.0.1:{lists.port}"]\n'
    (made.path / "case.toml").write_text(text)
    lists.lab = lab
    assert cli(capsys, "evidence", "stamp", made.path, "--retry")[0] == 0
    assert lists.asked == ["/link.crl"]


def test_an_ocsp_answer_is_fetched_where_there_is_no_list(
    world, serve, lab_maker, tmp_path, capsys
):
    services = {n: serve(tmp_path / n, lists=False, n=k) for k, n in enumerate(("one", "two"))}
    lab = services["one"].lab
    lab.signer = lab_maker[1](
        "one signer", lab.signer.key, lab.link, usage=(ExtendedKeyUsageOID.TIME_STAMPING,),
        answers_at=f"http://127.0.0.1:{services['one'].port}/ocsp",
    )  # fmt: skip
    lab.prepare()
    world.ledger.close()
    world.folder.toml.write_text(world.folder.toml.read_text() + toml(services))
    made = Stamping(world.folder.path, services, world.keys)
    made.trust()
    size = made.sign()
    assert cli(capsys, "evidence", "stamp", made.path)[0] == 0
    assert services["one"].asked == ["/tsr", "/ocsp"]
    assert "revocation-1.ocsp" in made.place(size, "one").files()
    lab.revoke(lab.signer, lab.signer.certificate.not_valid_before_utc, ReasonFlags.key_compromise)
    later = made.sign()
    code, out, err = cli(capsys, "evidence", "stamp", made.path, "--checkpoint", later)
    assert (code, "E-EVI-153" in err) == (3, True)
    assert f"{later}  one  refused" in out


def test_without_an_anchor_nothing_is_sent(stamping, capsys):
    stamping.sign()
    (stamping.path / "anchors/tsa-one.pem").unlink()
    code, _out, err = cli(capsys, "evidence", "stamp", stamping.path)
    assert code == 4
    assert "E-EVI-156" in err
    assert stamping.services["one"].asked == []


def test_anchors_can_be_given_from_elsewhere(stamping, capsys, tmp_path):
    stamping.sign()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    roots = [s.lab.root.pem for s in stamping.services.values()]
    (elsewhere / "tsa.pem").write_bytes(b"".join(roots))
    for name in stamping.services:
        (stamping.path / f"anchors/tsa-{name}.pem").unlink()
    assert cli(capsys, "evidence", "stamp", stamping.path, "--anchors", elsewhere)[0] == 0
    assert cli(capsys, "evidence", "time", stamping.path, "--anchors", elsewhere)[0] == 0


def test_fewer_than_two_authorities_are_none(stamping, capsys):
    stamping.sign()
    text = (stamping.path / "case.toml").read_text()
    (stamping.path / "case.toml").write_text(text[: text.rindex("[[settings")])
    code, _out, err = cli(capsys, "evidence", "stamp", stamping.path)
    assert (code, "E-EVI-157" in err) == (5, True)


@pytest.mark.parametrize(
    ("find", "put"),
    [
        ('secrecy = "sees', 'secrecy = ""\n# "'), ('name = "two"', 'name = "one"'),
        ('name = "two"', 'name = "../two"'), ("http://", "ftp://"), ('secrecy = "sees', 'hash = "md5"\nsecrecy = "'),
        ('secrecy = "sees', 'nonce = 7\nsecrecy = "'), ('name = "two"', "name = 2"),
    ],
)  # fmt: skip
def test_settings_that_are_wrong_are_told(stamping, capsys, find, put):
    stamping.sign()
    text = (stamping.path / "case.toml").read_text()
    (stamping.path / "case.toml").write_text(text.replace(find, put))
    code, _out, err = cli(capsys, "evidence", "stamp", stamping.path)
    assert code == 5
    assert "E-EVI-157" in err or "E-CFG-003" in err


def test_without_a_checkpoint_there_is_nothing_to_stamp(stamping, capsys):
    code, _out, err = cli(capsys, "evidence", "stamp", stamping.path)
    assert (code, "E-EVI-159" in err) == (3, True)


def test_a_plan_says_who_learns_what_and_sends_nothing(stamping, capsys):
    stamping.sign()
    code, out, _err = cli(capsys, "evidence", "stamp", stamping.path, "--dry-run")
    assert code == 0
    assert "sees that somebody stamps a digest" in out
    assert all(service.asked == [] for service in stamping.services.values())


# ------------------------------------------------------------------ by file


def answer_files(stamping, folder: Path) -> None:
    """Do at another machine what the person with the stick does."""
    for path in folder.glob("*.tsq"):
        lab = stamping.services[path.name.split(".")[1]].lab
        path.with_suffix(".tsr").write_bytes(lab.reply(path.read_bytes()))


def test_stamps_travel_by_file(stamping, capsys, tmp_path):
    size = stamping.sign()
    out = tmp_path / "stick"
    assert cli(capsys, "evidence", "stamp", stamping.path, "--write-requests", out)[0] == 0
    assert len(list(out.glob("*.tsq"))) == 2
    answer_files(stamping, out)
    for name, service in stamping.services.items():
        (out / f"{name}-link.crl").write_bytes(service.lab.crl(service.lab.link))
        (out / f"{name}-root.crl").write_bytes(service.lab.crl(service.lab.root))
    code, shown, err = cli(capsys, "evidence", "stamp", stamping.path, "--read-responses", out)
    assert code == 0, err
    assert shown.count("\n") == 6
    with open_session(stamping.path, write=False) as session:
        bracket = case_bracket(session)
    assert [kept.place.authority for kept in bracket.stamps] == ["one", "two"]
    assert all(kept.stamp.revocation_state == "good" for kept in bracket.stamps)
    assert bracket.size == size
    assert all(service.asked == [] for service in stamping.services.values())
    before = tree(stamping)
    code, again, err = cli(capsys, "evidence", "stamp", stamping.path, "--read-responses", out)
    assert (code, err) == (0, "")
    assert again.splitlines() == [f"{line}  filed already" for line in shown.splitlines()]
    assert tree(stamping) == before
    assert stamping.events("time stamp not received") == []


def tree(stamping) -> dict[str, bytes]:
    stamps = stamping.path / "evidence" / "stamps"
    return {str(path): path.read_bytes() for path in stamps.rglob("*") if path.is_file()}


def test_another_answer_to_a_request_that_was_answered_is_refused(stamping, capsys, tmp_path):
    stamping.sign()
    out = tmp_path / "stick"
    cli(capsys, "evidence", "stamp", stamping.path, "--write-requests", out)
    answer_files(stamping, out)
    assert cli(capsys, "evidence", "stamp", stamping.path, "--read-responses", out)[0] == 0
    before = tree(stamping)
    answer_files(stamping, out)  # the same requests, other serials
    code, shown, err = cli(capsys, "evidence", "stamp", stamping.path, "--read-responses", out)
    assert (code, shown, err.count("E-EVI-161")) == (3, "", 2)
    assert tree(stamping) == before


def test_files_that_are_no_answer_are_refused_with_codes(stamping, capsys, tmp_path):
    stamping.sign()
    out = tmp_path / "stick"
    cli(capsys, "evidence", "stamp", stamping.path, "--write-requests", out)
    one = next(out.glob("*.one.tsq"))
    two = next(out.glob("*.two.tsq"))
    note = stamping.place(int(one.name[11:19]), "one").note
    lab, other = stamping.services["one"].lab, stamping.services["two"].lab
    cases = {
        "bad": (b"no stamp", "E-EVI-140"),
        "cut": (lab.reply(one.read_bytes())[:-5], "E-EVI-140"),
        "foreign": (lab.reply(new_request(b"of another unit").content), "E-EVI-160"),
        "nonce": (lab.reply(new_request(note).content), "E-EVI-143"),
        "authority": (other.reply(one.read_bytes()), "E-EVI-150"),
        "imprint": (lab.reply(with_imprint(one.read_bytes(), b"x")), "E-EVI-142"),
        "denied": (lab.reply(new_request(b"x", policy="1.2.3").content), "E-EVI-141"),
    }
    for name, (content, due) in cases.items():
        source = tmp_path / name
        source.mkdir()
        (source / "r.tsr").write_bytes(content)
        code, _out, err = cli(
            capsys, "evidence", "stamp", stamping.path, "--read-responses", source
        )
        assert code == 3, name
        assert due in err, name
    assert stamping.events("time stamp received") == []
    assert len(stamping.events("time stamp not received")) == len(cases)
    answer_files(stamping, out)  # the requests are still good
    assert cli(capsys, "evidence", "stamp", stamping.path, "--read-responses", out)[0] == 0
    assert two.is_file()


def with_imprint(request: bytes, message: bytes) -> bytes:
    """Return the request with the digest of something else, its nonce kept."""
    import hashlib

    from vestigo.evidence.stamping import parse_request

    old = parse_request(request).imprint
    return request.replace(old, hashlib.sha256(message).digest())


def test_a_request_that_somebody_changed_is_not_sent(stamping, capsys, tmp_path):
    size = stamping.sign()
    cli(capsys, "evidence", "stamp", stamping.path, "--write-requests", tmp_path / "s")
    place = stamping.place(size, "one")
    (place.folder / "stamp.tsq").write_bytes(with_imprint(place.request, b"x"))
    code, _out, err = cli(capsys, "evidence", "stamp", stamping.path)
    assert code == 3
    assert "E-EVI-162" in err
    assert stamping.services["one"].asked == []


# -------------------------------------------------------- crashes, the log


def test_a_stamp_that_the_log_does_not_know_is_told_and_logged_by_a_retry(stamping, capsys):
    size = stamping.sign()
    cli(capsys, "evidence", "stamp", stamping.path)
    twin = stamping.place(size, "one")
    lab = stamping.services["one"].lab
    (twin.folder / "stamp.tsr").write_bytes(lab.reply(twin.request))
    code, _out, err = cli(capsys, "evidence", "verify", stamping.path)
    assert code == 3
    assert "E-EVI-164" in err
    assert cli(capsys, "evidence", "stamp", stamping.path, "--retry")[0] == 0
    assert cli(capsys, "evidence", "verify", stamping.path)[0] == 0


KILLED = "import sys; from vestigo.cli.app import main; main(sys.argv[1:])"


def test_a_kill_at_any_instant_loses_no_stamp(stamping, capsys):
    """The authority answers slowly; the process dies before, while and after it does."""
    size = stamping.sign()
    for n, wait in enumerate([0.0, 0.3, 0.6, 0.9]):
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED, "evidence", "stamp", str(stamping.path)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        before = time.monotonic()
        while not stamping.services["one"].asked[n:] and child.poll() is None:
            assert time.monotonic() - before < 60
            time.sleep(0.01)
        time.sleep(wait / 10)
        os.kill(child.pid, signal.SIGKILL)
        child.wait(30)
    assert cli(capsys, "evidence", "stamp", stamping.path)[0] == 0
    assert cli(capsys, "evidence", "verify", stamping.path)[0] == 0
    received = [e.details["authority"] for e in stamping.events("time stamp received")]
    assert sorted(received) == ["one", "two"]
    requests = set(stamping.services["one"].bodies)
    assert requests == {stamping.place(size, "one").request}  # never a second one
