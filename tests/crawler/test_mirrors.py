# SPDX-License-Identifier: AGPL-3.0-or-later
"""Mirrors of a market and copies of it: labelled cases, each with the trick in its name."""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, date, datetime, timedelta

import pytest

from crawler.mirrors import judge_mirror, judged_lines, read_statements, site_of_uri
from crawler.mirrors.dates import holds_until
from vestigo.training.openpgp import clear_signed, make_vendor_key

MADE_AT = datetime(2024, 1, 1, tzinfo=UTC)
ON = date(2026, 3, 20)
FRESH_DAYS = 30
MARKET = make_vendor_key(b"m" * 32, "staff <staff@market.example>", MADE_AT)
COPY = make_vendor_key(b"c" * 32, "staff <staff@market.example>", MADE_AT)


def onion(name, prefix=""):
    """Return a well-formed invented onion host, its name beginning as ``prefix``."""
    wanted = base64.b32decode(prefix.upper() + "A" * (-len(prefix) % 8)) if prefix else b""
    kept = len(prefix) * 5 // 8
    key = wanted[:kept] + hashlib.sha256(name.encode()).digest()[kept:]
    check = hashlib.sha3_256(b".onion checksum" + key + b"\x03").digest()[:2]
    return base64.b32encode(key + check + b"\x03").decode().lower() + ".onion"


MAIN, SECOND, OLD, FALSE = onion("main"), onion("second"), onion("old"), onion("false")
ALIKE = onion("alike", MAIN[:8])


def signed(*lines, days_ago=5, secret=b"m", at=None):
    text = "\n".join(lines)
    moment = at or datetime(2026, 3, 20, 12, tzinfo=UTC) - timedelta(days=days_ago)
    return clear_signed(secret * 32, MADE_AT, moment, text)


def url(host):
    return f"http://{host}/"


LIST = signed("Our mirrors:", url(MAIN), url(SECOND))

