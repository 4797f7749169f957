# SPDX-License-Identifier: AGPL-3.0-or-later
"""Selectors and patterns of a profile, checked when the profile is read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cssselect import HTMLTranslator, SelectorError
from lxml import etree

from vestigo.errors import ConfigurationError
from vestigo.i18n import _

_TRANSLATOR = HTMLTranslator()


@dataclass(frozen=True, slots=True)
class Select:
    """A compiled CSS or XPath selector; ``source`` is as the profile has it."""

    source: str
    path: Any  # etree.XPath, which lxml does not type

    def nodes(self, context: Any) -> list[Any]:
        """Return the elements and text nodes below ``context``, in document order."""
        found = self.path(context)
        return found if isinstance(found, list) else []

    def matches(self, context: Any) -> bool:
        """Return whether anything is selected."""
        return bool(self.path(context))


@dataclass(frozen=True, slots=True)
class SelectBetween:
    """The siblings between two elements, texts included; nothing where one is missing."""

    after: Select
    before: Select

    def nodes(self, context: Any) -> list[Any]:
        """Return the nodes behind the first ``after`` up to the next ``before``."""
        stops = self.before.nodes(context)
        starts = self.after.nodes(context)
        if not starts or not stops:
            return []
        found: list[Any] = [starts[0].tail]
        for sibling in starts[0].itersiblings():
            if sibling in stops:
                return [node for node in found if node is not None]
            found += [sibling, sibling.tail]
        return []


@dataclass(frozen=True, slots=True)
class SelectLabel:
    """What stands with one of these labels, wherever that is on the page."""

    labels: tuple[str, ...]


def css_select(source: str, where: str) -> Select:
    """Return the selector for elements below a node; raises E-MAR-002."""
    try:
        return Select(source, etree.XPath(_TRANSLATOR.css_to_xpath(source, prefix="descendant::")))
    except (SelectorError, etree.XPathSyntaxError) as error:
        raise _bad_selector(source, str(error), where) from error


def xpath_select(source: str, where: str) -> Select:
    """Return the selector of an XPath that gives nodes; raises E-MAR-002."""
    try:
        path = etree.XPath(source)
        found = path(etree.fromstring("<html><body/></html>"))
    except etree.XPathError as error:
        raise _bad_selector(source, str(error), where) from error
    if not isinstance(found, list):
        raise _bad_selector(source, _("it selects no nodes"), where)
    return Select(source, path)


def compile_pattern(source: str, where: str, groups: Sequence[str] = ()) -> re.Pattern[str]:
    """Return the compiled pattern; raises E-MAR-003 for a bad one or a missing group."""
    try:
        pattern = re.compile(source)
    except re.error as error:
        raise _bad_pattern(source, str(error), where) from error
    missing = [name for name in groups if name not in pattern.groupindex]
    if missing:
        reason = _("the group “{name}” is missing").format(name=missing[0])
        raise _bad_pattern(source, reason, where)
    return pattern


def _bad_selector(source: str, reason: str, where: str) -> ConfigurationError:
    return ConfigurationError(
        "E-MAR-002",
        _("The selector “{source}” cannot be used: {reason}.").format(source=source, reason=reason),
        where=where,
        remedy=_("Correct the selector in the profile."),
    )


def _bad_pattern(source: str, reason: str, where: str) -> ConfigurationError:
    return ConfigurationError(
        "E-MAR-003",
        _("The pattern “{source}” cannot be used: {reason}.").format(source=source, reason=reason),
        where=where,
        remedy=_("Correct the pattern in the profile."),
    )
