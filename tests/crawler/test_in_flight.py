# SPDX-License-Identifier: AGPL-3.0-or-later
"""One bound for what all bodies hold: who needs more waits, nobody waits for ever."""

import asyncio
import contextlib

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import handler
from crawler.in_flight import FREE_BYTES, STEP_BYTES, InFlight
from crawler.market import read_page
from crawler.market.size import MOST_BYTES, MOST_TAGS, TOO_LARGE
from crawler.tape import HEAD_ALLOWANCE, Tape, TapeFullError, is_heavy
from vestigo.authority import Intent
from vestigo.clock import system_clock
from vestigo.evidence.warc import iter_captures, read_exchange
from vestigo.pipeline.wire.tapped import Script

MIB = 1 << 20
LONGEST = 33 * MIB
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def tape_for(**fields):
    intent = Intent(host="h", port=80, act="view", account="", data_class="listing", what="")
    values = {"intent": intent, "method": "GET", "began_at": system_clock(), "max_bytes": LONGEST,
              "deadline": 1e12, "latest": 1e12}  # fmt: skip
    return Tape(**{**values, **fields})


async def soon(task):
    """Let a task go as far as it can; say whether it ended."""
    for _turn in range(5):
        await asyncio.sleep(0)
    return task.done()


def test_an_ordinary_page_takes_nothing_of_the_room():
    room = InFlight(1)
    assert room.share().covers(FREE_BYTES)
    asyncio.run(room.share().grow_to(FREE_BYTES))
    assert room.used == 0


def test_who_needs_more_waits_until_somebody_ends():
    async def run():
        room = InFlight(4 * MIB)
        first, second, third = room.share(), room.share(), room.share()
        await first.grow_to(4 * MIB)
        ahead = asyncio.create_task(second.grow_to(3 * MIB))
        assert await soon(ahead)  # nobody was ahead of it: one may always go on
        behind = asyncio.create_task(third.grow_to(3 * MIB))
        assert not await soon(behind)
        second.release()
        assert await soon(behind)
        third.release()
        first.release()
        first.release()
        return room.used

    assert asyncio.run(run()) == 0


def test_those_who_wait_go_on_in_their_order():
    async def run():
        room, ended = InFlight(1), []

        async def one(number):
            share = room.share()
            await share.grow_to(2 * MIB)
            ended.append(number)
            share.release()

        holder = room.share()
        await holder.grow_to(2 * MIB)
        tasks = [asyncio.create_task(one(number)) for number in range(5)]
        assert not await soon(tasks[0])
        holder.release()
        await asyncio.gather(*tasks)
        return ended

    assert asyncio.run(run()) == [0, 1, 2, 3, 4]


def test_one_that_is_ended_while_it_waits_leaves_nothing_behind():
    async def run():
        room = InFlight(1)
        holder, waiter, last = room.share(), room.share(), room.share()
        await holder.grow_to(2 * MIB)
        task = asyncio.create_task(waiter.grow_to(2 * MIB))
        assert not await soon(task)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        waiter.release()
        holder.release()
        await last.grow_to(2 * MIB)
        last.release()
        return room.used

    assert asyncio.run(run()) == 0


def test_whose_turn_it_is_never_waits_for_room_and_keeps_others_from_growing():
    async def run():
        room = InFlight(8 * MIB)
        worked_on, first, other = room.share(), room.share(), room.share()
        await worked_on.take_turn(128 * MIB)
        next_turn = asyncio.create_task(first.take_turn(1))
        grows = asyncio.create_task(other.grow_to(40 * MIB))
        assert not await soon(next_turn)
        assert await soon(grows)
        worked_on.release()
        assert await soon(next_turn)
        for share in (first, other):
            share.release()
        return room.used, room.turn.locked()

    assert asyncio.run(run()) == (0, False)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 40), st.lists(st.tuples(st.integers(0, 33), st.booleans()), max_size=20),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_all_come_to_an_end_and_the_bound_holds_but_for_one(limit, wanted, order):
    """Any bodies up to the longest, received in steps, some worked on in turn."""
    most = [0]

    async def one(room, n_mib, heavy):
        share = room.share()
        for n in range(n_mib + 1):
            await share.grow_to(n * MIB)
            most[0] = max(most[0], room.used)
            await asyncio.sleep(order.choice((0, 0, 0.0001)))
        if heavy:
            await share.take_turn(0)
            await asyncio.sleep(0)
        share.release()

    async def run():
        room = InFlight(limit * MIB)
        await asyncio.wait_for(asyncio.gather(*(one(room, *each) for each in wanted)), 30)
        return room.used

    assert asyncio.run(run()) == 0
    assert most[0] <= limit * MIB + LONGEST + STEP_BYTES


def test_the_time_of_waiting_is_not_the_servers():
    async def run():
        room = InFlight(1)
        holder = room.share()
        await holder.grow_to(2 * MIB)
        now = asyncio.get_running_loop().time()
        async with asyncio.timeout_at(now + 0.05) as timeout:
            tape = tape_for(
                share=room.share(), deadline=now + 0.05, latest=now + 60, timeout=timeout
            )
            asyncio.get_running_loop().call_later(0.2, holder.release)
            await tape.room_for(2 * MIB)
            assert now + 0.2 < tape.deadline == timeout.when() < now + 60
        return True

    assert asyncio.run(run())


