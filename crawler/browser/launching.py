# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding Chromium and Playwright, and starting the browser shut in where the kernel can."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.browser import shut_in
from crawler.browser.scratch import Scratch
from vestigo.errors import ConfigurationError
from vestigo.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from playwright.sync_api import Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
NAMESPACE, GATE_ONLY = "namespace", "gate"
RELAY_PORT = 9050
_UNSHARE = (
    "unshare", "--user", "--map-user=1000", "--map-group=1000", "--net", "--pid", "--fork",
    "--kill-child", "--keep-caps", "--",
)  # fmt: skip
_PROBE_SECONDS = 20


def find_playwright() -> Callable[[], AbstractContextManager[Playwright]]:
    """Return Playwright's entry; E-CRA-040 where the extra is not installed."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError as error:
        raise ConfigurationError(
            "E-CRA-040",
            _("Pictures of pages need Playwright, which is not installed."),
            where="playwright",
            remedy=_("Install the extra: pip install 'vestigo[browser]'."),
        ) from error
    return sync_playwright


def find_chromium(setting: str) -> Path:
    """Return the browser that the settings name, or the first on the PATH; E-CRA-041."""
    wanted = [setting] if setting else [os.environ.get("VESTIGO_CHROMIUM") or "", *NAMES]
    for name in filter(None, wanted):
        found = shutil.which(name)
        if found:
            return Path(found).resolve() if not setting else Path(found)
    raise ConfigurationError(
        "E-CRA-041",
        _("Pictures of pages need Chromium, which was not found."),
        where=setting or ", ".join(NAMES),
        remedy=_("Install it (Debian: apt-get install chromium) or set “chromium” in [picture]."),
    )


def namespaces_work() -> bool:
    """Say whether this account may make a user and network namespace here."""
    if shutil.which("unshare") is None:
        return False
    words = [*_UNSHARE, "true"]
    try:
        done = subprocess.run(words, capture_output=True, timeout=_PROBE_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def choose_isolation(setting: str) -> str:
    """Return ``namespace`` or ``gate`` for the setting ``auto``, ``namespace`` or ``gate``.

    Raises E-CRA-042 where the setting is another word, or asks for a namespace that cannot
    be made.
    """
    if setting == GATE_ONLY:
        return GATE_ONLY
    works = namespaces_work()
    if setting not in ("auto", NAMESPACE) or (setting == NAMESPACE and not works):
        raise ConfigurationError(
            "E-CRA-042",
            _("The browser cannot be shut in as “{setting}” asks.").format(setting=setting),
            where="isolation",
            remedy=_("Set “isolation” in [picture] to auto, namespace or gate."),
        )
    return NAMESPACE if works else GATE_ONLY


def write_launcher(scratch: Scratch, chromium: Path, isolation: str, gate_socket: Path) -> Path:
    """Write the script that Playwright starts; it notes its process and becomes the browser."""
    words = [str(chromium)]
    if isolation == NAMESPACE:
        inside = [sys.executable, "-I", str(shut_in.__file__), str(gate_socket), str(RELAY_PORT)]
        words = [*_UNSHARE, *inside, *words]
    script = scratch.folder / "start"
    noted = f"echo $$ > {shlex.quote(str(scratch.pid_file))}"
    script.write_text(f'#!/bin/sh\n{noted}\nexec {shlex.join(words)} "$@"\n', "utf-8")
    script.chmod(0o700)
    return script


def sandboxed(isolation: str) -> bool:
    """Say whether Chromium's own sandbox works: never for root outside of a namespace."""
    return isolation == NAMESPACE or os.geteuid() != 0


def browser_environment(scratch: Scratch) -> dict[str, str]:
    """Return the whole environment of the browser: its home and temporary files in ``scratch``."""
    home = scratch.short / "home"
    home.mkdir(mode=0o700, exist_ok=True)
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "TMPDIR": str(home),
            "LANG": "C.UTF-8", "TZ": "UTC", "XDG_CONFIG_HOME": str(home),
            "XDG_CACHE_HOME": str(home), "XDG_RUNTIME_DIR": str(home)}  # fmt: skip
