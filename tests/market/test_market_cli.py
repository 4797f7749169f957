# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo market``: one line a page, findings in the exit code, no traceback."""

import json
import os

import pytest

from vestigo.cli.app import run


@pytest.fixture
def pages(tmp_path, item):
    folder = tmp_path / "pages"
    (folder / "item").mkdir(parents=True)
    (folder / "item" / "7").write_text(item, "utf-8")
    (folder / "item" / "8").write_text(item.replace("/item/7", "/item/8"), "utf-8")
    return folder


@pytest.fixture
def market(toy_path, capfd):
    """Run a market command; return exit code, JSON lines and stderr."""

    def runner(verb, *arguments, profile=str(toy_path)):
        code = run(["market", verb, profile, *map(str, arguments)])
        out, err = capfd.readouterr()
        rows = [json.loads(line) for line in out.splitlines()] if "--jsonl" in arguments else out
        return code, rows, err

    return runner


def test_a_line_a_page_with_the_path_as_given(market, pages, monkeypatch):
    monkeypatch.chdir(pages.parent)
    code, rows, _err = market("read", "./pages", "pages/item/8", "--jsonl")
    assert code == 0
    assert [row["page"] for row in rows] == ["./pages/item/7", "./pages/item/8", "pages/item/8"]
    assert rows[0] | {"leftovers": 0} == {
        "page": "./pages/item/7", "kind": "listing", "truncated": False, "key": "7",
        "title": "One gram of t\xe9 \u20ac", "vendor": "ana",
        "price": {"amount": "1000.50", "currency": "EUR"}, "category": ["Caf\xe9 & t\xe9", "Hojas"],
        "ships_from": "Spain", "ships_to": "Everywhere & beyond", "feedback_count": 1,
        "listed_on": "2024-04-03", "stock": None, "n_pgp_blocks": None, "pgp_fingerprints": [],
        "charset": "utf-8", "n_links": 2, "leftovers": 0, "failed_assertions": [],
    }  # fmt: skip


def test_a_trailing_slash_of_a_folder_is_kept_as_given(market, pages):
    _code, rows, _err = market("read", f"{pages}/", "--jsonl")
    assert rows[0]["page"] == f"{pages}/item/7"


def test_findings_give_exit_4_and_every_page_its_line(market, pages, item):
    (pages / "cut").write_text(item[:300], "utf-8")
    (pages / "empty").write_bytes(b"")
    (pages / "junk").write_bytes(bytes(range(256)))
    (pages / "latin").write_bytes(item.replace("\u20ac", "").encode("cp1252"))
    code, rows, err = market("read", pages, "--jsonl")
    kinds = {row["page"].rpartition("/")[2]: (row["kind"], row["truncated"]) for row in rows}
    assert code == 4
    assert kinds == {
        "7": ("listing", False), "8": ("listing", False), "cut": ("other", True),
        "empty": ("other", True), "junk": ("other", False), "latin": ("listing", False),
    }  # fmt: skip
    assert "cut: truncated" in err
    assert "read as windows-1252" in err


def test_a_page_that_is_not_there_is_said_and_the_others_are_read(market, pages):
    code, rows, err = market("read", pages / "nowhere", pages / "item", "--jsonl")
    assert code == 4
    assert "E-MAR-005" in err
    assert [row["kind"] for row in rows] == ["other", "listing", "listing"]


def test_a_pipe_is_no_page_and_is_not_waited_for(market, pages):
    os.mkfifo(pages / "pipe")
    code, rows, err = market("read", pages, "--jsonl")
    assert (code, len(rows)) == (4, 3)
    assert "E-MAR-005" in err


def test_a_name_that_is_not_utf_8_does_not_break_the_line(market, pages, item):
    (pages / os.fsdecode(b"caf\xe9")).write_text(item, "utf-8")
    code, rows, _err = market("read", pages, "--jsonl")
    assert code == 0
    assert rows[0]["page"].endswith("caf\\xe9")


def test_style_sheets_beside_pages_are_no_finding(market, pages):
    (pages / "main.css").write_text("p { color: red }")
    (pages / "logo.png").write_bytes(b"\x89PNG\r\n")
    code, rows, _err = market("read", pages, "--jsonl")
    assert (code, {row["kind"] for row in rows}) == (0, {"other", "listing"})


def test_a_vendor_called_like_a_picture_is_still_a_page(market, pages, item):
    (pages / "shop.png").write_text(item, "utf-8")
    _code, rows, _err = market("read", pages / "shop.png", "--jsonl")
    assert rows[0]["kind"] == "listing"


def test_an_odd_path_is_no_address(market, tmp_path, item):
    folder = tmp_path / "a:b" / "c?d=1" / "[x" / "item"
    folder.mkdir(parents=True)
    (folder / "7").write_text(item, "utf-8")
    _code, rows, _err = market("read", folder, "--jsonl")
    assert (rows[0]["kind"], rows[0]["key"]) == ("listing", "7")


def test_full_lines_hold_the_texts_but_no_buyers(market, pages):
    _code, rows, _err = market("read", pages / "item" / "7", "--jsonl", "--full")
    assert rows[0]["description"].startswith("First line\nsecond line")
    assert rows[0]["feedback"] == [{"listing_key": "7", "rating": "5", "given_on": None,
                                    "age": None, "text": "good", "price": None}]  # fmt: skip
    assert "b***r" not in json.dumps(rows)


def test_for_people_captured_text_is_made_harmless(market, pages, item):
    (pages / "item" / "7").write_text(item.replace("gram", "&#x1b;[31m\u202e"), "utf-8")
    code, out, err = market("read", pages)
    assert code == 0
    assert "\\x1b[31m\\u202e" in out
    assert "\x1b" not in out + err
    assert "leftovers" in err


def test_a_bad_profile_is_a_configuration_error(market, toy_path, pages):
    toy_path.write_text(toy_path.read_text("utf-8").replace("never", "nevr"), "utf-8")
    code, out, err = market("read", pages)
    assert (code, out) == (5, "")
    assert "E-CFG-003" in err
    assert "never" in err


def test_check_without_pages_checks_the_profile(market):
    code, out, _err = market("check")
    assert (code, out) == (0, "Toy market: the profile is valid.\n")


def test_check_counts_and_holds_the_assertions(market, pages):
    code, out, _err = market("check", pages, "--json")
    result = json.loads(out)
    assert code == 0
    assert result["kinds"] == {"listing": 2}
    assert (result["n_vendor_accounts"], result["failed_assertions"]) == (1, [])


def test_check_reports_an_assertion_that_fails(market, pages, item):
    for name in ("7", "8"):
        (pages / "item" / name).write_text(item.replace("From Spain", "From"), "utf-8")
    code, out, _err = market("check", pages)
    assert code == 4
    assert "listing.ships_from as a share of listing: 0.0000 is less than 0.5" in out


def test_check_of_no_listing_fails_the_minimum(market, pages):
    for path in (pages / "item").iterdir():
        path.unlink()
    code, out, _err = market("check", pages, "--json")
    assert code == 4
    assert json.loads(out)["failed_assertions"] == ["listing: 0 is less than 1"]


@pytest.mark.real
def test_the_saved_market_through_the_command(market, agora):
    code, rows, err = market("read", agora, "--jsonl", profile="agora-2014")
    assert (code, len(rows), err) == (0, 732, "")
    kinds = [row["kind"] for row in rows]
    assert (kinds.count("listing"), kinds.count("vendor"), kinds.count("soft-404")) == (
        514,
        142,
        18,
    )
    assert sum(len(row["pgp_fingerprints"]) for row in rows) >= 138
