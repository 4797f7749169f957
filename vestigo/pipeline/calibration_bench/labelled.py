# SPDX-License-Identifier: AGPL-3.0-or-later
"""How likely a transaction is a mix, given its class: measured on labelled compact lines.

Each line names its ``label`` in words (``says_mix``).  A transaction under several
labels is a mix where one of them says so.  The table ``config/ledger/classes.toml`` is
counted on the transactions whose id ends in an even digit; the others are held out.
"""

from __future__ import annotations

import json
import lzma
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

from ledger.classes import TxView, classify
from ledger.classes.chances import class_chances
from ledger.compact import parse_line
from vestigo.pipeline.calibration_bench.measuring import calibration, wilson

MIX_WORDS = ("coinjoin", "whirlpool", "wasabi", "wabisabi", "joinmarket", "mix")
NO_MIX_WORDS = ("postmix", "premix", "tx0", "false_positive", "look_alike", "lookalike")
NOT = ("not", "no", "non")
ROLES = ("postmix", "tx0")
LEAST_EQUAL = 5
SOURCE = 'source = "labelled real transactions; those whose id ends in an even digit"'
EVEN = frozenset("02468ace")
Judged = dict[str, tuple[str, bool]]


def judged_lines(files: Iterable[Path]) -> Judged:
    """Return, by transaction id, the class that we give and whether a label calls it a mix.

    Raises ``InputError`` E-LED-020 for a line that is no compact transaction.
    """
    found: Judged = {}
    for path in files:
        opener = lzma.open if path.suffix == ".xz" else open
        with opener(path, "rt", encoding="utf-8") as handle:
            for number, line in enumerate(handle, start=1):
                view = parse_line(line, f"{path}:{number}")
                label = str(json.loads(line).get("label", "")).lower()
                is_mix = says_mix(label)
                if label.endswith(ROLES) and _all_equal(view):
                    continue
                before = found.get(view.txid, ("", False))[1]
                found[view.txid] = (classify(view).name, is_mix or before)
    return found


def says_mix(label: str) -> bool:
    """Return whether a label calls its transaction a mix.

    ``whirlpool``, ``wasabi2_coinjoin`` and ``mix`` do; ``wasabi1_postmix``,
    ``whirlpool_tx0``, ``not_coinjoin``, ``none`` and ``batch`` do not.
    """
    words = label.lower().replace("-", "_").replace(" ", "_")
    if words.split("_")[0] in NOT or any(one in words for one in NO_MIX_WORDS):
        return False
    return any(one in words for one in MIX_WORDS)


def _all_equal(view: TxView) -> bool:
    values = {coin.value_sat for coin in view.outputs}
    return len(view.inputs or ()) == len(view.outputs) >= LEAST_EQUAL and len(values) == 1


def measure_labelled(files: Iterable[Path]) -> dict[str, Any] | None:
    """Return the calibration on all lines and on the held-out half; None without files."""
    judged = judged_lines(files)
    if not judged:
        return None
    chances = class_chances()
    stated = {txid: (chances[name], is_mix) for txid, (name, is_mix) in judged.items()}
    held_out = [pair for txid, pair in stated.items() if txid[-1] not in EVEN]
    return {"held_out": calibration(held_out), "all": calibration(list(stated.values()))}


def class_table(files: Iterable[Path], on: str) -> str:
    """Return ``config/ledger/classes.toml`` as it follows from labelled lines."""
    seen: Counter[str] = Counter()
    mixes: Counter[str] = Counter()
    for txid, (name, is_mix) in judged_lines(files).items():
        if txid[-1] in EVEN:
            seen[name] += 1
            mixes[name] += is_mix
    lines = ["# How likely a transaction of each class is a mix.",
             'format = "vestigo.ledger.classes.v1"', f'counted_at = "{on}"',
             SOURCE]  # fmt: skip
    for name in sorted(seen):
        n, right = seen[name], mixes[name]
        low, high = wilson(right, n)
        chance = (Decimal(right) + Decimal("0.5")) / (n + 1)
        lines += [f"\n[class.{name}]", f"n = {n}", f"mixes = {right}",
                  f"probability = {chance:.4f}", f"low = {low}", f"high = {high}"]  # fmt: skip
    return "\n".join(lines) + "\n"
