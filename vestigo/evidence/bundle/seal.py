# SPDX-License-Identifier: AGPL-3.0-or-later
"""The seal of a bundle: what differs per build, and the statement that the unit signs."""

from __future__ import annotations

import json
import platform
import secrets
import ssl
from datetime import datetime
from importlib.metadata import distributions
from typing import Any

from vestigo import __version__
from vestigo.clock import iso
from vestigo.evidence.anchors import revoked_files
from vestigo.evidence.bundle.log_proofs import BUILT, signed_checkpoint
from vestigo.evidence.bundle.payload import BagFolder, manifest
from vestigo.evidence.bundle.view import CaseView
from vestigo.evidence.key_history import public_history
from vestigo.evidence.key_names import REVOKED
from vestigo.evidence.keys import UnlockedKeys
from vestigo.evidence.stamping.bracket import stated_bracket
from vestigo.evidence.stamping.bundled import bundle_stamps
from vestigo.evidence.stranger import PAGES, VERIFIERS, expected_output, shipped
from vestigo.evidence.witness import bundle_cosignatures
from vestigo.store import CaseFolder

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PROFILE = "urn:vestigo:bagit-profile:1"
FORMAT = 2  # 2: proofs of exhibits, and from the bundle before
SALT_BYTES = 32
ALGORITHMS = ("sha256", "sha512")


def add_seal(
    bag: BagFolder, view: CaseView, keys: UnlockedKeys, exhibits: list[str], now: datetime
) -> None:
    """Write every tag file: declaration, manifests, pages, verifiers, statement, signature."""
    bag.add("bagit.txt", DECLARATION)
    bag.add("bag-info.txt", _bag_info(bag, view, keys, exhibits, now))
    for algorithm in ALGORITHMS:
        bag.add(f"manifest-{algorithm}.txt", manifest(bag.payload(), algorithm))
    for name in (*VERIFIERS, *PAGES):
        bag.add(name, shipped(name))
    bag.add("expected.txt", expected_output())
    note = signed_checkpoint(view, keys)
    bag.add("seal/checkpoint.note", note.encode("utf-8"))
    bag.add("seal/build-environment.json", _pretty(_environment(now)))
    bag.add("seal/sbom.json", _pretty(_sbom()))
    for name, content in sealed_keys(view.folder).items():
        bag.add(name, content)
    bag.add("seal/time.json", _pretty(stated_bracket(view.events)))
    statement = _statement(bag, view, keys, now)
    bag.add("seal/statement.json", statement)
    bag.add("seal/statement.json.p7s", keys.sign_statement(statement))
    for name, content in bundle_stamps(view.folder, view.size, note.encode("utf-8")).items():
        bag.add(name, content)
    text = note.rpartition("\n\n")[0] + "\n"
    for name, content in bundle_cosignatures(view.folder, view.size, text).items():
        bag.add(name, content)
    tags = bag.tags()
    for algorithm in ALGORITHMS:
        bag.add(f"tagmanifest-{algorithm}.txt", manifest(tags, algorithm))


def previous_bundle(view: CaseView) -> str:
    """Return the digest of the statement of the bundle before this checkpoint, or ""."""
    built = [event for event in view.events if event.reason == BUILT]
    return built[-1].object_sha256 if built else ""


def sealed_keys(folder: CaseFolder) -> dict[str, bytes]:
    """Return the files of ``seal/keys``: hand-overs, operators, revocations, if there are any."""
    revoked = revoked_files(folder)
    files = public_history(folder.keys) | {n: revoked[n] for n in (REVOKED,) if n in revoked}
    return {f"seal/keys/{name}": content for name, content in sorted(files.items())}


def _bag_info(
    bag: BagFolder, view: CaseView, keys: UnlockedKeys, exhibits: list[str], now: datetime
) -> bytes:
    description = view.folder.description()
    payload = bag.payload().values()
    rows = (
        ("BagIt-Profile-Identifier", PROFILE),
        ("Source-Organization", description["unit"]),
        ("External-Description", description["title"]),
        ("External-Identifier", keys.origin),
        ("Bagging-Date", now.date().isoformat()),
        ("Bag-Software-Agent", f"vestigo {__version__}"),
        ("Payload-Oxum", f"{sum(d.n_bytes for d in payload)}.{len(payload)}"),
        ("Vestigo-Format-Version", str(FORMAT)),
        ("Vestigo-Checkpoint", str(view.size)),
        ("Vestigo-Exhibits", " ".join(_ranges(exhibits)) or "none"),
        ("Vestigo-Previous-Bundle-SHA256", previous_bundle(view) or "none"),
    )
    return "".join(f"{label}: {_one_line(value)}\n" for label, value in rows).encode("utf-8")


def _statement(bag: BagFolder, view: CaseView, keys: UnlockedKeys, now: datetime) -> bytes:
    files = {name: digests.sha256 for name, digests in bag.tags().items()}
    return _pretty(
        {
            "format": "vestigo-statement-1",
            "built_at": iso(now),
            "checkpoint": {"origin": keys.origin, "size": view.size, "root": view.root.hex()},
            "files": files,
            # the log names the digest of this file: without a salt it would commit to all of it
            "salt": secrets.token_hex(SALT_BYTES),
            "seal_names": [
                "statement.json",
                "statement.json.p7s",
                "stamps/*.tsq",
                "stamps/*.tsr",
                "stamps/*/stamp.tsq",
                "stamps/*/stamp.tsr",
                "stamps/*/chain-?.cer",
                "stamps/*/revocation-*.crl",
                "stamps/*/revocation-*.ocsp",
                "witness/*.note",
            ],
        }
    )


def _pretty(value: dict[str, Any]) -> bytes:
    """Return JSON with one value a line and nothing before it: a shell can read it."""
    return json.dumps(value, indent=0, sort_keys=True, ensure_ascii=True).encode("ascii") + b"\n"


def _environment(now: datetime) -> dict[str, Any]:
    return {
        "format": "vestigo-build-environment-1",
        "built_at": iso(now),
        "vestigo": __version__,
        "python": platform.python_version(),
        "implementation": platform.python_implementation(),
        "system": platform.system(),
        "machine": platform.machine(),
        "openssl_of_python": ssl.OPENSSL_VERSION,
    }


def _sbom() -> dict[str, Any]:
    found = {_name_and_version(d.read_text("METADATA") or "") for d in distributions()}
    components = [
        {"type": "library", "name": name, "version": version, "purl": f"pkg:pypi/{name}@{version}"}
        for name, version in sorted(found)
        if name
    ]
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, "components": components}


def _name_and_version(metadata: str) -> tuple[str, str]:
    """Read two fields only: the mail parser takes a tenth of a second for all packages."""
    head = metadata.split("\n\n", 1)[0]
    fields = dict(line.split(": ", 1) for line in head.splitlines() if ": " in line)
    return fields.get("Name", "").strip(), fields.get("Version", "").strip()


def _ranges(numbers: list[str]) -> list[str]:
    """Return ``0001-0004 0007`` for the numbers of the exhibits."""
    runs: list[list[str]] = []
    for number in numbers:
        if runs and int(runs[-1][-1]) + 1 == int(number):
            runs[-1] = [runs[-1][0], number]
        else:
            runs.append([number])
    return ["-".join(run) for run in runs]


def _one_line(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text).strip() or "-"
