# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two independent checkers of WARC files: warcio (Python) and jwarc (Java).

Neither is shipped: warcio is one of the test requirements, jwarc is a jar
(Maven ``org.netpreserve:jwarc``) that the caller names.  warcio ends with a Python
error at any ``br`` body where the package brotli lies beside it (its issue 73; Scrapy
brings brotli along); alone in its environment, as a stranger has it, it does not.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import subprocess
from collections.abc import Sequence
from pathlib import Path

from vestigo.errors import ConfigurationError
from vestigo.i18n import _

_JAVA = ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx256m", "-jar")
_PATIENCE_SECONDS = 600


def has_warcio() -> bool:
    """Say whether warcio is installed."""
    return importlib.util.find_spec("warcio") is not None


def refused_by_warcio(paths: Sequence[Path]) -> list[str]:
    """Return the names of the files that ``warcio check`` does not accept."""
    from warcio.bufferedreaders import BufferedReader
    from warcio.checker import Checker

    BufferedReader.DECOMPRESSORS.pop("br", None)  # as where warcio stands alone
    refused = []
    for path in paths:

        class Arguments:
            inputs = (str(path),)
            verbose = False

        checker = Checker(Arguments)  # type: ignore[no-untyped-call]  # no types
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            checker.process_all()  # type: ignore[no-untyped-call]  # as above
        if checker.exit_value:
            refused.append(path.name)
    return refused


def refused_by_jwarc(jar: Path, paths: Sequence[Path]) -> str:
    """Return what ``jwarc validate`` says of files that it does not accept, "" for none.

    Raises ``ConfigurationError`` E-BEN-020 where there is no such jar or no Java.
    """
    if not jar.is_file():
        raise no_checker(str(jar))
    words = [*_JAVA, str(jar), "validate", *map(str, paths)]
    try:
        said = subprocess.run(
            words, capture_output=True, text=True, timeout=_PATIENCE_SECONDS, check=False
        )
    except OSError as error:
        raise no_checker("java") from error
    return (said.stdout + said.stderr)[-2000:] or "?" if said.returncode else ""


def no_checker(where: str) -> ConfigurationError:
    """Return the error for a checker that is not there."""
    return ConfigurationError(
        "E-BEN-020",
        _("The checker of WARC files is not there."),
        where=where,
        remedy=_("Fetch org.netpreserve:jwarc with Maven, install Java, and name the jar."),
    )
