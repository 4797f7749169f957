# SPDX-License-Identifier: AGPL-3.0-or-later
"""Disclosing a part of a case: the copy has the checkpoint of a bundle that was built before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vestigo.errors import UsageError, VerificationError
from vestigo.evidence.bundle import CaseView, refuse_unsound, view_at
from vestigo.evidence.bundle.log_proofs import BUILT
from vestigo.evidence.checkpoint import Checkpoint, parse_checkpoint
from vestigo.evidence.disclosure import Disclosed, Wish, build_disclosed
from vestigo.evidence.keys import UnlockedKeys
from vestigo.i18n import _
from vestigo.pipeline.coverage_sheet import coverage_attachments
from vestigo.pipeline.sealing import graph_attachments
from vestigo.pipeline.session import CaseSession

NOTE = Path("seal") / "checkpoint.note"


def case_and_checkpoint(path: Path, case: Path | None) -> tuple[Path, Checkpoint | None]:
    """Return the case and the checkpoint that ``path`` (a case, or a bundle of it) means.

    None stands for the checkpoint of the last bundle.  Raises ``UsageError`` E-EVI-217 where
    it is neither, or the case of the bundle is not known.
    """
    if (path / "case.toml").is_file():
        return path, None
    note, owner = path / NOTE, case or path.resolve().parent.parent
    if not note.is_file() or not (owner / "case.toml").is_file():
        raise UsageError(
            "E-EVI-217",
            _("This is neither a case nor a bundle of a case that is known."),
            where=str(path),
            remedy=_("Give the folder of the case, or of the bundle and “--case”."),
        )
    try:
        return owner, parse_checkpoint(note.read_bytes().decode("utf-8"))
    except (OSError, ValueError) as error:
        raise _another(str(note)) from error


def disclose_part(
    session: CaseSession, keys: UnlockedKeys, wish: Wish, out: Path, checkpoint: Checkpoint | None
) -> Disclosed:
    """Build the copy at the checkpoint of a bundle of the case; log who withholds what and why.

    Raises as ``build_disclosed``; ``UsageError`` E-EVI-218 where no bundle was built there,
    E-EVI-211 without a reason.
    """
    if not wish.reason:
        raise UsageError(
            "E-EVI-211",
            _("Nothing is withheld without a reason."),
            where="--reason",
            remedy=_("Name the rule or decision that says so: it goes into the log and the copy."),
        )
    refuse_unsound(session.folder, session.ledger, session.custody)
    built = [int(event.details["checkpoint"]) for event in session.custody.events()
             if event.reason == BUILT]  # fmt: skip
    size = checkpoint.size if checkpoint else (built[-1] if built else None)
    if size is None or size not in built:
        raise UsageError(
            "E-EVI-218",
            _("No bundle of this case was built at this checkpoint."),
            where=str(size or ""),
            remedy=_("Build one with “vestigo bundle build” first: both copies share its state."),
        )
    view = view_at(session.folder, session.ledger, session.custody, size)
    if checkpoint and checkpoint.root != view.root:
        raise _another(str(size))

    def attachments(part: CaseView) -> Mapping[str, bytes]:
        return {**graph_attachments(session, part), **coverage_attachments(part)}

    return build_disclosed(view, keys, session.custody, wish, out, attachments, session.clock)


def _another(where: str) -> VerificationError:
    return VerificationError(
        "E-EVI-217",
        _("This is neither a case nor a bundle of a case that is known."),
        where=where,
        remedy=_("Give the folder of the case, or of the bundle and “--case”."),
    )
