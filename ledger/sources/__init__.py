# SPDX-License-Identifier: AGPL-3.0-or-later
"""Where chain data come from beside block files: nodes, explorers, recorded answers.

Whatever a source says is proven before it is kept, and counted against what it announced.
"""
