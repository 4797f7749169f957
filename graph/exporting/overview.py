# SPDX-License-Identifier: AGPL-3.0-or-later
"""What a picture of a whole case shows: vendors, what they share, and the way of the money."""

from __future__ import annotations

from collections import Counter

from graph.exporting.selection import Selection
from graph.model import NodeRef
from vestigo.errors import UsageError
from vestigo.i18n import _

KINDS = frozenset({
    "ENDS_IN", "LEADS_TO", "LOOKS_LIKE", "NAMES", "PAID_INTO", "PART_OF",
    "SAME_WALLET",
})  # fmt: skip
_ALWAYS = frozenset({"CashOutPoint", "Persona", "Service", "VendorAccount"})
_IF_SHARED = frozenset({"Contact", "PGPKey"})


def overview(selection: Selection) -> Selection:
    """Return the part of a whole case that a picture can show.

    Vendors, personas, cash-out points and services; addresses on the ways between them;
    keys and contacts that more than one account names.
    """
    refs = {ref for ref in selection.nodes if ref.label in _ALWAYS | _IF_SHARED | {"Address"}}
    part = selection.only(refs, KINDS)
    namers = Counter(
        target
        for source, target in {(edge.source, edge.target) for edge in part.edges}
        if source.label == "VendorAccount"
    )
    touched = {ref for edge in part.edges for ref in (edge.source, edge.target)}
    return part.only({ref for ref in part.nodes if _is_shown(ref, namers, touched)})


def _is_shown(ref: NodeRef, namers: Counter[NodeRef], touched: set[NodeRef]) -> bool:
    if ref.label in _IF_SHARED:
        return namers[ref] > 1
    return ref.label in _ALWAYS or ref in touched


def refuse_crowd(selection: Selection, most: int) -> None:
    """Raise ``UsageError`` E-GRA-042 when a picture would hold more than ``most`` nodes."""
    if len(selection.nodes) > most:
        raise UsageError(
            "E-GRA-042",
            _("The picture would show {n} nodes; nobody can read more than {most}.").format(
                n=len(selection.nodes), most=most
            ),
            where=", ".join(sorted({ref.label for ref in selection.nodes})),
            remedy=_("Choose a part with --around, --only or --without, or raise --most."),
        )
