# SPDX-License-Identifier: AGPL-3.0-or-later
"""A crawl that kills itself (SIGKILL) around the moment in which a hit is made durable."""

import os
import signal
import sys
from pathlib import Path

from crawler.market import load_profile
from vestigo.evidence.quarantine import items
from vestigo.pipeline.crawling import crawl_into_case, crawl_job
from vestigo.pipeline.session import open_session

case, profile, uri, moment = sys.argv[1:]
written = items.write_atomically


def killed(path, content):
    if moment == "behind":
        written(path, content)
    os.kill(os.getpid(), signal.SIGKILL)


items.write_atomically = killed
with open_session(Path(case)) as session:
    crawl_into_case(session, crawl_job(session, load_profile(profile), uri))
