# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo crawl mirrors``: which addresses a market's key-holder signed, and which are copies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from crawler.mirrors import judged_lines
from vestigo.cli.output import emit_json, printable, show_damaged, warn
from vestigo.cli.standard_input import standard_input
from vestigo.clock import iso
from vestigo.errors import ExitCode
from vestigo.i18n import _
from vestigo.pipeline.mirrors import (
    TrustedKey,
    judge_mirrors,
    trust_key,
    trusted_keys,
    withdraw_key,
)
from vestigo.pipeline.session import open_session
from vestigo.records import MirrorVerdict

CASE = click.argument("path", type=click.Path(path_type=Path))
JSON = click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
MARKET = click.option("--market", required=True, help=_("The market, as its profile names it."))
COPY, KEYS_DIFFER = "phishing-suspect", "keys-differ"


@click.group("mirrors", help=_("Tell the addresses of a market from copies of it."))
def mirrors() -> None:
    """Group of the commands about mirrors."""


@mirrors.command("trust", help=_("Trust the OpenPGP key in a file to sign for a market."))
@CASE
@MARKET
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help=_("File with the armoured public key."),
)
@click.option(
    "--origin", required=True, help=_("How the unit came to the key (not from the market's page).")
)
@JSON
def trust(path: Path, market: str, key: Path, origin: str, as_json: bool) -> None:
    """Keep the key and log who trusts it, and why."""
    with open_session(path) as session:
        trusted = trust_key(session, market, key.read_text("utf-8", "replace"), origin)
    if trusted.repaired:
        warn(_("The key did not stand in the file as it is: it was cut out and its armour mended."))
    if as_json:
        emit_json(_key_document(trusted))
        return
    said = _("{fingerprint} is trusted to sign for {market}.")
    click.echo(printable(said.format(fingerprint=trusted.fingerprint, market=market)))


@mirrors.command("withdraw", help=_("Trust a key no longer to sign for a market."))
@CASE
@MARKET
@click.option("--fingerprint", required=True, help=_("The key's fingerprint."))
@click.option("--reason", required=True, help=_("Why it is trusted no longer."))
def withdraw(path: Path, market: str, fingerprint: str, reason: str) -> None:
    """Log who withdrew the trust, and why; earlier verdicts stay in the ledger."""
    with open_session(path) as session:
        withdraw_key(session, market, fingerprint, reason)
    click.echo(_("Withdrawn. Judge again with “vestigo crawl mirrors check”."))


@mirrors.command("keys", help=_("List the keys that are trusted to sign for markets."))
@CASE
@JSON
def keys(path: Path, as_json: bool) -> None:
    """Show market, fingerprint, origin and person of each key."""
    with open_session(path, write=False) as session:
        session.custody.append("access", reason="trusted market keys")
        found = trusted_keys(session)
    if as_json:
        emit_json({"keys": [_key_document(key) for key in found]})
        return
    if not found:
        click.echo(_("No key is trusted yet."))
    for key in found:
        click.echo(printable(f"{key.market}  {key.fingerprint}  {key.person}: {key.origin}"))


@mirrors.command("check", help=_("Judge every address of the markets that the case has seen."))
@CASE
@click.option("--market", default="", help=_("Only this market."))
@JSON
def check(path: Path, market: str, as_json: bool) -> int:
    """Exit 4 where an address may be a copy, 3 where captures are damaged."""
    with open_session(path) as session:
        judged = judge_mirrors(session, market)
        session.custody.append("access", reason="mirrors judged")
    if as_json:
        shown = [_verdict_document(one) for one in judged.verdicts]
        emit_json({"mirrors": shown, "damaged": judged.damaged})
    else:
        _show(judged.verdicts)
    if judged.damaged:
        show_damaged(judged.damaged)
        if not as_json:
            warn(_("No verdict on a market with damaged captures was recorded."))
        return ExitCode.VERIFICATION_FAILED
    copies = any(_may_be_a_copy(one) for one in judged.verdicts)
    return ExitCode.FINDINGS if copies else ExitCode.DONE


