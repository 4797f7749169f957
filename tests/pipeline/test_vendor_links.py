# SPDX-License-Identifier: AGPL-3.0-or-later
"""In a case: candidate links with their weights, judgements, what is shown and handed over."""

import csv
import io
import json
import shutil
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from vestigo.cli.app import run
from vestigo.pipeline.judging import judgements_of, standing_links, view_pair
from vestigo.pipeline.link_benchmark import world_profiles
from vestigo.pipeline.linking import gather_accounts, link_vendors
from vestigo.pipeline.session import open_session
from vestigo.records import (
    Judgement,
    Listing,
    Method,
    Retraction,
    Selector,
    VendorAccount,
    VendorLink,
    probability,
)
from vestigo.store import CaseFolder
from vestigo.training.behaviour import load_behaviour
from vestigo.training.telling import tell_world

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
READ = Method(rule="test.read.v1", settings_sha256="00" * 32)
DERIVED = {"method": READ, "confidence": probability(1), "observed_at": MOMENT}
SEED = 201


def records_of(profile, number):
    """Return what reading the pages of one account would have recorded."""
    source = (f"{number:064x}",)
    account = VendorAccount(
        sources=source, market=profile.market, handle=profile.handle, profile_captured=True,
        profile_text=profile.text, pgp_blocks=(profile.pgp,), spans=(), **DERIVED,
    )  # fmt: skip
    listings = [
        Listing(
            sources=source, market=profile.market, listing_key=f"{profile.id}/{n}", title=title,
            description="", vendor_handle=profile.handle, category=(), price_amount=None,
            price_currency=None, ships_from=None, ships_to=None, feedback_count=None,
            listed_on=None, spans=(), **DERIVED,
        )
        for n, title in enumerate(profile.listings)
    ]  # fmt: skip
    selectors = [
        Selector(
            sources=source, subject=account.record_id, selector_kind=kind, value=value,
            checksum_ok=None, party="vendor", field="profile", span=None, **DERIVED,
        )
        for kind, value in profile.contacts
    ]  # fmt: skip
    return [account, *listings, *selectors]


@pytest.fixture(scope="module")
def world():
    return world_profiles(tell_world(SEED, load_behaviour("full")))


@pytest.fixture(scope="module")
def templates(tmp_path_factory, world):
    """A case before and after its accounts were compared."""
    folder = CaseFolder.create(tmp_path_factory.mktemp("links") / "read", title="T", unit="U")
    numbered = enumerate(world[0])
    with open_session(folder.path) as session:
        session.ledger.append([r for number, p in numbered for r in records_of(p, number)])
    linked = folder.path.with_name("linked")
    shutil.copytree(folder.path, linked)
    assert run(["link", "vendors", str(linked)]) == 0
    return folder.path, linked


@pytest.fixture
def case(templates, tmp_path):
    return shutil.copytree(templates[0], tmp_path / "case")


@pytest.fixture
def linked(templates, tmp_path):
    return shutil.copytree(templates[1], tmp_path / "case")


def related(world, *names):
    """Return the (sorted) account pairs of the relations called ``names``."""
    return [tuple(sorted(pair)) for pair, relation in world[2].items() if relation in names]


def links_of(case):
    with open_session(case, write=False) as session:
        return standing_links(session.ledger)


def events(case, reason):
    with open_session(case, write=False) as session:
        return [event for event in session.custody.events() if event.reason == reason]


def test_parties_and_impostors_come_out_as_what_they_are(linked, world):
    links = links_of(linked)
    for a, b in related(world, "same_key", "new_key_signed"):
        assert links[f"{a} | {b}"].band == "strong"
    for a, b in related(world, "impostor", "new_key"):
        link = links[f"{a} | {b}"]
        assert link.band != "strong"
        assert ("pgp_key", "different") in {(s.name, s.level) for s in link.signals}


