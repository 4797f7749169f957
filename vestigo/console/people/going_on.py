# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where one gets after one has proved again who one is: to a page, or to a file."""

from __future__ import annotations

import re
from typing import Any

from litestar import Response

from vestigo.console.desk import Asked, desk_of
from vestigo.console.sign_in_pages import see

FILE = re.compile(r"\.(csv|json|pdf|txt|yaml|zip)$")


def go_on(request: Asked, wanted: str) -> Response[Any]:
    """Lead to a page; a file leaves a browser where it is, so a page that says so hands it out."""
    if not FILE.search(wanted.partition("?")[0]):
        return see(wanted)
    answer = desk_of(request).page(request, "confirmed.html", None, next=wanted)
    answer.headers["Refresh"] = f"0; url={wanted}"
    return answer
