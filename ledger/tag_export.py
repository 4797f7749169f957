# SPDX-License-Identifier: AGPL-3.0-or-later
"""Tags of a case as TagPacks again: what is imported can be handed on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from vestigo.records import Tag


def packs_of(tags: Iterable[Tag]) -> list[dict[str, Any]]:
    """Return one TagPack (plain values) for each pack that the tags came from, by title."""
    packs: dict[tuple[str, str], dict[str, Any]] = {}
    for tag in tags:
        key = (tag.pack_title, tag.pack_sha256)
        header = {
            "title": tag.pack_title,
            "creator": tag.pack_creator,
            "description": tag.pack_description,
        }
        pack = packs.setdefault(key, {**_without_empty(header), "tags": []})
        pack["tags"].append(_tag_row(tag))
    return [packs[key] for key in sorted(packs)]


def packs_yaml(packs: Sequence[dict[str, Any]]) -> str:
    """Return the packs as YAML, one document each."""
    return yaml.dump_all(
        packs, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, explicit_start=True
    )


def _tag_row(tag: Tag) -> dict[str, Any]:
    row = {
        "address": tag.address,
        "currency": tag.currency,
        "network": tag.network if tag.network != tag.currency else "",
        "label": tag.label,
        "actor": tag.actor,
        "category": tag.category,
        "abuse": tag.abuse,
        "concepts": list(tag.concepts),
        "confidence": tag.tagpack_confidence,
        "tag_type": tag.tag_type,
        "source": tag.source,
        "context": tag.context,
        "lastmod": tag.lastmod_on.isoformat() if tag.lastmod_on else None,
    }
    return {**_without_empty(row), "is_cluster_definer": tag.is_cluster_definer}


def _without_empty(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in row.items() if value not in (None, "", [])}
