# SPDX-License-Identifier: AGPL-3.0-or-later
"""The control port, played by us: what a Tor, or something that is none, may answer."""

import base64
import contextlib
import hashlib
import hmac
import socket
import threading

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from vestigo.errors import ConfigurationError, SourceUnreachable, UsageError, VestigoError
from vestigo.identifiers.onion import onion_version
from vestigo.training.onion import TorControl, control_address, publish, publishing
from vestigo.training.site.onion_names import onion_key

COOKIE = bytes(range(32))
NONCE = b"\x07" * 32


class FakeTor:
    """Answers each line by the first word of it; keeps what was asked."""

    def __init__(self, **answers):
        self.answers = {key.upper(): value for key, value in answers.items()}
        self.asked = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self):
        self._listener.close()
        self._thread.join(timeout=30)

    def _serve(self):
        try:
            connection, _address = self._listener.accept()
        except OSError:
            return
        with connection, connection.makefile("rb") as lines, contextlib.suppress(OSError):
            for raw in lines:
                line = raw.decode("latin-1").strip()
                self.asked.append(line)
                answer = self.answers.get(line.split()[0], "250 OK\r\n")
                answer = answer(line) if callable(answer) else answer
                if answer is None:
                    return
                connection.sendall(answer.encode("latin-1"))


def methods(names, cookie=""):
    path = f' COOKIEFILE="{cookie}"' if cookie else ""
    return (
        f"250-PROTOCOLINFO 1\r\n250-AUTH METHODS={names}{path}\r\n"
        '250-VERSION Tor="0.4.9"\r\n250 OK\r\n'
    )


@pytest.fixture
def tor():
    started = []

    def start(**answers):
        started.append(FakeTor(**answers))
        return started[-1]

    yield start
    for one in started:
        one.close()


@pytest.fixture
def control(tor):
    opened = []

    def connect(**answers):
        fake = tor(**answers)
        opened.append(TorControl("127.0.0.1", fake.port))
        return fake, opened[-1]

    yield connect
    for one in opened:
        one.close()


def no_password():
    raise AssertionError("nobody was to be asked")


# --- where ---------------------------------------------------------------------------


@pytest.mark.parametrize(("text", "place"), [("127.0.0.1:9051", ("127.0.0.1", 9051)), ("[::1]:1", ("::1", 1))])  # fmt: skip
def test_loopback_is_a_control_address(text, place):
    assert control_address(text) == place


