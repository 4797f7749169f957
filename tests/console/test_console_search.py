# SPDX-License-Identifier: AGPL-3.0-or-later
"""One box for everything: what is typed is told apart, followed, and third persons stay hidden."""

from __future__ import annotations

import re
import sqlite3

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vestigo.console.searching.asking import ask
from vestigo.console.searching.detecting import FAILS, HOLDS, NONE, read_typed
from vestigo.console.searching.found_in import GROUPS
from vestigo.console.searching.index_file import IndexFile
from vestigo.errors import ConfigurationError
from vestigo.records import Retraction, Tag
from vestigo.store import RecordLedger

ADDRESS = "1BoatSLRHtKNngkdXEeobR76b53LETtpyT"
WRONG = "1BoatSLRHtKNngkdXEeobR76b53LETtpyX"
ONION = "duckduckgogg42xjoc72x3sjasowoarfbgcmvfimaftt6twagswzczad.onion"
MONERO = "44AFFq5kSiGBoZ4NMDwYtN18obc8AemS33DBLWs3H7otXft3XjrpDtQGv7SqSsaBYBb98uNbr2VBBEt7f2wfn3RVGQBEP3A"


@pytest.mark.parametrize(
    ("text", "kind", "checksum"),
    [
        (ADDRESS, "btc", HOLDS), (WRONG, "btc", FAILS),
        ("bcrt1qvendor0000000000000000000000000000start", "btc", FAILS),
        ("ab" * 32, "digest", NONE), ("AB" * 32 + ":1", "output", NONE),
        (ONION, "onion", HOLDS), ("http://" + ONION.replace("z", "y") + "/x", "onion", FAILS),
        ("0123 4567 89AB CDEF 0123  4567 89AB CDEF 0123 4567", "fingerprint", NONE),
        ("0xABCDEF0123456789", "fingerprint", NONE), (MONERO, "coin", HOLDS),
        ("0x52908400098527886E0F7030069857D2E4169EE7", "coin", NONE), ("0042", "exhibit", NONE),
        ("a@b.example", "email", NONE), ("abcdef01", "digits", NONE), ("coke 5g", "words", NONE),
    ],
)  # fmt: skip
def test_what_is_typed_is_told_apart_and_its_checksum_looked_at(text, kind, checksum):
    found = read_typed(f"  {text} ")
    assert (found.kind, found.checksum) == (kind, checksum)


@given(st.text(max_size=400))
def test_any_text_is_some_kind_of_thing(text):
    assert read_typed(text).names


@pytest.fixture
def ledger(graphed_case):
    found = RecordLedger(graphed_case.path / "records.sqlite")
    yield found
    found.close()


@pytest.fixture
def index(ledger, tmp_path):
    found = IndexFile(tmp_path / "console" / "search.sqlite", ledger)
    assert found.follow() == ledger.head().n_entries
    return found


def asked(index, text, hidden=frozenset()):
    with index.reading() as connection:
        return {group.name: group.rows for group in ask(connection, read_typed(text), hidden)}


@settings(deadline=None, max_examples=60)
@given(text=st.text(max_size=60))
def test_no_text_breaks_a_search(index_of_session, text):
    asked(index_of_session, text)


@pytest.fixture(scope="module")
def index_of_session(graphed_case, tmp_path_factory):
    ledger = RecordLedger(graphed_case.path / "records.sqlite")
    found = IndexFile(tmp_path_factory.mktemp("search") / "search.sqlite", ledger)
    found.follow()
    yield found
    ledger.close()


def test_every_identifier_of_the_case_finds_its_thing(index, graphed_case):
    ids = graphed_case.ids
    for text, group in (
        ("bcrt1qdeposit0000000000000000000000000000000b", "address"), (ids["txid"], "transaction"),
        ("ana", "vendor"), ("testmarket/ana", "vendor"), ("MDMA crystals", "listing"),
        ("0123456789ABCDEF0123456789ABCDEF01234567", "contact"), ("Example Exchange", "cashout"),
        ("89abcdef01234567", "contact"), ("KE1SEN21RM", "substance"), ("0001", "exhibit"),
        (ids["capture0"], "exhibit"), ("ORD-1", "paper"), ("example exch", "tag"),
        ("bcrt1qdepo", "address"), ("all good", "feedback"),
        (f"{ids['txid']}:1", "cashout"),
    ):  # fmt: skip
        assert group in asked(index, text), text


def test_a_listing_that_was_captured_twice_is_found_once_by_its_latest_capture(index, graphed_case):
    rows = asked(index, "MDMA crystals")["listing"]
    assert [row.url for row in rows] == [f"/listings/{graphed_case.ids['listing1']}"]


def test_the_index_follows_the_ledger_and_forgets_what_was_taken_back(index, ledger, graphed_case):
    tag = Tag(address="bcrt1qnew", network="regtest", label="Zanzibar Desk", actor=None,
              category=None, concepts=(), tag_type=None, is_cluster_definer=False,
              tagpack_confidence=None, lastmod_on=None, source="s", pack_title="p",
              pack_sha256="7" * 64)  # fmt: skip
    assert asked(index, "zanzibar") == {}
    ledger.append([tag])
    index.follow()
    assert set(asked(index, "zanzibar")) == {"tag"}
    assert set(asked(index, "bcrt1qnew")) == {"address"}
    ledger.append([Retraction(retracts=tag.record_id, reason="r", person="p",
                              retracted_at=graphed_case.clock())])  # fmt: skip
    index.follow()
    assert asked(index, "zanzibar") == {}
    assert asked(index, "bcrt1qnew") == {}
    assert b"Zanzibar" not in raw_bytes(index)


