# SPDX-License-Identifier: AGPL-3.0-or-later
"""Publishing loopback ports as onion services whose addresses follow from the seed."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from vestigo.errors import SourceUnreachable, UsageError, VestigoError
from vestigo.i18n import _
from vestigo.training.onion.control import TorControl
from vestigo.training.site.onion_names import OnionKey

PUBLISHED_WITHIN = 180.0


@contextmanager
def publish(
    control: TorControl, services: Sequence[tuple[OnionKey, int]], *, public: bool = False
) -> Iterator[None]:
    """Publish each (key, loopback port) as long as the context lasts.

    Begins when a directory has every descriptor.  Raises ``UsageError`` E-TRA-063 when
    this Tor is of the public network and ``public`` was not asked for, ``SourceUnreachable``
    E-TRA-064 when Tor refuses and E-TRA-066 when nothing is published in time.
    """
    if not public and control.setting("TestingTorNetwork") != "1":
        raise UsageError(
            "E-TRA-063",
            _("This Tor belongs to the public network."),
            remedy=_("Use a Tor of a private network (TestingTorNetwork 1); --public-onion "
                     "publishes the range for everybody, on your own responsibility."),
        )  # fmt: skip
    added: list[str] = []
    try:
        control.watch("HS_DESC")
        for key, port in services:
            name = control.add_onion(base64.b64encode(key.expanded).decode(), port)
            added.append(name)
            if name != key.name:
                raise control.declined(_("it names another service"))
        _wait_until_published(control, set(added))
        control.watch("")
        yield
    finally:
        with suppress(VestigoError):
            for name in added:
                control.delete_onion(name)


def _wait_until_published(control: TorControl, waiting: set[str]) -> None:
    ends_at = time.monotonic() + PUBLISHED_WITHIN
    while waiting:
        event = control.next_event(ends_at - time.monotonic())
        if not event:
            raise SourceUnreachable(
                "E-TRA-066",
                _("Tor has not published the service within {seconds} s.").format(
                    seconds=int(PUBLISHED_WITHIN)
                ),
                where=f"{min(waiting)}.onion",
                remedy=_("Look whether this Tor has reached its network (Bootstrapped 100%)."),
            )
        words = event.split()
        if words[:2] == ["HS_DESC", "UPLOADED"] and len(words) > 2:  # noqa: PLR2004
            waiting.discard(words[2])
