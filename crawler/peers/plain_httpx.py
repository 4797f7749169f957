# SPDX-License-Identifier: AGPL-3.0-or-later
"""Plain httpx or httpx2, fetching pages and storing nothing.

``python -m … NAME URL N CONCURRENCY [PROXY]`` prints one JSON line: pages, seconds,
processor seconds.  Ends with 3 where the library is not installed; VESTIGO_HTTPX2 names a
folder that has httpx2 (``pip install --target DIR "httpx2[socks]"``).
"""

from __future__ import annotations

import asyncio
import importlib
import importlib.util
import json
import os
import sys
import time
from collections.abc import Iterator
from typing import Any

ABSENT = 3
NAMES = ("httpx", "httpx2")
_SECONDS = 120


async def run(name: str, url: str, n_pages: int, at_once: int, proxy: str) -> dict[str, Any]:
    """Fetch the pages with one client, ``at_once`` requests at a time."""
    library = importlib.import_module(name)
    limits = library.Limits(max_connections=at_once, max_keepalive_connections=at_once)
    more = {"proxy": proxy} if proxy else {}
    numbers = iter(range(n_pages))
    async with library.AsyncClient(
        timeout=_SECONDS, trust_env=False, limits=limits, **more
    ) as client:
        await client.get(f"{url}p/0")
        began, cpu = time.perf_counter(), time.process_time()
        done = await asyncio.gather(*(_fetch(client, url, numbers) for _n in range(at_once)))
    return {
        "pages": sum(done),
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - cpu,
    }


async def _fetch(client: Any, url: str, numbers: Iterator[int]) -> int:
    n_pages = 0
    for number in numbers:
        response = await client.get(f"{url}p/{number}")
        n_pages += bool(response.status_code == 200 and response.content)  # noqa: PLR2004
    return n_pages


if __name__ == "__main__":
    which, where, n, wide, *rest = sys.argv[1:]
    if which == "httpx2" and "VESTIGO_HTTPX2" in os.environ:
        sys.path.insert(0, os.environ["VESTIGO_HTTPX2"])
    if which not in NAMES or importlib.util.find_spec(which) is None:
        sys.exit(ABSENT)
    found = asyncio.run(run(which, where, int(n), int(wide), rest[0] if rest else ""))
    sys.stdout.write(json.dumps(found) + "\n")
