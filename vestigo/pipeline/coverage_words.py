# SPDX-License-Identifier: AGPL-3.0-or-later
"""Coverage in words, where pipeline and command line look for them."""

from vestigo.evidence.coverage_words import abstention_words, way_words

__all__ = ["abstention_words", "way_words"]
