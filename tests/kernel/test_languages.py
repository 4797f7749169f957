# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every text that a person reads is translated, and the translations are complete."""

import ast
import os
import re
import string
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from vestigo import errors, i18n
from vestigo.cli.click_words import MODULES
from vestigo.errors import ExitCode
from vestigo.i18n import LANGUAGES, SOURCE_LANGUAGE, catalogue

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("crawler", "graph", "ledger", "nlp", "vestigo")
SOURCES = sorted(p for name in PACKAGES for p in (REPOSITORY / name).rglob("*.py"))
# the practice market speaks its own languages: its pages are the world, not our interface
TEMPLATES = sorted(
    p
    for name in PACKAGES
    for p in (REPOSITORY / name).rglob("*.html*")
    if "training" not in p.parts
)
CATALOGUES = sorted((REPOSITORY / "config" / "locale").glob("*/*.po"))
ERRORS = {name for name, cls in vars(errors).items() if isinstance(cls, type)}
SPOKEN_KEYWORDS = {"help", "short_help", "prompt", "epilog", "what", "remedy", "description"}
SPEAKERS = {"echo", "warn", "add_task", "prompt", "confirm", "secho"}
JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
PROPER = re.compile(r"\b(Vestigo|UNII|EUR|USD|BTC|UTC|WARC|SHA-256)\b|EURUSD")
TRANSLATED_IN_TEMPLATE = re.compile(r"""\b_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")


def called(node):
    """Return the bare name of what a call calls."""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def bare(node):
    """Whether an expression shows words that no translation was asked for."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and bool(re.search(r"[^\W\d_]{2}", node.value))
    if isinstance(node, ast.JoinedStr):
        return any(bare(part) for part in node.values if isinstance(part, ast.Constant))
    if isinstance(node, ast.BinOp):
        return bare(node.left) or bare(node.right)
    if isinstance(node, ast.IfExp):
        return bare(node.body) or bare(node.orelse)
    if isinstance(node, ast.Call) and called(node) == "format":
        return isinstance(node.func, ast.Attribute) and bare(node.func.value)
    return False


def bare_literals(tree):
    """Yield the line of each text that is shown without having been translated."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = called(node)
        spoken = [k.value for k in node.keywords if k.arg in SPOKEN_KEYWORDS]
        if name in ERRORS - {"ExitCode"}:
            spoken += node.args[1:2]
        elif name in SPEAKERS:
            spoken += node.args[:1]
        else:
            spoken = [k.value for k in node.keywords if k.arg in {"help", "short_help", "epilog"}]
        yield from (item.lineno for item in spoken if bare(item))


def messages_in(tree):
    """Yield each message that a module asks a translation for."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id in {"_", "ngettext"}:
            first = node.args[0]
            assert isinstance(first, ast.Constant), f"line {node.lineno}: not a plain literal"
            yield first.value


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_no_bare_literal_is_shown(path):
    lines = sorted(bare_literals(ast.parse(path.read_text("utf-8"))))
    assert not lines, f"{path}: lines {lines}"


@pytest.mark.parametrize(
    "code",
    [
        'click.echo("Done")', 'click.echo(f"Done {n}")', 'InputError("E-X-001", "Broken")',
        'InputError("E-X-001", _("x"), remedy="Try again")', 'click.option("--x", help="The x")',
        'warn("Careful: {n}".format(n=1))', 'click.echo(name + " is there")',
    ],
)  # fmt: skip
def test_the_search_for_bare_literals_finds_them(code):
    assert list(bare_literals(ast.parse(code)))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_no_bare_literal_in_a_template(path):
    text = JINJA.sub("", path.read_text("utf-8"))
    text = re.sub(r"<[^>]*>", "", text)
    text = PROPER.sub("", text)
    assert not re.search(r"[^\W\d_]{2}", text), re.findall(r".*[^\W\d_]{2}.*", text)[:3]


def all_messages():
    found = set()
    for path in SOURCES:
        found.update(messages_in(ast.parse(path.read_text("utf-8"))))
    for path in TEMPLATES:
        matches = TRANSLATED_IN_TEMPLATE.findall(path.read_text("utf-8"))
        found.update(ast.literal_eval(literal) for literal in matches)
    return found


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != SOURCE_LANGUAGE])
def test_each_message_is_translated(language):
    known = catalogue(language)._messages
    missing = sorted(m for m in all_messages() if m and not known.get(m, ("",))[0])
    assert not missing, f"{len(missing)} missing in {language}: {missing[:40]}"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda p: p.name)
def test_placeholders_survive_translation(path):
    def fields(text):
        return {name for _t, name, _s, _c in string.Formatter().parse(text) if name is not None}

    with path.open("rb") as handle:
        for message in read_po(handle):
            sources = [message.id] if isinstance(message.id, str) else list(message.id)
            texts = [message.string] if isinstance(message.string, str) else message.string
            if message.id:
                allowed = set().union(*(fields(text) for text in sources))
                for text in texts:
                    assert fields(text) <= allowed, message.id
                assert allowed == set().union(*(fields(text) for text in texts)), message.id


