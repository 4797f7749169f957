# SPDX-License-Identifier: AGPL-3.0-or-later
"""The first program in the browser's own network namespace: a relay, then the browser.

Runs as a file of its own (``python -I shut_in.py SOCKET PORT PROGRAM …``) and imports
nothing of ours.  The namespace holds loopback only; what the browser sends to ``PORT`` goes
over the Unix socket to the gate outside, and there is no other way out.
"""

from __future__ import annotations

import asyncio
import ctypes
import fcntl
import os
import socket
import struct
import sys

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 1
_PR_CAP_AMBIENT, _CLEAR_ALL = 47, 4
_PIECE = 65536


def main() -> None:
    """Raise loopback, leave a relay behind, give up every privilege, become the browser."""
    gate, port, program = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
    _raise_loopback()
    listener = socket.create_server(("127.0.0.1", port))
    ctypes.CDLL(None, use_errno=True).prctl(_PR_CAP_AMBIENT, _CLEAR_ALL, 0, 0, 0)
    if os.fork() == 0:
        os.closerange(3, listener.fileno())
        os.closerange(listener.fileno() + 1, 64)
        asyncio.run(_relay(listener, gate))
        os._exit(0)
    listener.close()
    os.execv(program[0], program)  # noqa: S606  # an argument list, no shell


def _raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(control, _GET_FLAGS, request))[1]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


async def _relay(listener: socket.socket, gate: str) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(gate)
        except OSError:
            writer.close()
            return
        await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))

    server = await asyncio.start_server(serve, sock=listener)
    await server.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(_PIECE):
            writer.write(piece)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


if __name__ == "__main__":
    main()
