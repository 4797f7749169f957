# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identifiers in a text: keys, addresses, onions, handles (``nlp.selector.v1``).

They are read from the original text, not from its normal form: case matters.  What
fails its checksum is not emitted; a messenger named without a handle gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from nlp.model import Place, SelectorFound, Unread
from vestigo.errors import InputError
from vestigo.identifiers import coins, contacts, onion, pgp
from vestigo.identifiers.bitcoin import decode_address

MAX_TEXT = 1_000_000
_WORD = re.compile(r"[A-Za-z0-9]{25,120}")
_ETH = re.compile(r"(?<![0-9A-Za-z])0x[0-9a-fA-F]{40}(?![0-9A-Za-z])")
_ONION = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9-]{1,63}\.){0,3}"
    r"([A-Za-z2-7]{16,56})\.onion(?![A-Za-z0-9])"
)
_ONION_PATH = re.compile(_ONION.pattern + r"[:/][^\s<>\"'()\[\]]{1,500}")
_URL = re.compile(r"https?://[^\s<>\"'()\[\]]{3,500}", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9.-]{3,120}")
_MATRIX = re.compile(r"(?<![A-Za-z0-9])@[A-Za-z0-9._=/+-]{1,128}:[A-Za-z0-9.-]{3,120}(?::\d{1,5})?")
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{66,76}(?![0-9A-Za-z])")
_FINGERPRINT = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{4}[ \t]{0,2}){9}"
    r"[0-9A-Fa-f]{4}(?![0-9A-Za-z])"
)
_PHONE = re.compile(r"(?<![0-9A-Za-z+])(?:\+|00)[0-9][0-9 ().-]{7,22}[0-9](?![0-9A-Za-z])")
_TME = re.compile(
    r"(?:https?://)?(?:t|telegram)\.(?:me|dog)/(?:s/)?([A-Za-z0-9_]{4,40})", re.IGNORECASE
)
_NAMED = re.compile(
    r"(?<![A-Za-z])(?P<kind>telegram|tg|telegrama|wickr(?:[ \t]?me)?|threema|signal|jabber|xmpp"
    r"|session)"
    r"(?:[ \t]{0,2}(?:id|user|username|usuario|name|handle|nombre|contact|is|es|account"
    r"|cuenta)){0,3}"
    r"(?P<sep>[ \t]{0,2}(?:[:=\-–>]{1,2}|@)[ \t]{0,2}|[ \t]{1,2})"
    r"(?P<handle>@?[A-Za-z0-9_*](?:[A-Za-z0-9_.*-]{0,62}[A-Za-z0-9_*])?"
    r"(?:@[A-Za-z0-9.-]{3,80}[A-Za-z])?)",
    re.IGNORECASE,
)
KIND_OF_WORD = {
    "telegram": "telegram", "tg": "telegram", "telegrama": "telegram", "wickr": "wickr",
    "threema": "threema", "signal": "signal", "jabber": "jabber", "xmpp": "jabber",
    "session": "session",
}  # fmt: skip
# Words that follow a messenger's name in prose and are no handle.
PROSE = frozenset(
    [
        "for",
        "or",
        "and",
        "me",
        "us",
        "is",
        "the",
        "a",
        "to",
        "on",
        "in",
        "only",
        "also",
        "app",
        "chat",
        "message",
        "messages",
        "contact",
        "id",
        "user",
        "y",
        "o",
        "por",
        "para",
        "en",
        "solo",
        "si",
        "como",
        "app",
        "here",
        "aqui",
        "available",
        "disponible",
        "now",
        "please",
        "with",
        "if",
        "you",
        "we",
        "via",
        "at",
        "add",
        "support",
        "group",
        "channel",
        "canal",
        "grupo",
        "key",
        "keys",
        "not",
        "be",
        "are",
        "our",
        "my",
        "mi",
        "nuestro",
        "nuestra",
        "username",
        "usuario",
        "account",
        "accounts",
        "cuenta",
        "wickr",
        "telegram",
        "signal",
        "jabber",
        "xmpp",
        "session",
        "threema",
        "kik",
        "whatsapp",
        "email",
        "pgp",
        "private",
        "secure",
        "fast",
        "first",
        "encrypted",
        "service",
        "server",
        "client",
        "de",
        "del",
        "el",
        "la",
        "un",
        "una",
        "se",
        "no",
        "hours",
    ]
)

