# SPDX-License-Identifier: AGPL-3.0-or-later
"""The way to an authority: gate, guard, proxy, deadline; and vectors of others."""

from __future__ import annotations

import socket
import socketserver
import ssl
import threading
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from vestigo.authority import SocketGuard, guarded
from vestigo.authority.infrastructure import InfrastructureGate
from vestigo.errors import AuthorityError, ConfigurationError, SourceUnreachable
from vestigo.evidence.stamping import (
    StampRefused,
    Trust,
    new_request,
    parse_request,
    parse_response,
    verify_stamp,
)
from vestigo.evidence.stamping.asking import QUERY, REVOCATION, STAMP, Courier
from vestigo.evidence.stamping.socks import parse_proxy


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def courier(hosts: dict, proxy=None, seconds: float = 30.0):
    refusals: list = []
    guard = SocketGuard(now, refusals.append)
    with guarded(guard):
        yield (
            Courier(InfrastructureGate(hosts, now, refusals.append), guard, proxy, seconds),
            refusals,
        )


def test_a_host_is_asked_only_for_what_it_is_listed_for(serve, tmp_path):
    service = serve(tmp_path / "one")
    host = f"127.0.0.1:{service.port}"
    with courier({host: (REVOCATION,)}) as (line, refusals):
        with pytest.raises(AuthorityError) as caught:
            line.post(service.url, b"x", QUERY, STAMP)
        assert caught.value.code == "E-AUT-008"
        assert line.fetch(f"http://{host}/link.crl", REVOCATION)[:1] == b"0"
    assert [(r.code, r.intent.act) for r in refusals] == [("E-AUT-008", "stamp")]
    assert service.asked == ["/link.crl"]


class Proxy(socketserver.ThreadingTCPServer):
    """A SOCKS5 proxy on loopback that knows one name."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, lab, status: int = 0) -> None:
        self.lab, self.status, self.asked = lab, status, []
        super().__init__(("127.0.0.1", 0), Relay)


class Relay(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        self.request.settimeout(30)
        assert self.request.recv(3) == b"\x05\x01\x00"
        self.request.sendall(b"\x05\x00")
        head = self.request.recv(5)
        name = self.request.recv(head[4])
        port = int.from_bytes(self.request.recv(2), "big")
        self.server.asked.append((name.decode(), port))
        self.request.sendall(bytes([5, self.server.status, 0, 1]) + bytes(6))
        if self.server.status:
            return
        with self.request.makefile("rb") as asked:
            rows = dict(
                line.split(b": ", 1) for line in iter(asked.readline, b"\r\n") if b": " in line
            )
            answer = self.server.lab.reply(asked.read(int(rows[b"Content-Length"])))
        self.request.sendall(
            b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer
        )


@pytest.fixture
def proxied():
    running = []

    def start(lab, status: int = 0) -> Proxy:
        server = Proxy(lab, status)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        running.append((server, thread))
        return server

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join(10)
        server.server_close()


def test_a_name_is_resolved_by_the_proxy_and_nowhere_else(lab_maker, proxied, tmp_path):
    lab = lab_maker[0](tmp_path / "one")
    proxy = proxied(lab)
    request = new_request(b"note")
    with courier({"stamps.example:80": (STAMP,)}, proxy.server_address) as (line, refusals):
        answer = line.post("http://stamps.example/tsr", request.content, QUERY, STAMP)
    verify_stamp(answer, b"note", Trust((lab.root.certificate,)), request=request)
    assert proxy.asked == [("stamps.example", 80)]
    assert refusals == []


def test_a_proxy_that_refuses_is_no_answer(proxied):
    proxy = proxied(None, status=5)
    with (
        courier({"stamps.example:80": (STAMP,)}, proxy.server_address) as (line, _refusals),
        pytest.raises(SourceUnreachable) as caught,
    ):
        line.post("http://stamps.example/tsr", b"x", QUERY, STAMP)
    assert "refused with 5" in caught.value.what


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9", "socks5://stamps.example:9", "socks5://127.0.0.1", "x"]
)
def test_a_proxy_that_is_none_is_told(url):
    with pytest.raises(ConfigurationError) as caught:
        parse_proxy(url)
    assert caught.value.code == "E-EVI-157"


@contextmanager
def talking(speak: Callable[[socket.socket, threading.Event], None]):
    """A server that says what ``speak`` says."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def serve_one() -> None:
            try:
                connection, _address = server.accept()
                with connection:
                    connection.settimeout(30)
                    connection.recv(65536)
                    speak(connection, over)
            except OSError:
                return

        thread = threading.Thread(target=serve_one, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        over.set()
        thread.join(30)


def dripping(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
    while not over.wait(0.05):
        connection.sendall(b"x")


def endless(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"x" * 65536)


def elsewhere(connection: socket.socket, over: threading.Event) -> None:
    del over
    connection.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    )


def no_http(connection: socket.socket, over: threading.Event) -> None:
    del over
    connection.sendall(b"\x16\x03\x01 what?\r\n\r\n")


def nothing(connection: socket.socket, over: threading.Event) -> None:
    del over
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")


@pytest.mark.parametrize("speak", [dripping, endless, elsewhere, no_http, nothing])
def test_a_server_that_misbehaves_is_no_answer_and_nothing_hangs(speak):
    with (
        talking(speak) as port,
        courier({f"127.0.0.1:{port}": (STAMP,)}, seconds=1.5) as (line, refusals),
        pytest.raises(SourceUnreachable) as caught,
    ):
        line.post(f"http://127.0.0.1:{port}/", b"x", QUERY, STAMP)
    assert caught.value.code == "E-EVI-158"
    assert refusals == []  # a redirect is not followed, not even to the gate


@pytest.mark.parametrize(
    "url", ["http://[::1", "ldap://x/y", "http://a b/", "http://x:99999/", "//", "http://\u00e9/"]
)
def test_an_address_that_is_none_is_no_answer(url):
    """A certificate may name anything as the place of its list."""
    with courier({}) as (line, refusals), pytest.raises(SourceUnreachable):
        line.fetch(url, REVOCATION)
    assert refusals == []


@pytest.fixture
def behind_tls(lab_maker, tmp_path):
    """An authority behind TLS whose certificate an authority of the tests issued."""
    make_lab, make = lab_maker
    lab = make_lab(tmp_path / "one")
    key = ec.generate_private_key(ec.SECP256R1())
    server = make("tls", key, lab.root, names=("127.0.0.1",))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "tls.pem").write_bytes(server.pem + pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "tls.pem")

    def speak(connection: socket.socket) -> None:
        with (
            context.wrap_socket(connection, server_side=True) as line,
            line.makefile("rb") as asked,
        ):
            rows = dict(
                row.split(b": ", 1) for row in iter(asked.readline, b"\r\n") if b": " in row
            )
            answer = lab.reply(asked.read(int(rows[b"Content-Length"])))
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer)

    return lab, speak