def test_a_message_without_translation_is_shown_as_written():
    i18n.activate("es")
    assert i18n._("no catalogue has this one") == "no catalogue has this one"
    assert i18n.ngettext("one {n}", "many {n}", 2) == "many {n}"


def test_the_language_comes_from_the_environment(monkeypatch):
    monkeypatch.delenv("VESTIGO_LANG", raising=False)
    monkeypatch.setenv("LC_ALL", "es_MX.UTF-8")
    assert i18n.preferred_language() == "es"
    monkeypatch.setenv("VESTIGO_LANG", "en")
    assert i18n.preferred_language() == "en"


def test_an_unknown_language_falls_back_to_the_source():
    i18n.activate("tlh")
    assert i18n.active_language() == SOURCE_LANGUAGE


# what click says of a command that is declared wrongly, or is deprecated: never to a user
DECLARATION = re.compile(r"Deprecat|declar|defined|iterable|exactly one|same flag")


@pytest.mark.parametrize("name", MODULES)
def test_the_words_of_the_command_line_library_are_translated(name):
    tree = ast.parse(Path(import_module(f"click.{name}").__file__).read_text("utf-8"))
    calls = [n for n in ast.walk(tree) if isinstance(n, ast.Call) and n.args]
    words = {
        call.args[0].value
        for call in calls
        if called(call) in {"_", "ngettext"} and isinstance(call.args[0], ast.Constant)
    }
    known = catalogue("es")._messages
    assert words
    assert not {word for word in words if not known.get(word)} - set(
        filter(DECLARATION.search, words)
    )


def test_one_message_has_one_translation():
    found = {}
    for path in CATALOGUES:
        with path.open("rb") as handle:
            for message in read_po(handle):
                if message.id:
                    found.setdefault((path.parent.name, str(message.id)), set()).add(
                        str(message.string)
                    )
    assert not {key: texts for key, texts in found.items() if len(texts) > 1}


def test_the_command_line_speaks_spanish_throughout():
    shown = ""
    for words, code in ((["case", "new"], ExitCode.USAGE), (["case", "--help"], ExitCode.DONE)):
        done = subprocess.run(
            [sys.executable, "-m", "vestigo", *words],
            capture_output=True, text=True, check=False,
            env={**os.environ, "VESTIGO_LANG": "es"},
        )  # fmt: skip
        assert done.returncode == code
        shown += done.stdout + done.stderr
    assert "Falta" in shown
    assert "Muestra esta ayuda" in shown
    for english in ("Usage", "Error: Missing", "Options", "Commands", "Show this"):
        assert english not in shown


SPANISH_PAGES = sorted((REPOSITORY / "vestigo/evidence/stranger").glob("*.es.md"))


def words_never_used():
    glossary = (REPOSITORY / "config/locale/es/GLOSSARY.md").read_text("utf-8")
    rows = [line.split("|")[3] for line in glossary.splitlines() if line.startswith("| ")]
    return {word.strip() for row in rows[1:] for word in row.split(",") if word.strip()}


def test_the_spanish_keeps_to_its_glossary():
    never = words_never_used()
    assert "evidencia" in never
    texts = [page.read_text("utf-8") for page in SPANISH_PAGES]
    for path in CATALOGUES:
        with path.open("rb") as handle:
            texts += [str(message.string) for message in read_po(handle) if message.id]
    found = [(word, text[:80]) for text in texts for word in never if word in text.lower()]
    assert not found


@pytest.mark.parametrize(("language", "one"), [("pt", "evidência"), ("fr", "évidence")])
def test_portuguese_and_french_keep_to_their_glossaries(language, one):
    folder = REPOSITORY / "config/locale" / language
    rows = [
        [cell.strip() for cell in line.split("|")[1:4]]
        for line in (folder / "GLOSSARY.md").read_text("utf-8").splitlines()
        if line.startswith("| ")
    ][1:]
    assert len({english for english, _said, _never in rows}) == len(rows) >= 25
    never = {word for *_row, words in rows for word in words.split(", ") if word}
    assert one in never
    found = []
    for path in sorted(folder.glob("*.po")):
        with path.open("rb") as handle:
            for message in read_po(handle):
                text = str(message.string).lower() if message.id else ""
                found += [(word, text[:80]) for word in never
                          if re.search(rf"\b{re.escape(word)}\b", text)]  # fmt: skip
    assert not found


def test_the_spanish_quotes_as_spanish_does_and_the_french_as_french():
    for path in CATALOGUES:
        if path.parent.name == "pt":
            continue  # Brazilian Portuguese quotes as English does
        with path.open("rb") as handle:
            wrong = [str(m.string) for m in read_po(handle) if re.search("[“”]", str(m.string))]
        assert not wrong, path
