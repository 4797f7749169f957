# SPDX-License-Identifier: AGPL-3.0-or-later
"""Identifiers in a text: keys, addresses, onions, handles (``nlp.selector.v1``).

They are read from the original text, not from its normal form: case matters.  What
fails its checksum is not emitted; a messenger named without a handle gives nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from nlp.model import Place, SelectorFound, Unread
from nlp.selectors.contact import Contact
from nlp.selectors.handles import KIND_OF_WORD, handles, phones
from nlp.selectors.mail_addresses import mail_addresses
from nlp.selectors.plain_signs import PlainText, plain_signs
from vestigo.errors import InputError
from vestigo.identifiers import coins, contacts, onion, pgp
from vestigo.identifiers.bitcoin import decode_address

MAX_TEXT = 1_000_000
_WORD = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9]{25,120}|(?:bc|tb|bcrt|ltc)1[A-Za-z0-9]{8,24})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ETH = re.compile(r"(?<![0-9A-Za-z])0x[0-9a-fA-F]{40}(?![0-9A-Za-z])")
_ONION = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z0-9-]{1,63}\.){0,3}"
    r"([A-Za-z2-7]{16,56})\.onion(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_ONION_PATH = re.compile(_ONION.pattern + r"[:/][^\s<>\"'()\[\]]{1,500}", re.IGNORECASE)
_URL = re.compile(r"(?<![A-Za-z0-9])https?://[^\s<>\"'()\[\]{}|\\^`«»“”‘’]{3,500}", re.IGNORECASE)
_NO_URL = re.compile(
    r"https?://(?:[a-z0-9-]{1,30}\.)?(?:t\.me|telegram\.me|telegram\.dog|wa\.me)(?![\w.-])",
    re.IGNORECASE,
)
_MATRIX = re.compile(r"(?<![A-Za-z0-9])@[A-Za-z0-9._=/+-]{1,128}:[A-Za-z0-9.-]{3,120}(?::\d{1,5})?")
_HEX = re.compile(r"(?<![0-9A-Za-z])[0-9A-Fa-f]{66,76}(?![0-9A-Za-z])")
# Hexadecimal digits together, or in groups of two or four with blanks, colons or hyphens.
_FINGERPRINT = re.compile(
    r"(?<![0-9A-Za-z])(?:0x)?(?:"
    r"[0-9A-Fa-f]{64}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{32}"
    r"|[0-9A-Fa-f]{4}(?:[ \t]{1,2}[0-9A-Fa-f]{4}){9}|[0-9A-Fa-f]{4}(?:[:-][0-9A-Fa-f]{4}){9}"
    r"|[0-9A-Fa-f]{2}(?:[ :-]{1,2}[0-9A-Fa-f]{2}){15}(?:(?:[ :-]{1,2}[0-9A-Fa-f]{2}){4})?"
    r"|[0-9A-Fa-f]{5}(?:[ \t]{1,2}[0-9A-Fa-f]{5}){7}"
    r")(?![0-9A-Za-z]|[ :-]{1,2}[0-9A-Fa-f]{2}(?![0-9A-Za-z]))"
)
_HEX_GROUP = re.compile(r"[:-]?(?:[0-9a-f]{2}|[0-9a-f]{4}|[0-9a-f]{5})[:-]?").fullmatch
WORDS_KEPT = 50_000  # none longer than ``LONG``: about 6 MB
_LEAST_GROUPS = 6  # parted by blanks: those of the ends may carry a bracket
_KEY_WORD = re.compile(
    r"pgp|gpg|finger|huella|empreinte|vingerafdruk|impress[aã]o digital"
    r"|(?<!\w)(?:key|clave|chave|cl[eé]|schl[uü]ssel|sleutel|fpr|fp)(?!\w)",
    re.IGNORECASE,
)
_SPELT_AT = re.compile(r"[\s(\[{<](?:at|arroba|chez)[\s)\]}>]")
_HOST_END = re.compile(r"[/?#:]")
_NOT_HEX = re.compile(r"[^0-9A-Fa-f]")
_OTHER_ARMOUR = re.compile(
    r"-{5}BEGIN PGP (MESSAGE|SIGNATURE|PRIVATE KEY BLOCK)-{5}[^-]{1,100000}-{5}END PGP \1-{5}"
)
KEY_REACH = 60
V3_DIGITS, V4_DIGITS, V6_DIGITS = 32, 40, 64

_LONG_WORD = re.compile(r"\S{10,}")  # "http://a.b" is one
LONG = 25  # characters without a blank, at the least, where a long address stands
Reader = Callable[[str, str], Iterable[SelectorFound]]
Sign = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class _Scanned:
    """What was found in one field: armoured blocks, the rest of the text, identifiers in it."""

    blocks: tuple[tuple[int, int], ...]
    rest: PlainText
    found: tuple[SelectorFound, ...]

    @property
    def may_hide_long_words(self) -> bool:
        """Whether words long enough for an address may stand in the text as it was given."""
        words = self.rest.text.split()
        return bool(self.blocks or self.rest.places or max(map(len, words), default=0) >= LONG)


def opaque_places(field: str, text: str) -> list[tuple[int, int]]:
    """Return the code points [start, end) of every identifier, each time that it stands there.

    Onion addresses and web addresses are taken with all that is written on to them.
    """
    scanned = _scanned(field, text[:MAX_TEXT])
    rest = scanned.rest
    low = rest.text.lower()
    shapes = ((_URL, "://"), (_ONION, ".onion"), (_ONION_PATH, ".onion"))
    found = [
        match.span()
        for shape, sign in shapes
        if sign in low
        for match in _in_words(shape, sign, rest.text)
    ]
    found += [(item.place.start, item.place.end) for item in scanned.found]
    return [*scanned.blocks, *(rest.span(start, end) for start, end in found)]


def may_hide_long_words(field: str, text: str) -> bool:
    """Whether words of ``LONG`` characters and more may stand in ``text``."""
    return len(text) > MAX_TEXT or _scanned(field, text).may_hide_long_words


def _in_words(shape: re.Pattern[str], sign: str, text: str) -> Iterator[re.Match[str]]:
    """Yield what has ``shape`` in the words of ``text`` that hold ``sign``, in order.

    For shapes without a blank in them: only those words are looked at.
    """
    for start, end, word in _words(text):
        if sign in word:
            yield from shape.finditer(text, start, end)


@lru_cache(maxsize=4)  # asked for by each reader of the same text
def _words(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return the words that are long enough for an identifier: [start, end), in small letters."""
    return tuple((*match.span(), match[0].lower()) for match in _LONG_WORD.finditer(text))


