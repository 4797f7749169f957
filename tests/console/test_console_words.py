# SPDX-License-Identifier: AGPL-3.0-or-later
"""Templates and code say nothing that is not translated, and carry no script or style."""

from __future__ import annotations

import io
import re
from dataclasses import fields
from decimal import Decimal
from types import SimpleNamespace

import pytest
from babel.messages.extract import extract
from jinja2 import Environment, nodes
from jinja2.ext import babel_extract

from ledger.stating import FOLLOW_ALL, SAME_WALLET, TWO_PARTY
from ledger.sweep import METHODS
from vestigo.console import words
from vestigo.console.facets import Wanted
from vestigo.console.field_names import field_name
from vestigo.console.money import wording
from vestigo.console.rendering import build_environment
from vestigo.console.vendor_pages import _sighting
from vestigo.evidence.report.writing import bitcoin
from vestigo.i18n import DOCUMENT_LANGUAGES, LANGUAGES, SOURCE_LANGUAGE, catalogue, speaking
from vestigo.records import TAGPACK_LEVELS, Authorization

MEANT_AS_THEY_ARE = {
    "Vestigo",
    "English",
    "Español",
    "Português",
    "Français",
    "EUR",
    "USD",
    "UNII",
    "doctype",
    "html",
}


@pytest.fixture(scope="module")
def templates(repository):
    found = sorted((repository / "vestigo/console/templates").glob("*.html"))
    assert found
    return found


def messages_of(repository, templates):
    code = [*(repository / "vestigo/console").rglob("*.py"), repository / "vestigo/cli/console.py"]
    for path in code:
        handle = io.BytesIO(path.read_bytes())
        for _line, message, *_rest in extract(
            "python", handle, keywords={"_": None, "ngettext": (1, 2)}
        ):
            yield path.name, message
    for path in templates:
        handle = io.BytesIO(path.read_bytes())
        for _line, _name, message, _notes in babel_extract(handle, ["_", "ngettext"], [], {}):
            parts = tuple(p for p in message if p) if isinstance(message, tuple) else message
            yield path.name, parts


def test_every_message_is_translated_into_every_language(repository, templates):
    for language in DOCUMENT_LANGUAGES:
        if language == SOURCE_LANGUAGE:
            continue
        known = catalogue(language)._messages
        for where, message in messages_of(repository, templates):
            if where == "console.py" and language not in LANGUAGES:
                continue  # the command line speaks two languages
            key = message[0] if isinstance(message, tuple) else message
            assert all(known.get(key, ("",))), f"{language}: {key!r} of {where}"


def test_placeholders_survive_translation(repository, templates):
    field = re.compile(r"{[a-z_]*}")
    for _where, message in messages_of(repository, templates):
        if isinstance(message, str):
            for language in DOCUMENT_LANGUAGES:
                translated = catalogue(language).gettext(message)
                assert sorted(field.findall(message)) == sorted(field.findall(translated)), message


def test_no_template_holds_a_bare_literal(templates):
    environment = Environment(autoescape=True)
    for path in templates:
        tree = environment.parse(path.read_text("utf-8"))
        bare = "".join(data.data for data in tree.find_all(nodes.TemplateData))
        bare = re.sub(r"<[^>]*>", " ", bare, flags=re.DOTALL)
        words = set(re.findall(r"[^\W\d_]{2,}", bare)) - MEANT_AS_THEY_ARE
        markup = {"div", "span", "class", "href", "mono", "tier", "stop", "mark", "id", "title"}
        assert not words - markup - {"aria", "current", "page", "true", "sort", "label"}, path.name


def test_no_template_holds_inline_script_or_style_or_switches_escaping_off(templates):
    for path in templates:
        text = path.read_text("utf-8")
        scripts = re.findall(r"<script[^>]*>", text)
        assert all(re.fullmatch(r'<script src="/static/\w+\.js" defer>', one) for one in scripts)
        text = text.replace(" defer></script>", "").replace('<script src="/static/', "")
        assert not re.search(
            r"<script|<style|\sstyle=|\son[a-z]+=|javascript:", text, re.IGNORECASE
        ), path.name
        assert not re.search(r"\|\s*safe\b|autoescape", text), path.name


def test_the_style_sheet_fetches_nothing(repository):
    text = (repository / "vestigo/console/static/console.css").read_text("utf-8")
    assert "url(" not in text
    assert "@import" not in text


def test_two_requests_at_once_speak_two_languages():
    template = build_environment().from_string("{{ _('Listings') }}")
    with speaking("es"):
        assert template.render() == "Anuncios"
        with speaking("en"):
            assert template.render() == "Listings"
        assert template.render() == "Anuncios"


@pytest.mark.parametrize(
    ("language", "n", "shown"),
    [("en", 1515, "1,515"), ("es", 1515, "1515"), ("es", 415_000, "415\u202f000")],
)
def test_a_count_is_not_taken_for_an_amount(language, n, shown):
    with speaking(language):
        assert words.number(n) == shown


