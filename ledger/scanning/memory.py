# SPDX-License-Identifier: AGPL-3.0-or-later
"""Memory by address for compiled code: numbers of any place, copies, calls of C functions.

Loops over the elements of an array do the same and take several times as long.  Nothing
here knows where an array ends: callers have looked before.
"""

from __future__ import annotations

from typing import Any

import llvmlite.ir
import numba.core.cgutils
from numba import types
from numba.extending import intrinsic

ir: Any = llvmlite.ir  # without annotations of its own
cgutils: Any = numba.core.cgutils


def as_written(function: Any) -> Any:
    """Make ``function`` an intrinsic; its first argument is the compiler's own."""
    return intrinsic(function)


@as_written
def call(_context: Any, _function: Any, _a: Any, _b: Any, _c: Any) -> Any:
    """Call the C function at an address with three words."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        word = ir.IntType(64)
        kind = ir.FunctionType(ir.IntType(32), [word, word, word])
        pointer = builder.inttoptr(arguments[0], kind.as_pointer())
        return builder.call(pointer, arguments[1:])

    word = types.uint64
    return types.int32(word, word, word, word), generate


@as_written
def copy(_context: Any, _to: Any, _from: Any, _n_bytes: Any) -> Any:
    """Copy bytes from one address to another (a loop over elements takes far longer)."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        byte = ir.IntType(8).as_pointer()
        to, of = (builder.inttoptr(address, byte) for address in arguments[:2])
        cgutils.raw_memcpy(builder, to, of, arguments[2], 1)
        return ir.Constant(ir.IntType(32), 0)

    word = types.uint64
    return types.int32(word, word, word), generate


@as_written
def word_at(_context: Any, _address: Any) -> Any:
    """Return the 4 bytes at an address as a number, first byte lowest."""
    return types.int64(types.uint64), _loading(32)


@as_written
def two_words_at(_context: Any, _address: Any) -> Any:
    """Return the 8 bytes at an address as a number, first byte lowest."""
    return types.int64(types.uint64), _loading(64)


@as_written
def put_swapped(_context: Any, _address: Any, _word: Any) -> Any:
    """Write 4 bytes to an address, highest byte first."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(32).as_pointer())
        builder.store(builder.bswap(arguments[1]), pointer, align=1)
        return ir.Constant(ir.IntType(32), 0)

    return types.int32(types.uint64, types.uint32), generate


@as_written
def clear(_context: Any, _address: Any, _n_bytes: Any) -> Any:
    """Write zeros to an address."""

    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())
        cgutils.memset(builder, pointer, arguments[1], 0)
        return ir.Constant(ir.IntType(32), 0)

    return types.int32(types.uint64, types.uint64), generate


def _loading(n_bits: int) -> Any:
    def generate(_target: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], ir.IntType(n_bits).as_pointer())
        return builder.zext(builder.load(pointer, align=1), ir.IntType(64))

    return generate


@as_written
def prefetch(_context: Any, _array: Any, _place: Any) -> Any:
    """Ask for an element of an array that is read soon; a hint that changes no result."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, arguments[0])
        byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        address = builder.bitcast(builder.gep(held.data, [arguments[1]]), byte)
        kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
        hint = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        builder.call(hint, [address, word(0), word(3), word(1)])  # read, keep near, data
        return context.get_dummy_value()

    return types.void(_array, _place), generate