def raw_bytes(index):
    with index.reading() as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO words(words) VALUES('optimize')")
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return index.path.read_bytes()


def test_destroyed_records_leave_the_index_at_the_next_look(index, ledger, graphed_case):
    tag = Tag(address="bcrt1qgone", network="regtest", label="Quagga House", actor=None,
              category=None, concepts=(), tag_type=None, is_cluster_definer=False,
              tagpack_confidence=None, lastmod_on=None, source="s", pack_title="p",
              pack_sha256="7" * 64)  # fmt: skip
    ledger.append([tag])
    index.follow()
    assert asked(index, "quagga")
    ledger.dispose([tag.record_id], "ORDER-9")
    index.follow()
    assert asked(index, "quagga") == {}


def test_a_broken_off_indexing_goes_on_and_a_foreign_or_damaged_index_is_made_again(
    index, ledger, monkeypatch
):
    from vestigo.console.searching import index_file

    monkeypatch.setattr(index_file, "BATCH", 10)
    index.path.unlink()
    calls = []

    def dying(*given):
        calls.append(1)
        if len(calls) > 3:
            raise KeyboardInterrupt
        return kept(*given)

    kept = index_file._put
    monkeypatch.setattr(index_file, "_put", dying)
    with pytest.raises(KeyboardInterrupt):
        index.follow()
    monkeypatch.setattr(index_file, "_put", kept)
    with sqlite3.connect(index.path) as connection:
        assert connection.execute("SELECT seq FROM position").fetchone() == (30,)
    connection.close()
    assert index.follow() == ledger.head().n_entries
    whole = {name: len(rows) for name, rows in asked(index, "ana").items()}
    with sqlite3.connect(index.path) as connection:
        connection.execute("UPDATE position SET entry_sha256 = 'another ledger'")
    connection.close()
    assert index.follow() == ledger.head().n_entries
    assert {name: len(rows) for name, rows in asked(index, "ana").items()} == whole
    index.path.write_bytes(b"not a database at all" * 100)
    assert index.follow() == ledger.head().n_entries
    assert {name: len(rows) for name, rows in asked(index, "ana").items()} == whole


def test_an_index_that_cannot_be_written_is_told(ledger, tmp_path):
    (tmp_path / "console" / "search.sqlite").mkdir(parents=True)
    with pytest.raises(ConfigurationError) as told:
        IndexFile(tmp_path / "console" / "search.sqlite", ledger).follow()
    assert told.value.code == "E-CON-012"


def test_third_persons_are_not_in_the_index_and_their_names_find_nothing(graphed, index):
    assert asked(index, "buyer77@mail.test") == {}
    with index.reading() as connection:
        kept = " ".join(" ".join(map(str, row)) for row in
                        connection.execute("SELECT title, body FROM words WHERE grp = 'feedback'"))  # fmt: skip
    assert "quiet_buyer_77" not in kept
    with graphed.signed_in() as client:
        for text in ("quiet_buyer_77", "QUIET_BUYER_77", "buyer77@mail.test", "buyer77"):
            page = client.get("/search", params={"q": text}).text
            assert "The case holds nothing" in page, text
        page = client.get("/search", params={"q": "never on a Sunday"}).text
        assert "ana" in page
        shown = re.sub(r"<[^>]+>", "", page)
        assert "quiet_buyer_77" not in shown


def test_the_page_tells_kind_checksum_and_groups_in_four_languages(graphed):
    for language, words in (("en", "the checksum does not hold"), ("es", "la suma de control"),
                            ("pt", "a soma de controle"), ("fr", "la somme de contrôle")):  # fmt: skip
        with graphed.signed_in() as client:
            client.cookies.set("vestigo-language", language)
            page = client.get("/search", params={"q": WRONG}).text
            assert words in page, language


def test_more_of_a_group_is_paged_and_an_unknown_group_is_no_page(graphed):
    with graphed.signed_in() as client:
        page = client.get("/search", params={"q": "plain offer"}).text
        assert "group=listing" in page
        whole = client.get("/search", params={"q": "plain offer", "group": "listing"}).text
        assert whole.count("/listings/") >= 40
        assert client.get("/search", params={"q": "x", "group": "other"}).status_code == 404
    assert len(set(GROUPS)) == len(GROUPS)


def test_hostile_words_come_back_as_text(graphed):
    with graphed.signed_in() as client:
        for text in ("<script>alert(1)</script>", '"><svg/onload=alert(1)>', "\u202eevil", "a\x00b",
                     '" OR 1=1 --', "NEAR(", "grp : listing", "*", "{{7*7}}"):  # fmt: skip
            answer = client.get("/search", params={"q": text})
            assert answer.status_code == 200, text
            assert "<script>alert" not in answer.text
            assert "<svg" not in answer.text.replace("mark.svg", "")
        page = client.get("/search", params={"q": "owned"}).text
        assert '<script>document.title="' not in page
