# SPDX-License-Identifier: AGPL-3.0-or-later
"""What comes from outside the unit: time stamps and a witness, put into a finished bundle."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vestigo.evidence.note import parse_note
from vestigo.evidence.stamping import new_request
from vestigo.evidence.stamping.bundled import add_late_files
from vestigo.evidence.witness.holder_key import UnlockedWitness
from vestigo.pipeline.tamper_bench.invented_authority import Lab, make_lab
from vestigo.pipeline.tamper_bench.invented_pages import NOON
from vestigo.pipeline.tamper_bench.sealed import NOTE

NOWHERE = "http://127.0.0.1:9/"  # certificates name their lists there; nobody ever asks
WITNESS = "witness.example/1"


def stamp_files(lab: Lab, note: bytes, *, lists: bool = True) -> dict[str, bytes]:
    """Return name and content of everything that belongs to a stamp of ``note``."""
    request = new_request(note).content
    files = {"stamp.tsq": request, "stamp.tsr": lab.reply(request),
             "chain-0.cer": lab.signer.der, "chain-1.cer": lab.link.der}  # fmt: skip
    if lists:
        files |= {"revocation-1.crl": lab.crl(lab.link), "revocation-2.crl": lab.crl(lab.root)}
    return files


def add_stamp(bundle: Path, authority: str, lab: Lab, note: bytes | None = None) -> None:
    """Put a stamp of the checkpoint (or of ``note``) into a bundle, as one that came late."""
    files = stamp_files(lab, (bundle / NOTE).read_bytes() if note is None else note)
    add_late_files(
        bundle, {f"seal/stamps/{authority}/{name}": content for name, content in files.items()}
    )


def add_cosignature(bundle: Path, witness: UnlockedWitness) -> None:
    """Let a witness cosign the checkpoint of a bundle, an hour after the case began."""
    note = parse_note((bundle / NOTE).read_text("utf-8"))
    moment = int((NOON + timedelta(hours=1)).timestamp())
    cosigned = note.with_signatures((witness.cosign(note.text, moment),))
    name = f"seal/witness/{witness.key.id.hex()}.note"
    add_late_files(bundle, {name: cosigned.written().encode()})


@dataclass
class Outside:
    """Two authorities and a witness, made once for many bundles."""

    folder: Path
    labs: dict[str, Lab] = field(default_factory=dict)
    witness: UnlockedWitness = field(
        default_factory=lambda: UnlockedWitness(WITNESS, Ed25519PrivateKey.generate())
    )

    def __post_init__(self) -> None:
        """Make the certificates of both authorities."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.labs["one"] = make_lab(self.folder / "one", base=NOWHERE)
        self.labs["two"] = make_lab(self.folder / "two", kind="rsa", n=1, base=NOWHERE)

    def vouch(self, bundle: Path, anchors: Path, *, stamps: int = 2, witness: bool = True) -> None:
        """Put stamps and a cosignature into a bundle, and their keys among the anchors."""
        for name, lab in list(self.labs.items())[:stamps]:
            add_stamp(bundle, name, lab)
            (anchors / f"tsa-{name}.pem").write_bytes(lab.root.pem)
        if witness:
            add_cosignature(bundle, self.witness)
            vkey = anchors / f"witness-{self.witness.key.id.hex()}.vkey"
            vkey.write_text(f"{self.witness.key.written()}\n")