def test_acts_and_quotation_marks_are_spanish():
    with speaking("es"):
        assert words.act_words("login") == "iniciar sesión"
        assert words.act_words("other_act") == "other_act"
        assert words.in_quotes("x") == "«x»"
        assert words.field_words("also.payment") == "otro texto: payment"


@pytest.mark.parametrize("captured", [(True, False), (False, True)])
def test_the_list_of_vendors_shows_the_captured_profile(captured):
    accounts = [SimpleNamespace(light=SimpleNamespace(profile_captured=is_)) for is_ in captured]
    assert _sighting(accounts).light.profile_captured
    assert _sighting(accounts[:1]) is accounts[0]


@pytest.mark.parametrize(
    ("language", "shown", "share", "price"),
    [
        ("en", "0.00335372 BTC", "99.77 %", "6.4789"),
        ("es", "0.00335372 BTC", "99.77 %", "6.4789"),
        ("pt", "0,00335372 BTC", "99,77 %", "6,4789"),
        ("fr", "0,00335372 BTC", "99,77 %", "6,4789"),
    ],
)
def test_a_fraction_is_written_as_documents_of_the_language_write_it(language, shown, share, price):
    with speaking(language):
        assert words.btc(335_372) == shown == bitcoin(335_372)
        assert words.percent(Decimal("0.9977")) == share
        assert words.amount(Decimal("6.4789")) == price
        assert words.btc(2_100_000_000_000_000).startswith("21000000")


def test_a_price_is_asked_for_with_the_mark_that_is_shown():
    with speaking("fr"):
        assert Wanted.read({"price_min": "0,5"}).price_min == Decimal("0.5")
        assert Wanted.read({"price_min": "0.5"}).price_min == Decimal("0.5")
    with speaking("en"):
        assert "price_min" in Wanted.read({"price_min": "0,5"}).not_understood


def test_codes_of_records_have_words_in_every_language():
    for language in DOCUMENT_LANGUAGES:
        with speaking(language):
            for words_of, codes in (
                (wording.hop_words, (FOLLOW_ALL, SAME_WALLET, TWO_PARTY)),
                (wording.method_words, METHODS),
                (wording.level_words, TAGPACK_LEVELS),
            ):
                told = [words_of(code) for code in codes]
                assert all(told)
                assert not set(told) & set(codes), language
            shown = {field.name for field in fields(Authorization)} - {"network"}
            assert not [name for name in shown if "_" in field_name(name)]


# by folder where no module of it is left out
REFUSED_BY = (
    "vestigo/store/*.py", "vestigo/authority/*.py", "vestigo/identifiers/*.py",
    "vestigo/rates/*.py", "vestigo/tor/*.py", "vestigo/settings.py",
    "vestigo/pipeline/judging.py", "vestigo/pipeline/retracting.py",
    "vestigo/pipeline/cash_outs.py", "vestigo/pipeline/disclosing.py",
    "vestigo/pipeline/disposing.py", "vestigo/pipeline/unmasking.py",
    "vestigo/pipeline/receipts.py", "vestigo/pipeline/interventions.py",
    "vestigo/pipeline/coverage.py", "vestigo/pipeline/receiving.py",
    "vestigo/pipeline/screening.py", "vestigo/pipeline/crawl*.py",
    "vestigo/pipeline/authorizing.py", "vestigo/pipeline/entered_starts.py",
    "vestigo/pipeline/mirrors.py", "vestigo/pipeline/quarantining.py",
    "vestigo/pipeline/captured_pictures.py", "vestigo/pipeline/picturing.py",
    "vestigo/pipeline/live_picture.py", "vestigo/pipeline/reporting.py",
    "vestigo/pipeline/chain_sources.py", "vestigo/pipeline/observation_file.py",
    "vestigo/pipeline/tor_*.py", "vestigo/evidence/**/*.py", "ledger/**/*.py", "graph/**/*.py",
    "crawler/*.py", "crawler/browser/*.py", "crawler/frontier/*.py", "crawler/market/*.py",
    "crawler/tor/*.py", "nlp/lexicon/*.py", "nlp/linking/*.py", "nlp/reading/*.py",
)  # fmt: skip


@pytest.mark.parametrize("pattern", REFUSED_BY)
def test_what_refuses_an_act_of_the_console_says_so_in_the_language_of_the_page(
    repository, pattern
):
    told = [
        message[0] if isinstance(message, tuple) else message
        for path in repository.glob(pattern)
        for _line, message, *_rest in extract(
            "python", io.BytesIO(path.read_bytes()), keywords={"_": None, "ngettext": (1, 2)}
        )
    ]
    assert told
    for language in set(DOCUMENT_LANGUAGES) - {SOURCE_LANGUAGE}:
        known = catalogue(language)._messages
        assert not [message for message in told if not all(known.get(message, ("",)))], language
