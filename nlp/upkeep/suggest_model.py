# SPDX-License-Identifier: AGPL-3.0-or-later
"""A trained layer on the disk: a folder of spaCy and a note with its digest.

What was changed, or was made by another version of spaCy, is not loaded.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nlp.upkeep.suggesting import blank
from vestigo.errors import InputError, UsageError
from vestigo.i18n import _
from vestigo.store.atomic import write_atomically

if TYPE_CHECKING:
    from spacy.language import Language

NOTE = "suggest.json"
MODEL = "model"


def save(language: Language, folder: Path, about: dict[str, Any]) -> dict[str, Any]:
    """Write the model into a new ``folder``; return its note.

    Raises ``UsageError`` E-NLP-026 where the folder is there already.
    """
    if folder.exists():
        raise UsageError(
            "E-NLP-026",
            _("The folder for the model is there already."),
            where=str(folder),
            remedy=_("Name a folder that is not there."),
        )
    folder.mkdir(mode=0o700, parents=True)
    language.to_disk(folder / MODEL, exclude=["vocab"])  # it holds every word that was seen
    note = {**about, "spacy": version("spacy"), "sha256": _digest(folder / MODEL)}
    write_atomically(folder / NOTE, (json.dumps(note, indent=2) + "\n").encode())
    return note


def load(folder: Path) -> tuple[Language, dict[str, Any]]:
    """Return the model and its note; raises ``InputError`` E-NLP-027."""
    if not (folder / NOTE).is_file():
        raise _unusable(folder, _("the folder holds none ({name})").format(name=NOTE))
    try:
        note = json.loads((folder / NOTE).read_text("utf-8"))
        if note["spacy"] != version("spacy") or note["sha256"] != _digest(folder / MODEL):
            raise _unusable(folder, _("it was changed, or made by another version of spaCy"))
        return blank().from_disk(folder / MODEL, exclude=["vocab"]), note
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise _unusable(folder, str(error)) from error


def _unusable(folder: Path, reason: str) -> InputError:
    return InputError(
        "E-NLP-027",
        _("The model cannot be used: {reason}.").format(reason=reason),
        where=str(folder),
        remedy=_("Train it again (“vestigo nlp suggest train”)."),
    )


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix().encode()
        digest.update(name + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()