def test_a_link_cites_what_it_rests_on(linked, world):
    with open_session(linked, write=False) as session:
        accounts = {one.key: one for one in gather_accounts(session.ledger)}
        for link in session.ledger.of_kind(VendorLink):
            assert link.a < link.b
            assert set(link.sources) == {*accounts[link.a].sources, *accounts[link.b].sources}
            assert link.confidence == link.probability >= Decimal("0.05")
            assert link.observed_at == MOMENT
            assert link.method.rule == "nlp.linking.v1"
            assert all(session.ledger.get(source) for source in link.sources)


def test_the_same_case_gives_the_same_links_and_nothing_new(linked):
    before = links_of(linked)
    with open_session(linked) as session:
        report = link_vendors(session)
    assert report.n_new == 0
    assert {link.record_id for link in report.links} == {k.record_id for k in before.values()}


def test_links_that_no_longer_hold_are_taken_back(linked, world):
    a, b = related(world, "same_key")[0]
    market, handle = b.split("/", 1)
    with open_session(linked) as session:
        session.ledger.append(
            [VendorAccount(sources=("ff" * 32,), market=market, handle=handle,
                           profile_captured=True, profile_text="gone", pgp_blocks=(), spans=(),
                           **DERIVED)]
        )  # fmt: skip
        old = standing_links(session.ledger)[f"{a} | {b}"]
        link_vendors(session)
        new = standing_links(session.ledger)[f"{a} | {b}"]
        assert old.record_id in session.ledger.retracted()
        assert new.record_id != old.record_id
        assert any(r.person for r in session.ledger.of_kind(Retraction))


def test_nothing_merges_by_itself(linked):
    with open_session(linked, write=False) as session:
        assert not list(session.ledger.of_kind(Judgement))


