# SPDX-License-Identifier: AGPL-3.0-or-later
"""Negative control: ``plain_browser.py CHROMIUM`` opens the page on standard input as it is.

Chromium with Playwright's own switches and no gate: whatever the page wants, it tries.
"""

import os
import sys

from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    browser = playwright.chromium.launch(executable_path=sys.argv[1], args=sandbox)
    page = browser.new_page()
    page.set_content(sys.stdin.read(), wait_until="commit")
    page.wait_for_timeout(3000)
    browser.close()
