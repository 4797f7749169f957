# SPDX-License-Identifier: AGPL-3.0-or-later
"""Cash-out points as rows that a person reads: amounts, rates, tags, path, judgement."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from vestigo.clock import iso
from vestigo.errors import ConfigurationError, InputError
from vestigo.i18n import _
from vestigo.pipeline.chance_words import ARRIVAL, KEPT, level_of
from vestigo.pipeline.rates import case_rates
from vestigo.pipeline.session import CaseSession, os_account
from vestigo.rates import RateTable
from vestigo.records import CashOutPoint, Judgement, Tag, Trace
from vestigo.records.codec import to_plain
from vestigo.store import RecordLedger

CANDIDATE = "candidate"
VERDICTS = ("confirmed", "rejected")
SAT = Decimal(100_000_000)
Row = dict[str, Any]


def cash_out_subject(point: CashOutPoint) -> str:
    """Return the stable subject of judgements about a cash-out point: that of the graph."""
    return f"{point.txid}:{point.vout}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a sheet needs beside the points: rates, time zone, currencies."""

    rates: RateTable | None
    zone: ZoneInfo
    currencies: tuple[str, ...]
    fallback_days: int


def sheet_of(session: CaseSession) -> Sheet:
    """Return what the case's settings say; E-LED-090 for a time zone that is not known."""
    settings = session.settings("ledger")
    name = str(settings["time_zone"])
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ConfigurationError(
            "E-LED-090",
            _("The time zone “{name}” is not known.").format(name=name),
            where="[ledger] time_zone",
            remedy=_("Write it as in America/Lima, or UTC."),
        ) from error
    return Sheet(
        case_rates(session), zone, tuple(settings["fiat"]), int(settings["rate_fallback_days"])
    )


def cash_out_rows(session: CaseSession) -> list[Row]:
    """Return one row a point that stands, by service, time and output."""
    sheet = sheet_of(session)
    tags = dict(session.ledger.named_of_kind(Tag))
    traces = _traces(session.ledger)
    judged = _judged(session.ledger.of_kind(Judgement))
    points = sorted(
        session.ledger.of_kind(CashOutPoint),
        key=lambda p: (p.service, p.paid_at, p.txid, p.vout, p.start_address),
    )
    return [
        _row(number, point, sheet, tags, json.loads(traces.get(point.trace_id, b"{}")), judged)
        for number, point in enumerate(points, start=1)
    ]


def _traces(ledger: RecordLedger) -> dict[str, bytes]:
    """Return the traces that stand as they are written: a row shows their fields as they are."""
    gone = ledger.retracted()
    return {name: body for name, body in ledger.bodies_of(Trace.KIND) if name not in gone}


def judge_cash_out(
    session: CaseSession, output: str, verdict: str, reason: str, person: str = ""
) -> list[Judgement]:
    """Record a named person's verdict on the candidates at the output ``txid:vout``.

    ``person`` is the one at this machine by default.

    Raises ``InputError`` E-LED-091 where no cash-out point stands there.
    """
    found = [p for p in session.ledger.of_kind(CashOutPoint) if f"{p.txid}:{p.vout}" == output]
    if not found:
        raise InputError(
            "E-LED-091",
            _("No cash-out candidate stands at this output."),
            where=output,
            remedy=_("See “vestigo ledger cashouts”."),
        )
    made = [
        Judgement(
            subject=cash_out_subject(point), seen_record_id=point.record_id, verdict=verdict,
            person=person or os_account(), reason=reason, judged_at=session.clock(),
        )
        for point in found[-1:]  # one output is judged once, whoever's money reached it
    ]  # fmt: skip
    session.ledger.append(made)
    session.custody.append(
        "processing", reason="cash-out judged", details={"output": output, "verdict": verdict}
    )
    return made


def _judged(judgements: Iterable[Judgement]) -> dict[str, Judgement]:
    """Return the latest judgement of each subject."""
    found: dict[str, Judgement] = {}
    for one in sorted(judgements, key=lambda one: (one.judged_at, one.record_id)):
        found[one.subject] = one
    return found


