# SPDX-License-Identifier: AGPL-3.0-or-later
"""The lowest layers: which httpx, TLS below the tape, back pressure, odd endings."""

import asyncio
import datetime as dt
import socket
import ssl
import threading

import httpcore
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from scrapy.core.downloader.handlers import _httpx as scrapy_handler

from crawler import transport
from crawler.network import TeeBackend, TeeStream, connect_cause, is_loopback
from crawler.settings import scrapy_settings
from crawler.socks import SocksError
from crawler.tape import Tape, TapeFullError, current_tape
from crawler.wire_protocol import WireProtocol
from vestigo.authority import Gate, Intent, SocketGuard
from vestigo.clock import system_clock
from vestigo.errors import AuthorityError
from vestigo.evidence.warc import read_exchange


def tape_for(host="127.0.0.1", port=80, **fields):
    intent = Intent(host=host, port=port, act="view", account="", data_class="listing", what="")
    values = {"intent": intent, "method": "GET", "began_at": system_clock(), "max_bytes": 10**9,
              "deadline": 1e12}  # fmt: skip
    return Tape(**{**values, **fields})


def test_httpx_0_28_is_what_scrapys_handler_uses_even_beside_httpx2():
    stand_in = object()
    scrapy_handler.httpx = stand_in
    transport.pin_httpx()
    assert scrapy_handler.httpx is httpx
    assert httpx.__version__.startswith("0.28.")
    assert issubclass(httpx.RemoteProtocolError, scrapy_handler.DOWNLOAD_FAILED_EXCEPTIONS)


def test_httpx_is_imported_in_one_module_only(repository):
    importing = {
        path.name
        for path in (repository / "crawler").rglob("*.py")
        if "import httpx\n" in path.read_text() or "from httpx" in path.read_text()
    }
    assert importing == {"transport.py"}


def test_scrapy_runs_no_servers_and_none_of_its_own_middlewares(crawls):
    settings = scrapy_settings(crawls.job())
    assert settings["REMOTE_CONTROL_ENABLED"] is False
    assert settings["TELNETCONSOLE_ENABLED"] is False
    assert settings["ROBOTSTXT_OBEY"] is False
    assert settings["DOWNLOADER_MIDDLEWARES_BASE"] == {}
    assert settings["EXTENSIONS_BASE"] == {}
    assert list(settings["DOWNLOADER_MIDDLEWARES"]) == [
        "crawler.permission.AuthorityMiddleware", "crawler.cookies.CookiesMiddleware",
    ]  # fmt: skip


@pytest.mark.parametrize(("case", "profile_says", "used"), [(8, 4, 4), (2, 4, 2), (0, 4, 1)])
def test_the_slower_of_case_and_profile_wins(crawls, case, profile_says, used):
    job = crawls.job(settings={"concurrency": case, "delay_seconds": 2})
    assert job.profile.politeness.concurrency == profile_says
    assert scrapy_settings(job)["CONCURRENT_REQUESTS"] == used
    assert scrapy_settings(job)["DOWNLOAD_DELAY"] == 2.0


def test_the_public_suffix_list_is_not_asked_for():
    from scrapy.downloadermiddlewares import cookies

    from crawler.cookies import pin_suffix_list

    pin_suffix_list()
    assert cookies._split_domain.suffix_list_urls == ()
    assert cookies._split_domain("a.b.co.uk").domain == "b"


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True), ("127.9.9.9", True), ("::1", True), ("[::1]", True),
        ("localhost", False), ("0.0.0.0", False), ("10.0.0.1", False), ("127.1", False),
        ("127.0.0.1.", False), ("", False), ("::ffff:10.0.0.1", False), ("0x7f000001", False),
    ],
)  # fmt: skip
def test_only_literal_addresses_are_loopback(host, loopback):
    assert is_loopback(host) is loopback


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (ConnectionRefusedError(111, "x"), "connection-refused"),
        (OSError(113, "No route"), "no-connection"),
        (SocksError("onion-address-invalid"), "socks:onion-address-invalid"),
    ],
)
def test_causes_are_stable_words(error, word):
    assert connect_cause(error) == word


def test_a_full_tape_keeps_what_fits():
    tape = tape_for(max_bytes=5)
    tape.on_received(b"abc")
    with pytest.raises(TapeFullError):
        tape.on_received(b"defg")
    assert (bytes(tape.received), tape.truncated, tape.finished) == (b"abcde", "length", True)
    tape.cut("time", "deadline")
    assert (tape.truncated, tape.problem) == ("length", "too-long")


@pytest.fixture
def backend(order):
    def make(**fields):
        guard = SocketGuard(system_clock)
        return TeeBackend(Gate([order(**fields)], system_clock), guard, None)

    return make


def test_a_connection_to_another_place_than_intended_is_a_bug(backend):
    current_tape.set(tape_for())
    with pytest.raises(ValueError, match="for an intent on"):
        asyncio.run(backend().connect_tcp("127.0.0.1", 81))


def test_a_connection_asks_the_gate(backend):
    current_tape.set(tape_for())
    with pytest.raises(AuthorityError, match="E-AUT-003"):
        asyncio.run(backend(hosts=("other",)).connect_tcp("127.0.0.1", 80))


