# SPDX-License-Identifier: AGPL-3.0-or-later
"""Asking for memory before it is needed: an instruction that numba has no word for."""

from __future__ import annotations

from typing import Any

import llvmlite.ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

_llvm: Any = llvmlite.ir
_blocks: Any = cgutils

_WRITE, _KEEP_NEAR, _DATA = 1, 3, 1
_WORD = _llvm.IntType(32)


def _prefetch(_typing: Any, array: Any, place: Any) -> Any:
    """Ask for ``array[place]`` (read and written soon); a hint that changes no result."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        held = context.make_array(signature.args[0])(context, builder, given[0])
        pointer = _llvm.IntType(8).as_pointer()
        kind = _llvm.FunctionType(_llvm.VoidType(), [pointer, _WORD, _WORD, _WORD])
        hint = _blocks.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
        address = builder.bitcast(builder.gep(held.data, [given[1]]), pointer)
        builder.call(hint, [address, *(_WORD(one) for one in (_WRITE, _KEEP_NEAR, _DATA))])
        return context.get_dummy_value()

    return types.void(array, place), code


prefetch: Any = intrinsic(_prefetch)
