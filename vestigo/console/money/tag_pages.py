# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tags: looked at, written by a named person, taken back with a reason, TagPacks in and out."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

import yaml
from litestar import Response, get, post
from litestar.enums import RequestEncodingType
from litestar.params import Body

from ledger.tag_export import packs_of, packs_yaml
from ledger.tags import TagReading, read_tag_file
from vestigo.console.acting import (
    as_file,
    field_of,
    needed_of,
    require_confirmed,
    see,
    signed_in,
    upload_of,
    writing,
)
from vestigo.console.desk import Asked, Look, desk_of, query_of, require
from vestigo.console.index import Named
from vestigo.console.paging import paged
from vestigo.console.sign_in_pages import Form
from vestigo.errors import UsageError, VestigoError
from vestigo.i18n import _
from vestigo.identifiers.bitcoin import NETWORKS
from vestigo.pipeline.retracting import retract
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.records import TAGPACK_LEVELS, Tag
from vestigo.store.scratch import scratch_folder

MOST_UPLOAD = 1_000_000
WRITTEN = ("address", "label", "source", "category", "actor", "context", "abuse")
LONGEST_NAME = 80
Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


@get("/tags", sync_to_thread=True)
def tags(request: Asked) -> Response[str]:
    """Show the tags of the case, with a form for one more where the role allows it."""
    return _page(request, ())


@post("/tags/add", sync_to_thread=True, status_code=HTTPStatus.OK)
def add(request: Asked, data: Form) -> Response[str]:
    """Write one tag; it is read by the rules of an imported pack, its checksum too."""
    require(request, "tag")
    pack = _pack_of(request, data)
    content = yaml.safe_dump(pack, allow_unicode=True, sort_keys=False).encode("utf-8", "replace")
    return _taken_in(request, content, "written.yaml", needed_of(data, "network", 20))


@post("/tags/import", sync_to_thread=True, status_code=HTTPStatus.OK,
      request_max_body_size=MOST_UPLOAD)  # fmt: skip
def import_pack(request: Asked, data: Upload) -> Response[str]:
    """Take in a TagPack or a list of addresses; what cannot be read is told, line by line."""
    require(request, "tag")
    given = upload_of(data)
    content = given.file.read(MOST_UPLOAD)
    name = "given.txt" if (given.filename or "").endswith(".txt") else "given.yaml"
    return _taken_in(request, content, name, needed_of(data, "network", 20))


@post("/tags/retract", sync_to_thread=True, status_code=HTTPStatus.SEE_OTHER)
def take_back(request: Asked, data: Form) -> Response[str]:
    """Take back a tag with a reason; it stays in the record ledger as taken back."""
    require(request, "tag")
    tag_id, reason = needed_of(data, "id", 64), needed_of(data, "reason", 2_000)
    if not isinstance(desk_of(request).index().by_id.get(tag_id), Tag):
        raise UsageError(
            "E-CON-042",
            _("There is no such tag in the case."),
            where=tag_id,
            remedy=_("Open the list of tags again: somebody may have taken it back."),
        )
    with writing(request, "tag") as session:
        retract(session, tag_id, reason, f"{signed_in(request).account} ({os_account()})")
    return see("/tags")


@get("/tags/export.yaml", sync_to_thread=True)
def export(request: Asked) -> Response[bytes]:
    """Hand out the tags of the case as TagPacks, one document for each pack."""
    require(request, "export")
    require_confirmed(request)
    found = (tag for _id, tag in desk_of(request).index().all_of(Tag))
    content = packs_yaml(packs_of(found)).encode("utf-8", "replace")
    return as_file(request, content, "tags.yaml", "application/yaml", Look("tags"))


def _page(
    request: Asked, problems: tuple[VestigoError, ...], n_new: int | None = None
) -> Response[str]:
    desk, query = desk_of(request), query_of(request)
    wanted = query.get("q", "").strip().casefold()
    found = [Named(i, tag) for i, tag in desk.index().all_of(Tag) if _holds(tag, wanted)]
    found.sort(key=lambda one: (one.record.label, one.record.address, one.id))
    return desk.page(
        request, "tags.html", Look("tags"), found=paged(found, query), wanted=query.get("q", ""),
        problems=problems[:50], n_problems=len(problems), n_new=n_new, networks=NETWORKS,
        levels=tuple(TAGPACK_LEVELS), network=str(desk.session.settings("ledger")["network"]),
    )  # fmt: skip


def _holds(tag: Tag, wanted: str) -> bool:
    texts = (tag.label, tag.address, tag.actor, tag.category, tag.source, tag.pack_title)
    return not wanted or any(wanted in (text or "").casefold() for text in texts)


def _pack_of(request: Asked, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a TagPack of one tag: creator and title name who wrote it."""
    account = signed_in(request).account
    fields = {name: field_of(data, name, 500) for name in WRITTEN}
    for name in ("address", "label", "source"):
        needed_of(data, name, 500)
    row: dict[str, Any] = {name: text for name, text in fields.items() if text}
    row["currency"] = "BTC"
    row["confidence"] = field_of(data, "confidence", 40) or "unknown"
    row["is_cluster_definer"] = "true" if data.get("is_cluster_definer") == "yes" else "false"
    row["lastmod"] = f"{desk_of(request).session.clock():%Y-%m-%d}"
    return {"title": f"Written in the console by {account}", "creator": account, "tags": [row]}


def _taken_in(request: Asked, content: bytes, name: str, network: str) -> Response[str]:
    if network not in NETWORKS:
        raise UsageError(
            "E-CON-043",
            _("This is no network."),
            where=network,
            remedy=_("Choose one of the list; nothing was done."),
        )
    with writing(request, "tag") as session:
        reading = _reading(session, content, name, network)
        n_new = session.ledger.append(reading.tags) if reading.tags else 0
        session.custody.append(
            "collection" if reading.tags else "fail",
            object_sha256=reading.tags[0].pack_sha256 if reading.tags else "",
            reason="tags imported",
            details={"file": name, "read": str(len(reading.tags)), "new": str(n_new),
                     "problems": str(len(reading.problems))},
        )  # fmt: skip
    return _page(request, reading.problems, n_new)


def _reading(session: CaseSession, content: bytes, name: str, network: str) -> TagReading:
    """Return what a file says; it lies in the case while it is read, never elsewhere."""
    with scratch_folder(session.folder.path, "upload") as folder:
        path = folder / name
        path.write_bytes(content)
        try:
            found = read_tag_file(path, network)
        except VestigoError as error:
            found = TagReading((), (error,))
    return TagReading(found.tags, tuple(_placed(one, str(folder)) for one in found.problems))


def _placed(error: VestigoError, folder: str) -> VestigoError:
    """Return an error that names the file as the person does, without our folder."""
    where = error.where.replace(f"{folder}/", "")
    return type(error)(error.code, error.what, where=where, remedy=error.remedy)


HANDLERS = (tags, add, import_pack, take_back, export)