@mirrors.command(
    "judge", help=_("Judge addresses without a case: one JSON line each on standard input.")
)
@click.option("--days", type=click.IntRange(1), default=30, show_default=True,
              help=_("How long a list that states no date holds."))  # fmt: skip
def judge(days: int) -> int:
    """Print one JSON line each; exit 4 where a line could not be read."""
    n_problems = 0
    for document in judged_lines(standard_input().buffer, days):
        n_problems += "problem" in document
        click.echo(json.dumps(document, ensure_ascii=True))
    return ExitCode.FINDINGS if n_problems else ExitCode.DONE


def status_words(status: str) -> str:
    """Return a status of a mirror in the language of the person."""
    return {
        "signed-current": _("signed, current"),
        "signed-stale": _("signed, out of date"),
        "signed-unclear": _("signed, and it cannot be told for what"),
        "unsigned": _("not signed"),
        "phishing-suspect": _("suspected copy"),
    }[status]


def reason_words(reason: str) -> str:
    """Return the reason of a verdict in the language of the person."""
    return {
        "signed": _("the newest signed list names it"),
        "out-of-date": _("the list that names it holds no longer"),
        "left-out-later": _("a newer signed list leaves it out"),
        "denounced": _("the key-holder warns of it"),
        "cannot-be-told": _(
            "the signed text names it and leaves open whether it is a copy: read it"
        ),
        "not-on-the-list": _("the signed list does not name it"),
        "look-alike": _("it begins like an address of the market and is not on the list"),
        "bad-signature": _("it shows a list that was changed after it was signed"),
        "several-signatures": _("it shows a list with several signatures"),
        "unknown-key": _("it shows a list of another key"),
        "address-malformed": _("it is no onion address: its checksum is wrong"),
        "key-not-known": _("it shows a signed list, and no key is trusted"),
        "keys-differ": _("two addresses of one market show lists of different keys"),
        "loopback": _("it is on this machine: no list can name it"),
        "no-signed-list": _("no signed list was seen"),
    }[reason]


def doubt_words(doubt: str) -> str:
    """Return why the start of a crawl may be a copy, for a person who may be about to log in."""
    return {
        "keys-differ": _(
            "Two addresses of this market show lists of different keys: one of them is a copy, and"
            " takes the password. Trust a key from elsewhere (“vestigo crawl mirrors trust”)."
        ),
        "cannot-be-told": _(
            "A signed text names this address and leaves open whether it is a copy, which takes"
            " the password: read it (“vestigo crawl mirrors check”)."
        ),
        "other-address": _(
            "This market was crawled at another address, and no trusted key signed this one: a"
            " copy takes the password (“vestigo crawl mirrors check”)."
        ),
    }[doubt]


def _may_be_a_copy(one: MirrorVerdict) -> bool:
    return one.status == COPY or one.reason == KEYS_DIFFER


def _show(verdicts: Sequence[MirrorVerdict]) -> None:
    if not verdicts:
        click.echo(_("Nothing was crawled in this case yet."))
    for one in verdicts:
        click.echo(printable(f"{one.market}  {one.host}"))
        click.echo(f"  {status_words(one.status)}: {reason_words(one.reason)}")
        if one.signed_at is not None:
            said = _("  signed {day} with {fingerprint}; key: {origin}").format(
                day=iso(one.signed_at)[:10], fingerprint=one.key_fingerprint, origin=one.key_origin
            )
            click.echo(printable(said))
    if any(one.reason == KEYS_DIFFER for one in verdicts):
        click.echo(
            _(
                "A sign of phishing: one of these keys is not the market's. Log in at none of them"
                " before a key from elsewhere is trusted."
            )
        )
    if any(one.status == COPY for one in verdicts):
        click.echo(_("A suspicion, not a fact: a market can also forget an address."))


def _key_document(key: TrustedKey) -> dict[str, Any]:
    return {"market": key.market, "fingerprint": key.fingerprint, "origin": key.origin,
            "person": key.person}  # fmt: skip


def _verdict_document(one: MirrorVerdict) -> dict[str, Any]:
    return {"id": one.record_id, **one.body()}
