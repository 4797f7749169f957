# SPDX-License-Identifier: AGPL-3.0-or-later
"""The template environment: everything escaped, nothing undefined, words translated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from vestigo.console import explaining, visible, words
from vestigo.console.field_names import field_name
from vestigo.console.index import CaseIndex
from vestigo.console.money import wording
from vestigo.console.paging import part
from vestigo.i18n import DOCUMENT_LANGUAGES, _, ngettext
from vestigo.pipeline.cash_outs import cash_out_subject
from vestigo.records import CashOutPoint


def build_environment() -> Environment:
    """Return the environment that renders every page of the console."""
    environment = Environment(
        loader=PackageLoader("vestigo.console", "templates"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(_globals())
    environment.filters.update(seen=visible.seen, quoted=visible.quoted)
    return environment


def _globals() -> Mapping[str, Any]:
    named = (
        "act_words", "action_words", "amount", "basis_words", "btc", "by_words", "capability_words",
        "day", "decimal_mark", "end_words", "field_words", "group_mark", "grouped_from",
        "instant", "kind_words", "moment", "number", "page_words", "per_words", "percent",
        "role_words", "selector_words", "standing_words", "status_words", "stop_words",
        "tier_meaning", "tier_of", "tier_words",
    )  # fmt: skip
    of_money = ("category_words", "hop_words", "level_words", "method_words")
    return {
        **{name: getattr(words, name) for name in named},
        **{name: getattr(wording, name) for name in of_money},
        "field_name": field_name,
        "_": _,
        "ngettext": ngettext,
        "languages": DOCUMENT_LANGUAGES,
        "link": link,
        "part": part,
        "case_folder": "\0",  # of the case that is served: its place on the machine is not told
        "url_of": explaining.url_of,
        "summary_of": explaining.summary_of,
        "standing_of": standing_of,
        "short": short,
    }


def standing_of(index: CaseIndex, point: CashOutPoint) -> str:
    """Return how a cash-out candidate stands, in words."""
    last = index.decided.get(cash_out_subject(point))
    return words.standing_words(last.record.verdict if last else "")


def link(path: str, /, **query: str | int | None) -> str:
    """Return ``path`` with a query string; empty values are left out."""
    given = {name: str(value) for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def short(digest: str, n: int = 12) -> str:
    """Return the beginning of a long identifier; the whole one stands in its title."""
    return digest if len(digest) <= n + 1 else f"{digest[:n]}…"
