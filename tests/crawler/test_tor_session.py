# SPDX-License-Identifier: AGPL-3.0-or-later
"""What is asked of Tor's control port, and what becomes of it in the case; Tor played by us."""

import contextlib
import hashlib
import json
import socket
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.tor.control import ControlPort, control_place
from crawler.tor.identity import FRESH, identity_number, isolation_name
from crawler.tor.session import BEGAN, ENDED, control_password
from vestigo.errors import ConfigurationError, SourceUnreachable, VestigoError

ONION_FILES = Path(__file__).parents[1] / "evidence" / "onion"
DESCRIPTOR = (ONION_FILES / "real.descriptor").read_bytes()
HOST = json.loads((ONION_FILES / "real.json").read_text())["host"]
NAME = HOST.removesuffix(".onion")
FETCHED = (
    f"650 HS_DESC REQUESTED {NAME} NO_AUTH $AB~r id\r\n650 HS_DESC RECEIVED {NAME} NO_AUTH $AB~r id\r\n"
    f"650+HS_DESC_CONTENT {NAME} id ${'AB' * 20}~relay\r\n{DESCRIPTOR.decode()}.\r\n650 OK\r\n"
)
CIRCUITS = (
    "250+circuit-status=\r\n"
    f'3 BUILT ${"A" * 40}~a,${"B" * 40}~b PURPOSE=HS_CLIENT_REND SOCKS_USERNAME="%s" SOCKS_PASSWORD="x"\r\n'
    f'4 BUILT ${"A" * 40}~a,${"C" * 40}~c PURPOSE=GENERAL SOCKS_USERNAME="%s"\r\n'
    "5 LAUNCHED PURPOSE=GENERAL\r\n"
    f'6 BUILT ${"A" * 40} PURPOSE=GENERAL SOCKS_USERNAME="an\\"other\\\\"\r\n'
    ".\r\n250 OK\r\n"
)


@pytest.fixture
def control(tor_control):
    opened = []

    def connect(answers=None):
        opened.append(ControlPort("127.0.0.1", tor_control(answers or {}).port))
        opened[-1].authenticate(lambda: "")
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


@pytest.fixture
def dead_port():
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return gone.getsockname()[1]


# --- the control port ----------------------------------------------------------------


def test_version_configuration_and_consensus(control):
    tor = control()
    assert tor.version() == "0.4.9.11"
    text = b"SocksPort 9050\n.dotted"  # as it is without the protocol's dot
    assert tor.config_sha256() == hashlib.sha256(text).hexdigest()
    assert tor.consensus_valid_after() == datetime(2026, 11, 22, 6, 9, tzinfo=UTC)
    assert tor.period_lengths() == ((8, 4),)


def test_on_the_public_network_periods_are_the_usual_ones(control):
    assert (
        control({"GETCONF TestingTorNetwork": "250 TestingTorNetwork=0\r\n"}).period_lengths() == ()
    )


@pytest.mark.parametrize("answer", ["551 no\r\n", "250-consensus/valid-after=soon\r\n250 OK\r\n"])
def test_a_tor_without_a_consensus(control, answer):
    assert control({"GETINFO consensus/valid-after": answer}).consensus_valid_after() is None


def test_circuits_are_told_apart_by_the_user_name(control):
    tor = control({"GETINFO circuit-status": CIRCUITS % ("ours", "theirs")})
    assert [circuit.id for circuit in tor.circuits()] == ["3", "4", "5", "6"]
    assert [circuit.id for circuit in tor.circuits_of("ours")] == ["3"]
    assert [circuit.id for circuit in tor.circuits_of('an"other\\')] == ["6"]
    assert tor.circuits_of("theirs")[0].relays == ("A" * 40, "C" * 40)


def test_a_descriptor_is_fetched_byte_by_byte(control):
    tor = control({f"HSFETCH {NAME}": "250 OK\r\n" + FETCHED})
    (fetched,) = tor.fetch_descriptors([HOST], 20)
    assert (fetched.onion, fetched.content, fetched.directory) == (HOST, DESCRIPTOR, "AB" * 20)
    tor = control({f"HSFETCH {NAME}": FETCHED + "250 OK\r\n"})
    assert tor.fetch_descriptor(HOST, 20) == DESCRIPTOR


