# SPDX-License-Identifier: AGPL-3.0-or-later
"""Walls of a market that nobody has described: log-in, captcha, queue, ban and the like.

``wall_kind`` looks at what every market shows alike: the status, a form with a password,
a picture beside one field, a refresh, words of seven languages, how little else there is.
It says nothing of content: a page that it does not know has the kind "".
"""

from __future__ import annotations

import re
from typing import Any

from crawler.market.wall_signs import FormSigns, PageSigns, page_signs
from crawler.market.wall_words import comparable, says

WALLS = (
    "login", "captcha", "queue", "ban", "maintenance", "rate-limit", "not-found", "soft-404",
)  # fmt: skip
_GONE, _LOGIN, _TOO_MANY, _FORBIDDEN, _SERVER = (404, 410), (401, 407), 429, (403, 451), 500
_SHORT, _BRIEF, _TINY, _AT_ONCE = 900, 420, 240, 40
_FEW_HEADINGS, _FEW_LINKS, _MANY_LINKS, _MOST_BOXES, _LONG_REFRESH = 3, 3, 15, 12, 600
_LOGIN_PATH = re.compile(
    r"/(?:\w+[-_])?(?:log-?in|sign-?in|log-?on|auth\w*|enter|gate|door|login\w*|acceso|entrar"
    r"|connexion|anmelden|inloggen|vhod)(?:[-_/.?]|$)"
)
_OURS = re.compile(r"\b(?:404|not found|no encontrad[ao]|nao encontrad[ao]|introuvable"
                   r"|nicht gefunden|niet gevonden|не найден\w*)\b")  # fmt: skip
_PARTS = re.compile(r"\s[|·»:–—-]{1,2}\s")
# what stands in profiles and reviews and in no wall: days and keys; a share may be a queue's
_RECORD = re.compile(r"\b[0-9]{2,4}[-/.][0-9]{2}[-/.][0-9]{2,4}\b|begin pgp")
_SHARE = re.compile(r"\b[0-9]{1,3}(?:[.,][0-9]+)? ?%")
_CAPTCHA_PLACE = re.compile(r"captcha|turnstile|challenge|are-?you-?human|bot-?check|antibot")


def wall_kind(root: Any, uri: str, status: int | None, refresh: str = "") -> str:
    """Return the kind of a wall, "" for a page that may be content.

    ``root`` is the parsed page (None where there is no mark-up), ``status`` None where it
    is not known, ``refresh`` the value of a Refresh header.
    """
    if status in _GONE:
        return "not-found"
    if root is None:
        return _by_status(status, None)
    signs = page_signs(root, uri, refresh)
    shaped = _by_form(signs, uri)
    if shaped:
        return shaped
    if status is not None and status >= 400:  # noqa: PLR2004  # the class of refusals
        return _by_status(status, signs)
    return _by_words(signs, status)


def wall_of_text(text: str, status: int | None) -> str:
    """Return the kind of a body without mark-up (``Service unavailable``), "" for none."""
    if status in _GONE:
        return "not-found"
    plain = comparable(text[: 4 * _SHORT])
    signs = PageSigns(
        title=plain, headings=(), prose=plain, n_pictures=0, has_counts=False, n_links=0,
        forms=(), refresh=None, has_price=False,
    )  # fmt: skip
    if status is not None and status >= 400:  # noqa: PLR2004  # the class of refusals
        return _by_status(status, signs)
    return _by_words(signs, status)


def _by_form(signs: PageSigns, uri: str) -> str:
    """Return login or captcha where a form shows it."""
    for form in signs.forms:
        if form.n_passwords and _is_login(form, signs, uri):
            return "login"
    if any(form.n_passwords for form in signs.forms):
        return ""
    return "captcha" if _is_captcha(signs) else ""


def _is_login(form: FormSigns, signs: PageSigns, uri: str) -> bool:
    """Whether a form with a password is what the page is about, and asks for no new one."""
    asks_anew = form.n_passwords > 1 or says("register", form.words)
    main = " | ".join((signs.title, *_above(signs)))
    asks_more = len(form.texts) > 1 and not form.n_pictures
    if asks_more and not says("login", f"{main} | {form.words}"):
        return False
    if asks_anew and (says("register", main) or not says("login", main)):
        return False
    if says("login", main) or _LOGIN_PATH.search(uri.lower()):
        return not signs.has_price or not _is_rich(signs) or says("login", signs.title)
    return not _is_rich(signs) or _is_main(form, signs)


def _is_main(form: FormSigns, signs: PageSigns) -> bool:
    """Whether a form follows the one heading of a page that says nearly nothing else."""
    before, after = (
        form.node.xpath(f"count({side}::h1|{side}::h2|{side}::h3)")
        for side in ("preceding", "following")
    )
    return bool(before) and not after and not signs.has_price and len(signs.prose) <= _TINY


def _above(signs: PageSigns) -> tuple[str, ...]:
    """Return the headings that a log-in page has: few pages of content have so few."""
    return signs.headings if len(signs.headings) <= 4 else ()  # noqa: PLR2004


def _is_rich(signs: PageSigns) -> bool:
    return signs.n_links > _MANY_LINKS or (signs.has_price and len(signs.prose) > _TINY)


