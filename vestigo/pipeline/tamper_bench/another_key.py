# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attackers with keys of their own: everything sealed again, stamps and witnesses made up."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Callable
from dataclasses import replace as with_other
from datetime import timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vestigo.evidence.keys import UnlockedKeys
from vestigo.evidence.stamping import new_request
from vestigo.evidence.witness.holder_key import UnlockedWitness
from vestigo.pipeline.tamper_bench.changes import both, list_tags, put, remanifest, replace
from vestigo.pipeline.tamper_bench.invented_authority import DAY, NOW, Lab, make_lab
from vestigo.pipeline.tamper_bench.invented_case import new_set_of_keys
from vestigo.pipeline.tamper_bench.mutation import STRANGER, Change, Scene, Table
from vestigo.pipeline.tamper_bench.outside import NOWHERE, WITNESS, add_cosignature, add_stamp
from vestigo.pipeline.tamper_bench.own_key_log import rewritten

TABLE = Table(STRANGER, [])
add = TABLE.add
NOTE, EVENTS = "seal/checkpoint.note", "data/custody/events.jsonl"
STATEMENT, SIGNATURE = "seal/statement.json", "seal/statement.json.p7s"
LISTING = "data/extraction/listing.jsonl"


@cache
def other_keys() -> UnlockedKeys:
    """Return keys that the attacker made, in the name of the same unit."""
    return new_set_of_keys()[1]


def as_stranger(scene: Scene) -> Scene:
    """Return the scene with the attacker's keys."""
    return with_other(scene, sealed=with_other(scene.sealed, keys=other_keys()))


def reseal(scene: Scene) -> None:
    """Seal everything again with the attacker's keys."""
    as_stranger(scene).sealed.reseal()


def only_statement(scene: Scene) -> None:
    """Sign the statement, and leave the checkpoint that the unit signed."""
    signature = other_keys().sign_statement((scene.path / STATEMENT).read_bytes())
    (scene.path / SIGNATURE).write_bytes(signature)
    list_tags(scene)


def only_checkpoint(scene: Scene) -> None:
    """Sign the checkpoint under the unit's name, and list it."""
    lines = scene.sealed.lines()
    ours = other_keys().sign_checkpoint(len(lines), scene.sealed.root(0, len(lines)))
    text, _gap, _lines = (scene.path / NOTE).read_text("utf-8").partition("\n\n")
    signature = ours.partition("\n\n")[2].replace(other_keys().origin, text.split("\n")[0])
    (scene.path / NOTE).write_text(f"{text}\n\n{signature}", "utf-8")
    list_tags(scene)


def with_keys_inside(scene: Scene) -> None:
    """Put the attacker's certificate and key into the bundle, where a reader might take them."""
    for name, content in other_keys().public_files().items():
        scene.file(f"seal/{name}").write_bytes(content)
    reseal(scene)


def rewritten_log(scene: Scene) -> None:
    """Rewrite the log and seal everything again."""
    rewritten(another_actor)(as_stranger(scene))


def another_actor(bodies: list[dict[str, object]]) -> list[dict[str, object]]:
    """Say that somebody else made the case."""
    bodies[0]["actor"] = "somebody else"
    return bodies


add("sealed again with another key", reseal)
add("edited reading under another key", both(replace(LISTING, b"1.50", b"9.50"), reseal))
add("rewritten log under another key", rewritten_log)
add("statement signed by another key", only_statement)
add("checkpoint signed by another key", only_checkpoint)
add("another key beside its certificate", with_keys_inside)
add(
    "replaced verifiers under another key",
    both(put("verify.py", b"print('right')\n"), put("verify.sh", b"echo right\n"), reseal),
)
add("second bundle under another key", reseal, base="whole")
add(
    "edited reading, statement signed by another key",
    both(replace(LISTING, b"1.50", b"9.50"), remanifest, only_statement),
)


# ------------------------------------------------------------------- stamps

Forge = Callable[[Scene, Lab, Lab], None]


def stamped_by(forge: Forge, **how: Any) -> Change:
    """Let an authority of the attacker, with the names of authority one, stamp the checkpoint."""

    def change(scene: Scene) -> None:
        folder = scene.work / "forger"
        folder.mkdir()
        forger = make_lab(folder / "one", n=5, base=NOWHERE, **how)
        forge(scene, scene.bases.outside.labs["one"], forger)
        list_tags(scene)

    return change


def self_made(scene: Scene, _right: Lab, forger: Lab) -> None:
    """Send the root along in the token."""
    (forger.folder / "chain.pem").write_bytes(forger.link.pem + forger.root.pem)
    shutil.rmtree(scene.path / "seal/stamps/one")
    add_stamp(scene.path, "one", forger)


