# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bench imagery``: planted hits against everything that a case keeps or prints."""

from __future__ import annotations

import hashlib
import io
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from crawler.market import MarketProfile
from vestigo.clock import system_clock
from vestigo.errors import InputError
from vestigo.evidence.keys import create_keys
from vestigo.evidence.quarantine import Quarantine, set_recipient
from vestigo.evidence.screening.lists import ListTitle, add_hash_set, add_terms
from vestigo.pipeline.authorizing import record_authorization
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.imagery.pictures import picture
from vestigo.pipeline.imagery.planting import TERM, Plant, plant
from vestigo.pipeline.imagery.searching import Found, Needles, search
from vestigo.pipeline.imagery.site import ON_A_PAGE, batches, planted_market, profile_in
from vestigo.pipeline.live_picture import LivePicture, take_live
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


@dataclass(slots=True)
class PlantedCase:
    """One crawl of the planted market, and what a search through all of it found."""

    name: str
    folder: Path
    plants: list[Plant]
    n_runs: int = 0
    n_items: int = 0
    n_withheld: int = 0
    n_captures: int = 0
    asked: Counter[str] = field(default_factory=Counter)
    found: list[Found] = field(default_factory=list)

    @property
    def numbers_found(self) -> set[int]:
        """The pictures of which anything was found anywhere."""
        return {one.number for one in self.found}

    @property
    def asked_in_vain(self) -> list[str]:
        """Addresses that hold a term of the unit and were asked for all the same."""
        return [one.target for one in self.plants
                if one.expected == "refused" and self.asked[one.target]]  # fmt: skip


def run_command(words: Sequence[str], typed: str) -> str:
    """Run one command of ours as a process and return what it printed on standard output."""
    return run_step(vestigo_words(*words), stdin=typed).output