def test_one_that_no_directory_has_is_not_waited_for(control, monkeypatch):
    monkeypatch.setattr("crawler.tor.control.GIVE_UP_AFTER", 0.2)
    failed = (
        f"250 OK\r\n650 HS_DESC REQUESTED {NAME} NO_AUTH $A x\r\n"
        f"650 HS_DESC FAILED {NAME} NO_AUTH $A x REASON=NOT_FOUND\r\n"
        f"650+HS_DESC_CONTENT {NAME} x $A\r\n\r\n.\r\n650 OK\r\n"
    )
    tor = control({f"HSFETCH {NAME}": failed})
    with pytest.raises(SourceUnreachable, match="E-CRA-034"):
        tor.fetch_descriptor(HOST, 500)


def test_a_tor_that_dies_or_declines(control):
    with pytest.raises(SourceUnreachable, match="E-CRA-031"):
        control({"GETINFO version": None}).version()
    with pytest.raises(SourceUnreachable, match="E-CRA-033"):
        control({"GETINFO version": "552 Unrecognized key\r\n"}).version()


def test_endless_data_ends(control):
    tor = control({"GETINFO config-text": "250+config-text=\r\n" + "x\r\n" * 40_000})
    with pytest.raises(SourceUnreachable, match="E-CRA-031"):
        tor.config_sha256()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(noise=st.text("250-+. =ab\r\n", max_size=200))
def test_whatever_a_tor_says_of_circuits_there_is_no_traceback(tor_control, noise):
    fake = tor_control({"GETINFO circuit-status": noise + "\r\n250 OK\r\n"})
    with ControlPort("127.0.0.1", fake.port) as tor, contextlib.suppress(VestigoError):
        tor.authenticate(lambda: "")
        tor.circuits()


@pytest.mark.parametrize(
    "text", ["9051", "localhost:9051", "10.0.0.1:9051", "127.0.0.1:0", "unix:/x"]
)
def test_a_control_port_is_on_this_machine(text):
    with pytest.raises(ConfigurationError, match="E-CRA-030"):
        control_place(text)


# --- passwords -----------------------------------------------------------------------


def test_a_password_file_that_only_we_can_read(tmp_path):
    path = tmp_path / "password"
    path.write_text("open sesame\r\nmore\n")
    path.chmod(0o600)
    assert control_password(str(path)) == "open sesame"


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o602])
def test_one_that_others_can_read_is_refused(tmp_path, mode):
    path = tmp_path / "password"
    path.write_text("open sesame\n")
    path.chmod(mode)
    with pytest.raises(ConfigurationError, match="E-CRA-035"):
        control_password(str(path))


@pytest.mark.parametrize("path", ["", "/nonexistent", "/", "\0"])
def test_one_that_is_not_there_is_told(path):
    with pytest.raises(ConfigurationError, match="E-CRA-035"):
        control_password(path)


# --- the session of a crawl ----------------------------------------------------------


@pytest.fixture
def onion_run(crawls, order, dead_port, tmp_path):
    """Crawl through a proxy that is dead: what Tor is asked does not depend on it."""

    def run(port=None, **more):
        crawl_settings = {"proxy": f"socks5://127.0.0.1:{dead_port}", "attempts": 1}
        if port:
            crawl_settings["tor_control"] = f"127.0.0.1:{port}"
        crawls.run(
            start_uri=f"http://{HOST}/", orders=[order(hosts=(HOST,))], account="avatar",
            settings=crawl_settings, origin_folder=tmp_path / "origin", **more,
        )  # fmt: skip
        return {reason: details for _action, reason, details in crawls.events}

    return run


