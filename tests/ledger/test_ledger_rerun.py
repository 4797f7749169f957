# SPDX-License-Identifier: AGPL-3.0-or-later
"""The records of a bundle come out the same, byte for byte, from what the bundle carries."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from ledger.ingest import ingest_file, ingest_loose
from ledger.store import ChainStore
from ledger.store.columns import BRANCH
from ledger.store.loose import LooseTransaction
from vestigo.cli.app import run as main
from vestigo.evidence.stranger import verify

NETWORK = "regtest"
PACK = "title: t\ncreator: c\nsource: s\ncurrency: BTC\nconfidence: ownership\ncategory: exchange\n"


def write_chain(chain, path: Path) -> Path:
    """A vendor whose coins go over two hops into an exchange; later blocks go on."""
    coin = chain.coin("vendor", 100_000)
    second = chain.step([coin], [("hop", 60_000), ("change", 39_000)])
    chain.step([(second, 0)], [("exchange", 59_000)])
    chain.step([(second, 1), chain.coin("change", 7_000)], [("exchange", 40_000)])
    return chain.write(path)


@pytest.fixture
def bundle(chain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys) -> Path:
    case, file = tmp_path / "case", write_chain(chain, tmp_path / "blk00000.dat")
    pack = tmp_path / "pack.yaml"
    tag = f"tags:\n  - address: {chain.address('exchange')}\n    label: Exchange\n"
    pack.write_text(PACK + tag, "utf-8")
    monkeypatch.setattr("sys.stdin", io.StringIO("a long passphrase for tests\n" * 2))
    assert main(["case", "new", str(case), "--title", "t", "--unit", "u"]) == 0
    assert main(["case", "keys", "create", str(case), "--passphrase-stdin"]) == 0
    assert main(["tag", "import", str(case), str(pack), "--network", NETWORK]) == 0
    assert main(["ledger", "ingest", str(case), str(file), "--network", NETWORK]) == 0
    start = ["--address", chain.address("vendor"), "--network", NETWORK]
    assert main(["ledger", "trace", str(case), *start]) in (0, 4)
    assert main(["bundle", "build", str(case), "--passphrase-stdin"]) == 0
    capsys.readouterr()
    return next((case / "bundles").iterdir())


def rerun(capsys, bundle: Path, *words: str) -> tuple[int, dict]:
    code = main(["ledger", "rerun", str(bundle), "--json", *words])
    out = capsys.readouterr().out
    return code, {row["kind"]: row for row in json.loads(out)["kinds"]} if out else {}


def test_what_a_bundle_carries_gives_its_records_again(bundle: Path, capsys, tmp_path: Path):
    code, kinds = rerun(capsys, bundle)
    assert code == 0
    assert {name: row["same"] > 0 for name, row in kinds.items()} == {
        "trace": True, "cluster": False, "cash_out_point": True,
    }  # fmt: skip
    code, kinds = rerun(capsys, bundle, "--at-height", "3")
    assert code == 3
    assert kinds["trace"]["only_in_bundle"]
    chain = next((bundle / "data" / "ledger" / "chain").iterdir())
    copy = tmp_path / "copy"
    shutil.copytree(bundle, copy)
    content = bytearray((copy / chain.relative_to(bundle)).read_bytes())
    content[-30] ^= 1
    (copy / chain.relative_to(bundle)).write_bytes(content)
    assert main(["ledger", "rerun", str(copy)]) == 4
    assert "E-LED-012" in capsys.readouterr().err
    assert verify.main([str(copy)]) != 0
    shutil.rmtree(copy / "data" / "ledger" / "chain")
    capsys.readouterr()
    assert main(["ledger", "rerun", str(copy)]) == 4
    assert "E-LED-075" in capsys.readouterr().err


def test_order_and_files_in_which_blocks_came_change_nothing(chain, tmp_path: Path):
    whole = write_chain(chain, tmp_path / "all.dat")
    ingest_file(tmp_path / "a", whole, NETWORK)
    for n, raw in enumerate(reversed(chain.blocks)):
        (tmp_path / f"{n}.blk").write_bytes(raw)
        ingest_file(tmp_path / "b", tmp_path / f"{n}.blk", NETWORK)
    with ChainStore(tmp_path / "a", NETWORK) as a, ChainStore(tmp_path / "b", NETWORK) as b:
        for name in ("transactions", "inputs", "outputs", "scripts", "missing"):
            left, right = a.tables[name], b.tables[name]
            assert left.drop_columns(["block"] if "block" in left.column_names else []).equals(
                right.drop_columns(["block"] if "block" in right.column_names else [])
            )


def test_the_chain_at_a_height_is_the_chain_that_ended_there(chain, tmp_path: Path):
    whole = write_chain(chain, tmp_path / "all.dat")
    ingest_file(tmp_path / "a", whole, NETWORK)
    chain.blocks = chain.blocks[:2]
    ingest_file(tmp_path / "b", chain.write(tmp_path / "two.dat"), NETWORK)
    at = ChainStore(tmp_path / "a", NETWORK, at_height=2)
    with at, ChainStore(tmp_path / "b", NETWORK) as b:
        assert list(at.index.txids) == list(b.index.txids)
        assert at.index.spender.tolist() == b.index.spender.tolist()
        raws = [at.stored(tx).raw for tx in range(len(at.index.txids))]
        assert raws == [b.stored(tx).raw for tx in range(len(b.index.txids))]


def test_loose_transactions_survive_their_lines(chain, tmp_path: Path):
    from ledger.store.loose import loose_lines, parse_loose

    ingest_file(tmp_path / "a", write_chain(chain, tmp_path / "all.dat"), NETWORK)
    with ChainStore(tmp_path / "a", NETWORK) as store:
        loose = [
            LooseTransaction(
                one.scan.txid, one.raw, int(one.mined_at.timestamp()), one.height, BRANCH,
                one.header, one.position,
                tuple(bytes.fromhex(node)[::-1] for node in one.merkle_branch),
            )
            for one in map(store.stored, range(len(store.index.txids)))
        ]  # fmt: skip
        assert parse_loose(loose_lines(loose, NETWORK)) == loose
        ingest_loose(tmp_path / "b", loose[::-1], NETWORK, "x")
        with ChainStore(tmp_path / "b", NETWORK) as other:
            assert list(other.index.txids) == list(store.index.txids)
            assert other.index.spender.tolist() == store.index.spender.tolist()
