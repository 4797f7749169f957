# SPDX-License-Identifier: AGPL-3.0-or-later
"""Indexes over what stands in the bodies of derived records, and the question they answer.

They are made when they are asked for; SQLite keeps them with each row that is written or
destroyed.
"""

from __future__ import annotations

BY_RETRACTED = """
CREATE INDEX IF NOT EXISTS bodies_by_retracts
ON bodies (json_extract(CAST(body AS TEXT), '$.retracts'))
WHERE json_extract(CAST(body AS TEXT), '$.retracts') IS NOT NULL
"""
_BY_SETTINGS = """
CREATE INDEX IF NOT EXISTS bodies_by_PREFIX_settings
ON bodies (json_extract(CAST(body AS TEXT), '$.method.settings_sha256'))
WHERE substr(json_extract(CAST(body AS TEXT), '$.method.rule'), 1, LENGTH) = 'PREFIX.'
"""
_OTHERWISE = """
SELECT e.record_id, e.kind, b.body FROM bodies b JOIN entries e ON e.record_id = b.record_id
WHERE substr(json_extract(CAST(b.body AS TEXT), '$.method.rule'), 1, LENGTH) = 'PREFIX.'
AND json_extract(CAST(b.body AS TEXT), '$.method.settings_sha256') > ?
AND json_extract(CAST(b.body AS TEXT), '$.method.settings_sha256') < ?
AND NOT EXISTS (
    SELECT 1 FROM bodies r WHERE json_extract(CAST(r.body AS TEXT), '$.retracts') = +b.record_id
)
ORDER BY e.seq
"""


def made_otherwise(prefix: str) -> tuple[str, str]:
    """Return the index and the query of what rules of ``prefix`` made, by settings digest.

    The query has two parameters: digests between which it looks, both excluded.
    """
    if not (prefix.isascii() and prefix.isalpha()):
        raise ValueError(prefix)
    named = {"PREFIX": prefix, "LENGTH": str(len(prefix) + 1)}
    index, query = _BY_SETTINGS, _OTHERWISE
    for word, value in named.items():
        index, query = index.replace(word, value), query.replace(word, value)
    return index, query