@contextmanager
def accepting(speak):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)

        def serve_one() -> None:
            try:
                connection, _address = server.accept()
                connection.settimeout(30)
                with connection:
                    speak(connection)
            except OSError:
                return

        thread = threading.Thread(target=serve_one, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        thread.join(30)


@pytest.mark.parametrize("known", [True, False])
def test_tls_is_checked_against_the_roots_of_the_system(behind_tls, monkeypatch, known):
    lab, speak = behind_tls
    root = lab.folder / "root.pem"
    monkeypatch.setenv("SSL_CERT_FILE", str(root if known else lab.folder / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(lab.folder / "none"))
    request = new_request(b"note")
    with accepting(speak) as port, courier({f"127.0.0.1:{port}": (STAMP,)}) as (line, _refusals):
        url = f"https://127.0.0.1:{port}/"
        if known:
            answer = line.post(url, request.content, QUERY, STAMP)
            verify_stamp(answer, b"note", Trust((lab.root.certificate,)), request=request)
            return
        with pytest.raises(SourceUnreachable) as caught:
            line.post(url, request.content, QUERY, STAMP)
        assert "CERTIFICATE_VERIFY_FAILED" in caught.value.what


# ---------------------------------------------------------------- vectors


def chain_of(folder) -> tuple[tuple[x509.Certificate, ...], tuple[x509.Certificate, ...]]:
    """Return the roots and the other certificates of a folder of vectors."""
    found = x509.load_pem_x509_certificates((folder / "ts_chain.pem").read_bytes())
    roots = tuple(one for one in found if one.subject == one.issuer)
    return roots, tuple(one for one in found if one not in roots)


def code(content: bytes, message: bytes, trust: Trust, request=None) -> str:
    try:
        verify_stamp(content, message, trust, request=request)
    except StampRefused as error:
        return error.code
    return ""


@pytest.mark.real
def test_vectors_of_a_staging_authority_behave_as_named(real_data):
    folder = real_data / "evidence/rfc3161/sigstage"
    roots, links = chain_of(folder)
    read = {path.stem: path.read_bytes() for path in folder.glob("*.tsr")}
    for name in ("sha256", "sha384", "sha512"):
        content = read[f"response-{name}"]
        assert code(content, b"hello", Trust(roots)) == "", name
        assert parse_response(content).info.hash_name == name
        assert code(content, b"hellO", Trust(roots)) == "E-EVI-142"
        assert code(content[:-1], b"hello", Trust(roots)) == "E-EVI-140"
    assert code(read["response-invalid-signature"], b"hello", Trust(roots)) == "E-EVI-149"
    bare = read["response-no-embedded-cert"]
    assert code(bare, b"hello", Trust(roots)) == "E-EVI-146"
    assert code(bare, b"hello", Trust(roots, links)) == ""
    request = parse_request((folder / "request.der").read_bytes())
    assert code(read["response-sha512"], b"hello", Trust(roots), request) == "E-EVI-143"
    assert code(read["response-sha256"], b"hello", Trust(roots), request) == "E-EVI-142"


@pytest.mark.real
def test_vectors_of_a_local_authority_behave_as_named(real_data):
    folder = real_data / "evidence/rfc3161/test_tsa"
    roots, links = chain_of(folder)
    right, other = ((folder / n).read_bytes() for n in ("response.tsr", "other_response.tsr"))
    request, foreign = (
        parse_request((folder / n).read_bytes()) for n in ("request.der", "other_request.der")
    )
    assert code(right, b"hello", Trust(roots, links), request) == ""
    assert code(right, b"hello", Trust(roots), request) == "E-EVI-150"  # it carries no link
    assert code(right, b"hello", Trust(roots, links), foreign) == "E-EVI-143"
    assert code(other, b"hello", Trust(roots)) == "E-EVI-150"  # its link has the name of ours only
    assert code(other, b"hello", Trust(roots, links)) == "E-EVI-150"
    strangers = chain_of(real_data / "evidence/rfc3161/sigstage")[0]
    assert code(right, b"hello", Trust(strangers)) == "E-EVI-150"
