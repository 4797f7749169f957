# SPDX-License-Identifier: AGPL-3.0-or-later
"""The browser with its scratch folder, namespace and gate, opened once for many pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from crawler.browser.gate import BrowserGate, Doorkeeper
from crawler.browser.launching import (
    NAMESPACE,
    RELAY_PORT,
    choose_isolation,
    find_chromium,
    find_playwright,
    write_launcher,
)
from crawler.browser.rendering import Chromium, Limits, Viewport, open_chromium
from crawler.browser.scratch import Scratch, fresh_scratch
from vestigo.settings import Section


@dataclass(slots=True)
class Studio:
    """What a picture needs: ``chromium()`` starts the browser, again where it was killed."""

    gate: BrowserGate
    isolation: str
    viewport: Viewport
    max_page_bytes: int
    _launcher: Path
    _scratch: Scratch
    _port: int
    _limits: Limits
    _stack: ExitStack
    _running: Chromium | None = None

    def chromium(self) -> Chromium:
        """Return the running browser."""
        if self._running is None or not self._running.alive:
            self._stack.close()
            self._running = self._stack.enter_context(
                open_chromium(
                    self._launcher, self._scratch, self.isolation, self._port, self._limits
                )
            )
        return self._running


@contextmanager
def open_studio(
    scratch_parent: Path, settings: Section, user_agent: str, doorkeeper: Doorkeeper
) -> Iterator[Studio]:
    """Yield a studio; afterwards browser, gate and every temporary file are gone.

    ``settings`` is the section ``[picture]``.  Raises E-CRA-040, E-CRA-041 and E-CRA-042 for
    what is not installed or cannot be had.
    """
    find_playwright()
    chromium = find_chromium(str(settings["chromium"]))
    isolation = choose_isolation(str(settings["isolation"]))
    with ExitStack() as stack:
        scratch = stack.enter_context(fresh_scratch(scratch_parent))
        gate = BrowserGate(doorkeeper)
        stack.callback(gate.close)
        socket_path, port = scratch.short / "gate", RELAY_PORT
        if isolation == NAMESPACE:
            gate.listen_unix(socket_path)
        else:
            port = gate.listen_loopback()
        browsers = stack.enter_context(ExitStack())
        yield Studio(
            gate=gate,
            isolation=isolation,
            viewport=Viewport(
                width=int(settings["width"]),
                height=int(settings["height"]),
                max_height=int(settings["max_height"]),
            ),
            max_page_bytes=int(settings["max_page_bytes"]),
            _launcher=write_launcher(scratch, chromium, isolation, socket_path),
            _scratch=scratch,
            _port=port,
            _limits=Limits(
                seconds=int(settings["deadline_seconds"]),
                memory_mb=int(settings["memory_mb"]),
                user_agent=user_agent,
            ),
            _stack=browsers,
        )