def test_vendors_of_a_case_as_json_lines_and_as_text(case, capfd):
    assert run(["link", "vendors", str(case), "--jsonl"]) == 0
    rows = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert rows
    assert rows == sorted(rows, key=lambda row: (-float(row["probability"]), row["a"], row["b"]))
    assert run(["link", "vendors", str(case), "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    assert document["new"] == 0
    assert document["links"] == rows
    assert run(["link", "vendors", str(case)]) == 0
    assert "Leads, not identities." in capfd.readouterr().out


def test_a_judgement_is_kept_and_a_later_one_stands(linked, world, capfd):
    a, b = related(world, "same_key")[0]
    words = ["link", "judge", str(linked), b, a]
    assert run([*words, "--verdict", "same", "--reason", "one key, same phrases"]) == 0
    assert run([*words, "--verdict", "unsure", "--reason", " second thoughts "]) == 0
    with open_session(linked, write=False) as session:
        pair = view_pair(session.ledger, a, b)
        link = pair.link
    assert [(j.verdict, j.reason) for j in pair.judgements] == [
        ("same", "one key, same phrases"), ("unsure", "second thoughts"),
    ]  # fmt: skip
    assert {j.subject for j in pair.judgements} == {f"{a} | {b}"}
    assert {j.seen_record_id for j in pair.judgements} == {link.record_id}
    assert all("@" in j.person for j in pair.judgements)
    assert len(events(linked, "pair of vendor accounts judged")) == 2
    capfd.readouterr()
    assert run(["link", "show", str(linked), "--json"]) == 0
    rows = {row["subject"]: row for row in json.loads(capfd.readouterr().out)["links"]}
    assert [j["verdict"] for j in rows[f"{a} | {b}"]["judgements"]] == ["same", "unsure"]


def test_a_judgement_needs_two_known_accounts_and_a_reason(linked, world, capfd):
    a, b = related(world, "same_key")[0]
    for words, code in (
        ((a, a, "x"), "E-LNK-011"),
        ((a, "nowhere/nobody", "x"), "E-LNK-010"),
        ((a, b, "  "), "E-LNK-012"),
    ):
        first, second, reason = words
        call = [
            "link",
            "judge",
            str(linked),
            first,
            second,
            "--verdict",
            "same",
            "--reason",
            reason,
        ]
        assert run(call) == 2
        assert code in capfd.readouterr().err
    assert run(["link", "judge", str(linked), a, b, "--verdict", "maybe", "--reason", "x"]) == 2
    with open_session(linked, write=False) as session:
        assert not judgements_of(session.ledger)


def test_show_puts_both_texts_side_by_side_and_looking_is_logged(linked, world, capfd):
    a, b = related(world, "impostor")[0]
    before = len(events(linked, "vendor links looked at"))
    assert run(["link", "show", str(linked), a, b]) == 0
    out = capfd.readouterr().out
    assert "a lead, not an identity" in out
    assert "pgp_key: different" in out
    assert "⟦" in out
    assert len(events(linked, "vendor links looked at")) == before + 1
    assert run(["link", "show", str(linked), a, b, "--json"]) == 0
    document = json.loads(capfd.readouterr().out)
    for side in document["accounts"]:
        assert "BEGIN PGP PUBLIC" not in side["text"]
        assert side["shared"]


def test_show_one_account(linked, world, capfd):
    a, _b = related(world, "same_key")[0]
    assert run(["link", "show", str(linked), a]) == 0
    lines = capfd.readouterr().out.splitlines()
    assert len(lines) > 1
    assert all(a in line for line in lines[:-1])


def test_captured_text_cannot_write_to_the_terminal(linked, capfd):
    account = VendorAccount(
        sources=("aa" * 32,), market="m", handle="ev\u202eil", profile_captured=True,
        profile_text="\x1b[2Jgone \u202e", pgp_blocks=(), spans=(), **DERIVED,
    )  # fmt: skip
    with open_session(linked) as session:
        session.ledger.append([account])
        other = gather_accounts(session.ledger)[0].key
    assert run(["link", "show", str(linked), "m/ev\u202eil", other]) == 0
    out = capfd.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out


def test_export_as_json_and_csv(linked, world, tmp_path, capfd):
    a, b = related(world, "same_key")[0]
    judge = ["link", "judge", str(linked), a, b, "--verdict", "same", "--reason", "=1+1"]
    assert run(judge) == 0
    for name in ("out.json", "out.csv"):
        assert run(["link", "export", str(linked), str(tmp_path / name)]) == 0
    document = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert document["format"] == "vestigo.links.v1"
    assert {row["subject"] for row in document["links"]} >= {f"{a} | {b}"}
    rows = list(csv.DictReader(io.StringIO((tmp_path / "out.csv").read_text("utf-8"))))
    assert len(rows) == len(document["links"])
    (judged,) = [row for row in rows if row["verdict"]]
    assert (judged["subject"], judged["verdict"]) == (f"{a} | {b}", "same")
    assert judged["reason"].startswith("'=")
    assert len(events(linked, "vendor links exported")) == 2


def test_an_export_never_replaces_a_file(linked, tmp_path, capfd):
    (tmp_path / "there.json").write_text("mine")
    for name, code in (("there.json", "E-LNK-014"), ("out.xlsx", "E-LNK-013"),
                       ("no/where.csv", "E-LNK-014")):  # fmt: skip
        assert run(["link", "export", str(linked), str(tmp_path / name)]) == 2
        assert code in capfd.readouterr().err
    assert (tmp_path / "there.json").read_text() == "mine"


def test_third_persons_and_quoted_keys_are_no_contacts(case):
    with open_session(case) as session:
        account = next(iter(session.ledger.of_kind(VendorAccount)))
        for kind, value, party in (("email", "buyer@mail.example", "third"),
                                   ("pgp_fingerprint", "AB" * 20, "vendor")):  # fmt: skip
            session.ledger.append(
                [Selector(sources=("ee" * 32,), subject=account.record_id, selector_kind=kind,
                          value=value, checksum_ok=None, party=party, field="profile", span=None,
                          **DERIVED)]
            )  # fmt: skip
        key = f"{account.market}/{account.handle}"
        gathered = {one.key: one for one in gather_accounts(session.ledger)}[key]
    assert not {"buyer@mail.example", "AB" * 20} & {value for _kind, value in gathered.contacts}
