# SPDX-License-Identifier: AGPL-3.0-or-later
"""The graph, or a part of it, as a file: tables, documents, pictures."""
