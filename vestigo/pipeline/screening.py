# SPDX-License-Identifier: AGPL-3.0-or-later
"""Screening in a case: its lists, its quarantine, and the custody log in agreement."""

from __future__ import annotations

from vestigo.errors import ConfigurationError, UsageError
from vestigo.evidence.quarantine import Catcher, Quarantine, QuarantineItem, recipient_of
from vestigo.evidence.screening import Screen
from vestigo.evidence.screening.decoder import DecoderLimits, PictureDecoder
from vestigo.evidence.screening.lists import OpenLists, open_lists
from vestigo.i18n import _
from vestigo.pipeline.session import CaseSession

EVENT = "quarantine"
DROP, KEEP = "drop", "quarantine"


def open_catcher(session: CaseSession) -> Catcher:
    """Return the screen of the case with its quarantine; to be closed (``screen.close``).

    What a crash kept out of the custody log is logged first.  Raises ``ConfigurationError``:
    E-SCR-002 for a damaged list, E-SCR-005 for a broken recipient, E-SCR-011 where there
    are lists, nobody named to receive a hit, and no order to drop it.
    """
    settings = session.settings("screening")
    quarantine = Quarantine(session.folder)
    log_unlogged_items(session, quarantine)
    recipient = recipient_of(session.folder)
    lists = open_lists(session.folder)
    if str(settings["on_hit"]) not in (DROP, KEEP):
        lists.close()
        raise _unknown_choice(str(settings["on_hit"]))
    if str(settings["on_hit"]) == DROP:
        recipient = None
    elif lists and recipient is None:
        lists.close()
        raise _nobody_to_receive()
    limits = DecoderLimits(
        megabytes=int(settings["decode_megabytes"]),
        seconds=int(settings["decode_seconds"]),
        pixels=int(settings["decode_pixels"]),
    )
    screen = _screen(lists, limits)
    return Catcher(screen, quarantine, recipient, lambda item: log_item(session, item))


def _screen(lists: OpenLists, limits: DecoderLimits) -> Screen:
    return Screen(lists=lists, decoder=PictureDecoder(limits))


def check_start(catcher: Catcher, start_uri: str) -> None:
    """Raise ``UsageError`` E-SCR-013 where the start holds one of the unit's ``never`` terms."""
    if not catcher.screen.judge(start_uri, "", b"", "").passed:
        raise UsageError(
            "E-SCR-013",
            _("The start is an address that the unit's “never” terms forbid."),
            remedy=_("Nothing was sent."),
        )


def log_item(session: CaseSession, item: QuarantineItem) -> None:
    """Write the one custody event of an item."""
    session.custody.append(
        EVENT,
        object_sha256=item.sha256,
        exhibit=item.exhibit or item.item_id,
        reason=item.reason or "screening hit",
        authorization_id=item.authorization_id,
        details=item.details(),
    )


def log_unlogged_items(session: CaseSession, quarantine: Quarantine) -> int:
    """Log the items whose event a crash prevented; return how many."""
    items = quarantine.items()
    if not items:
        return 0
    events = session.custody.events()
    logged = {event.details.get("item") for event in events if event.action == EVENT}
    missing = [item for item in items if item.item_id not in logged]
    for item in missing:
        log_item(session, item)
    return len(missing)


def _nobody_to_receive() -> ConfigurationError:
    return ConfigurationError(
        "E-SCR-011",
        _("There are lists to screen with, and nobody is named to receive what they find."),
        where="quarantine",
        remedy=_(
            "Name the recipient with “vestigo case quarantine-key”, or set “on_hit” in the "
            "section [screening] to “drop” where the order says so. Nothing was sent."
        ),
    )


def _unknown_choice(choice: str) -> ConfigurationError:
    return ConfigurationError(
        "E-SCR-011",
        _("The setting “on_hit” of the section [screening] is neither “quarantine” nor “drop”."),
        where=choice,
        remedy=_("Correct case.toml. Nothing was sent."),
    )
