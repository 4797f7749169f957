# SPDX-License-Identifier: AGPL-3.0-or-later
"""Without an authorization that covers it nothing leaves: counted at the server's socket."""

import json
import socket
import threading

import pytest

ORDER = """
issuing_body = "b"
reference = "r"
legal_basis = "l"
authorization_kind = "k"
persons = ["p"]
hosts = ["{host}"]
accounts = []
acts = ["{act}"]
data_classes = ["listing", "vendor_profile", "feedback"]
starts_at = {start}
ends_at = {end}
"""


@pytest.fixture
def counting_server():
    """A listening socket on loopback that counts connections and answers nothing."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    listener.settimeout(0.1)
    connections, stop = [], threading.Event()

    def count():
        while not stop.is_set():
            try:
                connections.append(listener.accept())
            except TimeoutError:
                continue

    thread = threading.Thread(target=count)
    thread.start()
    yield listener.getsockname()[1], connections
    stop.set()
    thread.join()
    listener.close()
    for connection, _address in connections:
        connection.close()


@pytest.mark.parametrize(
    ("order", "code"),
    [
        (None, "E-AUT-001"),
        ({"start": "2020-01-01T00:00:00Z", "end": "2021-01-01T00:00:00Z"}, "E-AUT-002"),
        ({"start": "2120-01-01T00:00:00Z", "end": "2121-01-01T00:00:00Z"}, "E-AUT-002"),
        ({"host": "127.0.0.1:1"}, "E-AUT-003"),
        ({"host": "localhost"}, "E-AUT-003"),
        ({"act": "search"}, "E-AUT-004"),
    ],
)
def test_nothing_is_fetched_and_the_attempt_is_logged(
    tmp_path, vestigo, counting_server, order, code
):
    port, connections = counting_server
    case = tmp_path / "case"
    vestigo("case", "new", case, "--title", "t", "--unit", "u")
    if order is not None:
        defaults = {"host": f"127.0.0.1:{port}", "act": "view",
                    "start": "2020-01-01T00:00:00Z", "end": "2120-01-01T00:00:00Z"}  # fmt: skip
        file = tmp_path / "order.toml"
        file.write_text(ORDER.format(**{**defaults, **order}))
        assert vestigo("case", "authorize", case, file).returncode == 0
    url = f"http://127.0.0.1:{port}/"
    done = vestigo("crawl", "run", case, "--profile", "range", "--start", url)
    assert done.returncode == 6, done.stderr
    assert code in done.stderr
    assert connections == []
    log = json.loads(vestigo("evidence", "log", case, "--json").stdout)
    assert any(
        e["action"] == "fail" and code in e["reason"] for e in log["events"] if "events" in log
    )
