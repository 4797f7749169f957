# SPDX-License-Identifier: AGPL-3.0-or-later
"""Bytes that are wrong in every way: only typed errors, and the other blocks are still read."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.inspecting import block_rows, transaction_rows
from ledger.parsing import find_blocks
from vestigo.cli.app import run
from vestigo.errors import InputError
from vestigo.store import CaseFolder

MAGIC = bytes.fromhex("fabfb5da")
TRIALS = 3000


def framed(block: bytes) -> bytes:
    return MAGIC + len(block).to_bytes(4, "little") + block


@pytest.fixture
def blocks(chain) -> list[bytes]:
    coins = [chain.coin(name, 10_000) for name in ("a", "b", "c")]
    chain.step(coins, [("d", 9_000), (b"\x6a" + b"x" * 300, 0), ("e", 7_000)])
    return list(chain.blocks)


def inspected(capsys, *paths: Path) -> tuple[int, list[dict], str]:
    code = run(["ledger", "inspect", *map(str, paths), "--jsonl"])
    captured = capsys.readouterr()
    return code, [json.loads(line) for line in captured.out.splitlines()], captured.err


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], Path]:
    def written(name: str, content: bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return written


def garbled(content: bytes, chance: random.Random) -> bytes:
    """Flip, cut, prefix, repeat or overwrite, one to three times."""
    raw = bytearray(content)
    for _time in range(chance.randint(1, 3)):
        at = chance.randrange(len(raw) or 1)
        match chance.randrange(6):
            case 0 if raw:
                raw[at] ^= 1 << chance.randrange(8)
            case 1:
                del raw[at:]
            case 2:
                raw[:0] = chance.randbytes(chance.randint(1, 100))
            case 3:
                raw[at:at] = raw[at : at + chance.randint(1, 60)]
            case 4:
                raw[at : at + 9] = b"\xff" + chance.randbytes(8)
            case _:
                raw[at : at + 5] = b"\xfe\xff\xff\xff\xff"
    return bytes(raw)


@pytest.mark.parametrize("framing", [b"".join, lambda all_of: b"".join(map(framed, all_of))])
def test_garbled_blocks_give_only_input_errors(blocks: list[bytes], framing, write):
    chance = random.Random(6)
    whole = framing(blocks)
    path = write("garbled.dat", b"")
    n_refused = 0
    for _trial in range(TRIALS // 2):
        path.write_bytes(garbled(whole, chance))
        reports: list[InputError] = []
        for rows in (block_rows, transaction_rows):
            try:
                list(rows(path, None, reports.append))
            except InputError as error:
                reports.append(error)
        try:
            list(find_blocks(path.read_bytes(), str(path)))
        except InputError as error:
            reports.append(error)
            n_refused += 1
        assert all(report.where.startswith(f"{path}:") for report in reports)
    assert n_refused > TRIALS // 4


def test_a_count_beyond_every_address_is_no_overflow(blocks: list[bytes], write, capsys):
    """A script length of 2^64 - 1 met struct's ``ssize_t`` as an ``OverflowError``."""
    head = blocks[0][:80] + b"\x01" + b"\1\0\0\0" + b"\x01" + b"\0" * 36
    bad = write("bad.dat", head + b"\xff" * 9 + b"\0" * 50)
    good = write("good.dat", framed(blocks[1]))
    code, rows, err = inspected(capsys, bad, good)
    assert (code, len(rows)) == (4, 1)
    assert "E-LED-010" in err
    assert f"{bad}:81" in err
    assert "Traceback" not in err


def test_junk_before_a_block_is_typed_and_the_next_file_is_printed(
    blocks: list[bytes], write, capsys, tmp_path: Path
):
    bad = write("bad.dat", b"\xc3" * 72 + blocks[0])
    good = write("good.dat", framed(blocks[1]))
    code, rows, err = inspected(capsys, bad, good)
    assert (code, [row["path"] for row in rows]) == (4, [str(good)])
    assert f"[{bad}:0]" in err
    CaseFolder.create(tmp_path / "case", title="T", unit="U")
    words = ["ledger", "ingest", str(tmp_path / "case"), str(bad), str(good)]
    assert run([*words, "--network", "regtest", "--json"]) == 4
    summary = json.loads(capsys.readouterr().out)
    assert (summary["files"], summary["problems"]) == (
        1, [{"code": "E-LED-011", "where": f"{bad}:0"}],
    )  # fmt: skip


def test_zero_padding_between_blocks_is_no_fault(blocks: list[bytes], write, capsys):
    padded = b"\0" * 99 + (b"\0" * 5000).join(framed(block) for block in blocks) + b"\0" * 7
    assert len(list(find_blocks(padded, "f"))) == len(blocks)
    code, rows, err = inspected(capsys, write("blk.dat", padded))
    assert (code, len(rows), err) == (0, len(blocks), "")


