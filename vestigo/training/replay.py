# SPDX-License-Identifier: AGPL-3.0-or-later
"""Serving a market that somebody saved, on loopback, so that it can be crawled again.

The input is a folder or a tar archive of pages whose paths are those of the market.
An archive is read into memory and never unpacked: no path of it touches the disk.
"""

from __future__ import annotations

import mimetypes
import tarfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from vestigo.errors import InputError, SourceUnreachable
from vestigo.i18n import _

LARGEST_PAGE = 64 * 1024 * 1024


def saved_pages(source: Path) -> dict[str, bytes]:
    """Return ``{"/path": content}`` of a folder or tar archive of saved pages.

    One folder that holds everything is left out of the paths.  Raises ``InputError``
    E-TRA-050 when there is nothing to serve.
    """
    try:
        pages = _from_archive(source) if source.is_file() else _from_folder(source)
    except (OSError, tarfile.TarError) as error:
        raise _nothing(source) from error
    if not pages:
        raise _nothing(source)
    tops = {path.split("/")[1] for path in pages}
    if len(tops) == 1 and all(path.count("/") > 1 for path in pages):
        (top,) = tops
        pages = {path[len(top) + 1 :]: content for path, content in pages.items()}
    return pages


def serve_saved(pages: dict[str, bytes], port: int) -> ThreadingHTTPServer:
    """Return a server on loopback for ``pages``; call ``serve_forever`` on it.

    Raises ``SourceUnreachable`` E-TRA-051 when the port is in use.
    """
    handler = type("SavedPages", (_SavedPages,), {"pages": pages})
    try:
        return ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise SourceUnreachable(
            "E-TRA-051",
            _("The port cannot be served on: {reason}").format(reason=error.strerror),
            where=f"127.0.0.1:{port}",
            remedy=_("Choose another port, or 0 for any that is free."),
        ) from error


class _SavedPages(BaseHTTPRequestHandler):
    """Answers GET and HEAD from memory; keeps connections alive."""

    protocol_version = "HTTP/1.1"
    pages: dict[str, bytes]

    def do_GET(self) -> None:
        """Send the page or a plain 404."""
        split = urlsplit(self.path)
        path, query = unquote(split.path), unquote(split.query)
        name = next((one for one in _saved_as(path, query) if one in self.pages), None)
        content = self.pages[name] if name is not None else None
        self.send_response(200 if content is not None else 404)
        self.send_header("Content-Type", _media_type(name or path))
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        if self.command == "GET" and content:
            self.wfile.write(content)

    do_HEAD = do_GET  # noqa: N815 (the name that http.server calls)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the crawl's own log is the record."""


def _saved_as(path: str, query: str = "") -> tuple[str, ...]:
    """Return the names under which a mirroring program may have saved a page.

    A page that is also a folder of further pages was saved beside it with a number; the
    pages of the range are saved with ``~`` for ``?`` and the ending of their kind.
    """
    bare = path.rstrip("/")
    plain = (path, f"{bare}/index.html", f"{bare}.1", f"{bare}.html", f"{bare}.png")
    asked = f"{bare or '/'}~{query}"
    return (f"{asked}.html", f"{asked}.png", *plain) if query else plain


def _media_type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "text/html"


def _from_archive(source: Path) -> dict[str, bytes]:
    pages = {}
    with tarfile.open(source) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isreg() else None
            if content is not None and member.size <= LARGEST_PAGE:
                pages["/" + str(PurePosixPath(member.name))] = content.read()
    return pages


def _from_folder(source: Path) -> dict[str, bytes]:
    files = sorted(path for path in source.rglob("*") if path.is_file())
    return {"/" + path.relative_to(source).as_posix(): path.read_bytes() for path in files}


def _nothing(source: Path) -> InputError:
    return InputError(
        "E-TRA-050",
        _("There are no saved pages here."),
        where=str(source),
        remedy=_("Name a folder or a tar archive of saved pages."),
    )