def test_no_unix_sockets(backend):
    with pytest.raises(httpcore.ConnectError):
        asyncio.run(backend().connect_unix_socket("/run/x"))


class Transport(asyncio.Transport):
    """A transport that only notes what is done to it."""

    def __init__(self):
        super().__init__()
        self.done = []

    def pause_reading(self):
        self.done.append("pause")

    def resume_reading(self):
        self.done.append("resume")

    def is_closing(self):
        return False

    def write(self, data):
        self.done.append(bytes(data))

    def abort(self):
        self.done.append("abort")


@pytest.fixture
def protocol():
    made = WireProtocol()
    made.connection_made(Transport())
    return made


def test_a_flood_that_nobody_reads_is_held_back(protocol):
    protocol.data_received(bytes(1024 * 1024 + 1))
    assert protocol.transport.done == ["pause"]
    assert not protocol.idle
    assert len(protocol.take(1024 * 1024)) == 1024 * 1024
    assert protocol.transport.done == ["pause", "resume"]


def test_reading_gives_bytes_then_the_end_then_the_error(protocol):
    async def read():
        protocol.data_received(b"abc")
        first = await protocol.read(2)
        rest = await protocol.read(10)
        asyncio.get_running_loop().call_soon(protocol.eof_received)
        end = await protocol.read(10)
        protocol.connection_lost(OSError("reset"))
        with pytest.raises(ConnectionResetError):
            await protocol.read(1)
        return first, rest, end

    assert asyncio.run(read()) == (b"ab", b"c", b"")


def test_writing_waits_while_the_peer_does_not_read(protocol):
    async def write():
        protocol.pause_writing()
        task = asyncio.ensure_future(protocol.write(b"x"))
        await asyncio.sleep(0)
        assert not task.done()
        protocol.resume_writing()
        await task

    asyncio.run(write())
    assert protocol.transport.done == [b"x"]


@pytest.mark.parametrize("n_before", [0, 1])
def test_no_byte_leaves_on_a_connection_that_outlived_the_order(protocol, order, n_before):
    granted = order()
    now = [granted.starts_at]
    stream = TeeStream(protocol, Gate([granted], lambda: now[0]))

    async def reuse():
        for _number in range(n_before):
            tape = tape_for()
            current_tape.set(tape)
            await stream.write(b"GET / HTTP/1.1\r\n\r\n")
            tape.on_received(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            stream.finish(tape)
        now[0] = granted.ends_at
        late = tape_for()
        current_tape.set(late)
        with pytest.raises(AuthorityError, match="E-AUT-002"):
            await stream.write(b"GET /late HTTP/1.1\r\n\r\n")
        assert bytes(late.sent) == b""
        await stream.aclose()  # waits for nothing that was never asked for

    asyncio.run(reuse())
    sent = [content for content in protocol.transport.done if content != "abort"]
    assert len(sent) == n_before


def test_a_stream_in_doubt_is_not_used_for_another_exchange(protocol, order):
    stream = TeeStream(protocol, Gate([order()], system_clock))

    async def two():
        first = tape_for()
        current_tape.set(first)
        await stream.write(b"GET / HTTP/1.1\r\n\r\n")
        first.on_received(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK")
        stream.finish(first)
        second = tape_for()
        current_tape.set(second)
        with pytest.raises(httpcore.ConnectionNotAvailable):
            await stream.write(b"GET /2 HTTP/1.1\r\n\r\n")
        assert bytes(second.sent) == b""

    asyncio.run(two())
    assert protocol.transport.done == [b"GET / HTTP/1.1\r\n\r\n"]


@pytest.fixture(scope="session")
def tls_files(tmp_path_factory):
    """A self-signed certificate for 127.0.0.1 and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("tls")
    (folder / "c.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "k.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


class TlsServer(threading.Thread):
    """Answers requests over TLS; ``got`` and ``sent`` are the bytes inside of it."""

    def __init__(self, folder, answer):
        super().__init__()
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(folder / "c.pem", folder / "k.pem")
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.answer, self.got = answer, b""

    def run(self):
        plain, _address = self._listener.accept()
        with self._listener, self._context.wrap_socket(plain, server_side=True) as connection:
            while b"\r\n\r\n" not in self.got:
                self.got += connection.recv(65536)
            connection.sendall(self.answer)


def test_inside_of_tls_the_tape_holds_the_http_bytes(tls_files, crawls, html):
    server = TlsServer(tls_files, html.listing(1))
    server.start()
    report = crawls.run(start_uri=f"https://127.0.0.1:{server.port}/")
    server.join()
    assert report.coverage.page_kinds == {"listing": 1}
    exchange = read_exchange(crawls.captures_folder, crawls.captures[0])
    assert exchange.request == server.got
    assert exchange.response == server.answer


def test_a_server_that_speaks_no_tls_is_a_cause(market, crawls, html):
    market.answers["/"] = html.listing(1)
    start = market.uri.replace("http:", "https:")
    report = crawls.run(start_uri=start, settings={"attempts": 1, "deadline_seconds": 1})
    (cause,) = report.coverage.failed
    assert cause in ("tls-failed", "deadline")
    assert crawls.captures == []


def test_a_listener_of_ours_that_fails_ends_the_crawl_and_is_heard(market, crawls, html):
    market.answers["/"] = html.listing(1)

    def full(_capture):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        crawls.run(on_capture=full)
