# SPDX-License-Identifier: AGPL-3.0-or-later
"""Lets a query that names its label look there only.

A query of the catalogue that takes a label writes the node as one of all labels, with
a condition.  An engine then has to look under every label, and the embedded one looks at
every node.  The label that was given is a name of the model, so it can stand in the text.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from graph.model import NODES

_ANY_LABEL = re.compile(
    r"\((?P<node>\w+):Address\s*\|[\w\s|]+\{key: \$(?P<key>\w+)\}\)\s*"
    r"WHERE \$(?P<label>\w+) IN labels\((?P=node)\)"
)


def narrowed(text: str, arguments: Mapping[str, object]) -> str:
    """Return ``text`` with the given label where it lists all; the answer is the same."""

    def one_label(found: re.Match[str]) -> str:
        label = arguments.get(found["label"])
        if not isinstance(label, str) or label not in NODES:
            return found[0]
        return f"({found['node']}:{label} {{key: ${found['key']}}})"

    return _ANY_LABEL.sub(one_label, text)
