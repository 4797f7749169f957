# SPDX-License-Identifier: AGPL-3.0-or-later
"""No image of this process's memory on a disk: it holds passwords, cookies and keys."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

COREDUMP_FILTER = Path("/proc/self/coredump_filter")


def forbid_core_dumps() -> None:
    """Forbid core dumps of this process and of those that it starts.

    The limit stops the kernel's own files; a handler that it pipes to may disregard the
    limit, so on Linux no mapping is left that a dump would hold (core(5)).  Where the
    system knows neither there is nothing to forbid here.
    """
    with suppress(ImportError):  # absent on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with suppress(OSError):  # another system than Linux, or a /proc that nobody may write to
        COREDUMP_FILTER.write_text("0")
