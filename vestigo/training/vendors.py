# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vendors of the range: handles, profiles, keys, published addresses."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from vestigo.training.goods import hostile, words
from vestigo.training.keyring import Keyring
from vestigo.training.openpgp import VendorKey, make_vendor_key
from vestigo.training.story import Contact, Vendor
from vestigo.training.stream import Stream
from vestigo.training.timeline import KEYS_MADE_AT, SEEN_AT

N_ENGLISH, N_SPANISH = 7, 6
PROFILE_ACCOUNT = 0
FIRST_JOINED_ON = date(2024, 7, 3)

_BEHAVIOURS = (
    "direct", "direct", "direct", "peel_to_last", "peel_to_last", "peel_outputs",
    "consolidate", "consolidate", "tagged", "tagged", "hold",
)  # fmt: skip
_SCRIPT_KINDS = ("p2wpkh",) * 9 + ("p2pkh", "p2pkh", "p2sh-p2wpkh", "p2sh-p2wpkh")


def drawn_handles(seed: int) -> list[tuple[str, str]]:
    """Return (handle, language) of the ordinary vendors in a drawn order."""
    stream, vendors = Stream(seed, "handles"), words()["vendors"]
    english = [(name, "en") for name in stream.sample(vendors["handles_en"], N_ENGLISH)]
    spanish = [(name, "es") for name in stream.sample(vendors["handles_es"], N_SPANISH)]
    return stream.shuffled(english + spanish)


def make_vendors(
    seed: int, handles: list[tuple[str, str]], mixing: set[str], keyring: Keyring
) -> list[Vendor]:
    """Return the vendors; those in ``mixing`` go through the mix, the hostile one is last."""
    stream = Stream(seed, "behaviours")
    behaviours = stream.shuffled(_BEHAVIOURS)
    kinds = stream.shuffled(_SCRIPT_KINDS)
    made = []
    for number, (handle, language) in enumerate(handles):
        behaviour = "mix" if handle in mixing else behaviours.pop()
        kind = "p2wpkh" if behaviour == "mix" else kinds[number]
        made.append(_vendor(seed, handle, language, behaviour, kind, keyring))
    made.append(_vendor(seed, hostile()["handle"], "en", "hold", "p2wpkh", keyring))
    return made


def party(handle: str) -> str:
    """Return the name under which a vendor holds keys."""
    return f"vendor:{handle}"


def _vendor(
    seed: int, handle: str, language: str, behaviour: str, kind: str, keyring: Keyring
) -> Vendor:
    stream = Stream(seed, "vendor", handle)
    vocabulary = words()
    joined_on = FIRST_JOINED_ON + timedelta(days=stream.below(50))
    key = vendor_key(seed, handle)
    address = keyring.account(party(handle), PROFILE_ACCOUNT, kind).address
    sentences = stream.sample(vocabulary["profiles"][language], 4)
    sentences.append(vocabulary["profile_address"][language].format(address=address))
    return Vendor(
        handle=handle,
        language=language,
        joined_on=joined_on,
        seen_on=SEEN_AT.date() - timedelta(days=stream.below(4)),
        alias=hostile()["alias"] if handle == hostile()["handle"] else "",
        profile="\n".join(sentences),
        contacts=_contacts(stream, handle),
        ships_from=stream.pick(vocabulary["vendors"][f"countries_{language}"]),
        behaviour=behaviour,
        script_kind=kind,
        pgp_armoured=key.armoured,
        pgp_fingerprint=key.fingerprint,
        address=address,
    )


def vendor_key(seed: int, handle: str) -> VendorKey:
    """Return the OpenPGP key of one vendor."""
    secret = hashlib.sha256(f"vestigo.range.v1/{seed}/pgp/{handle}".encode()).digest()
    return make_vendor_key(secret, f"{handle} <{_mail(handle)}>", KEYS_MADE_AT)


def _mail(handle: str) -> str:
    return f"{handle.strip('_').replace('_', '.').lower()}@mail.example"


def _contacts(stream: Stream, handle: str) -> tuple[Contact, ...]:
    plain = "".join(c for c in handle.lower() if c.isalnum())
    session = "05" + stream.block().hex()
    choices = [
        Contact(kind="jabber", value=f"{plain}@jabber.example"),
        Contact(kind="telegram", value=f"@{plain}_shop"),
        Contact(kind="session", value=session),
        Contact(kind="email", value=_mail(handle)),
    ]
    return tuple(stream.sample(choices, stream.between(0, 2)))