def test_junk_between_blocks_is_passed_over_and_reported(blocks: list[bytes], write, capsys):
    first, second, third = (framed(block) for block in blocks[:3])
    content = b"junk" + first + b"\x01junk" + second[:60] + third + MAGIC
    code, rows, err = inspected(capsys, write("blk.dat", content))
    begin = 4 + len(first)
    assert [row["offset"] for row in rows] == [12, begin + 5 + 60 + 8]
    assert code == 4
    assert err.count("E-LED-017") == 3
    assert f"The bytes {begin} to {begin + 65} hold no block" in err
    with pytest.raises(InputError) as caught:
        list(find_blocks(content[4:], "f"))
    assert (caught.value.code, caught.value.where) == ("E-LED-010", f"f:{begin - 4}")


def test_a_block_cut_short_does_not_swallow_the_next_one(blocks: list[bytes], write, capsys):
    first, second = framed(blocks[0])[:-3], framed(blocks[1])
    code, rows, err = inspected(capsys, write("blk.dat", first + second))
    assert (code, [row["merkle_ok"] for row in rows]) == (4, [False, True])
    assert rows[1]["offset"] == len(first) + 8
    assert "E-LED-012" in err


def test_a_length_larger_than_any_block_is_not_read(blocks: list[bytes]):
    content = MAGIC + (4_000_001).to_bytes(4, "little") + b"\0" * 4_000_001 + framed(blocks[0])
    reports: list[InputError] = []
    (found,) = find_blocks(content, "f", reports.append)
    assert found.offset == 8 + 4_000_001 + 8
    assert "larger than any block" in reports[0].what


@pytest.mark.parametrize(
    "text", [b"Dear reader,\nno block is here.\n" * 9, b" " * 500, b"x", "número ".encode() * 40]
)
def test_a_text_file_holds_no_block(text: bytes, write, capsys):
    code, rows, err = inspected(capsys, write("notes.txt", text))
    assert (code, rows) == (4, [])
    assert "E-LED-011" in err
    assert "too early" not in err


def test_a_flipped_header_shows_in_the_proof_of_work(blocks: list[bytes], write, capsys):
    for at in range(68, 72):
        flipped = bytearray(blocks[0])
        flipped[at] ^= 0x55
        code, (row,), err = inspected(capsys, write("b.dat", framed(bytes(flipped))))
        assert row["merkle_ok"] is True
        assert (code, "proof of work does not hold" in err) == (
            (0, False) if row["pow_ok"] else (4, True)
        )
    flipped[72:76] = (0x1D00FFFF).to_bytes(4, "little")
    path = write("b.dat", framed(bytes(flipped)))
    code, (row,), err = inspected(capsys, path)
    assert (code, row["pow_ok"]) == (4, False)
    assert f"{path}:8" in err
    assert run(["ledger", "inspect", str(path), "--tx"]) == 4
    assert "E-LED-012" in capsys.readouterr().err
    assert run(["ledger", "inspect", str(path)]) == 4
    assert "PROOF OF WORK WRONG" in capsys.readouterr().out


def test_a_bare_block_is_judged_by_its_own_target_or_the_named_network(
    blocks: list[bytes], write, capsys
):
    path = write("bare.dat", blocks[0])
    code, (row,), _err = inspected(capsys, path)
    assert (code, row["pow_ok"]) == (0, True)
    assert run(["ledger", "inspect", str(path), "--network", "mainnet"]) == 4
    assert "proof of work" in capsys.readouterr().err


@pytest.mark.real
def test_every_flipped_header_byte_of_a_real_block_is_noticed(real_data: Path, write, capsys):
    raw = (real_data / "bitcoin" / "blocks" / "block169482.dat").read_bytes()
    begin = raw.index(bytes.fromhex("01000000"))
    for at in (begin, begin + 5, begin + 40, begin + 70, begin + 77):
        flipped = bytearray(raw)
        flipped[at] ^= 1
        code, (row,), err = inspected(capsys, write("b.dat", bytes(flipped)))
        assert (code, row["pow_ok"], "E-LED-012" in err) == (4, False, True)


def test_inspect_of_a_folder_prints_its_files_by_name(
    blocks: list[bytes], write, capsys, tmp_path: Path
):
    (tmp_path / "blocks").mkdir()
    for name, content in (("b.dat", framed(blocks[1])), ("a.dat", framed(blocks[0]))):
        write(f"blocks/{name}", content)
    assert inspected(capsys, tmp_path / "blocks")[0] == 0
    notes = write("blocks/aa.txt", b"notes")
    write("blocks/.lock", b"")
    code, rows, err = inspected(capsys, tmp_path / "blocks")
    assert [Path(row["path"]).name for row in rows] == ["a.dat", "b.dat"]
    assert (code, err.count("E-LED"), str(notes) in err) == (4, 1, True)
