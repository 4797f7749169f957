# SPDX-License-Identifier: AGPL-3.0-or-later
"""Serve a folder of saved pages on loopback: ``serve_folder.py FOLDER`` prints its URL.

Pages have no file extension; everything but style sheets is ``text/html``.  A tiny
asyncio server with kept-alive connections, so that it is not what a crawl waits for.
"""

import asyncio
import json
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit


def answer(folder: Path, target: str) -> bytes:
    path = (folder / unquote(urlsplit(target).path).lstrip("/")).resolve()
    if path.is_dir():  # a page that is a folder too was saved as NAME.1
        beside = path.with_name(f"{path.name}.1")
        path = beside if beside.is_file() else path / "index.html"
    inside = path.is_relative_to(folder) and path.is_file()
    body = path.read_bytes() if inside else b"<html><body>404</body></html>"
    status = b"200 OK" if inside else b"404 Not Found"
    kind = b"text/css" if path.suffix == ".css" else b"text/html"
    head = b"HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (status, kind, len(body)) + body


async def serve(folder: Path) -> None:
    async def client(reader, writer):
        try:
            while True:
                request = await reader.readuntil(b"\r\n\r\n")
                writer.write(answer(folder, request.split(b" ")[1].decode("latin-1")))
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(client, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    sys.stdout.write(json.dumps({"url": f"http://127.0.0.1:{port}/"}) + "\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]).resolve()))
