# SPDX-License-Identifier: AGPL-3.0-or-later
"""Which addresses are one market: signed lists of mirrors, canaries, and copies."""

from crawler.mirrors.jsonl import judged_lines
from crawler.mirrors.judging import PHISHING_SUSPECT, MirrorJudgement, judge_mirror
from crawler.mirrors.page import message_text, read_pasted_key
from crawler.mirrors.sentences import site_of
from crawler.mirrors.statement import Refused, Statement, read_statements, site_of_uri

__all__ = [
    "PHISHING_SUSPECT",
    "MirrorJudgement",
    "Refused",
    "Statement",
    "judge_mirror",
    "judged_lines",
    "message_text",
    "read_pasted_key",
    "read_statements",
    "site_of",
    "site_of_uri",
]
