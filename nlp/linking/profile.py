# SPDX-License-Identifier: AGPL-3.0-or-later
"""An account as it is compared: what one line of ``vestigo link vendors`` holds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

MAX_TEXT = 400_000
MAX_LISTINGS = 2_000
MAX_CONTACTS = 500
MAX_NAME = 500


@dataclass(frozen=True, slots=True)
class Profile:
    """One account: ``pgp`` armoured keys, ``contacts`` (kind, value), ``listings`` titles.

    ``images`` are digests of pictures where they were captured.
    """

    id: str
    market: str = ""
    handle: str = ""
    text: str = ""
    pgp: str = ""
    contacts: tuple[tuple[str, str], ...] = ()
    listings: tuple[str, ...] = ()
    images: tuple[str, ...] = ()


class ProfileUnreadable(ValueError):  # noqa: N818 - says what the line is
    """A line that is no profile; the text says why (English, for machines too)."""


def parse_profile(line: str) -> Profile:
    """Return the profile in one JSON line; unknown keys are ignored.

    Raises ``ProfileUnreadable``: not JSON, no ``id``, a field of the wrong type or
    beyond its bound.
    """
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ProfileUnreadable(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise ProfileUnreadable("not a JSON object")
    return Profile(
        id=_identity(value.get("id")),
        market=_text(value, "market", MAX_NAME),
        handle=_text(value, "handle", MAX_NAME),
        text=_text(value, "profile", MAX_TEXT),
        pgp=_text(value, "pgp", MAX_TEXT),
        contacts=_contacts(value.get("contacts")),
        listings=_texts(value, "listings"),
        images=_texts(value, "images"),
    )


def _identity(value: object) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str) or not value:
        raise ProfileUnreadable("id is not a string that holds something")
    if len(value) > MAX_NAME:
        raise ProfileUnreadable(f"id is longer than {MAX_NAME} characters")
    return value


def _text(value: dict[str, Any], key: str, bound: int) -> str:
    given = value.get(key)
    if given is None:
        return ""
    if not isinstance(given, str):
        raise ProfileUnreadable(f"{key} is not a string")
    if len(given) > bound:
        raise ProfileUnreadable(f"{key} is longer than {bound} characters")
    return given


def _texts(value: dict[str, Any], key: str) -> tuple[str, ...]:
    given = value.get(key)
    if given is None:
        return ()
    if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
        raise ProfileUnreadable(f"{key} is not a list of strings")
    if len(given) > MAX_LISTINGS:
        raise ProfileUnreadable(f"{key} holds more than {MAX_LISTINGS} items")
    return tuple(given)


def _contacts(given: object) -> tuple[tuple[str, str], ...]:
    if given is None:
        return ()
    if not isinstance(given, list) or len(given) > MAX_CONTACTS:
        raise ProfileUnreadable(f"contacts is not a list of at most {MAX_CONTACTS} items")
    found = []
    for item in given:
        kind = item.get("kind") if isinstance(item, dict) else None
        text = item.get("value") if isinstance(item, dict) else None
        if not isinstance(kind, str) or not isinstance(text, str):
            raise ProfileUnreadable("a contact is not an object with kind and value as strings")
        found.append((kind, text))
    return tuple(found)
