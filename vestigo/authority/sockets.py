# SPDX-License-Identifier: AGPL-3.0-or-later
"""The last door: no socket call of this process reaches a place that was not granted.

The gate decides about acts; this guard sees what the interpreter is really about
to do (an audit hook) and refuses every destination that was not granted for that
moment, loopback and name look-ups included.  It fails closed: a library that opens
a socket of its own, on any thread, is refused and the refusal is logged.

An audit hook cannot be removed; so one hook stands for the process and asks the
guards that are active.  AF_UNIX needs no exception: asyncio wakes itself through
``socketpair``, which connects to nothing.  A socket that could send without naming a
destination (raw, packet, netlink) cannot be made at all.

What the hook does not see: C code that makes system calls of its own, and processes that
are started.  The guide lists those that the product starts while a guard watches.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from vestigo.authority.gate import Intent, Refusal
from vestigo.clock import Clock
from vestigo.errors import AuthorityError
from vestigo.i18n import _

Destination = tuple[str, int]

_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_NAMING = frozenset(
    {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
)
_MAKING = "socket.__new__"
_WATCHED = _CONNECTING | _NAMING | {_MAKING}
_FAMILIES = frozenset({socket.AF_INET, socket.AF_INET6, socket.AF_UNIX, -1})  # -1: of a descriptor
_KINDS = frozenset({socket.SOCK_STREAM, socket.SOCK_DGRAM, -1})
_KIND_BITS = 0xF  # above them stand flags such as SOCK_CLOEXEC

_active: list[SocketGuard] = []
_lock = threading.Lock()
_hooked = False


class SocketGuard:
    """Refuses every destination that is not granted at that moment.

    ``on_refusal`` sees each refusal before it is raised (E-AUT-007), as the gate's
    does.  Grants are counted: the same destination may be granted several times.
    """

    def __init__(self, clock: Clock, on_refusal: Callable[[Refusal], None] | None = None) -> None:
        self._clock = clock
        self._on_refusal = on_refusal
        self._granted: Counter[Destination] = Counter()

    @contextmanager
    def granting(self, host: str, port: int) -> Iterator[None]:
        """Let ``host:port`` (a literal address) be connected to inside the block."""
        with _lock:
            self._granted[host, port] += 1
        try:
            yield
        finally:
            with _lock:
                self._granted[host, port] -= 1

    def grants(self, destination: Destination) -> bool:
        """Say whether ``destination`` is granted now."""
        return self._granted[destination] > 0

    def refuse(self, event: str, host: str, port: int) -> None:
        """Log and raise the refusal of one socket call."""
        reason = _("A socket was about to be used for a destination that was not granted.")
        intent = Intent(
            host=host, port=port, act=event, account="", data_class="", what="unexpected socket"
        )
        if self._on_refusal:
            self._on_refusal(Refusal(intent, reason, "E-AUT-007", self._clock()))
        raise AuthorityError(
            "E-AUT-007",
            reason,
            where=f"{event} {host}:{port}",
            remedy=_("Nothing was sent. Report this: a part of the software went past the gate."),
        )


@contextmanager
def guarded(guard: SocketGuard) -> Iterator[SocketGuard]:
    """Have ``guard`` watch every socket call of this process inside the block."""
    global _hooked  # noqa: PLW0603  # a hook stays for the life of the process
    with _lock:
        if not _hooked:
            sys.addaudithook(_audit)
            _hooked = True
        _active.append(guard)
    try:
        yield guard
    finally:
        with _lock:
            _active.remove(guard)


def _audit(event: str, args: tuple[Any, ...]) -> None:
    if not _active or event not in _WATCHED or _on_connected_socket(event, args):
        return
    if event == _MAKING:
        _judge_kind(*args[1:3])
        return
    host, port = _destination(event, args)
    if event in _CONNECTING and any(guard.grants((host, port)) for guard in _active):
        return
    _active[-1].refuse(event, host, port)


def _judge_kind(family: int, kind: int) -> None:
    """Refuse a socket that could send without naming a destination."""
    plain = kind if kind < 0 else kind & _KIND_BITS
    if family not in _FAMILIES or plain not in _KINDS:
        _active[-1].refuse(_MAKING, f"family {int(family)} kind {plain}", 0)


def _on_connected_socket(event: str, args: tuple[Any, ...]) -> bool:
    """Say whether a message names no address: its socket's own connect was asked about."""
    return event == "socket.sendmsg" and args[1] is None


def _destination(event: str, args: tuple[Any, ...]) -> Destination:
    """Return what the call aims at; whatever is not an Internet address names itself."""
    if event in _CONNECTING:
        family, address = args[0].family, args[1]
        if family in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple):
            return str(address[0]), int(address[1])
        return f"{socket.AddressFamily(family).name} {_text(address)}", 0
    port = args[1] if event == "socket.getaddrinfo" else 0
    return _text(args[0]), port if isinstance(port, int) else 0


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