# name: (host, messages of the market seen anywhere, messages on the address itself)
GENUINE = {
    "the main address": (MAIN, [LIST], [LIST]),
    "the second one": (SECOND, [LIST], []),
    "in capitals": (MAIN.upper(), [LIST], []),
    "a subdomain": (f"www.{MAIN}", [LIST], []),
    "a list of bare hosts": (SECOND, [signed("Mirrors", MAIN, SECOND)], []),
    "hosts in brackets and numbers": (SECOND, [signed(f"1) [{MAIN}]", f"2) <http://{SECOND}>")], []),
    "hosts on one line": (SECOND, [signed(f"Use {MAIN}, {SECOND}; nothing else.")], []),
    "a path behind the host": (MAIN, [signed(f"Mirror: http://{MAIN}/login.php?x=1")], []),
    "https and a port": (MAIN, [signed(f"https://{MAIN}:8443/")], []),
    "a signature of a year ago with a date to come": (
        MAIN, [signed("Valid until 2026-12-31", url(MAIN), days_ago=300)], []),
    "a rhythm of ninety days": (
        MAIN, [signed("This list is updated every 90 days", url(MAIN), days_ago=60)], []),
    "the list on the page of a copy": (MAIN, [LIST], [signed(url(FALSE), secret=b"c")]),
    "copies denounced beside it": (
        MAIN, [signed("Our mirrors:", url(MAIN), "", "Phishing sites:", url(FALSE))], []),
    "copies denounced before it": (
        MAIN, [signed("These are fake:", url(FALSE), "", "Official links:", url(MAIN))], []),
    "the word phishing far above": (
        MAIN, [signed("Beware of phishing!", "Always check this list.", "",
                      "Our current links are", url(MAIN))], []),
    "in Spanish": (MAIN, [signed("Nuestros enlaces oficiales:", url(MAIN), "",
                                 "Sitios falsos:", url(FALSE))], []),
    "in Portuguese": (MAIN, [signed("Nossos espelhos", url(MAIN))], []),
    "in French": (MAIN, [signed("Nos miroirs officiels", url(MAIN), "valable jusqu’au 3 mai 2026")], []),
    "in German": (MAIN, [signed("Unsere Adressen, gültig bis zum 3. Mai 2026", url(MAIN))], []),
    "a canary after the list": (
        MAIN, [LIST, signed("Canary: all is well.", "We renew it every 14 days.", days_ago=1)], []),
    "signed again": (MAIN, [LIST, signed(url(MAIN), url(SECOND), days_ago=1)], []),
    "line ends of a web form": (MAIN, [LIST.replace("\n", "\r\n")], []),
    "a page around it": (MAIN, [f"Welcome!\n{LIST}\nPowered by nothing"], []),
    "signed tomorrow by a fast clock": (MAIN, [signed(url(MAIN), days_ago=-1)], []),
}  # fmt: skip
STALE = {
    "two months old": (MAIN, [signed(url(MAIN), days_ago=60)], []),
    "past its own date": (MAIN, [signed("valid until 2026-03-10", url(MAIN), days_ago=15)], []),
    "left out of the newer list": (OLD, [signed(url(MAIN), url(OLD), days_ago=20), LIST], []),
    "past its own rhythm": (MAIN, [signed("Updated weekly", url(MAIN), days_ago=9)], []),
}
PHISHING = {
    "not on the list": (FALSE, [LIST], []),
    "shows the genuine list": (FALSE, [LIST], [LIST]),
    "the genuine list changed": (FALSE, [LIST], [LIST.replace(MAIN, FALSE)]),
    "an address put behind the signature": (FALSE, [f"{LIST}\n{url(FALSE)}"], []),
    "an address put before the message": (FALSE, [f"{url(FALSE)}\n{LIST}"], []),
    "an address put into the head": (
        FALSE, [LIST.replace("Hash: SHA256", f"Hash: SHA256\nComment: {url(FALSE)}"), LIST], []),
    "signed with a key of its own": (FALSE, [LIST], [signed(url(FALSE), secret=b"c")]),
    "a key of its own, and no list of the market": (
        FALSE, [signed("Canary: all is well.")], [signed(url(FALSE), secret=b"c")]),
    "the key's name copied": (FALSE, [LIST], [signed("Our mirrors:", url(FALSE), secret=b"c")]),
    "looks like the main address": (ALIKE, [signed(url(MAIN))], []),
    "denounced by the market": (FALSE, [signed("Phishing:", url(FALSE), "", "Ours:", url(MAIN))], []),
    "denounced on its own line": (FALSE, [signed(url(MAIN), f"{url(FALSE)} is a scam, do not use")], []),
    "denounced later": (
        OLD, [signed(url(OLD), url(MAIN), days_ago=20),
              signed(f"{OLD} was seized, do not use it", url(MAIN))], []),
    "denounced in Spanish": (FALSE, [signed("No son nuestros:", FALSE, "", "Oficial:", MAIN)], []),
    "denounced in French": (FALSE, [signed("Faux sites :", FALSE, "", "Nos miroirs", MAIN)], []),
    "denounced in German": (FALSE, [signed("Nicht benutzen:", FALSE, "", "Unsere Adressen", MAIN)], []),
    "an onion that is none": (MAIN.replace(MAIN[5], "a" if MAIN[5] != "a" else "b"), [LIST], []),
    "the main address as a subdomain of another": (f"{MAIN}.{FALSE}", [LIST], []),
    "the main address before another suffix": (f"{MAIN}.example", [LIST], []),
    "a clearnet host": ("market.example", [LIST], []),
    "the list signed in the name of a copy": (FALSE, [signed(url(FALSE), secret=b"c"), LIST], []),
}  # fmt: skip
UNSIGNED = {
    "nothing is signed": (MAIN, [], []),
    "the key is not known": (MAIN, [], [signed(url(MAIN), secret=b"c")]),
}


def status_of(case):
    host, market, shown = case
    known = [s for text in market for s in read_statements(text, [MARKET.armoured])]
    there = [s for text in shown for s in read_statements(text, [MARKET.armoured])]
    statements = [one for one in known if hasattr(one, "hosts")]
    return judge_mirror(host, statements, there, ON, FRESH_DAYS)


def cases(table):
    return pytest.mark.parametrize("case", [pytest.param(c, id=n) for n, c in table.items()])


@cases(GENUINE)
def test_a_genuine_mirror_is_accepted(case):
    verdict = status_of(case)
    assert (verdict.status, verdict.accepted) == ("signed-current", True)
    assert verdict.statement.fingerprint == MARKET.fingerprint


