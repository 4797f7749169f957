# SPDX-License-Identifier: AGPL-3.0-or-later
"""Whether this installation and machine are fit for the work."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

from vestigo.i18n import _
from vestigo.pipeline.tor_health import examine_tor
from vestigo.settings import default_settings
from vestigo.store import CaseFolder

OUR_NAMES = ("crawler", "graph", "ledger", "nlp", "vestigo")
OUR_DISTRIBUTION = "vestigo"
ENOUGH_BYTES = 2 * 1024**3
SWAPS = Path("/proc/swaps")


@dataclass(frozen=True, slots=True)
class Finding:
    """One check: its stable name, ``ok``, ``warning`` or ``failed``, and a sentence."""

    check: str
    state: str
    detail: str


def examine(case: Path | None) -> list[Finding]:
    """Return the outcome of every check; ``case`` adds those of its volume.

    Raises ``UsageError`` E-STO-003 when there is no case.
    """
    checks: list[Callable[[], Finding]] = [
        _python,
        _import_names,
        _settings,
        lambda: _program("openssl", ("openssl", "version")),
        lambda: _program("gpg", ("gpg", "--version")),
    ]
    findings = [check() for check in checks]
    settings = default_settings()
    if case is not None:
        settings = CaseFolder.open(case).settings()
        findings += [_space(case), _encryption(case), _swap()]
    return findings + [Finding(*found) for found in examine_tor(settings["crawl"])]


def foreign_owners(owners: dict[str, list[str]], names: Iterable[str]) -> dict[str, list[str]]:
    """Return which of our import names another distribution owns as well."""
    found = {name: sorted(set(owners.get(name, [])) - {OUR_DISTRIBUTION}) for name in names}
    return {name: others for name, others in found.items() if others}


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    return Finding("python", "ok", version)


def _import_names() -> Finding:
    foreign = foreign_owners({k: list(v) for k, v in packages_distributions().items()}, OUR_NAMES)
    if not foreign:
        return Finding("import_names", "ok", _("no other package claims our names"))
    text = "; ".join(f"{name}: {', '.join(others)}" for name, others in foreign.items())
    return Finding("import_names", "failed", _("claimed by others: {names}").format(names=text))


def _settings() -> Finding:
    sections = ", ".join(default_settings())
    return Finding("settings", "ok", sections)


def _program(name: str, words: tuple[str, ...]) -> Finding:
    if shutil.which(name) is None:
        text = _("{program} is not installed; what needs it will say so").format(program=name)
        return Finding(name, "warning", text)
    shown = subprocess.run(words, capture_output=True, text=True, check=False)
    return Finding(name, "ok", shown.stdout.splitlines()[0] if shown.stdout else name)


def _space(case: Path) -> Finding:
    free = shutil.disk_usage(case).free
    state = "ok" if free >= ENOUGH_BYTES else "warning"
    return Finding("space", state, _("{mb} MB free").format(mb=free // 1024**2))


def _encryption(case: Path) -> Finding:
    """Look at the chain of block devices below the case; unknown is said, not guessed."""
    try:
        words = ("findmnt", "-no", "SOURCE", "-T", str(case))
        source = subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()
        encrypted = _is_encrypted(source)
    except (OSError, subprocess.CalledProcessError):
        return Finding("encryption", "warning", _("not known whether the volume is encrypted"))
    if encrypted:
        return Finding("encryption", "ok", _("the volume of the case is encrypted"))
    return Finding("encryption", "warning", _("the volume of the case is not encrypted"))


def _swap() -> Finding:
    """Say whether what is in memory (keys, passwords) may be written to a disk in clear."""
    try:
        devices = [line.split()[0] for line in SWAPS.read_text().splitlines()[1:]]
        bare = [one for one in devices if "zram" not in one and not _is_encrypted(one)]
    except (OSError, subprocess.CalledProcessError):
        return Finding("swap", "warning", _("not known whether memory is swapped out in clear"))
    if bare:
        said = _("keys in memory may be swapped out in clear to {devices}")
        return Finding("swap", "warning", said.format(devices=", ".join(bare)))
    return Finding("swap", "ok", _("no memory is swapped out in clear"))


def _is_encrypted(device: str) -> bool:
    listing = ("lsblk", "-nso", "TYPE", device)
    kinds = subprocess.run(listing, capture_output=True, text=True, check=True).stdout.split()
    return "crypt" in kinds
