# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which addresses are one market: signed lists of mirrors, canaries, and copies."""

from crawler.mirrors.judging import STATUSES, MirrorVerdict, judge_mirror
from crawler.mirrors.statement import Refused, Statement, read_statements, site_of

__all__ = [
    "STATUSES",
    "MirrorVerdict",
    "Refused",
    "Statement",
    "judge_mirror",
    "read_statements",
    "site_of",
]