def _is_captcha(signs: PageSigns) -> bool:
    headed = any(says("captcha", text) for text in signs.head)
    if (signs.has_price and not headed) or len(signs.prose) > _SHORT:
        return False
    worded = headed or says("captcha", signs.prose)
    forms = [one for one in signs.forms if not one.is_search and not one.has_textarea]
    if any(_asks_to_solve(form, signs, worded=worded) for form in forms):
        return True
    return (headed and bool(forms)) or (worded and not signs.n_links)


def _asks_to_solve(form: FormSigns, signs: PageSigns, *, worded: bool) -> bool:
    """Whether a form on a page with little else shows something and wants an answer."""
    n_texts = len(form.texts)
    named = worded or says("captcha", form.words) or bool(_CAPTCHA_PLACE.search(form.words))
    shown = bool(form.n_pictures) and 1 <= n_texts <= _MOST_BOXES and (named or n_texts == 1)
    asked = named and bool(1 <= n_texts <= _MOST_BOXES or form.n_choices or form.n_pictures)
    boxes = n_texts > 2 and all(map(_is_box, form.texts))  # noqa: PLR2004  # a code, box by box
    beside = n_texts == 1 and _is_all(signs)
    clicked = not n_texts and bool(form.node.xpath(".//input[@type='image']")) and _is_bare(signs)
    return shown or asked or boxes or beside or clicked


def _is_box(field: Any) -> bool:
    """Whether a field takes a single character."""
    return "1" in (field.get("maxlength"), field.get("size"))


def _is_all(signs: PageSigns) -> bool:
    """Whether a picture and a field are nearly all there is on a page."""
    return _is_bare(signs) and 1 <= signs.n_pictures <= _FEW_LINKS


def _is_bare(signs: PageSigns) -> bool:
    few = signs.n_links <= _FEW_LINKS and len(signs.prose) <= _TINY
    return few and not signs.has_price


def _by_status(status: int | None, signs: PageSigns | None) -> str:
    """Return the kind that a refusing status names, corrected by what the page says."""
    if status in _LOGIN:
        return "login"
    if status == _TOO_MANY:
        return "rate-limit"
    told = _told(signs, ("queue", "rate-limit", "maintenance", "ban")) if signs else ""
    if status in _FORBIDDEN:
        return told if told in ("queue", "rate-limit") else "ban"
    if status is not None and status >= _SERVER:
        return told if told in ("queue", "rate-limit") else "maintenance"
    return told


def _by_words(signs: PageSigns, status: int | None) -> str:
    """Return the kind that the words of a page name, where there is little else on it."""
    gone = _missing(signs, status)
    if signs.has_price:
        return gone
    waits = signs.refresh is not None and signs.refresh[0] <= _LONG_REFRESH
    brief = len(signs.prose) <= _BRIEF
    if waits and brief and not gone:
        return _waiting(signs)
    if gone and _headed("missing", signs):
        return gone
    told = _told(signs, ("rate-limit", "ban", "maintenance", "queue"))
    if told == "queue" and gone:
        return gone
    return told or gone


def _waiting(signs: PageSigns) -> str:
    """Return what a page is that asks to be loaded again."""
    assert signs.refresh is not None
    told = _told(signs, ("rate-limit", "maintenance", "queue", "ban"))
    if told:
        return told
    onward = bool(signs.refresh[1]) or signs.refresh[0] == 0
    return "" if onward or signs.n_links > _MANY_LINKS else "queue"


def _told(signs: PageSigns, kinds: tuple[str, ...]) -> str:
    """Return the first kind that a heading names, else the first that short prose names."""
    if len(signs.prose) > _SHORT:
        return ""
    headed = next((kind for kind in kinds if _headed(kind, signs)), "")
    if headed:
        return headed
    many = len(signs.headings) > _FEW_HEADINGS
    if many or len(signs.prose) > _BRIEF or signs.has_counts or _RECORD.search(signs.prose):
        return ""
    window = signs.prose[: _AT_ONCE if _SHARE.search(signs.prose) else _TINY]
    return next((kind for kind in kinds if says(kind, window)), "")


def _headed(kind: str, signs: PageSigns) -> bool:
    """Whether title or headings name a kind; of many headings (questions) only the first."""
    head = signs.head if len(signs.headings) <= _FEW_HEADINGS else signs.head[:2]
    return any(_names(kind, text) for text in head)


def _missing(signs: PageSigns, status: int | None) -> str:
    """Return soft-404 (not-found where no status is known and the page names one)."""
    short = len(signs.prose) <= (_TINY if signs.has_price else _SHORT)
    main = signs.head[:3] if signs.has_price else signs.head
    headed = any(_names("missing", text) for text in main)
    told = not signs.has_price and len(signs.prose) <= _BRIEF and says("missing", signs.prose)
    if not short or not (headed or told):
        return ""
    named = status is None and any(_OURS.search(text) for text in signs.head)
    return "not-found" if named else "soft-404"


def _names(kind: str, heading: str) -> bool:
    """Whether a heading has the words of a kind, the market's own name beside them or not."""
    return any(says(kind, part) for part in _PARTS.split(heading))
