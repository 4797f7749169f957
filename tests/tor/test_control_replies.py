# SPDX-License-Identifier: AGPL-3.0-or-later
"""Replies of a control port come out whole, whatever pieces the socket gives."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vestigo.tor import loopback_place
from vestigo.tor.reply import LONGEST_LINE, MOST_LINES, NoReplyError, ReplyReader

TEXT = (
    b"250-version=1\r\n250 OK\r\n650 HS_DESC UPLOADED x\r\n"
    b"250+config-text=\r\na\r\n..b\r\n250 no reply\r\n.\r\n250 OK\r\n552 Unrecognized\r\n"
)
REPLIES = [
    ("250", ["version=1", "OK"]),
    ("650", ["HS_DESC UPLOADED x"]),
    ("250", ["config-text=\na\n.b\n250 no reply", "OK"]),
    ("552", ["Unrecognized"]),
]


def read(pieces):
    reader, found = ReplyReader(), []
    for piece in pieces:
        reader.feed(piece)
        while (reply := reader.reply()) is not None:
            found.append(reply)
    return found


@given(st.lists(st.integers(0, len(TEXT)), max_size=12))
def test_the_pieces_do_not_matter(cuts):
    places = [0, *sorted(cuts), len(TEXT)]
    assert read([TEXT[a:b] for a, b in itertools.pairwise(places)]) == REPLIES


@pytest.mark.parametrize(
    "hostile",
    [b"220 hello\r\nHTTP/1.1 200 OK\r\n", b"x\r\n", b"25 OK\r\n", b"x" * (LONGEST_LINE + 1),
     b"250-x\r\n" * (MOST_LINES + 1), b"250+x=\r\n" + b"y\r\n" * (MOST_LINES + 1),
     b"250+x=\r\n" + (b"y" * 16_000 + b"\r\n") * 300],
    ids=["http", "no-code", "short", "long-line", "lines", "data-lines", "data-bytes"],
)  # fmt: skip
def test_what_is_no_reply_or_does_not_end_is_refused(hostile):
    with pytest.raises(NoReplyError):
        read([hostile])


@given(st.binary(max_size=300))
def test_hostile_bytes_bring_a_reply_or_nothing_or_the_one_error(noise):
    try:
        for status, lines in read([noise]):
            assert len(status) == 3
            assert lines
    except NoReplyError:
        pass


@given(st.text(max_size=24))
def test_only_loopback_is_a_place(text):
    place = loopback_place(text)
    assert place is None or (place[0] in ("127.0.0.1", "::1") and 0 < place[1] < 65_536)
