# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evidence: WARC archive, custody log, keys, bundles and their verification."""
