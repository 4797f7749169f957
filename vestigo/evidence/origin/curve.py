# SPDX-License-Identifier: AGPL-3.0-or-later
"""As much of the curve edwards25519 as blinding a public key takes (RFC 8032, section 5.1).

Public values only: nothing here runs in constant time, and nothing has to.
"""

from __future__ import annotations

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_ROOT_OF_MINUS_ONE = pow(2, (_P - 1) // 4, _P)

# x, y, z, t with x/z and y/z the point and t = xy/z
_Point = tuple[int, int, int, int]
_NEUTRAL: _Point = (0, 1, 1, 0)


def multiply(scalar: int, encoded: bytes) -> bytes:
    """Return ``scalar`` times the point ``encoded`` (32 bytes), encoded.

    Raises ``ValueError`` where the bytes are no point of the curve.
    """
    base, total = _decoded(encoded), _NEUTRAL
    while scalar:
        if scalar & 1:
            total = _sum(total, base)
        base = _sum(base, base)
        scalar >>= 1
    x, y, z, _t = total
    inverse = pow(z, -1, _P)
    return (y * inverse % _P | (x * inverse % _P & 1) << 255).to_bytes(32, "little")


def is_point(encoded: bytes) -> bool:
    """Say whether the bytes are the encoding of a point."""
    try:
        _decoded(encoded)
    except ValueError:
        return False
    return True


def _decoded(encoded: bytes) -> _Point:
    number = int.from_bytes(encoded, "little")
    y, sign = number & (1 << 255) - 1, number >> 255
    if len(encoded) != 32 or y >= _P:  # noqa: PLR2004  # bytes of a point
        raise ValueError("no point of the curve")
    x_squared = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(x_squared, (_P + 3) // 8, _P)
    if (x * x - x_squared) % _P:
        x = x * _ROOT_OF_MINUS_ONE % _P
    if (x * x - x_squared) % _P or (sign and not x):
        raise ValueError("no point of the curve")
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


def _sum(p: _Point, q: _Point) -> _Point:
    """Add by the complete formulas of RFC 8032, section 5.1.4."""
    a, b = (p[1] - p[0]) * (q[1] - q[0]), (p[1] + p[0]) * (q[1] + q[0])
    c, d = 2 * p[3] * q[3] * _D, 2 * p[2] * q[2]
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P