def read_selectors(field: str, text: str) -> tuple[list[SelectorFound], list[Unread]]:
    """Return the identifiers of one field in text order, each value once, and unread keys."""
    text = text[:MAX_TEXT]
    keys, unread = _keys(field, text)
    scanned = _scanned(field, text)
    found = [*keys, *(_in_original(item, scanned.rest) for item in scanned.found)]
    found.sort(key=lambda item: (item.place.start, item.place.end, item.kind))
    kept: dict[tuple[str, str], SelectorFound] = {}
    for item in found:
        kept.setdefault((item.kind, item.value), item)
    return _without_shadows(list(kept.values())), unread


@lru_cache(maxsize=4)  # both functions above are asked for the same field
def _scanned(field: str, text: str) -> _Scanned:
    blocks = _blocks(text)
    if "BEGIN PGP" in text:
        blocks = sorted([*blocks, *(match.span() for match in _OTHER_ARMOUR.finditer(text))])
    rest = plain_signs(_blanked(text, blocks))
    found = [item for reader in _likely(rest.text) for item in reader(field, rest.text)]
    return _Scanned(tuple(blocks), rest, tuple(found))


def _likely(text: str) -> list[Reader]:
    """Return the readers whose signs stand in the text, in order; most texts have none."""
    known = _signs()
    if not text.isascii():  # letters may be equal that are not the same ("ſ" is an "s")
        return [reader for reader, _sign in known]
    low = text.lower()
    words = low.split()
    long = max(map(len, words), default=0) >= LONG
    grouped = long or sum(map(_IS_HEX_GROUP.__getitem__, words)) >= _LEAST_GROUPS
    by_words: dict[Reader, bool] = {_coins: long, _hex_ids: long, _fingerprints: grouped}
    return [reader for reader, sign in known if by_words.get(reader) or sign(low)]


@cache
def _signs() -> tuple[tuple[Reader, Sign], ...]:
    """Return the readers, each with what finds its sign; their words are looked at beside."""
    return (
        (_onions, _one_of(".onion")), (_urls, _one_of("://")),
        (_coins, _one_of("bc1", "tb1", "bcrt1", "ltc1")), (_ethereum, _one_of("0x")),
        (_matrix, _one_of("@")), (_hex_ids, _never), (_fingerprints, _never),
        (_contacts(mail_addresses), _mail_sign),
        (_contacts(handles), _one_of(*KIND_OF_WORD, ".me", ".dog")),
        (_contacts(phones), _one_of("+", "00", "wa.me", "whatsapp")),
    )  # fmt: skip


class _HexGroups(dict[str, bool]):
    """Whether a word is a group of hexadecimal digits, worked out once; bounded."""

    def __missing__(self, word: str) -> bool:
        if len(self) >= WORDS_KEPT:
            self.clear()
        self[word] = found = _HEX_GROUP(word) is not None
        return found


_IS_HEX_GROUP = _HexGroups()


def _one_of(*parts: str) -> Sign:
    """Return what says whether any of ``parts`` stands in a text."""

    def stands(low: str) -> bool:
        return any(part in low for part in parts)

    return stands


def _mail_sign(low: str) -> bool:
    return "@" in low or _SPELT_AT.search(low) is not None


def _never(_low: str) -> bool:
    return False


def _in_original(item: SelectorFound, rest: PlainText) -> SelectorFound:
    """Return the selector with its place in the text as it was given."""
    if not rest.places:
        return item
    start, end = rest.span(item.place.start, item.place.end)
    return replace(item, place=Place(field=item.place.field, start=start, end=end))


