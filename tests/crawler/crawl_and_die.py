# SPDX-License-Identifier: AGPL-3.0-or-later
"""Crawl a case until somebody kills this process: ``crawl_and_die.py CASE PROFILE URL``."""

import sys
from pathlib import Path

from crawler.market import load_profile
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.session import open_session

if __name__ == "__main__":
    with open_session(Path(sys.argv[1])) as session:
        job = crawl_job(session, load_profile(sys.argv[2]), sys.argv[3])
        crawl_into_case(session, job)