Reader = Callable[[str, str], Iterable[SelectorFound]]


def opaque_places(field: str, text: str) -> list[tuple[int, int]]:
    """Return the code points [start, end) of every identifier, each time that it stands there.

    Onion addresses and web addresses are taken with all that is written on to them.
    """
    text = text[:MAX_TEXT]
    places = pgp.find_blocks(text)
    rest = _blanked(text, places)
    shapes = ((_URL, "://"), (_ONION, ".onion"), (_ONION_PATH, ".onion"))
    places = [
        *places,
        *(match.span() for shape, sign in shapes if sign in rest for match in shape.finditer(rest)),
    ]
    for reader in _likely(rest):
        if reader in (_onions, _urls):
            continue
        places += [(item.place.start, item.place.end) for item in reader(field, rest)]
    return places


def read_selectors(field: str, text: str) -> tuple[list[SelectorFound], list[Unread]]:
    """Return the identifiers of one field in text order, each value once, and unread keys."""
    text = text[:MAX_TEXT]
    keys, unread, blocks = _keys(field, text)
    rest = _blanked(text, blocks)
    found = list(keys)
    for reader in _likely(rest):
        found += reader(field, rest)
    found.sort(key=lambda item: (item.place.start, item.place.end, item.kind))
    kept: dict[tuple[str, str], SelectorFound] = {}
    for item in found:
        kept.setdefault((item.kind, item.value), item)
    return _without_shadows(list(kept.values())), unread


def _likely(text: str) -> list[Reader]:
    """Return the readers whose signs stand in the text, in order; most texts have none."""
    low = text.lower()
    signs: tuple[tuple[Reader, tuple[str, ...]], ...] = (
        (_onions, (".onion",)), (_urls, ("://",)), (_coins, ("",)), (_ethereum, ("0x",)),
        (_emails, ("@",)), (_matrix, ("@",)), (_hex_ids, ("",)), (_fingerprints, ("",)),
        (_telegram_links, (".me", ".dog")), (_named, tuple(KIND_OF_WORD)), (_phones, ("+", "00")),
    )  # fmt: skip
    # Beyond ASCII letters may be equal that are not the same ("ſ" is an "s").
    return [
        reader for reader, known in signs if not low.isascii() or any(sign in low for sign in known)
    ]


def _selector(
    kind: str, value: str, checksum: bool | None, field: str, start: int, end: int
) -> SelectorFound:
    place = Place(field=field, start=start, end=end)
    return SelectorFound(kind=kind, value=value, checksum_ok=checksum, place=place)


def _keys(field: str, text: str) -> tuple[list[SelectorFound], list[Unread], list[tuple[int, int]]]:
    found, unread, blocks = [], [], pgp.find_blocks(text)
    for start, end in blocks:
        place = Place(field=field, start=start, end=end)
        try:
            key = pgp.read_key(text[start:end])
        except pgp.KeyUnreadable as error:
            unread.append(Unread(reason=f"pgp block: {error}", place=place))
            continue
        found.append(
            SelectorFound(
                kind="pgp_fingerprint",
                value=key.fingerprint,
                checksum_ok=None,
                place=place,
                armour_repaired=key.armour_repaired,
            )
        )
    return found, unread, blocks


def _blanked(text: str, blocks: list[tuple[int, int]]) -> str:
    """Return the text with its armoured blocks blanked: base64 is full of near handles."""
    pieces, at = [], 0
    for start, end in blocks:
        pieces += [text[at:start], " " * (end - start)]
        at = end
    return "".join((*pieces, text[at:]))


