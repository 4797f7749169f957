# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps: exit codes are kept, output is returned, a server is always stopped."""

import sys

import pytest

from vestigo.errors import ExitCode, SourceUnreachable
from vestigo.pipeline.steps import StepFailed, run_step, serving

ECHO = "import sys; print(sys.stdin.read()); sys.exit(int(sys.argv[1]))"
SERVER = """
import http.server, json
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
print(json.dumps({"url": f"http://127.0.0.1:{server.server_port}/"}), flush=True)
server.serve_forever()
"""


def test_what_is_typed_and_printed_passes_through():
    result = run_step([sys.executable, "-c", ECHO, "4"], stdin='{"a": "é"}')
    assert result.exit_code == ExitCode.FINDINGS
    assert result.document() == {"a": "é"}
    assert result.peak_mb > 0


@pytest.mark.parametrize("code", [1, 3, 6, 7, 99])
def test_a_step_that_stops_the_work_keeps_its_exit_code(code):
    with pytest.raises(StepFailed) as caught:
        run_step([sys.executable, "-c", ECHO, str(code)])
    assert caught.value.code == "E-DEM-003"
    assert caught.value.exit_code == (code if code != 99 else ExitCode.UNEXPECTED)


def test_a_server_is_served_from_and_stopped():
    with serving([sys.executable, "-c", SERVER]) as url:
        assert url.startswith("http://127.0.0.1:")


def test_a_server_that_does_not_start_is_said():
    with pytest.raises(SourceUnreachable) as caught, serving([sys.executable, "-c", "pass"]):
        pass
    assert caught.value.code == "E-DEM-004"
