# SPDX-License-Identifier: AGPL-3.0-or-later
"""The overview of a case."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get

from vestigo.console.desk import Asked, Look, desk_of
from vestigo.console.index import CaseIndex
from vestigo.pipeline.coverage_words import abstention_words
from vestigo.records import Authorization, CoverageEstimate, Page, Selector
from vestigo.records.coverage import newest_estimates


@dataclass(frozen=True, slots=True)
class Standing:
    """An authorization and where it stands now: in force, expired, to come or amended."""

    id: str
    record: Authorization
    state: str


@get("/", sync_to_thread=True)
def overview(request: Asked) -> Response[str]:
    """Show counts, authorizations, what pages were captured, and where money goes."""
    desk = desk_of(request)
    index = desk.index()
    description = desk.session.folder.description()
    counted = desk.once.get(index, "overview", lambda: _counted(index))
    return desk.page(
        request, "overview.html", Look("overview"),
        unit=description["unit"],
        authorizations=_standings(index, desk.session.clock()),
        coverage=newest_estimates(one for _id, one in index.all_of(CoverageEstimate)),
        abstention_words=abstention_words,
        ledger=desk.session.ledger.head(),
        custody=desk.session.custody.head(), **counted,
    )  # fmt: skip


def _counted(index: CaseIndex) -> dict[str, Any]:
    """Return what the overview counts, made once an index."""
    traces = (one.record for found in index.traces.values() for one in found)
    return {
        "figures": _figures(index),
        "pages": Counter(one.light.page_kind for one in index.named_of(Page)).most_common(),
        "period": _period(index),
        "services": Counter(one.record.service for one in index.cash_outs).most_common(),
        "stops": Counter(trace.stop_reason for trace in traces).most_common(),
    }


def _figures(index: CaseIndex) -> dict[str, int]:
    """Return the counts of the overview by the name that the template words."""
    return {
        "captures": len(index.captures),
        "listings": len(index.offers),
        "vendors": len(index.vendors),
        "feedback": sum(len(found) for found in index.feedback_on.values()),
        "addresses": len(index.selectors),
        "keys": len({
            one.light.value
            for one in index.named_of(Selector)
            if one.light.selector_kind == "pgp_fingerprint"
        }),
        "traces": sum(len(found) for found in index.traces.values()),
        "cash_outs": len(index.cash_outs),
    }  # fmt: skip


def _standings(index: CaseIndex, now: datetime) -> list[Standing]:
    records = list(index.all_of(Authorization))
    amended = {record.amends for _id, record in records if record.amends}
    return [Standing(i, record, _state(i in amended, record, now)) for i, record in records]


def _state(amended: bool, record: Authorization, now: datetime) -> str:
    if amended:
        return "amended"
    if now < record.starts_at:
        return "to_come"
    return "in_force" if now < record.ends_at else "expired"


def _period(index: CaseIndex) -> tuple[datetime, datetime] | None:
    moments = [one.light.observed_at for one in index.captures.values()]
    return (min(moments), max(moments)) if moments else None


HANDLERS = (overview,)
