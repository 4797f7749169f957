# SPDX-License-Identifier: AGPL-3.0-or-later
"""``--until-eof``: a server that ends with whoever started it."""

from __future__ import annotations

import os
import signal
import threading

import click

from vestigo.i18n import _

until_eof = click.option(
    "--until-eof", "until", is_flag=True, help=_("Stop by itself when standard input ends.")
)


def watch_standard_input(until: bool) -> None:
    """End this process when standard input ends: whoever started us is gone then."""

    def watch() -> None:
        while os.read(0, 4096):
            pass
        os.kill(os.getpid(), signal.SIGTERM)

    if until:
        threading.Thread(target=watch, daemon=True).start()