def _selector(
    kind: str, value: str, checksum: bool | None, field: str, start: int, end: int
) -> SelectorFound:
    place = Place(field=field, start=start, end=end)
    return SelectorFound(kind=kind, value=value, checksum_ok=checksum, place=place)


def _keys(field: str, text: str) -> tuple[list[SelectorFound], list[Unread]]:
    found, unread = [], []
    for start, end in _blocks(text):
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
    return found, unread


def _blocks(text: str) -> list[tuple[int, int]]:
    """Return the armoured blocks of keys; none stands in a text without a row of hyphens."""
    return pgp.find_blocks(text) if "---" in text else []


def _blanked(text: str, blocks: list[tuple[int, int]]) -> str:
    """Return the text with its armoured blocks (sorted) blanked: base64 is full of near handles."""
    pieces, at = [], 0
    for start, end in blocks:
        first = max(start, at)
        pieces += [text[at:first], " " * (end - first)]
        at = max(end, at)
    return "".join((*pieces, text[at:]))


def _onions(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _in_words(_ONION, ".onion", text):
        name = match.group(1).lower()
        version = onion.onion_version(f"{name}.onion")
        if version is None:
            continue
        checksum = True if version == 3 else None  # noqa: PLR2004 - onion version 3
        yield _selector(
            f"onion_v{version}", f"{name}.onion", checksum, field, match.start(1), match.end()
        )


def _urls(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _in_words(_URL, "://", text):
        value = match.group().rstrip(".,;:!?*_~…")
        host = _HOST_END.split(value.split("//", 1)[1], maxsplit=1)[0].lower()
        if ".onion" in host or "." not in host.strip(".") or _NO_URL.match(value):
            continue
        yield _selector("url", value, None, field, match.start(), match.start() + len(value))


def _coins(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _in_words(_WORD, "", text):
        kind, value = _coin(match.group())
        if kind:
            yield _selector(kind, value, True, field, match.start(), match.end())


def _coin(word: str) -> tuple[str, str]:
    try:
        return "btc", decode_address(word).text
    except InputError:
        pass
    if coins.is_litecoin(word):
        return "ltc", word.lower() if word[:4].lower() == "ltc1" else word
    if coins.is_tron(word):
        return "trx", word
    if coins.is_monero(word):
        return "xmr", word
    return "", ""


def _ethereum(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _in_words(_ETH, "x", text):
        checksum = coins.ethereum_checksum(match.group())
        if checksum is False or (checksum is None and _key_named(text, match.start())):
            continue
        yield _selector("eth", match.group(), checksum, field, match.start(), match.end())


@cache
def _contacts(reader: Callable[[str], Iterable[Contact]]) -> Reader:
    """Return ``reader`` as one that gives selectors."""

    def read(field: str, text: str) -> Iterable[SelectorFound]:
        for item in reader(text):
            yield _selector(item.kind, item.value, None, field, item.start, item.end)

    return read


def _matrix(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _in_words(_MATRIX, "@", text):
        written = match.group().rstrip(".-:")
        value = contacts.matrix(written)
        if value is not None:
            end = match.start() + len(written)
            yield _selector("matrix", value, None, field, match.start(), end)


def _hex_ids(field: str, text: str) -> Iterable[SelectorFound]:
    for match in _in_words(_HEX, "", text):
        tox, session = contacts.tox(match.group()), contacts.session(match.group())
        if tox is not None:
            yield _selector("tox", tox, True, field, match.start(), match.end())
        elif session is not None:
            yield _selector("session", session, None, field, match.start(), match.end())


def _fingerprints(field: str, text: str) -> Iterable[SelectorFound]:
    """Yield fingerprints: 40 digits, of version 6 keys 64, of version 3 keys 32.

    Ten groups of four are a fingerprint by their look; all else only behind a word of keys.
    """
    reach = -1  # "PGP 9498 … 50DF (old: 5171 …)": where a key behind a key may begin
    for match in _FINGERPRINT.finditer(text):
        written = match.group().removeprefix("0x")
        value = _NOT_HEX.sub("", written).upper()
        if len(value) not in (V3_DIGITS, V4_DIGITS, V6_DIGITS):
            continue
        checked = coins.ethereum_checksum("0x" + written) if match.group() != written else False
        grouped = len(value) == V4_DIGITS and written[4:5] in " \t"
        plain = written == match.group()
        follows = plain and len(value) == V4_DIGITS and match.start() <= reach
        named = grouped or follows or _key_named(text, match.start())
        if checked is not True and named:
            reach = match.end() + KEY_REACH
            yield _selector("pgp_fingerprint", value, None, field, match.start(), match.end())


def _key_named(text: str, start: int) -> bool:
    """Whether a word of keys stands shortly before ``start``."""
    return _KEY_WORD.search(text, max(0, start - KEY_REACH), start) is not None


def _without_shadows(found: list[SelectorFound]) -> list[SelectorFound]:
    """Drop what was read from inside another identifier (an e-mail that is a Jabber id)."""
    jabber = {item.value for item in found if item.kind in ("jabber", "matrix")}
    return [
        item
        for item in found
        if not (item.kind == "email" and (item.value in jabber or f"@{item.value}" in jabber))
    ]
