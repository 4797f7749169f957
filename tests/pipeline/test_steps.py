# SPDX-License-Identifier: AGPL-3.0-or-later
"""Steps: exit codes are kept, output is returned, a server is always stopped."""

import socket
import subprocess
import sys
import time

import pytest

from vestigo.errors import ExitCode, SourceUnreachable
from vestigo.pipeline.steps import StepFailed, run_step, serving, vestigo_words

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


def test_temporary_files_lie_where_they_were_asked_for(tmp_path):
    code = "import tempfile; print(tempfile.gettempdir())"
    result = run_step([sys.executable, "-c", code], scratch=tmp_path)
    assert result.output.strip() == str(tmp_path)


def test_a_killed_step_is_named_by_its_signal():
    code = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    with pytest.raises(StepFailed) as caught:
        run_step([sys.executable, "-c", code])
    assert "9" in caught.value.what
    assert caught.value.exit_code == ExitCode.UNEXPECTED


PARENT = """
import os, signal, sys
from vestigo.pipeline.steps import serving, vestigo_words
with serving(vestigo_words("training", "range", "--behaviour", "demo", "--serve")) as url:
    print(url, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_the_server_of_a_killed_parent_does_not_stay_behind():
    parent = subprocess.run([sys.executable, "-c", PARENT], capture_output=True, check=False)
    port = int(parent.stdout.decode().rsplit(":", 1)[1].strip("/\n"))
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return
        time.sleep(0.1)
    pytest.fail("the server of the practice range still accepts")


def test_words_are_run_by_this_interpreter():
    assert vestigo_words("doctor") == [sys.executable, "-m", "vestigo", "doctor"]
