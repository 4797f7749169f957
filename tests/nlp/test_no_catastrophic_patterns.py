# SPDX-License-Identifier: AGPL-3.0-or-later
"""Every regular expression of the reader, run by an engine that counts its steps.

The engine backtracks as Python's does and counts what it compares, so that nothing here
depends on the clock.  Each pattern gets texts made from itself: beginnings that match,
then the inside of each of its repetitions over and over.  Four times the text may cost
about four times the steps.  Bounds such as {1,64} are made small first: they are
constants, and a product of them would hide in a short text what it costs in a long one.
"""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from re import _constants as sre  # type: ignore[attr-defined]  # there is no public parser
from re import _parser  # type: ignore[attr-defined]  # there is no public parser

import pytest

import nlp
import vestigo.identifiers

LOW, HIGH = 2, 4
SIZES = (48, 128)
BUDGET = 150_000  # steps; a linear pattern takes some ten thousand
CATEGORIES = {
    sre.CATEGORY_DIGIT: str.isdigit, sre.CATEGORY_SPACE: str.isspace,
    sre.CATEGORY_WORD: lambda c: c.isalnum() or c == "_",
}  # fmt: skip
NEGATED = {
    sre.CATEGORY_NOT_DIGIT: sre.CATEGORY_DIGIT, sre.CATEGORY_NOT_SPACE: sre.CATEGORY_SPACE,
    sre.CATEGORY_NOT_WORD: sre.CATEGORY_WORD,
}  # fmt: skip
REPEATS = (sre.MAX_REPEAT, sre.MIN_REPEAT, sre.POSSESSIVE_REPEAT)


def patterns() -> dict[str, re.Pattern[str]]:
    """Every pattern of the packages, by where it stands."""
    found: dict[str, re.Pattern[str]] = {}
    for package in (nlp, vestigo.identifiers):
        for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                for n, pattern in enumerate(_in(value)):
                    found[f"{info.name}.{name}.{n}"] = pattern
            source = files(info.name.rpartition(".")[0]).joinpath(
                info.name.rpartition(".")[2] + ".py"
            )
            if source.is_file():
                for line, text in _inline(source.read_text("utf-8")):
                    found[f"{info.name}:{line}"] = re.compile(text)
    unique = {(one.pattern, one.flags): name for name, one in sorted(found.items(), reverse=True)}
    return {
        name: re.compile(text, flags)
        for (text, flags), name in sorted(unique.items(), key=lambda kv: kv[1])
    }


def is_anchored(where: str) -> bool:
    """Whether a named pattern is only asked at one place of a text, never looked for."""
    name = where.split(".")[-2]
    module = where.rsplit(".", 2)[0]
    if ":" in where or not isinstance(getattr(importlib.import_module(module), name), re.Pattern):
        return False
    asked = {
        asked
        for package in (nlp, vestigo.identifiers)
        for source in _sources(package)
        for asked in re.findall(rf"(?<!\w){re.escape(name)}\.([a-z]+)\(", source)
    }
    return bool(asked) and asked <= {"match", "fullmatch"}


@cache
def _sources(package) -> tuple[str, ...]:
    return tuple(
        path.read_text("utf-8") for path in sorted(Path(package.__path__[0]).rglob("*.py"))
    )


def _in(value: object) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif isinstance(value, tuple | list | frozenset | set):
        for one in value:
            yield from _in(one)
    elif isinstance(value, dict):
        yield from _in(list(value.values()))


def _inline(source: str) -> Iterator[tuple[int, str]]:
    """Patterns that are written where they are used: ``re.search(r"…", text)``."""
    for node in ast.walk(ast.parse(source)):
        called = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
        if called and isinstance(node.func.value, ast.Name) and node.func.value.id == "re":
            first = node.args[0] if node.args else None
            named = node.func.attr != "compile"
            if named and isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield node.lineno, first.value


class TooManySteps(Exception):  # noqa: N818 - says what happened
    """More steps than any pattern may take on a short text."""


