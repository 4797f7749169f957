# SPDX-License-Identifier: AGPL-3.0-or-later
"""What can go wrong, be set or be called is documented, or this fails."""

import ast
import re
import tomllib
from pathlib import Path

import click
import pytest

from vestigo.cli.app import program

REPOSITORY = Path(__file__).resolve().parent.parent.parent
PACKAGES = ("crawler", "graph", "ledger", "nlp", "vestigo")
SOURCES = sorted(p for name in PACKAGES for p in (REPOSITORY / name).rglob("*.py"))
CODE = re.compile(r"\bE-[A-Z]{3}-\d{3}\b")


def codes_in_source():
    found = {}
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.update(dict.fromkeys(CODE.findall(node.value), path))
    return found


def codes_in_documentation():
    rows = [line for p in (REPOSITORY / "docs" / "errors").glob("*.md")
            for line in p.read_text("utf-8").splitlines() if line.startswith("|")]  # fmt: skip
    return [CODE.findall(row.split("|")[1])[0] for row in rows if CODE.findall(row.split("|")[1])]


def test_each_error_code_is_documented_and_each_documented_code_exists():
    assert set(codes_in_source()) == set(codes_in_documentation())


def test_no_error_code_is_documented_twice():
    codes = codes_in_documentation()
    assert sorted(codes) == sorted(set(codes))


def test_each_setting_is_documented():
    defaults = tomllib.loads((REPOSITORY / "config" / "defaults.toml").read_text("utf-8"))
    for section, keys in defaults.items():
        page = (REPOSITORY / "docs" / "guide" / "settings" / f"{section}.md").read_text("utf-8")
        documented = set(re.findall(r"^\| `([a-z0-9_]+)`", page, re.MULTILINE))
        assert documented == set(keys), section


def commands(command, name="vestigo"):
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for child in command.list_commands(context):
            yield from commands(command.get_command(context, child), f"{name} {child}")


ALL_COMMANDS = dict(commands(program()))
GUIDE = "\n".join(p.read_text("utf-8") for p in sorted((REPOSITORY / "docs").rglob("*.md")))


@pytest.mark.parametrize("name", sorted(ALL_COMMANDS))
def test_each_command_explains_itself_and_stands_in_the_guide(name):
    command = ALL_COMMANDS[name]
    assert command.help
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"
    if not isinstance(command, click.Group):
        assert name in GUIDE, f"{name} is not in the guide"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(REPOSITORY)))
def test_each_file_names_its_licence_first(path):
    first = path.read_text("utf-8").splitlines()[:2]
    assert any("SPDX-License-Identifier: AGPL-3.0-or-later" in line for line in first)


def test_no_link_in_the_documentation_is_dead():
    pages = [REPOSITORY / "README.md", REPOSITORY / "CONTRIBUTING.md"]
    pages += sorted((REPOSITORY / "docs").rglob("*.md"))
    link = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
    links = [(page, target) for page in pages for target in link.findall(page.read_text("utf-8"))]
    assert links
    assert not [(p.name, target) for p, target in links if not (p.parent / target).exists()]


def test_the_house_has_no_room_that_says_nothing():
    forbidden = re.compile(r"(^|/)(utils?|helpers?|common|core|misc|managers?)(\.py|/)")
    assert not [p for p in SOURCES if forbidden.search(str(p.relative_to(REPOSITORY)))]


# a stranger reads and hashes one file (decision record 0006)
ONE_FILE = REPOSITORY / "vestigo" / "evidence" / "stranger" / "verify.py"


@pytest.mark.parametrize(
    "path", [p for p in SOURCES if p != ONE_FILE], ids=lambda p: str(p.relative_to(REPOSITORY))
)
def test_no_file_grows_beyond_six_hundred_lines(path):
    assert len(path.read_text("utf-8").splitlines()) <= 600
