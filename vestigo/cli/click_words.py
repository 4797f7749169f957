# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of the library that reads the command line, in the person's language."""

from __future__ import annotations

from importlib import import_module

from vestigo import i18n

MODULES = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")


def translate_click() -> None:
    """Let click ask our catalogues for its words.

    Click binds the translation functions of the standard library, which read compiled
    catalogues only; ours are read as they stand (``config/locale/<language>/click.po``).
    """
    for name in MODULES:
        module = import_module(f"click.{name}")
        for function in ("_", "ngettext"):
            if hasattr(module, function):
                setattr(module, function, getattr(i18n, function))
