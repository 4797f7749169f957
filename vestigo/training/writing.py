# SPDX-License-Identifier: AGPL-3.0-or-later
"""The range as files: pages, blocks, tags, rates, log-in, keys, truth."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.training.chain.economy import Ledger, make_ledger
from vestigo.training.chain.mining import MAGIC
from vestigo.training.rates import RangeRates
from vestigo.training.site_story import Site
from vestigo.training.story import Story
from vestigo.training.timeline import SEEN_AT
from vestigo.training.truth import truth

BLOCKS_NAME = "blocks/blk00000.dat"


def range_files(seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file of the range, in order of path groups."""
    ledger = make_ledger(seed)
    story = ledger.story
    yield from _pages(story)
    yield BLOCKS_NAME, blocks_file(ledger)
    yield "tagpack.yaml", tagpack(ledger)
    yield "rates.csv", rates_csv(seed)
    yield "access.toml", access_toml(story)
    for vendor in story.vendors:
        yield f"keys/{vendor.handle}.asc", vendor.pgp_armoured.encode()
    yield "truth.json", _json(truth(ledger))


def write_range(seed: int, folder: Path) -> int:
    """Write every file below ``folder`` (new or empty) and return how many there are.

    The folder is there with everything or not at all.  Raises ``UsageError`` E-TRA-001
    when it holds something already, E-TRA-003 when it cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise UsageError(
            "E-TRA-001",
            _("The range is written into a new or empty folder only."),
            where=str(folder),
            remedy=_("Name another folder, or empty this one."),
        )
    partial = folder.with_name(f".{folder.name}.{os.getpid()}.part")
    try:
        n_files = _write_all(seed, partial)
        partial.replace(folder)
    except OSError as error:
        raise UsageError(
            "E-TRA-003",
            _("The range cannot be written: {reason}.").format(reason=error.strerror),
            where=str(folder),
            remedy=_("Free some space or name another folder; nothing was left behind."),
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return n_files


def _write_all(seed: int, folder: Path) -> int:
    n_files = 0
    for name, content in range_files(seed):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        n_files += 1
    return n_files


def blocks_file(ledger: Ledger) -> bytes:
    """Return all blocks as Bitcoin Core keeps them: magic, length, block."""
    framed = (MAGIC + len(one.raw).to_bytes(4, "little") + one.raw for one in ledger.blocks)
    return b"".join(framed)


def tagpack(ledger: Ledger) -> bytes:
    """Return the TagPack: at most three hot-wallet addresses a service, no deposit address."""
    day = SEEN_AT.date().isoformat()
    tags = [
        {"address": account.address, "label": exchange.name, "actor": exchange.name.lower()}
        for exchange in ledger.exchanges
        for account in exchange.tagged
    ]
    pack: dict[str, Any] = {
        "title": "Services of the practice range",
        "description": "Hot wallets of the invented exchanges of the practice range.",
        "creator": "vestigo practice range",
        "lastmod": day,
        "currency": "BTC",
        "confidence": "service_data",
        "category": "exchange",
        "source": "practice range, invented",
        "is_cluster_definer": True,
        "tags": tags,
    }
    return yaml.safe_dump(pack, sort_keys=False, allow_unicode=True).encode()


def rates_csv(seed: int) -> bytes:
    """Return the rates file: date, currency, price of a bitcoin, source."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("date", "currency", "btc_price", "source"))
    writer.writerows(RangeRates(seed).rows())
    return text.getvalue().encode()


def access_toml(story: Story) -> bytes:
    """Return the log-in of the avatar account."""
    return f'account = "{story.account}"\npassword = "{story.password}"\n'.encode()


def _pages(story: Story) -> Iterator[tuple[str, bytes]]:
    """Yield every page; the path is the address with ``.html`` and ``?`` as ``~``."""
    site = Site(story)
    cookies = site.session_cookie()
    for target in site.paths():
        answer = site.answer("GET", target, {} if target == "/login" else cookies, b"")
        yield f"pages/{page_name(target)}", answer.body


def page_name(target: str) -> str:
    """Return the file name of an address: ``/listing/abc`` is ``listing/abc.html``."""
    name = target.strip("/").replace("?", "~") or "index"
    return name if name.endswith(".png") else f"{name}.html"


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode()
