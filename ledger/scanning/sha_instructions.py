# SPDX-License-Identifier: AGPL-3.0-or-later
"""SHA-256 by the processor's SHA instructions, two messages at once.

One message leaves the unit idle for half of the time, since each instruction waits for the
one before; a second message fills the gaps.  No library that we may rely on offers that.
A state is 8 words in the order in which the instructions want them: f e b a, h g d c.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import llvmlite.binding
import numba
from numba import types

from ledger.scanning.memory import as_written, cgutils, ir
from ledger.scanning.sha256 import BEGIN, ROUND

config: Any = numba.config  # these two without annotations of their own
binding: Any = llvmlite.binding
ORDER = (5, 4, 1, 0, 7, 6, 3, 2)  # which word of the usual order stands where
FIRST_STATE = BEGIN[list(ORDER)].copy()
_FOUR = ir.VectorType(ir.IntType(32), 4)
_GROUPS = 16  # of four rounds


@cache
def has_instructions() -> bool:
    """Whether this processor has the instructions and compiled code is made for it."""
    if config.CPU_NAME or config.CPU_FEATURES:  # for some other processor
        return False
    return bool(dict(binding.get_host_cpu_features()).get("sha"))


@as_written
def compress_two(_context: Any, _state: Any, _block: Any, _other: Any, _block_of_other: Any) -> Any:
    """Take the block of 64 bytes at an address into a state, and another into another."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        lanes = [_Lane(builder, *arguments[:2]), _Lane(builder, *arguments[2:])]
        return _generated(lanes)

    word = types.uint64
    return types.int32(word, word, word, word), generate


@as_written
def compress_one(_context: Any, _state: Any, _block: Any) -> Any:
    """Take the block of 64 bytes at an address into a state."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return _generated([_Lane(builder, *arguments)])

    return types.int32(types.uint64, types.uint64), generate


def _generated(lanes: list[_Lane]) -> Any:
    for group in range(_GROUPS):
        for lane in lanes:
            lane.schedule(group)
        for lane in lanes:
            lane.rounds(group)
    for lane in lanes:
        lane.store()
    return ir.Constant(ir.IntType(32), 0)


class _Lane:
    """Writes the code that takes one block into one state."""

    def __init__(self, builder: Any, state: Any, block: Any) -> None:
        self._builder = builder
        self._places = [self._place(state, 0), self._place(state, 16)]
        self._begin = [builder.load(place, align=1) for place in self._places]
        self._state = list(self._begin)
        loaded = [builder.load(self._place(block, 16 * n), align=1) for n in range(4)]
        self._words = [self._called("llvm.bswap.v4i32", four) for four in loaded]

    def schedule(self, group: int) -> None:
        """Make the four words of a group from those of the four groups before."""
        if group < len(self._words):
            return
        far, third, second, last = self._words[-4:]
        total = self._builder.add(
            self._called("llvm.x86.sha256msg1", far, third),
            self._picked(second, last, (1, 2, 3, 4)),
        )
        self._words.append(self._called("llvm.x86.sha256msg2", total, last))

    def rounds(self, group: int) -> None:
        """Do four rounds."""
        constants = [int(one) for one in ROUND[4 * group : 4 * group + 4]]
        words = self._builder.add(self._words[group], ir.Constant(_FOUR, constants))
        for taken in (words, self._picked(words, words, (2, 3, 0, 0))):
            upper, lower = self._state
            self._state = [self._called("llvm.x86.sha256rnds2", lower, upper, taken), upper]

    def store(self) -> None:
        """Add what the state was before, and keep it."""
        for place, before, after in zip(self._places, self._begin, self._state, strict=True):
            self._builder.store(self._builder.add(before, after), place, align=1)

    def _place(self, address: Any, offset: int) -> Any:
        at = self._builder.add(address, ir.Constant(ir.IntType(64), offset))
        return self._builder.inttoptr(at, _FOUR.as_pointer())

    def _picked(self, a: Any, b: Any, lanes: tuple[int, ...]) -> Any:
        mask = ir.Constant(_FOUR, list(lanes))
        return self._builder.shuffle_vector(a, b, mask)

    def _called(self, name: str, *operands: Any) -> Any:
        kind = ir.FunctionType(_FOUR, [_FOUR] * len(operands))
        function = cgutils.get_or_insert_function(self._builder.module, kind, name)
        return self._builder.call(function, operands)
