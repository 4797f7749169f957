# SPDX-License-Identifier: AGPL-3.0-or-later
"""What capture costs: rates, processor time and memory, each part a process of its own."""
