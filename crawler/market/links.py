# SPDX-License-Identifier: AGPL-3.0-or-later
"""Links that may be followed, and the forms of log-in and captcha as they stand on the page."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin, urlsplit

from crawler.market.extracting import quoted
from crawler.market.fields import CaptchaForm, FormField, Link, LoginForm
from crawler.market.profile import CaptchaRule, LoginRule, MarketProfile

_PLAIN_PATH = re.compile(r"/(?!/)[A-Za-z0-9_/-]*")
MOST_ELSEWHERE = 1000
_SECONDS = re.compile(r"\s*([0-9]{1,6})")
_SENT_TYPES = frozenset({"", "text", "hidden", "password", "email", "submit"})


def links_elsewhere(profile: MarketProfile, root: Any, base: str) -> list[str]:
    """Return the addresses of links to other hosts, each once, ``MOST_ELSEWHERE`` at the most."""
    hosts = {urlsplit(base).netloc.lower(), *profile.hosts, ""}
    found: dict[str, None] = {}
    for href in dict.fromkeys(root.xpath("//a/@href[contains(., '//')]")):
        uri = absolute(base, href)
        if uri is not None and urlsplit(uri).netloc.lower() not in hosts:
            found[uri] = None
        if len(found) == MOST_ELSEWHERE:
            break
    return list(found)


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
        uri = origin + href if _PLAIN_PATH.fullmatch(href) else absolute(base, href)
        if uri is None or uri in follow or urlsplit(uri).netloc.lower() not in hosts:
            continue
        hint = profile.hint(uri)
        if hint is not None:
            follow[uri] = Link(uri, hint)
        elif not profile.is_never(uri):
            unknown[link_message(str(href))] = None
    return list(follow.values()), list(unknown)


def link_message(href: str) -> str:
    """Return the message for a link that no pattern knows."""
    return f"link: {quoted(href)}"


def login_form(rule: LoginRule, root: Any, base: str) -> LoginForm | None:
    """Return the log-in form with its hidden fields, None where the page has none."""
    forms = rule.form.nodes(root)
    if not forms:
        return None
    form = forms[0]
    own = {rule.user_field, rule.password_field}
    return LoginForm(
        action=absolute(base, form.get("action", "")) or base,
        method=form.get("method", "get").upper(),
        user_field=rule.user_field,
        password_field=rule.password_field,
        other_fields=tuple(field for field in sent_fields(form) if field.name not in own),
    )


def captcha_form(rule: CaptchaRule, root: Any, base: str) -> CaptchaForm | None:
    """Return the form with a picture that only a person reads, None where there is none."""
    for form in rule.form.nodes(root):
        for picture in rule.picture.nodes(form):
            source = picture.get("src", "")
            inline = source.startswith("data:")
            return CaptchaForm(
                action=absolute(base, form.get("action", "")) or base,
                picture=source if inline else absolute(base, source) or "",
                answer_field=rule.answer_field,
                other_fields=tuple(
                    field for field in sent_fields(form) if field.name != rule.answer_field
                ),
            )
    return None


def refresh_seconds(root: Any, header: str = "") -> int | None:
    """Return after how many seconds a page asks to be loaded again (header or ``meta``)."""
    if header and (told := _SECONDS.match(header)):
        return int(told[1])
    for element in root.iter("meta"):
        if element.get("http-equiv", "").strip().lower() == "refresh":
            match = _SECONDS.match(element.get("content", ""))
            return int(match[1]) if match else None
    return None


def sent_fields(form: Any) -> list[FormField]:
    """Return the named values that a browser would send with a form as it stands."""
    return [
        FormField(field.get("name"), field.get("value", ""))
        for field in form.iter("input", "button")
        if field.get("name") and field.get("type", "").lower() in _SENT_TYPES
    ]


def absolute(base: str, href: str) -> str | None:
    """Return the address without its fragment, None for what is no web address."""
    try:
        uri = urljoin(base, href.strip())
        parts = urlsplit(uri)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "") or (parts.scheme and not parts.netloc):
        return None
    return parts._replace(fragment="").geturl()
