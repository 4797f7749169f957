# SPDX-License-Identifier: AGPL-3.0-or-later
"""The vendor accounts: profiles, keys, contacts, published addresses.

What an account has in common with another follows from its relation.  The same party
keeps its voice, part of its sentences and (unless it took another name) a contact; an
impostor has the words of its victim and nothing that the victim alone can have.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta

from vestigo.training.keyring import Account, Keyring
from vestigo.training.openpgp import VendorKey, clear_signed, make_vendor_key
from vestigo.training.people.parties import AccountPlan
from vestigo.training.people.voices import Voice
from vestigo.training.stream import Stream
from vestigo.training.timeline import KEYS_MADE_AT
from vestigo.training.vocabulary import hostile, vocabulary
from vestigo.training.world import Contact, Vendor

FIRST_JOINED_ON = date(2024, 7, 3)
N_SENTENCES = (4, 7)
NEW_KEY_MADE_AFTER = timedelta(days=20)

_KEPT_PERCENT = {"same_key": 85, "new_key": 75, "other_name": 60}


class Vendors:
    """Makes the accounts of one world, originals before those that continue them."""

    def __init__(self, seed: int, keyring: Keyring, contacts_most: int) -> None:
        self._seed = seed
        self._keyring = keyring
        self._contacts_most = contacts_most
        self._made: dict[str, Vendor] = {}
        self._sentences: dict[str, list[str]] = {}

    def make(self, plan: AccountPlan, script_kind: str, address_number: int) -> Vendor:
        """Return the account of ``plan``; its address has ``address_number``."""
        stream = Stream(self._seed, "vendor", plan.account)
        address = self._keyring.account(plan.party, address_number, script_kind)
        key = vendor_key(self._seed, plan.key_of, rotated=plan.relation == "new_key")
        vendor = Vendor(
            market=plan.market,
            handle=plan.handle,
            party=plan.party,
            relation=plan.relation,
            related_to=plan.related_to,
            language=plan.language,
            joined_on=FIRST_JOINED_ON + timedelta(days=stream.below(45)),
            days_unseen=stream.below(4),
            alias=hostile()["alias"] if plan.is_attacker else "",
            profile=self._profile(plan, stream, address, key),
            contacts=self._contacts(plan, stream),
            ships_from=self._ships_from(plan, stream),
            pgp_armoured=key.armoured,
            pgp_fingerprint=key.fingerprint,
            address=address.address,
            address_number=address_number,
        )
        self._made[plan.account] = vendor
        return vendor

    def _profile(self, plan: AccountPlan, stream: Stream, address: Account, key: VendorKey) -> str:
        texts = vocabulary(plan.language).texts
        known = self._made.get(plan.related_to)
        if known is not None and plan.relation == "impostor":
            copied = known.profile.replace(known.address, address.address)
            return copied.replace(known.handle, plan.handle)
        sentences = self._chosen(plan, stream)
        voice = Voice(self._seed, plan.party)
        lines = [voice.write(sentence) for sentence in sentences]
        if known is not None and plan.relation == "new_key":
            lines.append(self._transition(plan, known, key, voice))
        lines.append(voice.say(texts["profile_address"]).replace("{address}", address.address))
        return "\n".join(lines)

    def _chosen(self, plan: AccountPlan, stream: Stream) -> list[str]:
        """Return the sentences of an account; a part of its party's where there is another."""
        pool = vocabulary(plan.language).profiles
        wanted = stream.between(*N_SENTENCES)
        before = self._sentences.get(plan.related_to, [])
        kept = [one for one in before if stream.chance(_KEPT_PERCENT.get(plan.relation, 0))]
        fresh = [one for one in stream.shuffled(pool) if one not in before]
        chosen = [*kept, *fresh[: max(1, wanted - len(kept))]]
        self._sentences[plan.account] = chosen
        return chosen

    def _transition(self, plan: AccountPlan, known: Vendor, key: VendorKey, voice: Voice) -> str:
        """Return the statement of a change of key, signed by the old key where it is kept."""
        texts = vocabulary(plan.language).texts
        said = voice.say(texts["moved" if plan.signs else "new_key"])
        said = said.replace("{market}", known.market).replace("{handle}", known.handle)
        said = said.replace("{fingerprint}", key.fingerprint)
        if not plan.signs:
            return said
        signed_at = KEYS_MADE_AT + NEW_KEY_MADE_AFTER + timedelta(hours=1)
        secret = _secret(self._seed, known.account, rotated=False)
        return clear_signed(secret, KEYS_MADE_AT, signed_at, said).rstrip("\n")

    def _ships_from(self, plan: AccountPlan, stream: Stream) -> str:
        known = self._made.get(plan.related_to)
        countries = list(vocabulary(plan.language).countries)
        return known.ships_from if known else stream.pick(countries)

    def _contacts(self, plan: AccountPlan, stream: Stream) -> tuple[Contact, ...]:
        """Return the contacts; a party under one name keeps the first of the other account."""
        known = self._made.get(plan.related_to)
        kept: tuple[Contact, ...] = ()
        if known is not None and plan.relation in ("same_key", "new_key"):
            kept = known.contacts[:1]
        kinds = {one.kind for one in kept}
        drawn = [one for one in _possible_contacts(plan, stream) if one.kind not in kinds]
        n_wanted = stream.between(0, self._contacts_most)
        return kept + tuple(stream.sample(drawn, max(0, n_wanted - len(kept))))


def vendor_key(seed: int, account: str, *, rotated: bool) -> VendorKey:
    """Return the OpenPGP key that ``account`` made; a rotated one is some weeks younger."""
    handle = account.partition("/")[2]
    made_at = KEYS_MADE_AT + (NEW_KEY_MADE_AFTER if rotated else timedelta())
    secret = _secret(seed, account, rotated=rotated)
    return make_vendor_key(secret, f"{handle} <{_mail(handle)}>", made_at)


def _secret(seed: int, account: str, *, rotated: bool) -> bytes:
    name = f"vestigo.range.v2/{seed}/pgp/{account}/{int(rotated)}"
    return hashlib.sha256(name.encode()).digest()


def _mail(handle: str) -> str:
    return f"{handle.strip('_').replace('_', '.').lower()}@mail.example"


def _possible_contacts(plan: AccountPlan, stream: Stream) -> list[Contact]:
    plain = "".join(c for c in plan.handle.lower() if c.isascii() and c.isalnum())
    return [
        Contact(kind="jabber", value=f"{plain}@{plan.market}.jabber.example"),
        Contact(kind="telegram", value=f"@{plain}_{plan.market.replace('-', '_')}_shop"),
        Contact(kind="session", value="05" + stream.block().hex()),
        Contact(kind="email", value=f"{plan.market}.{_mail(plan.handle)}"),
    ]
