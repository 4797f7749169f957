# SPDX-License-Identifier: AGPL-3.0-or-later
"""Figures of the finished parts of a run, kept so that a run that was ended can go on."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vestigo.pipeline.acceptance import current_commit
from vestigo.store.atomic import write_atomically


def _nothing(_line: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one run in ``folder``: each has its case there, and its figures beside it.

    With ``resume`` a part whose figures were kept for the same commit and number of plants is
    not run again.  ``on_part`` hears the name of each part that begins, ``on_line`` how far a
    part has come (no text for a person: name, done, of how many).
    """

    folder: Path
    n_plants: int
    resume: bool = False
    on_part: Callable[[str], None] = _nothing
    on_line: Callable[[str], None] = _nothing

    def figures(self, name: str, run: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        """Return the figures of a part: the kept ones, or those of ``run``, which are kept."""
        self.on_part(name)
        place = self.folder / f"{name}.json"
        run_for = {"commit": current_commit(), "n_plants": self.n_plants}
        if self.resume and place.is_file():
            kept = json.loads(place.read_text("utf-8"))
            if kept["of"] == run_for:
                found: dict[str, Any] = kept["figures"]
                return found
        shutil.rmtree(self.folder / name, ignore_errors=True)  # what an ended run left of it
        figures = run()
        text = json.dumps({"of": run_for, "figures": figures}, indent=2)
        write_atomically(place, text.encode("utf-8"))
        return figures
