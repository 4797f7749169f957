# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where the shipped data files are: in the wheel or in a checkout."""

from __future__ import annotations

from functools import cache
from pathlib import Path


@cache
def config_root() -> Path:
    """Return the folder of shipped data (``config/``, in the wheel ``vestigo/_config``)."""
    package = Path(__file__).resolve().parent
    shipped = package / "_config"
    return shipped if shipped.is_dir() else package.parent / "config"
