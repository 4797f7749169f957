# SPDX-License-Identifier: AGPL-3.0-or-later
"""A chain of the case is made ready once for many questions, and again when it changed."""

from __future__ import annotations

import shutil

import pytest

from ledger.ingest import ingest
from vestigo.console.index import CaseIndex
from vestigo.console.money import chain as chain_of_case
from vestigo.console.money.chain import Chains
from vestigo.console.money.cluster_pages import cluster_view
from vestigo.console.money.methods import methods_of
from vestigo.errors import InputError
from vestigo.pipeline.ledger_bench.synthetic import write_chain
from vestigo.pipeline.session import open_session
from vestigo.records import Judgement
from vestigo.store import CaseFolder

NETWORK = "regtest"


@pytest.fixture(scope="module")
def blocks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blocks") / "blk"
    write_chain(folder, 400)
    return sorted(folder.iterdir())


@pytest.fixture
def session(blocks, tmp_path):
    CaseFolder.create(tmp_path / "case", title="A chain", unit="Test")
    with (tmp_path / "case/case.toml").open("a", encoding="utf-8") as settings:
        settings.write(f'\n[settings.ledger]\nnetwork = "{NETWORK}"\n')
    with open_session(tmp_path / "case") as found:
        list(ingest(found.folder.chain, blocks, NETWORK))
        yield found


@pytest.fixture
def chains(session):
    found = Chains(session)
    yield found
    found.close()


@pytest.fixture
def starts(chains):
    """Some addresses of the chain."""
    with chains.workbench(NETWORK) as bench:
        return [bench.index.address(n) for n in range(0, len(bench.index.scripts), 250)]


def bench_of(chains, without=()):
    with chains.workbench(NETWORK, without) as bench:
        return bench


def test_the_same_chain_is_made_ready_once(chains, starts):
    assert bench_of(chains) is bench_of(chains)
    first = [methods_of(chains, NETWORK, one) for one in starts]
    assert any(first)
    fresh = Chains(chains.session)
    assert first == [methods_of(fresh, NETWORK, one) for one in starts]
    fresh.close()


def test_a_question_without_a_transaction_neither_takes_nor_leaves_the_kept_one(chains, starts):
    kept = bench_of(chains)
    address = next(one for one in starts if cluster_view(chains, CaseIndex(), one, "", ()))
    whole = cluster_view(chains, CaseIndex(), address, "", ())
    left = cluster_view(chains, CaseIndex(), address, "", tuple(j.txid for j in whole.joins))
    assert left.joins == ()
    assert bench_of(chains, ("e" * 64,)) is not kept
    assert bench_of(chains) is kept
    assert cluster_view(chains, CaseIndex(), address, "", ()) == whole


def test_a_new_record_or_another_chain_makes_it_anew(chains, session):
    kept = bench_of(chains)
    session.ledger.append([Judgement(
        subject="ledger/accounting", seen_record_id="e" * 64, verdict="fifo", reason="r",
        person="p", judged_at=session.clock())])  # fmt: skip
    after = bench_of(chains)
    assert after is not kept
    assert bench_of(chains) is after
    shutil.rmtree(session.folder.chain / "parts" / NETWORK)
    with pytest.raises(InputError) as caught:
        bench_of(chains)
    assert caught.value.code == "E-CON-040"


def test_a_large_chain_is_let_go_after_the_question(chains, monkeypatch):
    monkeypatch.setattr(chain_of_case, "MOST_KEPT", 10)
    assert bench_of(chains) is not bench_of(chains)


def test_a_question_that_fails_keeps_nothing(chains):
    with pytest.raises(ZeroDivisionError), chains.workbench(NETWORK) as bench:
        raise ZeroDivisionError
    assert bench_of(chains) is not bench
