# SPDX-License-Identifier: AGPL-3.0-or-later
"""The truth of a world told again from its seed, instead of read from a file."""

from __future__ import annotations

import json

from vestigo.training.behaviour import load_behaviour
from vestigo.training.chain.ledger import make_ledger
from vestigo.training.scoring.truth_file import Truth, truth_from
from vestigo.training.telling import tell_world
from vestigo.training.truth import truth


def truth_of_seed(seed: int, behaviour: str) -> Truth:
    """Return the truth of the world of ``seed`` and ``behaviour`` (a name or path)."""
    world = tell_world(seed, load_behaviour(behaviour))
    document = json.loads(json.dumps(truth(world, make_ledger(world))))
    return truth_from(document, f"seed {seed}, {world.behaviour.name}")
