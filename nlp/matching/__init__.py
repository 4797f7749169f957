# SPDX-License-Identifier: AGPL-3.0-or-later
"""Finding the terms of the lexicon in tokens, also where they are disguised."""