def test_the_end_of_the_authorization_ends_the_waiting():
    async def waits(room):
        now = asyncio.get_running_loop().time()
        async with asyncio.timeout_at(now + 0.01) as timeout:
            tape = tape_for(
                share=room.share(), deadline=now + 0.01, latest=now + 0.1, timeout=timeout
            )
            await tape.room_for(2 * MIB)

    async def run():
        room = InFlight(1)
        await room.share().grow_to(2 * MIB)
        with pytest.raises(TimeoutError):
            await waits(room)
        return True

    assert asyncio.run(run())


def test_a_crawl_with_no_room_at_all_gets_every_page(market, crawls, html):
    large = html.listing(1, "x" * (3 * MIB))
    paths = [f"/p/{number}" for number in range(1, 7)]
    market.answers |= {"/": html.category(*paths), **dict.fromkeys(paths, large)}
    report = crawls.run(settings={"in_flight_bytes": 1, "concurrency": 6})
    assert report.coverage.page_kinds == {"category": 1, "listing": 6}
    assert {read_exchange(crawls.captures_folder, one).response
            for one in crawls.captures if "/p/" in one.uri} == {large}  # fmt: skip


def test_a_request_that_waits_does_not_read_its_socket(market, crawls, html, monkeypatch):
    """While one page drips, the others stand at their server: what is held stays bounded."""
    most = []
    original = InFlight._take

    def take(self, share):
        taken = original(self, share)
        most.append(self.used)
        return taken

    monkeypatch.setattr(InFlight, "_take", take)
    monkeypatch.setattr(handler, "MAX_DECODED", 0)  # what is undone counts beside
    body = b"<html><h1 class=listing>x</h1><p class=price>1 BTC</p>" + b"x" * (4 * MIB) + b"</html>"
    answer = OK + b"Content-Length: %d\r\n\r\n" % len(body) + body
    paths = [f"/p/{number}" for number in range(1, 9)]
    market.answers |= {"/": html.category(*paths), **dict.fromkeys(paths, answer)}
    report = crawls.run(settings={"in_flight_bytes": 2 * MIB, "concurrency": 8})
    assert report.coverage.page_kinds["listing"] == 8
    assert 2 * MIB < max(most) <= 2 * MIB + 5 * MIB


def test_a_stop_cuts_those_who_wait(market, crawls, html, order):
    """A page that is not covered ends nothing; the end of the order ends all that wait."""
    endless = Script((OK + b"\r\n<html>", *([b"x" * 60_000] * 5000)), pause=0.002)
    paths = [f"/p/{number}" for number in range(1, 6)]
    market.answers |= {"/": html.category(*paths), **dict.fromkeys(paths, endless)}
    report = crawls.run(
        settings={"in_flight_bytes": 1, "concurrency": 5, "deadline_seconds": 2, "attempts": 1,
                  "max_body_bytes": 2 * MIB}
    )  # fmt: skip
    market.stop()
    assert sum(report.coverage.failed.values()) == 5
    assert set(report.coverage.failed) <= {"deadline", "too-long"}


def received(head, body):
    return tape_for(received=bytearray(OK + head + b"\r\n" + body))


def test_a_bomb_is_heavy_however_small_it_came():
    small = brotli.compress(bytes(4 * MIB), quality=5)
    assert len(small) < 200
    assert is_heavy(received(b"Content-Encoding: br\r\n", small))
    assert is_heavy(received(b"", b"x" * (2 * MIB)))
    ordinary = brotli.compress(b"<p>a page of ordinary length</p>" * 1000)
    assert not is_heavy(received(b"Content-Encoding: br\r\n", ordinary))
    assert not is_heavy(received(b"", b"x" * 1000))


def test_heads_without_end_are_cut_where_no_head_is_so_long():
    tape = tape_for()
    tape.on_received(b"a:b\r\n" * (HEAD_ALLOWANCE // 5))
    with pytest.raises(TapeFullError):
        tape.on_received(b"a:b\r\n")
    assert len(tape.received) == HEAD_ALLOWANCE
    assert (tape.truncated, tape.problem) == ("length", "too-long")
    whole = tape_for()
    whole.on_received(OK + b"\r\n")
    whole.on_received(b"x" * (2 * HEAD_ALLOWANCE))
    assert not whole.problem


@pytest.mark.parametrize("body", [b"<html>" + b"<b>x" * MOST_TAGS, b"<html>" + b" " * MOST_BYTES])
def test_a_page_that_is_too_large_is_archived_and_never_read(market, crawls, html, body, profile):
    answer = OK + b"Content-Length: %d\r\n\r\n" % len(body) + body
    market.answers |= {"/": html.category("/p/1", "/p/2"), "/p/1": answer, "/p/2": html.listing(2)}
    report = crawls.run()
    assert report.coverage.failed == {"page-too-large": 1}
    assert report.coverage.page_kinds == {"category": 1, "listing": 1}
    assert market.asked["/p/1"] == 1
    (kept,) = [one for one in iter_captures(crawls.captures_folder) if one.uri.endswith("/p/1")]
    assert read_exchange(crawls.captures_folder, kept).response == answer
    reading = read_page(
        profile, body, uri="", status=200, media_type="text/html", charset="", problem=""
    )
    assert (reading.kind, reading.failed_assertions) == ("other", (TOO_LARGE,))


def test_a_long_answer_that_has_come_already_lets_others_go_on():
    """Tiny chunks cost the parser a while: what lies in the buffer is not read in one go."""

    async def run():
        turns = []

        async def other():
            while True:
                turns.append(1)
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        tape = tape_for(received=bytearray(2 * MIB))
        for _piece in range(20):
            await tape.room_for(65_536)
        task.cancel()
        return len(turns)

    assert asyncio.run(run()) >= 20
