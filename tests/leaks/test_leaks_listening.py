# SPDX-License-Identifier: AGPL-3.0-or-later
"""A crawling process listens nowhere: no remote control, no telnet, no console of Scrapy's.

Asked from inside of an exchange: the market looks at the process while it waits for the page.
"""

import contextlib
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vestigo.pipeline.session import open_session
from vestigo.records import ACTS, DATA_CLASSES, Authorization
from vestigo.store import CaseFolder

HERE = Path(__file__).parent
PROFILE = HERE.parent / "crawler" / "market.toml"
LISTENS = "0A"


def listening(pid):
    """Return the local addresses (hex) on which a process listens for TCP."""
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(entry.readlink())
        except OSError:  # closed meanwhile
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = []
    for name in ("tcp", "tcp6"):
        rows = Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]
        found += [
            row.split()[1] for row in rows if row.split()[3] == LISTENS and row.split()[9] in inodes
        ]
    return found


@pytest.fixture
def look():
    """Start a program that fetches the given URL; return where it listened meanwhile."""

    def run(words_for, **options):
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(120)
            url = f"http://127.0.0.1:{server.getsockname()[1]}/"
            process = subprocess.Popen(words_for(url), stdout=subprocess.DEVNULL, **options)
            try:
                client, _address = server.accept()
                with client:
                    client.settimeout(60)
                    assert client.recv(65536).startswith(b"GET / ")
                    found = listening(process.pid)
                    client.sendall(
                        b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
                    )
                threading.Thread(target=refuse, args=(server,), daemon=True).start()
                process.wait(timeout=120)
            finally:
                process.kill()
                process.wait()
        return found

    return run


def refuse(server):
    """Let go of whoever comes again, until the server is closed."""
    server.settimeout(0.1)
    while server.fileno() >= 0:
        with contextlib.suppress(OSError):
            server.accept()[0].close()


@pytest.fixture
def case(tmp_path):
    from datetime import UTC, datetime, timedelta

    now = datetime.now(UTC)
    folder = CaseFolder.create(tmp_path / "case", title="x", unit="u")
    order = Authorization(
        issuing_body="court", reference="1/26", legal_basis="-", authorization_kind="training",
        order_sha256="", persons=("p",), hosts=("127.0.0.1",), accounts=(), acts=ACTS,
        data_classes=DATA_CLASSES, starts_at=now - timedelta(days=1),
        ends_at=now + timedelta(days=1), amends=None,
    )  # fmt: skip
    with open_session(folder.path) as session:
        session.ledger.append([order])
    return folder


def test_a_crawl_listens_nowhere(look, case):
    found = look(
        lambda url: [
            sys.executable, "-m", "vestigo", "crawl", "run", str(case.path), "--profile",
            str(PROFILE), "--start", url,
        ]
    )  # fmt: skip
    assert found == []


def test_plain_scrapy_does(look):
    """Negative control: telnet, and the remote control that runs what it is sent."""
    found = look(lambda url: [sys.executable, str(HERE / "plain_scrapy.py"), url])
    assert found
