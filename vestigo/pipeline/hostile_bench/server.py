# SPDX-License-Identifier: AGPL-3.0-or-later
"""The hostile market on loopback, in a process of its own.

``python -m vestigo.pipeline.hostile_bench.server N`` prints ``{"url": …}`` and serves until
its standard input ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import suppress

from vestigo.pipeline.hostile_bench.answers import BOMBS, SECONDS_BETWEEN, bomb, pieces


async def serve(n_each: int) -> None:
    """Serve until standard input ends."""

    async def client(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ended = (asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError)
        with suppress(OSError, *ended):
            while request := await reader.readuntil(b"\r\n\r\n"):
                for piece in pieces(request.split(b" ", 2)[1].decode("latin-1"), n_each):
                    if piece:
                        writer.write(piece)
                        await writer.drain()
                    else:
                        await asyncio.sleep(SECONDS_BETWEEN)
        writer.close()

    for kind in BOMBS:
        bomb(kind)  # takes a while: made before anybody waits for it
    server = await asyncio.start_server(client, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{port}/"}) + "\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
