# SPDX-License-Identifier: AGPL-3.0-or-later
"""The process that is killed: ``python -m vestigo.pipeline.crawl_kills.victim CASE PROFILE URL``.

It crawls into the case as ``vestigo crawl run`` does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from crawler.market import load_profile
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.session import open_session

if __name__ == "__main__":
    with open_session(Path(sys.argv[1])) as session:
        crawl_into_case(session, crawl_job(session, load_profile(sys.argv[2]), sys.argv[3]))
