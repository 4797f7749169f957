# SPDX-License-Identifier: AGPL-3.0-or-later
"""How a person writes: the choices that stay the same under another name.

A sentence holds alternatives in brackets, ``[Hello|Hi] friends``.  A voice chooses among
them by its own seed, so that one person writes the same sentence the same way each time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vestigo.training.stream import Stream

BULLETS = ("", "", "", "- ", "* ", "» ", "• ", "~ ", "# ")
ENDINGS = (".", ".", ".", "", "!", " :)", "..", " <3", " !!")
CASES = ("as is", "as is", "as is", "lower", "first upper")
_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")


@dataclass(frozen=True, slots=True)
class Voice:
    """The habits of one party; ``name`` is what they are drawn from."""

    seed: int
    name: str

    def say(self, sentence: str) -> str:
        """Return ``sentence`` with this voice's alternatives, without its marks."""
        stream = Stream(self.seed, "voice", self.name, sentence)
        return _ALTERNATIVES.sub(lambda found: stream.pick(found[1].split("|")), sentence)

    def write(self, sentence: str) -> str:
        """Return ``sentence`` as this voice writes it on a line of its own."""
        stream = Stream(self.seed, "hand", self.name)
        bullet, ending, case = stream.pick(BULLETS), stream.pick(ENDINGS), stream.pick(CASES)
        said = self.say(sentence).rstrip(".!")
        if case == "lower":
            said = said.lower()
        elif case == "first upper":
            first, space, rest = said.partition(" ")
            said = first.upper() + space + rest
        return f"{bullet}{said}{ending}"
