# SPDX-License-Identifier: AGPL-3.0-or-later
"""One fuzzing process: ``python -m vestigo.pipeline.fuzzing TARGET WORK CORPUS [libFuzzer …]``.

Started by ``running``.  What verification imports is instrumented as it is imported; the input
that is a finding is kept by libFuzzer under the prefix given to it.
"""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

atheris = importlib.import_module("atheris")  # installed only where somebody fuzzes

with atheris.instrument_imports(include=["vestigo.evidence", "vestigo.records"]):
    from vestigo.pipeline.fuzzing.targets import TARGETS


def main(argv: list[str]) -> None:
    """Fuzz the target named by the first word, in the folder of the second; does not return."""
    target, work = TARGETS[argv[1]], Path(argv[2])

    def one_input(data: bytes) -> None:
        shutil.rmtree(work, ignore_errors=True)
        work.mkdir(parents=True)
        target.run(data, work)

    atheris.Setup([argv[0], *argv[3:]], one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv)
