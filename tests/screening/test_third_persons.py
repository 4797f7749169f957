# SPDX-License-Identifier: AGPL-3.0-or-later
"""Third persons: what must not show where nobody asked for it."""

from datetime import UTC, datetime

import pytest

from vestigo.authority import Intent, Refusal
from vestigo.cli.app import run as run_cli
from vestigo.console.masking import Masking
from vestigo.errors import UsageError
from vestigo.evidence.bundle.thirds import MASK, ThirdParties
from vestigo.evidence.bundle.view import view_at
from vestigo.evidence.quarantine import masked_address
from vestigo.identifiers.mentioned import contacts_in
from vestigo.pipeline.session import open_session
from vestigo.pipeline.unmasking import unmask_capture
from vestigo.records import CERTAIN, Capture, Feedback, Method

NOW = datetime(2026, 3, 1, tzinfo=UTC)
CONTACTS = ["joe.b77@mail.example", "+57 301 555 0199", "1BoatSLRHtKNngkdXEeobR76b53LETtpyT",
            "@joe_b77"]  # fmt: skip
TEXT = "Fine. Write to {}. Fine 5/5, 2 pieces, 100 mg on 2026-03-01."
METHOD = Method(rule="test.hand.v1", settings_sha256="0" * 64)


@pytest.fixture
def told(folder):
    """A case with one feedback whose text names its writer in every way."""
    capture = Capture(
        capture_id="ab" * 32, uri="http://x/", request_method="GET", status=200, media_type="",
        charset="", content_sha256="", n_body_bytes=0, observed_at=NOW, authorization_id="",
        account="", warc_name="w", warc_offset=0, problem="",
    )  # fmt: skip
    feedback = Feedback(
        sources=(capture.capture_id,), method=METHOD, confidence=CERTAIN, observed_at=NOW,
        market="m", listing_key="1", vendor_handle="seller", buyer_handle="joe b", given_on=None,
        rating=None, text=TEXT.format(" ".join(CONTACTS)), price_amount=None, price_currency=None,
        spans=(),
    )  # fmt: skip
    with open_session(folder.path) as session:
        session.ledger.append([capture, feedback])
    return folder, feedback


@pytest.mark.parametrize("contact", CONTACTS)
def test_contacts_in_a_buyers_own_words_are_masked_in_a_bundle(told, contact):
    folder, feedback = told
    with open_session(folder.path, write=False) as session:
        thirds = ThirdParties(view_at(folder, session.ledger, session.custody, None))
    shown = thirds.masked(feedback.text)
    assert contact not in shown
    assert MASK in shown
    assert "2 pieces, 100 mg on 2026-03-01" in shown


@pytest.mark.parametrize("contact", CONTACTS)
def test_contacts_in_a_buyers_own_words_are_masked_in_the_console(told, contact):
    assert contact not in Masking().text(told[1])


def test_unmasking_is_logged_before_it_is_done_and_needs_a_reason(told, capsys):
    folder, _feedback = told
    with open_session(folder.path) as session:
        for capture_id, reason in (("ab" * 32, " "), ("cd" * 32, "why")):
            with pytest.raises(UsageError, match=r"E-SCR-01[67]"):
                unmask_capture(session, capture_id, reason)
        assert [e for e in session.custody.events() if e.action == "unmask"] == []
    assert run_cli(["evidence", "unmask", str(folder.path), "ab" * 32, "--reason", "witness"]) == 0
    assert capsys.readouterr().out.split("\n")[:-1] == sorted([*CONTACTS, "joe b"])
    with open_session(folder.path, write=False) as session:
        (event,) = [one for one in session.custody.events() if one.action == "unmask"]
    assert (event.reason, event.exhibit) == ("witness", "ab" * 32)


def test_a_refused_act_on_a_buyers_page_names_nobody_in_the_log(folder):
    intent = Intent(
        host="x", port=80, act="view", account="", data_class="buyer_profile",
        what="http://x/user/joe_b77/orders?mail=joe%40x.example",
    )  # fmt: skip
    with open_session(folder.path) as session:
        session.log_refusal(Refusal(intent, "r", "E-AUT-006", NOW))
        (event,) = [one for one in session.custody.events() if one.action == "fail"]
    assert event.details["what"] == "http://x/user/xxxxx/orders?mail=xxxxx"


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("http://x/p/17", "http://x/p/17"),
        ("http://x/u/joe", "http://x/u/xxxxx"),
        ("http://a:b@x/joe@mail.example/a", "http://x/xxxxx/a"),
        ("http://x/a;joe?b=joe;c=joe#joe", "http://x/a;joe?b=xxxxx;c=xxxxx"),
        ("unexpected socket", "unexpected socket"),
    ],
)
def test_an_address_is_masked_where_it_may_name_a_person(uri, shown):
    assert masked_address(uri) == shown


def test_a_third_persons_page_is_told_by_its_host_alone():
    assert masked_address("http://x:1/a/joe?b", third=True) == "http://x:1/xxxxx"


@pytest.mark.parametrize(
    "text", ["", "5/5", "2026-03-01", "100 mg, 1.50 BTC", "3x 10g @ 20", "a@b"]
)
def test_ordinary_words_are_no_contact(text):
    assert contacts_in(text) == ()