def test_facts_circuits_and_descriptor_are_recorded(tor_control, onion_run, crawls, tmp_path):
    name = isolation_name(crawls.job(account="avatar"))
    kept = []
    tor = tor_control({
        "GETINFO circuit-status": CIRCUITS % (name, name), f"HSFETCH {NAME}": "250 OK\r\n" + FETCHED,
    })  # fmt: skip
    events = onion_run(tor.port, on_origin=kept.append)
    began, ended = events[BEGAN], events[ENDED]
    assert began["tor_version"] == "0.4.9.11"
    assert began["consensus_valid_after"] == "2026-11-22T06:09:00Z"
    assert began["isolation"] == ended["isolation"] == name
    assert began["exit"] == "no exit node: onion service"
    assert ended["circuits"] == "3 HS_CLIENT_REND, 4 GENERAL"
    assert ended["exits"] == "C" * 40, "exits only; nobody's guard"
    assert "A" * 40 not in json.dumps(events)
    (one,) = kept
    assert one.facts["verdict"] == "verified"
    assert one.path.read_bytes() == DESCRIPTOR
    assert one.path.parent == tmp_path / "origin" / HOST
    assert not any(line.startswith(("SIGNAL", "SETCONF")) for line in tor.asked), (
        "nothing is changed"
    )


def test_without_a_control_port_it_says_so(onion_run):
    events = onion_run()
    for name in ("tor_version", "config_sha256", "consensus_valid_after"):
        assert events[BEGAN][name] == "not known: no control port is set"
    assert events[ENDED]["circuits"] == "not known: no control port is set"


def test_a_control_port_that_goes_meanwhile_is_written_down(tor_control, onion_run):
    tor = tor_control({"GETINFO circuit-status": None, f"HSFETCH {NAME}": "250 OK\r\n" + FETCHED})
    assert onion_run(tor.port)[ENDED]["circuits"] == "not known: E-CRA-031"


def test_a_service_without_a_descriptor_is_an_event(tor_control, onion_run, monkeypatch):
    monkeypatch.setattr("crawler.tor.control.GIVE_UP_AFTER", 0.2)
    failed = f"250 OK\r\n650 HS_DESC FAILED {NAME} NO_AUTH $A x REASON=NOT_FOUND\r\n"
    tor = tor_control({f"HSFETCH {NAME}": failed, "GETINFO circuit-status": CIRCUITS % ("x", "y")})
    assert onion_run(tor.port)["E-CRA-034 no onion descriptor"] == {"host": HOST}


def test_a_host_that_the_order_does_not_name_is_not_asked_for(
    tor_control, crawls, order, onion_run, monkeypatch
):
    import dataclasses

    other = "b" * 56 + ".onion"
    profile = dataclasses.replace(crawls.job().profile, hosts=(other,))
    tor = tor_control(
        {
            f"HSFETCH {NAME}": "250 OK\r\n" + FETCHED,
            "GETINFO circuit-status": CIRCUITS % ("x", "y"),
        }
    )
    onion_run(tor.port, profile=profile)
    assert [line for line in tor.asked if line.startswith("HSFETCH")] == [f"HSFETCH {NAME}"]


def test_a_crawl_of_loopback_records_no_tor(crawls, market, html):
    market.answers["/"] = html.listing(1)
    crawls.run()
    assert not any(reason in (BEGAN, ENDED) for _action, reason, _details in crawls.events)


# --- identities ----------------------------------------------------------------------


def test_a_fresh_identity_is_another_name_and_an_event(onion_run, crawls):
    events = onion_run(identity=1, fresh_identity=True)
    old = isolation_name(crawls.job(account="avatar"))
    assert events[FRESH]["isolation"] == events[BEGAN]["isolation"] != old
    assert FRESH not in {reason for _a, reason, _d in crawls.events[-2:]}


def test_names_are_apart_by_account_and_rotation_and_say_nothing(crawls):
    jobs = [
        crawls.job(account=account, identity=n)
        for account in ("", "avatar", "avatar/1")
        for n in (0, 1, 2)
    ]
    names = [isolation_name(job) for job in jobs]
    assert len(set(names)) == len(names)
    assert not any("avatar" in name for name in names)


def test_rotations_are_counted_by_market_and_account():
    def event(market, account):
        return FRESH, {"market": market, "account": account, "identity": "1"}

    logged = [event("m", "a"), ("crawl began", {"market": "m", "account": "a"}), event("m", "b"),
              event("n", "a"), event("m", "a")]  # fmt: skip
    assert identity_number(logged, "m", "a") == 2
    assert identity_number(logged, "m", "") == 0