def _onions(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _ONION.finditer(text):
        name = match.group(1).lower()
        version = onion.onion_version(f"{name}.onion")
        if version is None:
            continue
        checksum = True if version == 3 else None  # noqa: PLR2004 - onion version 3
        yield _selector(
            f"onion_v{version}", f"{name}.onion", checksum, field, match.start(1), match.end()
        )


def _urls(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _URL.finditer(text):
        value = match.group().rstrip(".,;:!?")
        host = value.split("//", 1)[1].split("/", 1)[0].lower()
        if host.endswith(".onion") or "." not in host or _TME.match(value):
            continue
        yield _selector("url", value, None, field, match.start(), match.start() + len(value))


def _coins(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _WORD.finditer(text):
        kind, value = _coin(match.group())
        if kind:
            yield _selector(kind, value, True, field, match.start(), match.end())


def _coin(word: str) -> tuple[str, str]:
    try:
        return "btc", decode_address(word).text
    except InputError:
        pass
    if coins.is_litecoin(word):
        return "ltc", word
    if coins.is_tron(word):
        return "trx", word
    if coins.is_monero(word):
        return "xmr", word
    return "", ""


def _ethereum(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _ETH.finditer(text):
        checksum = coins.ethereum_checksum(match.group())
        if checksum is not False:
            yield _selector("eth", match.group(), checksum, field, match.start(), match.end())


def _emails(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _EMAIL.finditer(text):
        written = match.group().rstrip(".-")
        value = contacts.email(written)
        if value is None:
            continue
        before = text[max(0, match.start() - 24) : match.start()].lower()
        kind = (
            "jabber"
            if re.search(r"(?:jabber|xmpp)[^a-z0-9]*(?:id)?[^a-z0-9]*$", before)
            else "email"
        )
        yield _selector(kind, value, None, field, match.start(), match.start() + len(written))


def _matrix(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _MATRIX.finditer(text):
        written = match.group().rstrip(".-:")
        value = contacts.matrix(written)
        if value is not None:
            end = match.start() + len(written)
            yield _selector("matrix", value, None, field, match.start(), end)


def _hex_ids(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _HEX.finditer(text):
        tox, session = contacts.tox(match.group()), contacts.session(match.group())
        if tox is not None:
            yield _selector("tox", tox, True, field, match.start(), match.end())
        elif session is not None:
            yield _selector("session", session, None, field, match.start(), match.end())


def _fingerprints(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _FINGERPRINT.finditer(text):
        value = re.sub(r"\s", "", match.group()).upper()
        before = text[max(0, match.start() - 60) : match.start()].lower()
        grouped = " " in match.group()
        if grouped or re.search(r"pgp|gpg|fingerprint|huella|key|clave", before):
            yield _selector("pgp_fingerprint", value, None, field, match.start(), match.end())


def _telegram_links(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _TME.finditer(text):
        value = contacts.telegram(match.group(1))
        if value is not None:
            yield _selector("telegram", value, None, field, match.start(1), match.end(1))


def _named(field: str, text: str) -> Iterable[SelectorFound]:
    """Yield handles behind the name of a messenger: "Wickr: name", "telegram @name"."""
    for match in _NAMED.finditer(text):
        kind = KIND_OF_WORD[match.group("kind").lower().split()[0].removesuffix("me")]
        handle = match.group("handle")
        marked = match.group("sep").strip() or handle.startswith("@")
        bare = handle.lstrip("@")
        if bare.lower() in PROSE or (not marked and not _looks_like_a_handle(match, kind)):
            continue
        value = contacts.CHECKS[kind](bare)
        if value is not None:
            start = match.start("handle") + len(handle) - len(bare)
            yield _selector(kind, value, None, field, start, start + len(bare))


def _looks_like_a_handle(match: re.Match[str], kind: str) -> bool:
    """Without a sign between, a handle needs a digit, a capital or "id" before it."""
    head = match.group().lower()
    handle = match.group("handle")
    if kind in ("jabber", "signal", "session"):
        return "@" in handle or any(c.isdigit() for c in handle)
    named = re.search(r"\b(?:id|user|username|usuario|handle)\b", head) is not None
    return named or any(c.isdigit() or c == "_" for c in handle) or handle[1:] != handle[1:].lower()


def _phones(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _PHONE.finditer(text):
        value = contacts.phone(match.group())
        if value is not None:
            yield _selector("phone", value, None, field, match.start(), match.end())


def _without_shadows(found: list[SelectorFound]) -> list[SelectorFound]:
    """Drop what was read from inside another identifier (an e-mail that is a Jabber id)."""
    jabber = {item.value for item in found if item.kind in ("jabber", "matrix")}
    return [
        item
        for item in found
        if not (item.kind == "email" and (item.value in jabber or f"@{item.value}" in jabber))
    ]
