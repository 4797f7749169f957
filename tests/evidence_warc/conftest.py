# SPDX-License-Identifier: AGPL-3.0-or-later
"""An archive in a temporary folder, and exchanges to put into it."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from vestigo.evidence.warc import Exchange, WarcArchive

START = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
REQUEST = b"GET /p/1?q=a%20b HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: sid=s3cret\r\n\r\n"
PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: 5\r\n\r\nhello"
)


@pytest.fixture
def clock():
    """A clock that goes on by a second whenever it is looked at."""
    ticks = itertools.count()
    return lambda: START + timedelta(seconds=next(ticks))


@pytest.fixture
def private_key():
    return X25519PrivateKey.from_private_bytes(bytes(range(32)))


@pytest.fixture
def exchange():
    """Make an exchange; every field can be given."""

    def make(response=PAGE, **fields):
        values = {
            "uri": "http://127.0.0.1/p/1?q=a%20b", "method": "GET", "began_at": START,
            "request": REQUEST, "response": response, "authorization_id": "a" * 64,
        }  # fmt: skip
        return Exchange(**{**values, **fields})

    return make


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "captures"


@pytest.fixture
def sealed_folder(tmp_path):
    return tmp_path / "sealed"


@pytest.fixture
def open_archive(folder, sealed_folder, clock, private_key):
    """Open the archive; closed again at the end."""
    opened = []
    public = private_key.public_key().public_bytes_raw()

    def make(*, seal_key=public, **more):
        archive = WarcArchive(folder, sealed_folder, seal_key, clock, "vestigo test", **more)
        opened.append(archive)
        return archive

    yield make
    for archive in opened:
        if not archive._broken:
            archive.close()
