# SPDX-License-Identifier: AGPL-3.0-or-later
"""The two verifiers on an untouched bundle, and without what they need."""

from __future__ import annotations


def test_both_verifiers_accept_an_untouched_bundle(original, stranger):
    for run in stranger:
        done = run(original.path, original.anchors)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "FAILED" not in done.stdout
        assert done.stderr == ""
