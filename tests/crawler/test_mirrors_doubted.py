# SPDX-License-Identifier: AGPL-3.0-or-later
"""Before a key is trusted, and what is pasted or saved as a page: doubts are said in time."""

import json
from datetime import UTC, date, datetime
from html import escape

import pytest

from crawler.mirrors import judge_mirror, judged_lines, read_pasted_key, read_statements
from vestigo.identifiers.pgp import KeyUnreadable
from vestigo.training.openpgp import clear_signed, make_vendor_key
from vestigo.training.site.onion_names import onion_key

MADE_AT = datetime(2024, 1, 1, tzinfo=UTC)
SIGNED_AT = datetime(2026, 3, 15, 12, tzinfo=UTC)
KEY = make_vendor_key(b"m" * 32, "staff <staff@market.example>", MADE_AT)
OTHER = make_vendor_key(b"c" * 32, "staff <staff@market.example>", MADE_AT)
MAIN, COPY = (onion_key(1, "doubts", name).host for name in ("main", "copy"))
TEXT = f"Our mirrors & links:\nhttp://{MAIN}/\n- and no others"


def signed(secret=b"m", text=TEXT):
    return clear_signed(secret * 32, MADE_AT, SIGNED_AT, text)


def judged(host=MAIN, *, keys=(KEY.armoured,), messages=(), shown=()):
    line = {"id": 1, "host": host, "keys": list(keys), "messages": list(messages),
            "shown": list(shown), "on": "2026-03-20"}  # fmt: skip
    (found,) = judged_lines([json.dumps(line).encode()], 30)
    return found


PAGES = {
    "a pre": lambda m: f"<!DOCTYPE html><html><body><h1>Hi</h1><pre>{escape(m)}</pre></body></html>",
    "a pre of a class": lambda m: f'<pre class="pgp" id=x>{escape(m)}</pre>',
    "a textarea": lambda m: f"<form><textarea rows=9>{escape(m)}</textarea></form>",
    "line breaks": lambda m: "<p>List</p><div>" + escape(m).replace("\n", "<br>\n") + "</div>",
    "entities for the dashes": lambda m: "<pre>" + escape(m).replace("-", "&#45;") + "</pre>",
    "blanks that do not break": lambda m: "<div>" + "<br>".join(
        escape(line) or "&nbsp;" for line in m.splitlines()) + "</div>",
    "a code in a pre": lambda m: f"<pre><code>{escape(m)}</code></pre>",
    "no mark-up": lambda m: m,
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_a_message_on_a_page_is_as_good_as_cut_out_of_it(name):
    page = PAGES[name](signed())
    assert judged(messages=[page])["status"] == "signed-current"
    assert judged(COPY, messages=[page])["reason"] == "not-on-the-list"
    assert judged(COPY, shown=[PAGES[name](signed().replace(MAIN, COPY))])["reason"] == (
        "bad-signature"
    )


@pytest.mark.parametrize(
    ("text", "repaired"),
    [
        (KEY.armoured, False),
        ("\n" + KEY.armoured, False),
        (f'<pre id="market-key">{KEY.armoured}</pre>', True),
        (f"<p>Our key: {KEY.armoured.replace(chr(10), '<br>')}</p>", True),
        (f"Our key is {KEY.armoured}", True),
        (KEY.armoured.replace("\n", " "), False),
    ],
)
def test_a_key_is_cut_out_of_what_it_was_pasted_with(text, repaired):
    armoured, key = read_pasted_key(text)
    assert (key.fingerprint, key.armour_repaired) == (KEY.fingerprint, repaired)
    (statement,) = read_statements(signed(), [armoured])
    assert statement.hosts == {MAIN}
    assert judged(keys=[text], messages=[signed()])["accepted"]


@pytest.mark.parametrize("text", ["", "no key", f"{KEY.armoured}\n{OTHER.armoured}", "<pre></pre>"])
def test_no_key_and_two_keys_are_refused(text):
    with pytest.raises(KeyUnreadable):
        read_pasted_key(text)


def test_lists_of_different_keys_are_said_before_any_key_is_trusted():
    ours, theirs = signed(), signed(b"c", f"Our mirrors:\n{COPY}")
    one = judged(COPY, keys=(), messages=[ours], shown=[theirs])
    assert (one["status"], one["reason"]) == ("unsigned", "keys-differ")
    assert judged(MAIN, keys=(), messages=[ours], shown=[ours])["reason"] == "key-not-known"
    assert judged(COPY, messages=[ours], shown=[theirs])["status"] == "phishing-suspect"


def test_on_one_machine_too():
    (refused,) = read_statements(signed(), [])
    found = judge_mirror("127.0.0.1:81", [], [refused], date(2026, 3, 20), 30, {"ANOTHER"})
    assert found.reason == "keys-differ"


def test_what_a_text_leaves_open_is_neither_accepted_nor_called_a_copy():
    text = f"Our mirrors:\n{MAIN}\n\nSomething entirely different here:\n{COPY}"
    found = judged(COPY, messages=[signed(text=text)])
    assert (found["status"], found["reason"]) == ("signed-unclear", "cannot-be-told")
    assert not found["accepted"]


def test_a_list_that_was_past_its_end_when_it_was_signed_is_out_of_date():
    found = judged(messages=[signed(text=f"Valid until 2026-02-20.\n{MAIN}")])
    assert (found["status"], found["accepted"]) == ("signed-stale", True)
