# SPDX-License-Identifier: AGPL-3.0-or-later
"""Documents: what they are made of, how their texts are written, and how they become pages."""
