# SPDX-License-Identifier: AGPL-3.0-or-later
"""Ways to reach a person that stand in a text: for masking, so rather one too many."""

from __future__ import annotations

import re

_EMAIL = r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){1,6}[A-Za-z]{2,24}"
_PHONE = r"(?<![\w+])\+?[0-9](?:[ ()./-]?[0-9]){8,14}(?!\w)"
_COIN = (
    r"(?<!\w)(?:[13][1-9A-HJ-NP-Za-km-z]{25,34}|bc1[02-9ac-hj-np-z]{11,71}"
    r"|0x[0-9A-Fa-f]{40}|[48][1-9A-HJ-NP-Za-km-z]{94})(?!\w)"
)
_NAMED = r"(?<!\w)@[A-Za-z0-9_]{4,32}(?!\w)"
_REACHED = re.compile(f"{_EMAIL}|{_PHONE}|{_COIN}|{_NAMED}", re.IGNORECASE)


def contacts_in(text: str) -> tuple[str, ...]:
    """Return the e-mails, telephone numbers, coin addresses and @names in ``text``, each once."""
    return tuple(dict.fromkeys(found[0] for found in _REACHED.finditer(text)))
