# SPDX-License-Identifier: AGPL-3.0-or-later
"""Names of third persons are covered in the page before it is drawn."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

COVER = "█████"
_TOKEN = re.compile(r"[\w.@+\-]+")

# Text nodes (shadow trees included) and the attributes that a browser shows are gone through;
# a token is compared as the sheets of exhibits compare it: lower case, its edges off.
_VEIL = r"""
([names, phrases, cover]) => {
  const known = new Set(names);
  const token = /[\p{L}\p{N}\p{M}_.@+\-]+/gu;
  const bare = (text) => text.replace(/^[-.+@]+|[-.+@]+$/g, "");
  const plain = (text) => text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
  const spoken = phrases.map((one) => new RegExp(one.split(/\s+/).map(plain).join("\\s+"), "gi"));
  const frames = [];
  let n = 0;
  const veiled = (text) => {
    for (const phrase of spoken) text = text.replace(phrase, () => ((n += 1), cover));
    return text.replace(token, (one) => {
      const low = one.toLowerCase();
      if (!known.has(low) && !known.has(bare(low))) return one;
      n += 1;
      return known.has(low) ? cover : one.replace(bare(one), cover);
    });
  };
  const visit = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.nodeType === Node.TEXT_NODE) {
        const text = veiled(node.data);
        if (text !== node.data) node.data = text;
        continue;
      }
      for (const name of ["alt", "label", "placeholder", "title", "value"]) {
        const text = node.getAttribute(name);
        if (text) node.setAttribute(name, veiled(text));
      }
      if (typeof node.value === "string") node.value = veiled(node.value);
      if (node.shadowRoot) visit(node.shadowRoot);
      if (/^(I?FRAME|OBJECT|EMBED)$/.test(node.tagName)) frames.push(node);
    }
  };
  if (document.documentElement) visit(document);
  for (const frame of frames) {
    if (frame.contentDocument) visit(frame.contentDocument);
    else frame.remove();
  }
  return n;
}
"""


def veil_third_persons(page: Page, names: Sequence[str]) -> int:
    """Cover every one of ``names`` in the page; return how many places.

    A frame that cannot be looked into is taken out of the page.
    """
    lower = sorted({name.strip().lower() for name in names} - {""})
    tokens = [name for name in lower if _TOKEN.fullmatch(name)]
    phrases = [name for name in lower if not _TOKEN.fullmatch(name)]
    return int(page.evaluate(_VEIL, [tokens, phrases, COVER]))
