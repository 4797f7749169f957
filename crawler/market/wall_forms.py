# SPDX-License-Identifier: AGPL-3.0-or-later
"""The forms of a log-in and of a captcha on a page of a market that nobody has described."""

from __future__ import annotations

from typing import Any

from crawler.market.fields import CaptchaForm, FormField, LoginForm
from crawler.market.links import absolute, sent_fields

_TYPED = frozenset({"", "text", "email", "tel", "number", "search"})


def any_login_form(root: Any, base: str) -> LoginForm | None:
    """Return the first form with one password and a named field before it, None for none."""
    for form in root.iter("form"):
        fields = [one for one in form.iter("input") if one.get("name")]
        secret = [one for one in fields if _type(one) == "password"]
        typed = [one for one in fields if _type(one) in _TYPED]
        if len(secret) != 1 or not typed:
            continue
        own = {secret[0].get("name"), typed[0].get("name")}
        return LoginForm(
            action=absolute(base, form.get("action", "")) or base,
            method=form.get("method", "get").upper(),
            user_field=typed[0].get("name"),
            password_field=secret[0].get("name"),
            other_fields=_others(form, own),
        )
    return None


def any_captcha_form(root: Any, base: str) -> CaptchaForm | None:
    """Return the first form with a picture and a field to type into, None for none.

    Of several fields the last one is the answer's: a name to log in with stands before it.
    """
    for form in root.iter("form"):
        pictures = [one.get("src") for one in form.iter("img", "input") if one.get("src")]
        typed = [one for one in form.iter("input") if one.get("name") and _type(one) in _TYPED]
        if not pictures or not typed:
            continue
        answer = typed[-1].get("name")
        source = pictures[0]
        return CaptchaForm(
            action=absolute(base, form.get("action", "")) or base,
            picture=source if source.startswith("data:") else absolute(base, source) or "",
            answer_field=answer,
            other_fields=_others(form, {answer}),
        )
    return None


def _type(field: Any) -> str:
    return str(field.get("type", "")).strip().lower()


def _others(form: Any, own: set[str]) -> tuple[FormField, ...]:
    return tuple(field for field in sent_fields(form) if field.name not in own)
