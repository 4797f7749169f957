# SPDX-License-Identifier: AGPL-3.0-or-later
"""Trust anchors: what a verifier must have from elsewhere than the bundle."""

from __future__ import annotations

import hashlib
from pathlib import Path

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.custody_event import parse_event
from vestigo.evidence.custody_reading import whole_lines
from vestigo.evidence.key_history import public_history
from vestigo.evidence.key_names import CHECKPOINT, KEY_REVOKED, REVOKED, UNIT, VKEY, key_file
from vestigo.evidence.key_revocation import revocations
from vestigo.evidence.stranger import verifier_digests
from vestigo.i18n import _
from vestigo.store import CaseFolder
from vestigo.store.atomic import write_atomically

VERIFIERS, STATEMENTS = "verifiers.sha256", "statements.sha256"
STATED = ("bundle built", "disclosed copy built")
MARKS = tuple(f'"reason":"{reason}"'.encode() for reason in (*STATED, KEY_REVOKED))


def write_anchors(folder: CaseFolder, out: Path | None = None) -> dict[str, str]:
    """Write the anchors of a case to ``out`` (``CASE/anchors``); return name and SHA-256 of each.

    They are the unit's first certificate, the first checkpoint key in two forms, the digests of
    the verifiers of this release; and, where there are any, the hand-overs to later keys, what
    the unit says of its operators, which keys are revoked, and then also the statements that it
    made.  Raises ``ConfigurationError`` E-EVI-012.
    """
    target = folder.anchors if out is None else out
    files = {name: key_file(folder.keys / name) for name in (UNIT, CHECKPOINT, VKEY)}
    files |= public_history(folder.keys) | revoked_files(folder)
    files[VERIFIERS] = b"".join(
        f"{digest}  {name}\n".encode("ascii") for name, digest in verifier_digests().items()
    )
    for name, content in files.items():
        write_atomically(target / name, content)
    return {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}


def revoked_files(folder: CaseFolder) -> dict[str, bytes]:
    """Return ``revoked.txt`` and the digests of all statements; nothing where none is revoked."""
    found = (line for line in whole_lines(folder.custody / "events.jsonl")
             if any(mark in line for mark in MARKS))  # fmt: skip
    events = [parse_event(line) for line in found]
    lines = [one.line() for one in revocations(events)]
    if not lines:
        return {}
    made = [event.object_sha256 for event in events if event.reason in STATED]
    return {REVOKED: "".join(lines).encode("utf-8"),
            STATEMENTS: "".join(f"{one}\n" for one in made).encode("ascii")}  # fmt: skip


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