class Engine:
    """A backtracking matcher that counts every comparison."""

    def __init__(self, pattern: re.Pattern[str], *, anchored: bool = False) -> None:
        self.anchored = anchored
        self.tree = list(_parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE))
        self.ignore_case = bool(pattern.flags & re.IGNORECASE)
        self.steps = 0
        self.text = ""

    def search(self, text: str) -> int:
        """Return the steps that ``finditer`` takes, or ``match`` for one that is only anchored."""
        self.text, self.steps, start = text, 0, 0
        ends: list[int] = []

        def ended(at: int) -> bool:
            ends.append(at)
            return True

        while start <= len(text):
            ends.clear()
            self._run(self.tree, 0, start, ended)
            if self.anchored:
                break
            start = max(start + 1, ends[-1] if ends else 0)
        return self.steps

    def _run(  # noqa: C901, PLR0911, PLR0912 - one branch for each kind of node
        self, items: list, i: int, at: int, then: Callable[[int], bool]
    ) -> bool:
        while i < len(items):
            self.steps += 1
            if self.steps > BUDGET:
                raise TooManySteps
            op, given = items[i]
            if op in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
                if at >= len(self.text) or not self._is(op, given, self.text[at]):
                    return False
                at, i = at + 1, i + 1
            elif op is sre.AT:
                if not self._stands(given, at):
                    return False
                i += 1
            elif op in (sre.ASSERT, sre.ASSERT_NOT):
                if self._looks(given, at) != (op is sre.ASSERT):
                    return False
                i += 1
            elif op in REPEATS:
                return self._repeat(given, items, i, at, then, 0)
            elif op is sre.BRANCH:
                rest = items[i + 1 :]
                return any(self._run([*branch, *rest], 0, at, then) for branch in given[1])
            elif op is sre.SUBPATTERN:
                return self._run([*given[3], *items[i + 1 :]], 0, at, then)
            elif op is sre.GROUPREF:
                i += 1  # as if the group had matched nothing: it only makes the rest be tried
            else:
                raise AssertionError(op)
        return then(at)

    def _repeat(self, given, items: list, i: int, at: int, then, done: int) -> bool:
        low, high, body = given
        low = min(low, LOW)
        high = len(self.text) if high is sre.MAXREPEAT else min(high, HIGH)
        inner = list(body)
        if len(inner) == 1 and inner[0][0] in (sre.LITERAL, sre.NOT_LITERAL, sre.ANY, sre.IN):
            run = at
            while run < len(self.text) and run - at < high and self._is(*inner[0], self.text[run]):
                self.steps += 1
                run += 1
            return any(self._run(items, i + 1, end, then) for end in range(run, at + low - 1, -1))

        def again(end: int) -> bool:
            return end > at and self._repeat(given, items, i, end, then, done + 1)

        if done < high and self._run(inner, 0, at, again):
            return True
        return done >= low and self._run(items, i + 1, at, then)

    def _is(self, op, given, sign: str) -> bool:
        self.steps += 1
        if op is sre.ANY:
            return sign != "\n"
        if op is sre.IN:
            negate = given[0][0] is sre.NEGATE
            shapes = given[1:] if negate else given
            return any(self._one(o, g, sign) for o, g in shapes) != negate
        return self._one(sre.LITERAL, given, sign) == (op is sre.LITERAL)

    def _one(self, op, given, sign: str) -> bool:
        signs = {sign, sign.lower(), sign.upper()} if self.ignore_case else {sign}
        if op is sre.LITERAL:
            return chr(given) in signs
        if op is sre.RANGE:
            return any(len(s) == 1 and given[0] <= ord(s) <= given[1] for s in signs)
        if given in NEGATED:
            return not CATEGORIES[NEGATED[given]](sign)
        return CATEGORIES[given](sign)

    def _stands(self, where, at: int) -> bool:
        if where in (sre.AT_BEGINNING, sre.AT_BEGINNING_STRING):
            return at == 0
        if where in (sre.AT_END, sre.AT_END_STRING):
            return at == len(self.text)
        return True  # borders of words: they only make the rest be tried

    def _looks(self, given, at: int) -> bool:
        direction, body = given
        if direction > 0:
            return self._run(list(body), 0, at, lambda _end: True)
        width = body.getwidth()[1]
        return at >= width and self._run(list(body), 0, at - width, lambda end: end == at)


