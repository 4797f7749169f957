# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench imagery``: planted hits against everything that a case keeps or prints."""

from __future__ import annotations

import hashlib
import io
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from crawler.market import MarketProfile
from vestigo.clock import system_clock
from vestigo.evidence.keys import create_keys
from vestigo.evidence.quarantine import Quarantine, set_recipient
from vestigo.evidence.screening.lists import ListTitle, add_hash_set, add_terms
from vestigo.pipeline.acceptance import current_commit
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.benchmark import machine
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.imagery.browsing import Browsed, browse
from vestigo.pipeline.imagery.keeping import Parts
from vestigo.pipeline.imagery.pictures import picture
from vestigo.pipeline.imagery.planted_case import PlantedCase
from vestigo.pipeline.imagery.planting import TERM, WAYS, Plant, plant
from vestigo.pipeline.imagery.searching import Needles, search
from vestigo.pipeline.imagery.site import planted_market, profile_in
from vestigo.pipeline.session import CaseSession, open_session
from vestigo.pipeline.steps import run_step, vestigo_words
from vestigo.records import ACTS, DATA_CLASSES, Authorization
from vestigo.store import CaseFolder

PASSPHRASE = "planted pictures, harmless ones"  # noqa: S105  # of a case that is thrown away
PAUSED = "E-SCR-012"
BROWSED, BROWSED_CONTROL = "browser", "browser-control"
TEXT_SHARE = 5
SETTINGS = "[settings.crawl]\nconcurrency = 32\nattempts = 1\nretry_seconds = 0\n"
_LISTED = ("md5", "sha1", "sha256")


@dataclass(frozen=True, slots=True)
class Bed:
    """The plants, what to search for, and the hash set (as text) that knows them."""

    plants: list[Plant]
    needles: Needles
    listed: str

    @property
    def open_ones(self) -> list[Plant]:
        """The plants of a control: a log-in page that nothing stops would end its crawl."""
        return [one for one in self.plants if one.way != "log-in-page"]


def run_command(words: Sequence[str], typed: str) -> str:
    """Run one command of ours as a process and return what it printed on standard output."""
    return run_step(vestigo_words(*words), stdin=typed).output


