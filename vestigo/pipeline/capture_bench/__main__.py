# SPDX-License-Identifier: AGPL-3.0-or-later
"""The process of one part: ``python -m vestigo.pipeline.capture_bench LETTER``, plan on stdin."""

from __future__ import annotations

import json
import sys

from vestigo.pipeline.capture_bench.parts import measure_of, plan_of

if __name__ == "__main__":
    plan = plan_of(json.loads(sys.stdin.read()))
    sys.stdout.write(json.dumps(measure_of(sys.argv[1])(plan).as_document()) + "\n")
