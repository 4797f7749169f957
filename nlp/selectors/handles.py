# SPDX-License-Identifier: AGPL-3.0-or-later
"""Handles of messengers and telephone numbers, named in six languages.

A messenger's name alone gives nothing: "Telegram available", "solo por Wickr".  A handle
stands behind the name with a sign between ("Wickr: name", "Telegram-Kanal @name"), before
it ("@name auf Telegram"), in a link, or has the look of one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from nlp.selectors.contact import Contact
from vestigo.identifiers import contacts

KIND_OF_WORD = {
    "telegram": "telegram", "telegrama": "telegram", "telegramm": "telegram", "tg": "telegram",
    "tlg": "telegram",
    "wickr": "wickr", "wickrme": "wickr", "wickrpro": "wickr", "threema": "threema",
    "signal": "signal", "jabber": "jabber", "xmpp": "jabber", "session": "session",
}  # fmt: skip
_MESSENGERS = (
    r"telegramm?|telegrama|tg|tlg|wickr(?:[ \t]?(?:me|pro)(?!\w))?"
    r"|threema|signal|jabber|xmpp|session"
)
# Words between the messenger's name and the handle: "Telegram-Kanal", "mi telegram es".
_BETWEEN = (
    r"id|user|username|usuario|usuário|name|nom|nome|naam|nombre|handle|nick|contact|contacto|contato"
    r"|kontakt|is|es|est|ist|lautet|é|account|cuenta|conta|compte|konto|canal|kanal|kanaal|channel|gruppe"
    r"|grupo|group|groupe|groep|bot|benutzername|nutzername|pseudo|identifiant|gebruikersnaam"
)
_HANDLE = r"@?[A-Za-z0-9_*](?:[A-Za-z0-9_.*-]{0,62}[A-Za-z0-9_*])?(?:@[A-Za-z0-9.-]{3,80}[A-Za-z])?"
_NAMED = re.compile(
    rf"(?<!\w)(?P<kind>{_MESSENGERS})(?P<words>(?:[ \t-]{{1,2}}(?:{_BETWEEN})(?!\w)){{0,3}})"
    rf"(?P<sep>[ \t]{{0,2}}(?:[:=>–—]{{1,2}}|-{{1,2}}>?|@|\()[ \t]{{0,2}}|[ \t]{{1,2}})"
    rf"[\"'“”‘’„«»]?(?P<handle>{_HANDLE})",
    re.IGNORECASE,
)
_ON = r"on|en|auf|bei|sur|no|em|op|via|por|at|in|mit|per|pelo|using"
_BEFORE = re.compile(
    rf"(?<![\w@.])(?P<at>@?)(?P<handle>[A-Za-z0-9_][A-Za-z0-9_.-]{{2,40}})[ \t]{{0,2}}"
    rf"(?:[(\[][ \t]?|(?P<on>{_ON})[ \t]{{1,2}})(?P<kind>{_MESSENGERS})(?!\w)",
    re.IGNORECASE,
)
# Where a messenger's name may begin, in either case; looked for first, for it is quick.
_MAY_BEGIN = re.compile(
    "[TtWwSs\u017fJjXx](?:[Gg]|[Ee][Ll][Ee]|[Ii\u0130\u0131][CcGg]|[Hh][Rr]|[Ee][Ss\u017f]|[Aa][Bb]|[Mm][Pp])"
)
_LONGEST_BEFORE = 60  # a handle with the words between it and the messenger's name
_LONGEST_NAME = 12
# Letters that a pattern without case takes for the plain one.
_SAME_LETTERS = str.maketrans("\u017f\u0130\u0131", "sii")
_FIRM = frozenset(("on", "auf", "bei", "sur", "em", "op", "via"))
_LINK = re.compile(
    r"(?:(?<![\w.])(?:t|telegram)\.(?:me|dog)/(?:s/)?|tg://resolve\?domain=)"
    r"(?P<handle>[A-Za-z0-9_]{4,40})(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
_AT = re.compile(r"(?<![\w@./:-])@(?P<handle>[A-Za-z][A-Za-z0-9_]{4,31})(?![\w@:]|\.\w)")
_SPOKEN = re.compile(
    rf"(?<!\w)(?:(?P<telegram>telegramm?|telegrama|tg|tlg|t\.me)|{_MESSENGERS}|matrix|instagram|twitter)"
    r"(?![\w])",
    re.IGNORECASE,
)
LEAST_LETTERS = 4
THREEMA = 8
SPOKEN_OF = 80
LEAST_WICKR = 3
LINK_PATHS = frozenset(("joinchat", "share", "addstickers", "proxy", "socks", "iv", "addlist"))
_OWN = re.compile(
    r"(?<!\w)(?:my|our|mi|nuestro|mein|unser|mon|notre|meu|nosso|mijn|onze|ons)[ \t]{1,2}$",
    re.IGNORECASE,
)
_IS = re.compile(r"(?:is|es|est|ist|lautet|é)$", re.IGNORECASE)
_NAMES = re.compile(
    r"(?<!\w)(?:id|user|username|usuario|usuário|handle|nick|benutzername|gebruikersnaam|pseudo)(?!\w)",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[ \t]{0,2}(?:[.,;!)\n]|$)")
_PHONE = re.compile(
    r"(?<![0-9A-Za-z+.,])(?:\+|00)[ ]?[0-9](?:[ ()./-]{0,2}[0-9]){7,16}(?![0-9A-Za-z]|[.,][0-9])"
)
_WHATSAPP = re.compile(
    r"(?:wa\.me/|whatsapp\.com/send/?\?phone=)(?P<phone>\+?[0-9]{8,15})(?![0-9])", re.IGNORECASE
)
# Words that follow a messenger's name in prose and are no handle, in the six languages.
_PROSE = (
    "a able accepted account accounts active add again agora ahora aktiv also am an and any "
    "apenas app aqui aquí are as at auch available avec back backup bald banned be because "
    "bei beim below besser better bitte bot briar but by canal cerrado channel chat chats "
    "client closed com como con conta contact contacto contacts contato cuenta customers dans "
    "das de del der des die direct directo direkt direto discord disponible disponivel "
    "disponível do down e el ele element email en encrypted end er erreichbar erst es est et "
    "fast favor fermé first for fora fuera fur für gebruiken gelöscht gesperrt gibt gone "
    "group groupe groups grupo grupos hacked has have help here hidden hier hours http https "
    "i ici icq id if im in inactive inativo info instagram is ist ja jabber jetzt join just "
    "key keys kik kontakt la las le les link los maar maintenant mais mas matrix me mehr "
    "members message messages messenger met mi mit moi mon my na name new news nicht niet no "
    "nombre not nous now nu nuestra nuestro nur o of off offen offline old on one online only "
    "op open or ou our para pas pelo per pgp please plus por pour preferred priority privacy "
    "privado privat private privé pro que qui read reicht safe se secure seguro server "
    "service session si sicher signal skype snapchat so solo soon staff stock support sur svp "
    "só sólo team telegram text than that the there threema to too tot trusted u um un una "
    "und une unique uniquement us use used user username usuario usuário veilig vendor "
    "verified version via voor vor we welcome werkt whatsapp wickr wieder will wir with write "
    "www xmpp y you your zu zum zurück "
)
PROSE = frozenset(_PROSE.split())


def handles(text: str) -> Iterator[Contact]:
    """Yield the handles of messengers in ``text``."""
    names = [match.start() for match in _MAY_BEGIN.finditer(text)]
    yield from _links(text)
    for match in _before(text, names):
        kind, handle = _kind(match), match["handle"]
        firm = (match["on"] or "").lower() in _FIRM and _mixed(handle)
        value = contacts.CHECKS[kind](handle) if match["at"] or firm else None
        if value is not None:
            yield Contact(kind, value, *match.span("handle"))
    yield from _said_of_telegram(text)
    for match in _behind(text, names):
        found = _named(text, match)
        if found is not None:
            yield found


def _links(text: str) -> Iterator[Contact]:
    if not (".me" in (low := text.lower()) or ".dog" in low or "tg://" in low):
        return
    for match in _LINK.finditer(text):
        value = contacts.telegram(match["handle"])
        if value is not None and value.lower() not in LINK_PATHS:
            yield Contact("telegram", value, *match.span("handle"))


def _before(text: str, names: list[int]) -> Iterator[re.Match[str]]:
    """Yield what stands before the messengers that may begin at ``names``, none twice."""
    end = 0
    for name in names:
        first = max(end, name - _LONGEST_BEFORE)
        match = _BEFORE.search(text, first, name + _LONGEST_NAME) if name >= end else None
        if match is not None:
            end = match.end()
            yield match


def _behind(text: str, names: list[int]) -> Iterator[re.Match[str]]:
    """Yield messengers with the word behind them, none inside another."""
    end = 0
    for name in names:
        match = _NAMED.match(text, name) if name >= end else None
        if match is not None:
            end = match.end()
            yield match


def _said_of_telegram(text: str) -> Iterator[Contact]:
    """Yield names with "@" where Telegram was the last messenger spoken of ("the other is @x")."""
    for match in _AT.finditer(text):
        *_others, last = (
            None,
            *_SPOKEN.finditer(text, max(0, match.start() - SPOKEN_OF), match.start()),
        )
        value = contacts.telegram(match["handle"])
        if last is not None and last["telegram"] and value is not None:
            yield Contact("telegram", value, *match.span("handle"))


def phones(text: str) -> Iterator[Contact]:
    """Yield telephone numbers with their country code, links to WhatsApp among them."""
    for match in _PHONE.finditer(text):
        value = contacts.phone(match.group())
        if value is not None:
            yield Contact("phone", value, *match.span())
    for match in _WHATSAPP.finditer(text):
        value = contacts.phone("+" + match["phone"].lstrip("+"))
        if value is not None:
            yield Contact("phone", value, *match.span("phone"))


def _kind(match: re.Match[str]) -> str:
    return KIND_OF_WORD["".join(match["kind"].translate(_SAME_LETTERS).lower().split())]


def _named(text: str, match: re.Match[str]) -> Contact | None:
    kind, handle = _kind(match), match["handle"]
    bold = len(handle) - len(handle.lstrip("*")) if handle.endswith("*") else 0  # "*name*"
    handle = handle[bold : len(handle) - bold]
    bare = handle.lstrip("@")
    marked = match["sep"].strip() not in ("", "(") or handle.startswith("@")
    if (
        text.startswith("://", match.end())
        or bare.lower() in PROSE
        or not (marked or _looks_like_a_handle(text, match, kind))
    ):
        return None
    if kind in NAME_LIKE and not NAME_LIKE[kind](bare):
        return None
    value = contacts.CHECKS[kind](bare)
    if value is None:
        return None
    start = match.start("handle") + bold + len(handle) - len(bare)
    end = start + (len(value) if bare.startswith(value) else len(bare))
    return Contact(kind, value, start, end)


def _mixed(handle: str) -> bool:
    """Whether a word mixes letters with digits or "_" as names do, and not as "24h" or "10mg"."""
    letters = sum(c.isalpha() for c in handle)
    return letters >= LEAST_LETTERS and letters < len(handle) and not handle[0].isdigit()


def _has_both(written: str) -> bool:
    """Whether letters and digits stand in it."""
    return any(c.isdigit() for c in written) and any(c.isalpha() for c in written)


def _is_threema(written: str) -> bool:
    """Whether eight signs are an id and not a word: "threema: accepted"."""
    return written == written.upper() or any(c.isdigit() for c in written)


def _is_wickr(written: str) -> bool:
    """Whether it is a name and neither a quantity ("wickr: 2mg") nor a host."""
    letters = sum(c.isalpha() for c in written)
    return (
        letters >= LEAST_WICKR and not written.lower().startswith("www.") and ".on" not in written
    )


NAME_LIKE = {"threema": _is_threema, "wickr": _is_wickr}


def _looks_like_a_handle(text: str, match: re.Match[str], kind: str) -> bool:
    """Without a sign between, a handle has a digit, a capital inside, or its words say so."""
    handle = match["handle"]
    if kind == "threema":
        return len(handle) == THREEMA and handle == handle.upper() and _has_both(handle)
    if kind in ("jabber", "signal", "session"):
        return "@" in handle or any(c.isdigit() for c in handle)
    if _mixed(handle) or handle not in (handle.lower(), handle.upper(), handle.capitalize()):
        return True
    if _NAMES.search(match["words"]):
        return True
    own = _OWN.search(text[max(0, match.start() - 12) : match.start()])
    return bool(own and _IS.search(match["words"]) and _SENTENCE_END.match(text, match.end()))