def run_benchmark(
    parts: Parts,
    command: Callable[[Sequence[str], str], str] = run_command,
    *,
    browser: bool = False,
) -> dict[str, Any]:
    """Plant hits, crawl with the screen on, text-only, and with it off; search.

    With ``browser`` a browser meets all of them too, on and off, and the archives of the
    crawls are drawn.  ``right`` is True where nothing of any plant was found with the screen
    on, each was met, and the search finds every one of them with the screen off.
    """
    bed = planted(parts.n_plants)
    few = bed.plants[: max(parts.n_plants // TEXT_SHARE, 1)]
    kinds = (("screened", bed.plants), ("text-only", few), ("control", bed.open_ones))
    cases = [_part(name, parts, chosen, bed, command, browser) for name, chosen in kinds]
    measured = _document(bed, *cases)
    if browser:
        shown = run_browser(bed, parts, command)
        measured |= shown | {"right": measured["right"] and shown["right"]}
    return measured


def run_browser(
    bed: Bed, parts: Parts, command: Callable[[Sequence[str], str], str] = run_command
) -> dict[str, Any]:
    """Have a browser meet every plant, with the screen on and with it off; search."""
    screened = _part(BROWSED, parts, bed.plants, bed, command, pictures=True)
    control = _part(BROWSED_CONTROL, parts, bed.open_ones, bed, command, pictures=True)
    return {
        "browser": screened,
        "browser_control": control,
        "right": _kept_out(screened) and not screened["n_left_in_scratch"]
        and bool(control["n_drawn"]) and control["n_found"] == control["n_planted"],
    }  # fmt: skip


def _kept_out(figures: dict[str, Any]) -> bool:
    """Whether each plant was met, none found, and no address with a term asked for."""
    return not (figures["n_found"] or figures["n_not_reached"] or figures["n_terms_asked_for"])


def _part(
    name: str,
    parts: Parts,
    plants: list[Plant],
    bed: Bed,
    command: Callable[[Sequence[str], str], str],
    pictures: bool,
) -> dict[str, Any]:
    """Return the figures of one part: a case crawled or browsed, printed and searched."""

    def run() -> dict[str, Any]:
        done, browsed = _crawled(name, plants, bed.listed, parts)
        parts.on_line(f"{name}: printing")
        _print_everything(done.folder, command, pictures=pictures)
        parts.on_line(f"{name}: searching")
        for place in ("case", "printed"):
            done.found += search(done.folder / place, bed.needles)
        if not name.startswith(BROWSED):
            return done.figures()
        drawn = {one.number for one in done.found if one.form == "pixels"}
        return done.figures() | browsed.figures() | {"n_drawn": len(drawn)}

    return parts.figures(name, run)


def planted(n_plants: int) -> Bed:
    """Return ``n_plants`` plants, made by code."""
    needles = Needles()
    plants, lines = [], ["# invented pictures"]
    for number in range(n_plants):
        shown = picture(number)
        one = plant(shown)
        plants.append(one)
        kind = _LISTED[number % len(_LISTED)]
        lines += [hashlib.new(kind, shown.png).hexdigest(), f"pdq:{shown.pdq.hex()}"]
        needles.add(number, one.form, digests=one.expected != "withheld")
        needles.add_pixels(number, shown.png)
        needles.add_pixels(number, shown.jpeg)
        if one.form not in (shown.png, shown.jpeg):
            needles.add(number, shown.png)
    return Bed(plants, needles, "\n".join(lines))


def _crawled(
    name: str, plants: list[Plant], listed: str, parts: Parts
) -> tuple[PlantedCase, Browsed]:
    folder = parts.folder / name
    folder.mkdir(parents=True)
    (folder / "printed").mkdir()
    profile = profile_in(folder)
    done, browsed = PlantedCase(name, folder, plants), Browsed()
    case = CaseFolder.create(folder / "case", title="Planted", unit="Bench")
    case.toml.write_text(case.toml.read_text("utf-8") + SETTINGS, "utf-8")
    create_keys(case, PASSPHRASE)
    with planted_market(plants) as server, _logged(folder / "printed" / "log.txt"):
        with open_session(case.path) as session:
            _authorize(session, text_only=name == "text-only")
            if not done.is_control:
                _give_lists(case, folder, listed)
            if name.startswith(BROWSED):
                # the control shows that the search would find: a turn of all ways is enough
                as_pages = plants[: 2 * len(WAYS)] if done.is_control else plants
                browsed = browse(session, profile, server, done, as_pages, parts.on_line)
            else:
                _crawl_on(session, profile, server.uri, done, parts.on_line)
        done.asked = server.asked
    return done, browsed


def _crawl_on(
    session: CaseSession,
    profile: MarketProfile,
    uri: str,
    done: PlantedCase,
    on_line: Callable[[str], None],
) -> None:
    """Crawl, and release the host after each hit as a person would, until nothing is left."""
    quarantine = Quarantine(session.folder)
    while True:
        report = crawl_into_case(session, crawl_job(session, profile, uri))
        done.n_runs += 1
        done.n_captures += report.n_captures
        on_line(f"{done.name}: crawl {done.n_runs}")
        if report.paused != PAUSED or done.n_runs > len(done.plants) + 2:
            break
        for host in quarantine.parked_hosts():
            quarantine.release(host)
    done.n_items = len(quarantine.items())
    events = session.custody.events()
    done.n_withheld = sum(event.reason.startswith("body withheld") for event in events)


def _authorize(session: CaseSession, *, text_only: bool) -> None:
    now = system_clock()
    acts = tuple(act for act in ACTS if not text_only or act != "fetch_image")
    record_authorization(
        session,
        Authorization(
            issuing_body="bench", reference="1/1", legal_basis="-", authorization_kind="practice",
            order_sha256="", persons=("bench",), hosts=("127.0.0.1",), accounts=(), acts=acts,
            data_classes=DATA_CLASSES, starts_at=now - timedelta(days=1),
            ends_at=now + timedelta(days=1), amends=None,
        ),
    )  # fmt: skip


def _give_lists(case: CaseFolder, folder: Path, listed: str) -> None:
    hashes, terms = folder / "hashes.txt", folder / "terms.txt"
    hashes.write_text(listed, "ascii")
    terms.write_text(TERM, "ascii")
    add_hash_set(case, hashes, ListTitle(name="invented", version="1"))
    add_terms(case, terms, ListTitle(name="invented words", version="1"))
    key = X25519PrivateKey.generate().public_key().public_bytes_raw()
    set_recipient(case, "Bench", key.hex())


def _print_everything(
    folder: Path, command: Callable[[Sequence[str], str], str], *, pictures: bool
) -> None:
    """Run what reads the case and keep what it prints beside the case.

    With ``pictures`` the archived pages are drawn before the bundle is built.
    """
    case = str(folder / "case")
    steps = (
        ("case", "read", case, "--profile", str(folder / "planted.toml")),
        ("graph", "rebuild", case),
        ("crawl", "status", case),
        ("evidence", "log", case),
        ("evidence", "quarantine", case, "--list"),
        ("crawl", "images", case),
        *([("crawl", "picture", case)] if pictures else []),
        ("bundle", "build", case, "--passphrase-stdin"),
    )
    for number, words in enumerate(steps):
        printed = command(words, f"{PASSPHRASE}\n")
        (folder / "printed" / f"{number}.{words[1]}.txt").write_text(printed, "utf-8")


@contextmanager
def _logged(path: Path) -> Iterator[None]:
    """Keep whatever any library logs, at any level."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        path.write_text(written.getvalue(), "utf-8")


def _document(
    bed: Bed, screened: dict[str, Any], text_only: dict[str, Any], control: dict[str, Any]
) -> dict[str, Any]:
    to_reach = sum(one.expected != "refused" for one in bed.plants)
    return {
        "commit": current_commit(),
        "machine": machine(),
        "n_planted": len(bed.plants),
        "ways": dict(sorted(Counter(one.way for one in bed.plants).items())),
        "screened": screened,
        "text_only": text_only,
        "control": control,
        "n_expected_hits": sum(one.expected == "hit" for one in bed.plants),
        "n_reached": to_reach - screened["n_not_reached"],
        "right": _kept_out(screened) and not text_only["n_found"]
        and control["n_found"] == control["n_planted"],
    }  # fmt: skip
