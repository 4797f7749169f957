# SPDX-License-Identifier: AGPL-3.0-or-later
"""``python -m vestigo``."""

from vestigo.cli.app import main

if __name__ == "__main__":  # a process of a pool imports this module too
    main()
