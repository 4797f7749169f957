# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trust anchors: what a verifier must have from elsewhere than the bundle."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vestigo.errors import ConfigurationError, UsageError, VerificationError
from vestigo.evidence.keys import CHECKPOINT, UNIT, VKEY
from vestigo.evidence.stranger import verifier_digests
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

VERIFIERS = "verifiers.sha256"


def write_anchors(folder: CaseFolder, out: Path | None = None) -> dict[str, str]:
    """Write the anchors of a case to ``out`` (``CASE/anchors``); return name and SHA-256 of each.

    They are the unit's certificate, the checkpoint key in two forms and the digests
    of the verifiers of this release.  Raises ``ConfigurationError`` E-EVI-012.
    """
    target = folder.anchors if out is None else out
    files = {name: _public(folder, name) for name in (UNIT, CHECKPOINT, VKEY)}
    files[VERIFIERS] = b"".join(
        f"{digest}  {name}\n".encode("ascii") for name, digest in verifier_digests().items()
    )
    for name, content in files.items():
        write_atomically(target / name, content)
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def keep_checkpoint(folder: CaseFolder, size: int, note: str) -> None:
    """Keep the note of a checkpoint outside of the bundles, to compare later ones with.

    A note that is there is never replaced: ``VerificationError`` E-EVI-023 if it differs.
    """
    path, content = folder.anchors / f"checkpoint-{size}.note", note.encode("utf-8")
    if path.exists() and path.read_bytes() != content:
        raise VerificationError(
            "E-EVI-023",
            _("The custody log is missing, cut or not the one of an earlier checkpoint."),
            where=str(path),
            remedy=_("Restore the log from a copy that verifies; nothing was sealed."),
        )
    write_atomically(path, content)


def kept_checkpoint(folder: CaseFolder, size: int | None = None) -> str:
    """Return the note of a checkpoint that was signed before (None: the last).

    Raises ``UsageError`` E-EVI-114 where there is none.
    """
    numbers = {path.stem.partition("-")[2]: path
               for path in folder.anchors.glob("checkpoint-*.note")}  # fmt: skip
    found = {int(number): path for number, path in numbers.items() if number.isdigit()}
    wanted = max(found, default=0) if size is None else size
    if wanted not in found:
        raise UsageError(
            "E-EVI-114",
            _("The case has no signed checkpoint {n}.").format(n=wanted or ""),
            where=str(folder.anchors),
            remedy=_("Sign one with “vestigo evidence checkpoint”, or build a bundle."),
        )
    return found[wanted].read_text("utf-8")


def _public(folder: CaseFolder, name: str) -> bytes:
    path = folder.keys / name
    if not path.is_file():
        raise ConfigurationError(
            "E-EVI-012",
            _("The case has no keys."),
            where=str(path),
            remedy=_("Make them with “vestigo case keys”."),
        )
    return path.read_bytes()
