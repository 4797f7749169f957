# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links that may be followed, and the log-in form as it stands on the page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.market.extracting import quoted
from crawler.market.fields import FormField, Link, LoginForm
from crawler.market.profile import LoginRule, MarketProfile

_PLAIN_PATH = re.compile(r"/(?!/)[A-Za-z0-9_/-]*")
_SENT_TYPES = frozenset({"", "text", "hidden", "password", "email", "submit"})


def links_of(profile: MarketProfile, root: Any, base: str) -> tuple[list[Link], list[str]]:
    """Return the links to follow and a message for each link that no pattern knows.

    Only links of the page's own host (or a host of the profile) are looked at; links
    that the profile forbids are dropped without a word.
    """
    here = urlsplit(base)
    hosts = {here.netloc.lower(), *profile.hosts}
    origin = f"{here.scheme}://{here.netloc}" if here.netloc else ""
    follow: dict[str, Link] = {}
    unknown: dict[str, None] = {}
    for href in dict.fromkeys(root.xpath("//a/@href")):
        if href.startswith("#"):
            continue
        uri = origin + href if _PLAIN_PATH.fullmatch(href) else _absolute(base, href)
        if uri is None or uri in follow or urlsplit(uri).netloc.lower() not in hosts:
            continue
        hint = profile.hint(uri)
        if hint is not None:
            follow[uri] = Link(uri, hint)
        elif not profile.is_never(uri):
            unknown[f"link: {quoted(str(href))}"] = None
    return list(follow.values()), list(unknown)


def login_form(rule: LoginRule, root: Any, base: str) -> LoginForm | None:
    """Return the log-in form with its hidden fields, None where the page has none."""
    forms = rule.form.nodes(root)
    if not forms:
        return None
    form = forms[0]
    others = [
        FormField(field.get("name"), field.get("value", ""))
        for field in form.iter("input", "button")
        if field.get("name") and field.get("type", "").lower() in _SENT_TYPES
    ]
    own = {rule.user_field, rule.password_field}
    return LoginForm(
        action=_absolute(base, form.get("action", "")) or base,
        method=form.get("method", "get").upper(),
        user_field=rule.user_field,
        password_field=rule.password_field,
        other_fields=tuple(field for field in others if field.name not in own),
    )


def _absolute(base: str, href: str) -> str | None:
    """Return the address without its fragment, None for what is no web address."""
    try:
        uri = urljoin(base, href.strip())
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "") or (parts.scheme and not parts.netloc):
        return None
    return parts._replace(fragment="").geturl()
