# SPDX-License-Identifier: AGPL-3.0-or-later
"""How ways are shown: hop by hop, then where ways stop, then what was cut."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import click

from graph.model import NodeRef
from graph.paths.finding import Cut, Ways
from graph.paths.hop import NO_AMOUNT, Hop, Way
from graph.paths.stopping import Stop
from vestigo.cli.output import printable
from vestigo.clock import iso
from vestigo.i18n import _, ngettext

MOST_SHOWN = 20


def as_document(ways: Ways) -> dict[str, Any]:
    """Return the answer for machines: nothing in it changes with the language."""
    asked = ways.asked
    return {
        "from": _node(asked.source),
        "to": None if asked.target is None else _node(asked.target),
        "ways": [
            {"n_hops": len(way), "least_sat": least(way),
             "hops": [_hop(ways, hop) for hop in way]}
            for way in ways.ways
        ],
        "stopped_at": [
            {**_node(node), "why": stop.why, "detail": stop.detail}
            for node, stop in ways.stopped.items()
        ],
        "passed": [{**_node(node), "reason": why} for node, why in asked.through.items()],
        "cut": [
            {"what": cut.what, "limit": cut.limit,
             "node": None if cut.node is None else _node(cut.node)}
            for cut in ways.cuts
        ],
        "complete": ways.is_complete,
        "links_read": ways.n_links,
        "reads": ways.n_reads,
    }  # fmt: skip


def least(way: Way) -> int | None:
    """Return the smallest amount on a way, None where no hop has one."""
    smallest = min(hop.amount_or_most for hop in way)
    return None if smallest == NO_AMOUNT else smallest


def print_ways(ways: Ways) -> None:
    """Print the answer for people."""
    n = len(ways.ways)
    click.echo(ngettext("{n} way.", "{n} ways.", n).format(n=n))
    for number, way in enumerate(ways.ways, start=1):
        click.echo(_title(number, way))
        for hop in way:
            click.echo("  " + "  ".join(printable(word) for word in _words(ways, hop)))
    for node, reason in ways.asked.through.items():
        passed = _("Ways went on at {key}: {reason}").format(key=node.key, reason=reason)
        click.echo(printable(passed))
    _print_some([
        _stop_line(node, stop) for node, stop in ways.stopped.items() if stop.why != "end"
    ])  # fmt: skip
    _print_some([_cut_line(cut) for cut in ways.cuts])


def _title(number: int, way: Way) -> str:
    hops = ngettext("{n} hop", "{n} hops", len(way)).format(n=len(way))
    smallest = least(way)
    if smallest is None:
        return _("Way {number}: {hops}").format(number=number, hops=hops)
    return _("Way {number}: {hops}, at least {sat} sat").format(
        number=number, hops=hops, sat=smallest
    )


def _words(ways: Ways, hop: Hop) -> list[str]:
    alike = ways.alike[hop.start, hop.end] - 1
    arrow = f"<-{hop.kind}-" if hop.against else f"-{hop.kind}->"
    words = [
        hop.start.key, arrow, hop.end.key, hop.tier, hop.rule, hop.confidence or "-",
        _time(hop.at), "-" if hop.amount_sat is None else f"{hop.amount_sat} sat", hop.record_id,
    ]  # fmt: skip
    if alike:
        words.append(ngettext("({n} more)", "({n} more)", alike).format(n=alike))
    return words


def _print_some(lines: list[str]) -> None:
    for line in lines[:MOST_SHOWN]:
        click.echo(printable(line))
    more = len(lines) - MOST_SHOWN
    if more > 0:
        click.echo(ngettext("… and {n} more", "… and {n} more", more).format(n=more))


def _stop_line(node: NodeRef, stop: Stop) -> str:
    if stop.why == "mix":
        why = _("Ways stop at {key}: its money goes into a mix (see --through).")
    else:
        why = _("Ways stop at {key}: it is tagged as {detail} (see --through).")
    return why.format(key=node.key, detail=stop.detail)


def _cut_line(cut: Cut) -> str:
    key = "" if cut.node is None else cut.node.key
    texts = {
        "degree": _("Not known beyond: {key} has more than {limit} neighbours of one sort;"
                    " those paid most were followed."),
        "hops": _("Not known beyond: ways of more than {limit} hops."),
        "links": _("Not known beyond: the search ended at its limit of {limit} links."),
        "time": _("Not known beyond: the search ended after {limit} seconds."),
        "tries": _("Not known beyond: the ranking ended at its limit of {limit} tries."),
    }  # fmt: skip
    return texts[cut.what].format(key=key, limit=cut.limit)


def _time(at: int | None) -> str:
    return "-" if at is None else iso(datetime.fromtimestamp(at // 1000, UTC))


def _node(node: NodeRef) -> dict[str, str]:
    return {"label": node.label, "key": node.key}


def _hop(ways: Ways, hop: Hop) -> dict[str, Any]:
    return {
        "from": _node(hop.start),
        "to": _node(hop.end),
        "relationship": hop.kind,
        "against": hop.against,
        "tier": hop.tier,
        "rule": hop.rule,
        "confidence": hop.confidence,
        "at": hop.at,
        "amount_sat": hop.amount_sat,
        "txid": hop.txid,
        "vout": None if hop.vout < 0 else hop.vout,
        "record_id": hop.record_id,
        "n_alike": ways.alike[hop.start, hop.end],
    }
