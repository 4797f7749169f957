# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m vestigo``."""

from vestigo.cli.app import main

main()
