# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coverage in a bundle: one JSON document, and a sheet in each language for people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from vestigo.clock import iso
from vestigo.evidence.bundle import CaseView
from vestigo.evidence.harmless import harmless_lines
from vestigo.i18n import DOCUMENT_LANGUAGES, _, ngettext, speaking
from vestigo.pipeline.coverage import LEVEL
from vestigo.pipeline.coverage_words import abstention_words, way_words
from vestigo.records import CountOf, CoverageEstimate
from vestigo.records.coverage import newest_estimates

FORMAT = "vestigo-coverage-1"


def coverage_attachments(view: CaseView) -> dict[str, bytes]:
    """Return the coverage of every pass that was read, as files of the bundle."""
    records = view.ledger.of_kind(CoverageEstimate, up_to=view.n_entries)
    passes = newest_estimates(records)
    document = {"format": FORMAT, "passes": [_document(one) for one in passes]}
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    files = {"crawl/coverage.json": text.encode("ascii")}
    for language in DOCUMENT_LANGUAGES:
        with speaking(language):
            shown = harmless_lines(sheet(passes))
            files[f"crawl/coverage.{language}.txt"] = shown.encode("utf-8")
    return files


def sheet(passes: Sequence[CoverageEstimate]) -> str:
    """Return what a person reads, in the language that is spoken now."""
    lines = [
        _("How much of the markets was seen"),
        "",
        _("The counts below are facts of the archive. The estimates are not: they are computed"),
        _("from how often the same listing was found by different kinds of pages and on"),
        _("different passes. An estimate says nothing of listings that no page the crawl could"),
        _("reach would ever have linked to, and it proves no single listing."),
    ]
    if not passes:
        lines += ["", _("No pass of a crawl was read into records.")]
    for one in passes:
        lines += ["", *_lines(one)]
    return "\n".join(lines) + "\n"


def _lines(one: CoverageEstimate) -> list[str]:
    lines = [_("{market}, pass {n}").format(market=one.market, n=one.pass_no)]
    if one.observed_at is not None:
        lines.append(_("  last capture: {at}").format(at=iso(one.observed_at)))
    if one.pages_known is None:
        lines.append(_("  pages: the log does not say how this pass ended"))
    else:
        counted = _("  pages: {known} known, {fetched} fetched, {waiting} not attempted")
        lines.append(
            counted.format(
                known=one.pages_known, fetched=one.pages_fetched, waiting=one.pages_waiting
            )
        )
    lines += [_("  failed ({cause}): {n}").format(cause=c.name, n=c.n) for c in one.pages_failed]
    lines += [_("  refused ({cause}): {n}").format(cause=c.name, n=c.n) for c in one.pages_refused]
    counted = _(
        "  listings: {known} known; {on_sale} shown as on sale, {gone} as gone, of {unresolved} "
        "the page did not come"
    )
    lines.append(
        counted.format(
            known=one.listings_known,
            on_sale=one.listings_on_sale,
            gone=one.listings_gone,
            unresolved=one.listings_unresolved,
        )
    )
    ways = ", ".join(f"{way_words(way.name)} {way.n}" for way in one.ways)
    return [*lines, _("  found by: {ways}").format(ways=ways or "-"), *_estimate_lines(one)]


def _estimate_lines(one: CoverageEstimate) -> list[str]:
    if one.abstained or one.on_sale_estimate is None or one.unseen_estimate is None:
        reason = abstention_words(one.abstained)
        return [_("  no estimate ({code}): {reason}").format(code=one.abstained, reason=reason)]
    total = ngettext(
        "  ESTIMATE: {n} listing on sale at this pass, 95 % interval {low} to {high}",
        "  ESTIMATE: {n} listings on sale at this pass, 95 % interval {low} to {high}",
        one.on_sale_estimate,
    ).format(n=one.on_sale_estimate, low=one.on_sale_low, high=one.on_sale_high)
    unseen = ngettext(
        "  ESTIMATE: {n} of them never seen, 95 % interval {low} to {high}",
        "  ESTIMATE: {n} of them never seen, 95 % interval {low} to {high}",
        one.unseen_estimate,
    ).format(n=one.unseen_estimate, low=one.unseen_low, high=one.unseen_high)
    return [total, unseen, _("  method: {method}").format(method=one.method.rule)]


def _document(one: CoverageEstimate) -> dict[str, Any]:
    estimate = None if one.abstained else {
        "on_sale": one.on_sale_estimate, "low": one.on_sale_low, "high": one.on_sale_high,
        "never_seen": one.unseen_estimate, "never_seen_low": one.unseen_low,
        "never_seen_high": one.unseen_high, "level": LEVEL,
    }  # fmt: skip
    return {
        "record_id": one.record_id,
        "market": one.market,
        "pass": one.pass_no,
        "last_capture_at": iso(one.observed_at) if one.observed_at else None,
        "n_captures": one.n_captures,
        "pages": {
            "known": one.pages_known,
            "fetched": one.pages_fetched,
            "failed": _plain(one.pages_failed),
            "refused": _plain(one.pages_refused),
            "not_attempted": one.pages_waiting,
        },
        "listings": {
            "known": one.listings_known,
            "on_sale": one.listings_on_sale,
            "gone": one.listings_gone,
            "unresolved": one.listings_unresolved,
            "ways": _plain(one.ways),
        },
        "estimate": estimate,
        "method": one.method.rule,
        "abstained": one.abstained,
    }


def _plain(counts: Sequence[CountOf]) -> dict[str, int]:
    return {one.name: one.n for one in counts}
