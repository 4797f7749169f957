# SPDX-License-Identifier: AGPL-3.0-or-later
"""Keys: the same, another, a signed change, and what an impostor may try."""

import hashlib
from datetime import UTC, datetime

from nlp.linking.keys import key_level, keys_of
from nlp.linking.profile import Profile
from vestigo.training.openpgp import clear_signed, make_vendor_key

MADE_AT = datetime(2024, 5, 1, tzinfo=UTC)
SIGNED_AT = datetime(2024, 6, 1, tzinfo=UTC)


def secret(name):
    return hashlib.sha256(name.encode()).digest()


def key(name):
    return make_vendor_key(secret(name), f"{name} <{name}@mail.example>", MADE_AT)


def ring(text="", *names):
    return keys_of(Profile(id="x", text=text, pgp="\n".join(key(n).armoured for n in names)))


def signed(by, text):
    return clear_signed(secret(by), MADE_AT, SIGNED_AT, text)


def test_the_same_key_and_another():
    assert key_level(ring("", "old"), ring("", "old")) == "same"
    assert key_level(ring("", "old"), ring("", "new")) == "different"
    assert key_level(ring(), ring("", "new")) == "missing"


def test_a_key_in_the_text_counts():
    text = f"hello\n{key('old').armoured}"
    assert key_level(ring(text), ring("", "old")) == "same"


def test_a_key_printed_next_to_another_is_less():
    assert key_level(ring("", "old"), ring("", "old", "new")) == "one_of_several"


def test_a_change_signed_by_the_old_key_is_a_transition():
    said = signed("old", f"My new key is {key('new').fingerprint}")
    assert key_level(ring("", "old"), ring(said, "new")) == "transition"
    assert key_level(ring(said, "new"), ring("", "old")) == "transition"


def test_an_impostor_signs_with_his_own_key():
    said = signed("new", f"My new key is {key('new').fingerprint}")
    assert key_level(ring("", "old"), ring(said, "new")) == "different"


def test_an_impostor_changes_the_fingerprint_in_a_signed_statement():
    said = signed("old", f"My new key is {key('third').fingerprint}")
    forged = said.replace(key("third").fingerprint, key("new").fingerprint)
    assert key_level(ring("", "old"), ring(forged, "new")) == "different"


def test_an_impostor_writes_his_fingerprint_next_to_a_signed_text():
    said = signed("old", "Orders leave every day.")
    forged = said.replace(
        "-----BEGIN PGP SIGNATURE-----",
        f"-----BEGIN PGP SIGNATURE-----\nComment: {key('new').fingerprint}",
    )
    assert key_level(ring("", "old"), ring(forged, "new")) == "different"


def test_a_key_that_cannot_be_read_is_no_key():
    broken = key("old").armoured[:60] + "\n-----END PGP PUBLIC KEY BLOCK-----"
    assert not keys_of(Profile(id="x", pgp=broken)).blocks