def _row(
    number: int, point: CashOutPoint, sheet: Sheet, tags: dict[str, Tag], trace: Row,
    judged: dict[str, Judgement],
) -> Row:  # fmt: skip
    verdict = judged.get(cash_out_subject(point))
    return {
        "number": number,
        "id": point.record_id,
        "service": point.service,
        "category": point.category,
        "address": point.address,
        "output": f"{point.txid}:{point.vout}",
        "paid_at": iso(point.paid_at),
        "paid_at_local": point.paid_at.astimezone(sheet.zone).isoformat(),
        "time_zone": str(sheet.zone),
        "value_sat": point.value_sat,
        "btc": f"{Decimal(point.value_sat) / SAT:.8f}",
        "traced_sat": point.traced_sat,
        "fiat": _fiat(point, sheet),
        "status": verdict.verdict if verdict else CANDIDATE,
        "judgement": to_plain(verdict) if verdict else None,
        "basis": point.basis,
        "probability": format(point.confidence, "f"),
        "probability_of": ARRIVAL,
        "probability_rule": point.method.rule,
        "probability_grounds": list(point.grounds or ()),
        "measured": to_plain(point.measured),
        "tags": [_tag(tags[one]) for one in point.tag_ids if one in tags],
        "tags_disagree": _disagree(tags[one] for one in point.tag_ids if one in tags),
        "start_address": point.start_address,
        "path": _path(trace),
        "alternatives": _alternatives(trace),
        "other_traces": point.other_traces,
        "trace_id": point.trace_id,
        "accounting": trace.get("accounting"),
    }


def _fiat(point: CashOutPoint, sheet: Sheet) -> list[Row]:
    """Return the worth in each currency, None where no rate of the day is known."""
    found: list[Row] = []
    for currency in sheet.currencies:
        converted = None
        if sheet.rates is not None:
            converted = sheet.rates.convert(
                Decimal(point.value_sat) / SAT, "BTC", currency,
                point.paid_at.astimezone(UTC).date(), fallback_days=sheet.fallback_days,
            )  # fmt: skip
        found.append(
            {
                "currency": currency,
                "amount": f"{converted.amount:.2f}" if converted else None,
                "rate_on": converted.on.isoformat() if converted else None,
                "rate_source": converted.source if converted else None,
                "rate_is_older": converted.is_fallback if converted else None,
            }
        )
    return found


def _disagree(tags: Iterable[Tag]) -> list[str]:
    """Return the names of all services where tags name more than one, sorted; else nothing."""
    names = sorted({tag.actor or tag.label for tag in tags})
    return names if len(names) > 1 else []


def _tag(tag: Tag) -> Row:
    return {
        "label": tag.label,
        "address": tag.address,
        "actor": tag.actor,
        "category": tag.category,
        "confidence": tag.tagpack_confidence,
        "level": level_of(tag),
        "source": tag.source,
        "pack": tag.pack_title,
        "pack_sha256": tag.pack_sha256,
        "id": tag.record_id,
    }


def _path(trace: Row) -> list[Row]:
    """Return the hops of a trace (its body; empty where it does not stand)."""
    hops = trace.get("hops", ())
    grounds = trace.get("grounds") or (None,) * len(hops)
    return [
        {
            "output": f"{hop['txid']}:{hop['vout']}",
            "from_address": hop["from_address"],
            "to_address": hop["to_address"],
            "value_sat": hop["value_sat"],
            "traced_sat": hop["traced_sat"],
            "mined_at": hop["mined_at"],
            "why": hop["why"],
            "ground": ground,
            "own_probability_of": KEPT if ground else None,
        }
        for hop, ground in zip(hops, grounds, strict=True)
    ]


def _alternatives(trace: Row) -> list[Row]:
    """Return the outputs along the path that were not followed here."""
    return [
        {"hop": number, **other}
        for number, ground in enumerate(trace.get("grounds") or (), start=1)
        for other in ground["alternatives"]
    ]