@pytest.mark.parametrize(
    "text",
    [
        "", "9051", "localhost:9051", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "10.0.0.1:9051",
        "example.org:9051", "127.0.0.1:9051/x", "127.0.0.1:-1", "[::1]", "127.0.0.2:1", "unix:/x",
        "127.0.0.1:9051\n", "\u066127.0.0.1:9",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text):
    with pytest.raises(UsageError, match="E-TRA-060"):
        control_address(text)


def test_a_port_where_nothing_listens_is_named():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(SourceUnreachable, match="E-TRA-061") as caught:
        TorControl("127.0.0.1", port)
    assert str(port) in caught.value.where


# --- authentication --------------------------------------------------------------------


def test_without_authentication_nothing_is_asked(control):
    fake, tor = control(protocolinfo=methods("NULL"))
    tor.authenticate(no_password)
    assert fake.asked == ["PROTOCOLINFO 1", "AUTHENTICATE"]


def safe_answers(cookie_path, *, server_knows=COOKIE):
    def challenge(line):
        ours = bytes.fromhex(line.split()[2])
        key = b"Tor safe cookie authentication server-to-controller hash"
        told = hmac.new(key, server_knows + ours + NONCE, hashlib.sha256).hexdigest().upper()
        return f"250 AUTHCHALLENGE SERVERHASH={told} SERVERNONCE={NONCE.hex().upper()}\r\n"

    return {
        "protocolinfo": methods("COOKIE,SAFECOOKIE", cookie_path), "authchallenge": challenge,
    }  # fmt: skip


def test_the_cookie_is_proven_and_never_sent(control, tmp_path):
    path = tmp_path / 'a "quoted" folder' / "cookie"
    path.parent.mkdir()
    path.write_bytes(COOKIE)
    quoted = str(path).replace('"', '\\"')
    fake, tor = control(**safe_answers(quoted))
    tor.authenticate(no_password)
    ours = bytes.fromhex(fake.asked[1].split()[2])
    key = b"Tor safe cookie authentication controller-to-server hash"
    proof = hmac.new(key, COOKIE + ours + NONCE, hashlib.sha256).hexdigest()
    assert fake.asked[2] == f"AUTHENTICATE {proof}"
    assert not any(COOKIE.hex() in line.lower() for line in fake.asked)


def test_a_stranger_who_does_not_know_the_cookie_gets_no_proof(control, tmp_path):
    (tmp_path / "cookie").write_bytes(COOKIE)
    answers = safe_answers(tmp_path / "cookie", server_knows=bytes(32))
    fake, tor = control(**answers)
    with pytest.raises(ConfigurationError, match="E-TRA-062"):
        tor.authenticate(no_password)
    assert not any(line.startswith("AUTHENTICATE") for line in fake.asked)


@pytest.mark.parametrize("content", [b"", b"x" * 31, b"x" * 33, b"secret " * 1000])
def test_a_file_that_is_no_cookie_is_not_used(control, tmp_path, content):
    """A stranger on the port could otherwise have any file of 32 bytes proven."""
    (tmp_path / "cookie").write_bytes(content)
    fake, tor = control(**safe_answers(tmp_path / "cookie"))
    with pytest.raises(ConfigurationError, match="E-TRA-062"):
        tor.authenticate(no_password)
    assert len(fake.asked) == 1


def test_a_cookie_that_is_not_there_is_named(control, tmp_path):
    _fake, tor = control(**safe_answers(tmp_path / "nothing"))
    with pytest.raises(ConfigurationError, match=r"E-TRA-062.*nothing"):
        tor.authenticate(no_password)


def test_a_password_is_quoted_and_stays_on_one_line(control):
    fake, tor = control(protocolinfo=methods("HASHEDPASSWORD"))
    tor.authenticate(lambda: 'a "b" \\c\r\nSIGNAL SHUTDOWN')
    assert fake.asked[1:] == ['AUTHENTICATE "a \\"b\\" \\\\cSIGNAL SHUTDOWN"']


def test_a_wrong_password_is_told(control):
    _fake, tor = control(
        protocolinfo=methods("HASHEDPASSWORD"), authenticate="515 Authentication failed\r\n"
    )
    with pytest.raises(ConfigurationError, match=r"E-TRA-062.*Authentication failed"):
        tor.authenticate(lambda: "x")


def test_a_tor_that_offers_nothing_we_know_is_refused(control):
    _fake, tor = control(protocolinfo=methods("COOKIE"))
    with pytest.raises(ConfigurationError, match="E-TRA-062"):
        tor.authenticate(no_password)


@pytest.mark.parametrize(
    "answer",
    [
        "", "\r\n", "220 smtp.example ESMTP\r\n", "HTTP/1.1 200 OK\r\n\r\n", "250 OK\r\n",
        "250-x\r\n" * 600, "x" * 40_000, "250-AUTH METHODS=\r\n250 OK\r\n", "\xff\x00\r\n",
    ],
)  # fmt: skip
def test_what_is_no_control_port_is_told(control, answer):
    _fake, tor = control(protocolinfo=lambda _line: answer or None)
    with pytest.raises(VestigoError, match=r"E-TRA-06[14]"):
        tor.authenticate(no_password)


@settings(max_examples=30)
@given(st.binary(max_size=300))
def test_whatever_answers_there_is_no_traceback(answer):
    fake = FakeTor(protocolinfo=lambda _line: answer.decode("latin-1"), authenticate=None)
    fake.answers["AUTHENTICATE"] = lambda _line: None
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("vestigo.tor.control.SECONDS", 0.05)
            with TorControl("127.0.0.1", fake.port) as tor, pytest.raises(VestigoError):
                tor.authenticate(lambda: "x")
    finally:
        fake.close()


# --- publishing ----------------------------------------------------------------------


def network(kind="1", names=None, **more):
    def add(line):
        return f"250-ServiceID={next(given)}\r\n250 OK\r\n"

    given = iter(names or [])
    return {"getconf": f"250 TestingTorNetwork={kind}\r\n", "add_onion": add} | more


def uploaded(*names):
    return "250 OK\r\n" + "".join(
        f"650 HS_DESC UPLOAD {name} UNKNOWN $A x\r\n650 HS_DESC UPLOADED {name} UNKNOWN $A\r\n"
        for name in names
    )


def test_keys_are_what_tor_makes_of_them():
    """The public key of the address is that of the expanded secret (RFC 8032, 5.1.5)."""
    key = onion_key(1, "m", "genuine-0")
    assert onion_version(key.host) == 3
    assert key.expanded[0] & 7 == 0
    assert key.expanded[31] & 0xC0 == 0x40
    public = base64.b32decode(key.name.upper())[:32]
    Ed25519PublicKey.from_public_bytes(public)
    others = {onion_key(*which).name for which in ((2, "m", "genuine-0"), (1, "n", "genuine-0"), (1, "m", "x"))}  # fmt: skip
    assert len(others | {key.name}) == 4


def test_services_are_published_and_taken_back(control):
    keys = [onion_key(1, "m", f"genuine-{n}") for n in (0, 1)]
    names = [key.name for key in keys]

    given = iter(names)

    def add(_line):
        """Publish at once: the event comes before the next command is answered."""
        name = next(given)
        return f"250-ServiceID={name}\r\n{uploaded(name)}"

    fake, tor = control(**network(add_onion=add))
    with publish(tor, [(keys[0], 8001), (keys[1], 8002)]):
        assert fake.asked[0] == "GETCONF TestingTorNetwork"
        sent = [line for line in fake.asked if line.startswith("ADD_ONION")]
        for line, key, port in zip(sent, keys, (8001, 8002), strict=True):
            _word, secret, where = line.split()
            assert base64.b64decode(secret.removeprefix("ED25519-V3:")) == key.expanded
            assert where == f"Port=80,127.0.0.1:{port}"
            assert "Detach" not in line
    assert fake.asked[-2:] == [f"DEL_ONION {name}" for name in names]


@pytest.mark.parametrize("kind", ["0", "", "1 1", "yes", "auto"])
def test_the_public_network_is_refused_before_anything_is_added(control, kind):
    fake, tor = control(**network(kind))
    with pytest.raises(UsageError, match="E-TRA-063"), publish(tor, [(onion_key(1, "m", "x"), 1)]):
        pass
    assert fake.asked == ["GETCONF TestingTorNetwork"]


def test_the_public_network_has_to_be_asked_for_by_name(control):
    key = onion_key(1, "m", "x")
    fake, tor = control(
        **network("0", add_onion=f"250-ServiceID={key.name}\r\n{uploaded(key.name)}")
    )
    with publish(tor, [(key, 1)], public=True):
        assert any(line.startswith("ADD_ONION") for line in fake.asked)


def test_a_service_that_is_there_already_is_told(control):
    _fake, tor = control(**network(add_onion="550 Onion address collision\r\n"))
    services = [(onion_key(1, "m", "x"), 1)]
    with pytest.raises(SourceUnreachable, match=r"E-TRA-064.*collision"), publish(tor, services):
        pass


def test_a_service_under_another_name_is_taken_back(control):
    fake, tor = control(**network(add_onion="250-ServiceID=other\r\n250 OK\r\n"))
    services = [(onion_key(1, "m", "x"), 1)]
    with pytest.raises(SourceUnreachable, match="E-TRA-064"), publish(tor, services):
        pass
    assert fake.asked[-1] == "DEL_ONION other"


def test_a_service_that_nobody_publishes_is_given_up(control, monkeypatch):
    monkeypatch.setattr(publishing, "PUBLISHED_WITHIN", 0.2)
    key = onion_key(1, "m", "x")
    fake, tor = control(**network(names=[key.name]))
    with pytest.raises(SourceUnreachable, match="E-TRA-066"), publish(tor, [(key, 1)]):
        pass
    assert fake.asked[-1] == f"DEL_ONION {key.name}"


def test_a_tor_that_dies_meanwhile_is_told(control):
    key = onion_key(1, "m", "x")
    _fake, tor = control(**network(add_onion=lambda _line: None))
    with pytest.raises(SourceUnreachable, match="E-TRA-061"), publish(tor, [(key, 1)]):
        pass