def run_benchmark(
    n_plants: int,
    folder: Path,
    on_step: Callable[[str], None] = lambda _name: None,
    command: Callable[[Sequence[str], str], str] = run_command,
    *,
    browser: bool = False,
) -> dict[str, Any]:
    """Plant ``n_plants`` hits, crawl with the screen on, text-only, and with it off; search.

    ``right`` is True where nothing of any plant was found with the screen on, and the
    search finds every one of them with the screen off.
    """
    plants, needles, listed = _planted(n_plants)
    few = plants[: max(n_plants // TEXT_SHARE, 1)]
    # a log-in page that nothing stops ends a crawl without an account, and the control with it
    open_ones = [one for one in plants if one.way != "log-in-page"]
    cases, kinds = [], [("screened", plants), ("text-only", few), ("control", open_ones)]
    if browser:
        kinds += [(BROWSED, plants), (BROWSED_CONTROL, open_ones[: 2 * ON_A_PAGE])]
    for name, chosen in kinds:
        on_step(name)
        done = _crawled(name, folder / name, chosen, listed)
        _print_everything(done.folder, command)
        for place in ("case", "printed"):
            done.found += search(done.folder / place, needles)
        cases.append(done)
    measured = _document(n_plants, *cases[:3])
    if browser:
        _add_browser(measured, *cases[3:])
    return measured


def _planted(n_plants: int) -> tuple[list[Plant], Needles, str]:
    """Return the plants, what to search for, and the hash set (as text) that knows them."""
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
    return plants, needles, "\n".join(lines)


def _crawled(name: str, folder: Path, plants: list[Plant], listed: str) -> PlantedCase:
    folder.mkdir(parents=True)
    (folder / "printed").mkdir()
    profile = profile_in(folder)
    done = PlantedCase(name, folder, plants)
    case = CaseFolder.create(folder / "case", title="Planted", unit="Bench")
    case.toml.write_text(case.toml.read_text("utf-8") + SETTINGS, "utf-8")
    create_keys(case, PASSPHRASE)
    with planted_market(plants) as server, _logged(folder / "printed" / "log.txt"):
        with open_session(case.path) as session:
            _authorize(session, text_only=name == "text-only")
            if "control" not in name:
                _give_lists(case, folder, listed)
            if name.startswith(BROWSED):
                _browse(session, profile, server.uri, done)
            else:
                _crawl_on(session, profile, server.uri, done)
        done.asked = server.asked
    return done


def _crawl_on(session: CaseSession, profile: MarketProfile, uri: str, done: PlantedCase) -> None:
    """Crawl, and release the host after each hit as a person would, until nothing is left."""
    quarantine = Quarantine(session.folder)
    while True:
        report = crawl_into_case(session, crawl_job(session, profile, uri))
        done.n_runs += 1
        done.n_captures += report.n_captures
        if report.paused != PAUSED or done.n_runs > len(done.plants) + 2:
            break
        for host in quarantine.parked_hosts():
            quarantine.release(host)
    done.n_items = len(quarantine.items())
    events = session.custody.events()
    done.n_withheld = sum(event.reason.startswith("body withheld") for event in events)


def _browse(session: CaseSession, profile: MarketProfile, uri: str, done: PlantedCase) -> None:
    """Have a browser draw pages that embed the plants as pictures, frames and style sheets."""
    quarantine = Quarantine(session.folder)
    for number in range(len(batches(done.plants))):
        wanted = LivePicture(profile=profile, uri=f"{uri}page/{number}")
        with suppress(InputError):  # a page with a hit gives no picture
            take_live(session, wanted)
        done.n_runs += 1
        for host in quarantine.parked_hosts():
            quarantine.release(host)
    done.n_items = len(quarantine.items())


def _add_browser(measured: dict[str, Any], browsed: PlantedCase, control: PlantedCase) -> None:
    """Say what was found of a browser's work; the control must show pixels of plants."""
    drawn = {one.number for one in control.found if one.form == "pixels"}
    measured["browser"] = _figures(browsed)
    measured["browser_control"] = {**_figures(control), "n_drawn": len(drawn)}
    measured["right"] = measured["right"] and not browsed.found and bool(drawn)


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


def _print_everything(folder: Path, command: Callable[[Sequence[str], str], str]) -> None:
    """Run what reads the case and keep what it prints beside the case."""
    case = str(folder / "case")
    steps = (
        ("case", "read", case, "--profile", str(folder / "planted.toml")),
        ("graph", "rebuild", case),
        ("crawl", "status", case),
        ("evidence", "log", case),
        ("evidence", "quarantine", case, "--list"),
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
    n_plants: int, screened: PlantedCase, text_only: PlantedCase, control: PlantedCase
) -> dict[str, Any]:
    asked = {one.target for one in screened.plants if one.expected != "refused"}
    reached = sum(screened.asked[target] > 0 for target in asked)
    return {
        "n_planted": n_plants,
        "ways": dict(sorted(Counter(one.way for one in screened.plants).items())),
        "screened": _figures(screened),
        "text_only": _figures(text_only),
        "control": _figures(control),
        "n_expected_hits": sum(one.expected == "hit" for one in screened.plants),
        "n_reached": reached,
        "right": not screened.found and not text_only.found and not screened.asked_in_vain
        and reached == len(asked) and len(control.numbers_found) == len(control.plants),
    }  # fmt: skip


def _not_found(done: PlantedCase) -> dict[str, int]:
    """Return by way how many pictures of the control the search did not find."""
    found = done.numbers_found
    return dict(sorted(Counter(one.way for one in done.plants if one.number not in found).items()))


def _figures(done: PlantedCase) -> dict[str, Any]:
    places = sorted({f"{one.number} {one.form} {one.place}" for one in done.found})
    return {
        "n_planted": len(done.plants),
        "n_found": len(done.numbers_found),
        "n_quarantined": done.n_items,
        "n_withheld": done.n_withheld,
        "n_captures": done.n_captures,
        "n_crawls": done.n_runs,
        "n_terms_asked_for": len(done.asked_in_vain),
        "places": [] if "control" in done.name else places[:20],
        "not_found": _not_found(done) if done.name == "control" else {},
    }