def root_beside(scene: Scene, _right: Lab, forger: Lab) -> None:
    """Lay the root beside the stamp, where links of the chain lie."""
    add_stamp(scene.path, "one", forger)
    (scene.path / "seal/stamps/one/chain-2.cer").write_bytes(forger.root.der)


def injected(scene: Scene, right: Lab, forger: Lab) -> None:
    """Put the certificates of the real authority into a token that it never signed."""
    certificates = right.link.pem + right.root.pem + right.signer.pem
    (forger.folder / "chain.pem").write_bytes(certificates)
    add_stamp(scene.path, "one", forger)


def trusted(scene: Scene, lab: Lab) -> None:
    """Take an authority for one that the reader knows: its fault must be seen all the same."""
    (scene.sealed.anchors / "tsa-one.pem").write_bytes(lab.root.pem)


def expired(scene: Scene, _right: Lab, forger: Lab) -> None:
    """Stamp with a certificate that had run out by then."""
    trusted(scene, forger)
    add_stamp(scene.path, "one", forger)


def revoked(scene: Scene, _right: Lab, forger: Lab) -> None:
    """Stamp with a certificate that was revoked the day before."""
    forger.revoke(forger.signer, NOW - DAY, x509.ReasonFlags.key_compromise)
    trusted(scene, forger)
    add_stamp(scene.path, "one", forger)


def of_something_else(scene: Scene, right: Lab, _forger: Lab) -> None:
    """Take a right stamp, of another log."""
    add_stamp(scene.path, "one", right, b"vestigo/log/other\n7\nAAAA\n")


def another_request(scene: Scene, right: Lab, _forger: Lab) -> None:
    """Lay a request beside a stamp that does not answer it."""
    note = (scene.path / NOTE).read_bytes()
    add_stamp(scene.path, "one", right)
    (scene.path / "seal/stamps/one/stamp.tsq").write_bytes(new_request(note).content)


def under_another_name(scene: Scene, _right: Lab, _forger: Lab) -> None:
    """Give the stamp of authority two for one of authority one."""
    add_stamp(scene.path, "one", scene.bases.outside.labs["two"])


def not_for_stamps(scene: Scene, _right: Lab, _forger: Lab) -> None:
    """Take a list of revoked certificates that the attacker made for a real one's."""
    (scene.path / "seal/stamps/one/revocation-1.crl").write_bytes(b"0\x03\x02\x01\x01")


def too_short(scene: Scene, _right: Lab, _forger: Lab) -> None:
    """Cut a stamp."""
    path = scene.path / "seal/stamps/one/stamp.tsr"
    path.write_bytes(path.read_bytes()[:-1])


PAST = (NOW - timedelta(days=9), NOW - timedelta(days=1))
for name, forge, how in (
    ("stamp of a self-made authority", self_made, {}),
    ("root laid beside a self-made stamp", root_beside, {}),
    ("certificates injected into the token", injected, {}),
    ("chain that had expired", expired, {"valid": PAST}),
    ("signer that was revoked", revoked, {}),
    ("stamp of something else", of_something_else, {}),
    ("stamp of another request", another_request, {}),
    ("stamp under another name", under_another_name, {}),
    ("revocation list that is none", not_for_stamps, {}),
    ("stamp cut short", too_short, {}),
):
    add(name, stamped_by(forge, **how), base="whole")


def another_witness(scene: Scene) -> None:
    """Let somebody of the witness's name cosign."""
    (note,) = (scene.path / "seal/witness").iterdir()
    note.unlink()
    add_cosignature(scene.path, UnlockedWitness(WITNESS, Ed25519PrivateKey.generate()))
    list_tags(scene)


def under_its_number(scene: Scene) -> None:
    """Give a made-up cosignature the number of the real witness's key."""
    (note,) = (scene.path / "seal/witness").iterdir()
    forged = UnlockedWitness(WITNESS, Ed25519PrivateKey.generate())
    real = scene.bases.outside.witness.key
    note.unlink()
    add_cosignature(scene.path, forged)
    (made,) = (scene.path / "seal/witness").iterdir()
    text, _gap, lines = made.read_text("utf-8").partition("\n\n")
    made.write_text(f"{text}\n\n{with_number(lines, real.id)}", "utf-8")
    list_tags(scene)


def with_number(lines: str, number: bytes) -> str:
    """Return signature lines whose last one claims another key."""
    *others, last = lines.splitlines()
    dash, name, encoded = last.split(" ")
    content = number + base64.b64decode(encoded)[4:]
    return "\n".join([*others, f"{dash} {name} {base64.b64encode(content).decode()}", ""])


add("cosignature by a namesake", another_witness, base="whole")
add("cosignature with the witness's number", under_its_number, base="whole")
