# SPDX-License-Identifier: AGPL-3.0-or-later
"""A world as files: pages, blocks, tags, rates, log-ins, keys, profiles, behaviour, truth."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from vestigo.errors import UsageError
from vestigo.i18n import _
from vestigo.places import config_root
from vestigo.training.behaviour.writing import behaviour_toml
from vestigo.training.chain.files import chain_files
from vestigo.training.chain.ledger import make_ledger
from vestigo.training.profiles import market_profiles
from vestigo.training.rates import RangeRates
from vestigo.training.site import market_pages
from vestigo.training.truth import truth
from vestigo.training.world import World


def range_files(world: World) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every file of a world, in order of path groups."""
    ledger = make_ledger(world)
    yield from _pages(world)
    yield from chain_files(ledger)
    yield "rates.csv", rates_csv(world.seed)
    yield "access.toml", access_toml(world)
    for market in world.markets:
        for vendor in market.vendors:
            yield f"keys/{market.key}/{vendor.handle}.asc", vendor.pgp_armoured.encode()
    yield from market_profiles(world)
    yield from _behaviour(world)
    document = truth(world, ledger)
    yield "truth.json", (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def write_range(world: World, folder: Path) -> int:
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
        n_files = _write_all(world, partial)
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


def _write_all(world: World, folder: Path) -> int:
    n_files = 0
    for name, content in range_files(world):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        n_files += 1
    return n_files


def rates_csv(seed: int) -> bytes:
    """Return the rates file: date, currency, price of a bitcoin, source."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("date", "currency", "btc_price", "source"))
    writer.writerows(RangeRates(seed).rows())
    return text.getvalue().encode()


def access_toml(world: World) -> bytes:
    """Return the log-ins of the avatar account, one table a venue."""
    tables = [
        f'[{one.key}]\naccount = "{one.account}"\npassword = "{one.password}"\n'
        for one in world.markets
    ]
    return "\n".join(tables).encode()


def _pages(world: World) -> Iterator[tuple[str, bytes]]:
    for market in world.markets:
        for pass_no in range(1, len(world.passes) + 1):
            for name, content in market_pages(market.at(pass_no)):
                yield f"pages/{market.key}/pass-{pass_no}/{name}", content


def _behaviour(world: World) -> Iterator[tuple[str, bytes]]:
    """Yield the behaviour, and beside it the goods that are not shipped."""
    yield "behaviour.toml", behaviour_toml(world.behaviour).encode()
    for file in world.behaviour.goods_files:
        shipped = config_root() / "training" / file.name
        if not shipped.is_file() or shipped.read_bytes() != file.content:
            yield file.name, file.content