def example(items) -> str:
    """A short text that the items match, as far as it can be told without looking around."""
    out = ""
    for op, given in items:
        if op is sre.LITERAL:
            out += chr(given)
        elif op in (sre.IN, sre.NOT_LITERAL, sre.ANY):
            out += _sample(op, given)
        elif op in REPEATS:
            out += example(given[2]) * max(1, min(given[0], LOW))
        elif op is sre.SUBPATTERN:
            out += example(given[3])
        elif op is sre.BRANCH:
            out += example(given[1][0])
    return out


def _sample(op, given) -> str:
    for sign in "a0A- @.:\n=1F\t_/(+é#":
        if Engine(re.compile("x"))._is(op, given, sign):
            return sign
    return "\x7f"


def hostile(items, before: str = "") -> Iterator[tuple[str, str]]:
    """Yield (beginning, what is repeated) for every repetition inside ``items``."""
    for op, given in items:
        inner = []
        if op in REPEATS:
            yield before, example(given[2])
            inner = [given[2]]
        elif op is sre.SUBPATTERN:
            inner = [given[3]]
        elif op is sre.BRANCH:
            inner = given[1]
        for one in inner:
            yield from hostile(one, before)
        before += example([(op, given)])


def texts_of(engine: Engine) -> Iterator[tuple[str, str]]:
    whole = example(engine.tree)
    yield "", whole
    yield "", whole[:-1]
    for before, pump in hostile(engine.tree):
        yield before, pump
        yield "", pump
        yield "", before + pump


def grows(engine: Engine) -> str | None:
    """Return the text for which the steps grow faster than it does, None where there is none.

    What looks so is looked at again on longer texts: a long pattern fills a short one.
    """
    for before, pump in dict.fromkeys(texts_of(engine)):
        if pump and all(_faster(engine, before, pump, size) for size in SIZES):
            return before + pump
    return None


def _faster(engine: Engine, before: str, pump: str, size: int) -> bool:
    try:
        small, large = (
            engine.search(before + (pump * n)[: n - len(before)] + "\x7f") for n in (size, 4 * size)
        )
    except TooManySteps:
        return True
    return large > 6 * small + 1_000


@pytest.fixture(autouse=True)
def _deep():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(20_000)
    yield
    sys.setrecursionlimit(before)


FOUND = patterns()


def test_the_patterns_are_found():
    assert len(FOUND) > 60
    assert any(name.startswith("nlp.selectors.handles") for name in FOUND)
    assert any(name.startswith("vestigo.identifiers.pgp") for name in FOUND)


@pytest.mark.parametrize("name", FOUND)
def test_steps_grow_with_the_text_and_not_faster(name):
    assert grows(Engine(FOUND[name], anchored=is_anchored(name))) is None


@pytest.mark.parametrize("bad", [r"(?:a+)+b", r"[ \t]*x:", r"\s+$", r"(?:\w+\.)*\w+@"])
def test_a_catastrophic_pattern_is_noticed(bad):
    assert grows(Engine(re.compile(bad)))


@pytest.mark.parametrize("text", ["", "a", "aab", "ab12", "x: aab", "aaaa b", "a.b@c.de"])
def test_the_engine_agrees_with_pythons(text):
    for shape in (
        r"a+b",
        r"(?:a|b)*?b",
        r"[^\W\d_]{2,4}(?=\d)",
        r"(?<!a)b",
        r"\w+@(?:\w+\.){1,3}[a-z]{2,4}$",
    ):
        engine, ends = Engine(re.compile(shape)), []
        engine.text = text
        for start in range(len(text) + 1):
            ends.clear()
            engine._run(engine.tree, 0, start, lambda at: bool(ends.append(at) or True))  # noqa: B023
            found = re.compile(shape).match(text, start)
            assert ends[-1:] == ([found.end()] if found else []), (shape, start)
