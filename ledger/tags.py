# SPDX-License-Identifier: AGPL-3.0-or-later
"""Attribution files: TagPacks (YAML) and plain lists of addresses, read completely or loudly.

Every tag becomes a ``Tag`` record or a problem that names it; nothing is dropped.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ledger.tagpack import documents, tag_rows
from vestigo.errors import InputError, UsageError, VestigoError
from vestigo.i18n import _
from vestigo.identifiers.bitcoin import decode_address
from vestigo.records import Tag

LARGEST_PACK = 1 << 28  # bytes after decompression
BITCOIN = "BTC"
_CODES = {"XBT": BITCOIN}
_LIST_NAME = re.compile(r"_([A-Z0-9]{3,5})$")
_LIST_FIELDS = {
    "label": "OFAC sanctioned address",
    "source": "https://www.treasury.gov/ofac/downloads/sdnlist.txt",
    "category": "sanctioned",
    "confidence": "authority_data",
}


@dataclass(frozen=True, slots=True)
class TagReading:
    """The tags of one file and the problems that were met in it."""

    tags: tuple[Tag, ...]
    problems: tuple[VestigoError, ...]


def read_tags(path: Path, network: str) -> list[Tag]:
    """Return the tags of a file; the first problem in it is raised.

    ``network`` is that of the Bitcoin addresses in it.
    """
    reading = read_tag_file(path, network)
    if reading.problems:
        raise reading.problems[0]
    return list(reading.tags)


def read_tag_file(path: Path, network: str) -> TagReading:
    """Return every tag of a TagPack or address list, and what is wrong with the others.

    Raises ``UsageError`` E-TAG-001 (cannot be opened) or ``InputError`` E-TAG-002 (not a
    pack at all).
    """
    content = _content(path)
    digest = hashlib.sha256(content).hexdigest()
    tags: list[Tag] = []
    problems: list[VestigoError] = []
    rows = _list_rows if path.name.removesuffix(".gz").endswith(".txt") else _pack_rows
    for place, fields in rows(content, path, problems.append):
        try:
            tags.append(_tag(fields, network, digest))
        except InputError as error:
            problems.append(_placed(error, place))
    return TagReading(tuple(tags), tuple(problems))


Report = Callable[[VestigoError], None]
Row = tuple[str, dict[str, str | tuple[str, ...]]]


def _pack_rows(content: bytes, path: Path, report: Report) -> Iterator[Row]:
    for number, document in enumerate(documents(content, path)):
        place = str(path) if not number else f"{path}#{number + 1}"
        yield from tag_rows(document, place, report)


def _list_rows(content: bytes, path: Path, report: Report) -> Iterator[Row]:
    stem = path.name.removesuffix(".gz").removesuffix(".txt")
    code = match[1] if (match := _LIST_NAME.search(stem)) else BITCOIN
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        address = line.strip()
        if not address:
            continue
        place = f"{path}:{number}"
        if "\ufffd" in address or len(address.split()) > 1:
            report(_problem("E-TAG-004", _("This line is not one address."), place))
            continue
        currency = _CODES.get(code, code)
        yield place, {**_LIST_FIELDS, "address": address, "currency": currency, "title": stem}


def _tag(fields: dict[str, str | tuple[str, ...]], network: str, digest: str) -> Tag:
    from ledger.tagpack import boolean, day, text

    currency = text(fields, "currency") or BITCOIN
    address = text(fields, "address") or ""
    if currency == BITCOIN:
        chain = network
        address = decode_address(address, network).text
    else:
        chain = text(fields, "network") or currency
    concepts = fields.get("concepts", ())
    return Tag(
        address=address,
        network=chain,
        label=text(fields, "label") or "",
        actor=text(fields, "actor"),
        category=text(fields, "category"),
        concepts=concepts if isinstance(concepts, tuple) else (concepts,),
        tag_type=text(fields, "tag_type"),
        is_cluster_definer=boolean(fields, "is_cluster_definer"),
        tagpack_confidence=text(fields, "confidence"),
        source=text(fields, "source") or "",
        lastmod_on=day(fields, "lastmod"),
        pack_title=text(fields, "title") or "",
        pack_sha256=digest,
        pack_creator=text(fields, "creator") or "",
        pack_description=text(fields, "description") or "",
        currency=currency,
        abuse=text(fields, "abuse"),
        context=text(fields, "context"),
    )


def _content(path: Path) -> bytes:
    try:
        with path.open("rb") as handle:
            content = handle.read(LARGEST_PACK + 1)
        if content[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as unpacked:
                content = unpacked.read(LARGEST_PACK + 1)
    except (EOFError, gzip.BadGzipFile) as error:
        reason = _("The compression of the file is damaged.")
        raise _problem("E-TAG-002", reason, str(path)) from error
    except OSError as error:
        raise UsageError(
            "E-TAG-001",
            _("The file cannot be opened: {reason}.").format(reason=error.strerror),
            where=str(path),
            remedy=_("Check the path and the permissions."),
        ) from error
    if len(content) > LARGEST_PACK:
        reason = _("The file is larger than {n} bytes.").format(n=LARGEST_PACK)
        raise _problem("E-TAG-002", reason, str(path))
    return content


def _placed(error: InputError, place: str) -> InputError:
    return InputError(error.code, error.what, where=f"{place} {error.where}", remedy=error.remedy)


def _problem(code: str, what: str, where: str) -> InputError:
    return InputError(code, what, where=where, remedy=_("Correct the file and import it again."))