@cases(STALE)
def test_an_old_statement_is_called_stale(case):
    verdict = status_of(case)
    assert (verdict.status, verdict.accepted) == ("signed-stale", True)


@cases(PHISHING)
def test_a_copy_is_not_accepted(case):
    verdict = status_of(case)
    assert (verdict.status, verdict.accepted) == ("phishing-suspect", False)


@cases(UNSIGNED)
def test_without_a_known_signature_nothing_is_claimed(case):
    verdict = status_of(case)
    assert (verdict.status, verdict.accepted) == ("unsigned", False)


def line_of(name, case):
    host, market, shown = case
    return {"id": name, "host": host, "keys": [MARKET.armoured], "messages": market,
            "shown": shown, "on": ON.isoformat()}  # fmt: skip


def test_lines_without_a_case_get_the_same_verdicts():
    tables = (GENUINE, STALE, PHISHING, UNSIGNED)
    known = {name: case for table in tables for name, case in table.items()}
    lines = [json.dumps(line_of(name, case)).encode() for name, case in known.items()]
    found = list(judged_lines(lines, FRESH_DAYS))
    assert [one["id"] for one in found] == list(known)
    for one in found:
        verdict = status_of(known[one["id"]])
        assert (one["status"], one["reason"]) == (verdict.status, verdict.reason)
        assert one["accepted"] == verdict.accepted


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"no json", "the line is no JSON"),
        (b"\xff", "the line is no JSON"),
        (b"[" * 99999, "the line is no JSON"),
        (b"[]", "the line is no JSON object"),
        (b'{"id": 1, "host": "x"}', "“on” is missing"),
        (b'{"id": 1, "on": "2026-01-01"}', "“host” is missing"),
        (b'{"id": 1, "host": 7, "on": "2026-01-01"}', "“host” is no text"),
        (b'{"id": 1, "host": "x", "on": "soon"}', "“on” is no day: give it as 2026-03-01"),
        (
            b'{"id": 1, "host": "x", "on": "2026-01-01", "keys": ["x"]}',
            "key 1 is no armoured OpenPGP public key",
        ),
        (
            b'{"id": 1, "host": "x", "on": "2026-01-01", "shown": "x"}',
            "“shown” is no list of texts",
        ),
    ],
)
def test_a_line_that_cannot_be_read_says_why_and_the_next_one_is_judged(line, problem):
    good = json.dumps(line_of("good", (MAIN, [LIST], []))).encode()
    bad, fine = judged_lines([line, good], FRESH_DAYS)
    assert bad["problem"] == problem
    assert fine["status"] == "signed-current"


@pytest.mark.parametrize(
    ("uri", "site"),
    [
        ("http://127.0.0.1:8080/a", "127.0.0.1:8080"),
        ("http://127.0.0.1/a", "127.0.0.1:80"),
        (f"http://www.{MAIN}:8080/", MAIN),
        ("http://Market.Example:81/", "market.example"),
    ],
)
def test_on_this_machine_each_port_is_a_site_of_its_own(uri, site):
    assert site_of_uri(uri) == site
    verdict = judge_mirror(site, [], [], ON, FRESH_DAYS)
    assert (verdict.host, verdict.reason == "loopback") == (site, "127.0" in site)


def test_there_are_enough_cases_to_say_something():
    assert len(GENUINE) + len(STALE) >= 20
    assert len(PHISHING) >= 20


@pytest.mark.parametrize(
    ("text", "last_day"),
    [
        ("valid until 2026-04-01", "2026-04-01"),
        ("Next update before 15 April 2026.", "2026-04-15"),
        ("expires: March 30th, 2026", "2026-03-30"),
        ("válido hasta el 15 de abril de 2026", "2026-04-15"),
        ("até 5 de maio de 2026", "2026-05-05"),
        ("avant le 3 avril 2026", "2026-04-03"),
        ("bis zum 3. April 2026", "2026-04-03"),
        ("updated within 72 hours", "2026-03-04"),
        ("Se actualiza cada 2 semanas", "2026-03-15"),
        ("We renew it weekly", "2026-03-08"),
        ("until 2026-02-30", None),
        ("written on 2026-03-01", None),
        ("", None),
    ],
)
def test_until_when_a_message_holds(text, last_day):
    found = holds_until(text, date(2026, 3, 1))
    assert (found.isoformat() if found else None) == last_day
