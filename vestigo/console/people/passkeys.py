# SPDX-License-Identifier: AGPL-3.0-or-later
"""Passkeys (WebAuthn level 3): what is asked of a browser, and whether its answer holds.

A passkey stands for two things at once: the authenticator, and the PIN or finger that unlocked
it, since user verification is always required.  Nothing is asked about the make of the
authenticator (attestation none).  Needs no network.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from vestigo.console.guard import Origin
from vestigo.errors import UsageError
from vestigo.i18n import _

LIFETIME = timedelta(minutes=5)
TIMEOUT_MS = 180_000
MOST_PASSKEYS = 10
MOST_NAME = 60
MOST_ANSWER = 12_000
NAME = "Vestigo"


@dataclass(frozen=True, slots=True)
class Passkey:
    """One passkey of an account; ``id`` and ``public_key`` (COSE) are base64url.

    ``rp_id`` is the host name under which it was made and works.  ``suspended_at`` is when its
    counter went back: somebody may have a copy of it, and it opens nothing any more.
    """

    id: str
    name: str
    public_key: str
    sign_count: int
    rp_id: str
    made_at: str
    used_at: str = ""
    suspended_at: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """The console as a browser sees it: host name and origin of the page."""

    rp_id: str
    origin: str


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What was asked for: ``kind`` is register, sign-in or confirm; ``session`` a listed key."""

    kind: str
    party: Party
    account: str = ""
    session: str = ""


def party_of(origin: Origin, host: str) -> Party | None:
    """Return the party under ``host``; None under a numeric address, where no browser makes any."""
    found = next((one for one in origin.allowed if one.partition("://")[2] == host.lower()), None)
    if found is None:
        return None
    name = host.lower().rpartition(":")[0] if ":" in host else host.lower()
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return Party(name, found)
    return None


def creation_options(
    party: Party, account: str, handle: str, present: tuple[Passkey, ...]
) -> tuple[str, dict[str, Any]]:
    """Return the challenge, and what a browser is asked for to make a passkey of ``account``."""
    from webauthn import generate_registration_options
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    options = generate_registration_options(
        rp_id=party.rp_id, rp_name=NAME, user_name=account, timeout=TIMEOUT_MS,
        user_id=base64url_to_bytes(handle),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_described(one for one in present if one.rp_id == party.rp_id),
    )  # fmt: skip
    return _asked(options)


def request_options(party: Party, allowed: tuple[Passkey, ...]) -> tuple[str, dict[str, Any]]:
    """Return the challenge, and what a browser is asked for to use a passkey.

    Without ``allowed`` any passkey of this console will do: nobody is told who has which.
    """
    from webauthn import generate_authentication_options
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=party.rp_id, timeout=TIMEOUT_MS,
        allow_credentials=_described(one for one in allowed if one.rp_id == party.rp_id),
        user_verification=UserVerificationRequirement.REQUIRED,
    )  # fmt: skip
    return _asked(options)


def challenge_of(answer: str) -> str:
    """Return the challenge that an answer of a browser names; "" where it names none."""
    from webauthn.helpers import base64url_to_bytes

    try:
        inner = json.loads(answer)["response"]["clientDataJSON"]
        told = json.loads(base64url_to_bytes(inner))["challenge"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return told if isinstance(told, str) else ""


def passkey_id_of(answer: str) -> str:
    """Return the id of the passkey that an answer names; "" where it names none."""
    try:
        found = json.loads(answer)["id"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""
    return found if isinstance(found, str) else ""


def register(answer: str, asked: Ceremony, name: str, made_at: str) -> Passkey:
    """Return the passkey that a browser made; E-CON-070 where its answer does not hold."""
    from webauthn import verify_registration_response
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

    with _refusing():
        made = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge_of(answer)),
            expected_rp_id=asked.party.rp_id,
            expected_origin=asked.party.origin,
            require_user_verification=True,
        )
    return Passkey(
        bytes_to_base64url(made.credential_id), name,
        bytes_to_base64url(made.credential_public_key), made.sign_count, asked.party.rp_id, made_at,
    )  # fmt: skip


def use(answer: str, asked: Ceremony, passkey: Passkey, used_at: str) -> Passkey:
    """Return the passkey as it stands after its use; E-CON-070 where the answer does not hold.

    The signature is verified before the counter is looked at, so that only who holds the key
    (or a copy of it) can have it suspended.
    """
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes

    with _refusing():
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge_of(answer)),
            expected_rp_id=asked.party.rp_id,
            expected_origin=asked.party.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    counts = found.new_sign_count > 0 or passkey.sign_count > 0
    if counts and found.new_sign_count <= passkey.sign_count:
        return replace(passkey, suspended_at=used_at)
    return replace(passkey, sign_count=found.new_sign_count, used_at=used_at)


def refusal() -> UsageError:
    """Return the refusal of an answer that does not hold, whatever is wrong with it."""
    return UsageError(
        "E-CON-070",
        _("The passkey was not accepted."),
        remedy=_("Load the page again and try once more, or use the password."),
    )


@contextmanager
def _refusing() -> Iterator[None]:
    """Turn whatever a verification raises into one refusal: it reads a stranger's bytes."""
    try:
        yield
    except Exception as error:
        raise refusal() from error


def _described(passkeys: Iterable[Passkey]) -> list[Any]:
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.id)) for one in passkeys]


def _asked(options: Any) -> tuple[str, dict[str, Any]]:
    from webauthn.helpers import bytes_to_base64url, options_to_json_dict

    return bytes_to_base64url(options.challenge), options_to_json_dict(options)
