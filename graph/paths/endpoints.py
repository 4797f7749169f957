# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which thing of the graph an identifier names, whatever kind of identifier it is.

An address, a transaction, an output (``txid:vout``), a market/handle, a fingerprint, a
contact, a record id of a cluster: what is typed is looked up under every label; a
``Label:`` before it chooses one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from graph.model import NODES, NodeRef
from graph.paths.statement import statement
from graph.store import GraphStore
from vestigo.errors import UsageError
from vestigo.i18n import _

MOST = 20
# What people type instead of the key; each is looked up where no key fits.
CALLED = (
    ("VendorAccount", "handle"), ("Contact", "value"), ("Service", "name"), ("Persona", "name"),
    ("Substance", "name"),
)  # fmt: skip
_OUTPUT = re.compile(r"([0-9a-fA-F]{64}):([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class _Typed:
    label: str | None
    text: str

    @property
    def forms(self) -> list[str]:
        """The text as typed, in lower case, and as a fingerprint is written."""
        packed = re.sub(r"[\s:]", "", self.text).upper().removeprefix("0X")
        lower = self.text.lower()
        fingerprint = [packed] if re.fullmatch(r"[0-9A-F]{16,64}", packed) else []
        return list(dict.fromkeys([self.text, lower, *fingerprint]))


def find_endpoint(store: GraphStore, text: str) -> NodeRef:
    """Return the node that ``text`` names.

    Raises ``UsageError`` E-GRA-050 where the graph has no such thing and E-GRA-051 where
    it has several (it lists them), and what the store raises.
    """
    typed = _typed(text.strip())
    found = _by_key(store, typed) or _by_output(store, typed) or _by_name(store, typed)
    if not found:
        raise UsageError(
            "E-GRA-050",
            _("The graph holds nothing that is named so."),
            where=text,
            remedy=_(
                "“vestigo graph query CASE search --param text=…” searches by parts of words."
            ),
        )
    if len(found) > 1:
        listed = ", ".join(f"{node.label}:{node.key}" for node in found[:MOST])
        raise UsageError(
            "E-GRA-051",
            _("This names several things: {listed}.").format(listed=listed),
            where=text,
            remedy=_("Write the one that is meant as it stands in this list."),
        )
    return found[0]


def _typed(text: str) -> _Typed:
    label, sep, rest = text.partition(":")
    if sep and label in NODES and rest:
        return _Typed(label, rest)
    return _Typed(None, text)


def _labels(typed: _Typed) -> list[str]:
    """Return where to look; a persona bears the key of its account, so it has to be asked for."""
    return [typed.label] if typed.label else sorted(set(NODES) - {"Persona"})


def _by_key(store: GraphStore, typed: _Typed) -> list[NodeRef]:
    found: list[NodeRef] = []
    for label in _labels(typed):
        text = statement("named", label=(label,))
        rows = store.read(text, {"texts": typed.forms, "most": MOST})
        found.extend(NodeRef(label, row["key"]) for row in rows)
    return [node for node in found if node.key == typed.text] or found


def _by_output(store: GraphStore, typed: _Typed) -> list[NodeRef]:
    """Return the address that an output of a transaction pays."""
    output = _OUTPUT.fullmatch(typed.text)
    if output is None or typed.label not in (None, "Address"):
        return []
    given = {"txid": output[1].lower(), "vout": int(output[2])}
    return [NodeRef("Address", row["key"]) for row in store.read(statement("output"), given)]


def _by_name(store: GraphStore, typed: _Typed) -> list[NodeRef]:
    """Return the nodes whose handle, value or name it is."""
    found: dict[NodeRef, None] = {}
    for label, name in CALLED:
        if typed.label in (None, label):
            text = statement("called", label=(label,), property=(name,))
            for row in store.read(text, {"texts": typed.forms, "most": MOST}):
                found[NodeRef(label, row["key"])] = None
    return list(found)
