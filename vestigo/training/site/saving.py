# SPDX-License-Identifier: AGPL-3.0-or-later
"""The pages of one view as files, whose names are their addresses."""

from __future__ import annotations

from collections.abc import Iterator

from vestigo.training.site.market_site import Site
from vestigo.training.world import MarketView

_ENDINGS = {"image/png": ".png", "text/css": ".css"}


def market_pages(view: MarketView) -> Iterator[tuple[str, bytes]]:
    """Yield (path, content) of every page, picture and style sheet of ``view``, each path once.

    Paths are relative: ``index.html``, ``listing/abc.html``, ``topic.php~t=abc.html``.
    """
    for target, answer in Site(view).saved():
        yield page_name(target, dict(answer.headers)["Content-Type"]), answer.body


def page_name(target: str, media_type: str = "text/html") -> str:
    """Return the file name of an address: ``/listing/abc`` is ``listing/abc.html``."""
    name = target.strip("/").replace("?", "~") or "index"
    ending = _ENDINGS.get(media_type.partition(";")[0], ".html")
    return name if name.endswith(ending) else f"{name}{ending}"
