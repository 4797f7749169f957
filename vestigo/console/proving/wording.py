# SPDX-License-Identifier: AGPL-3.0-or-later
"""The words of the evidence desk: jobs, checks, figures."""

from __future__ import annotations

from vestigo.i18n import _


def job_words(kind: str) -> str:
    """Return what a job does."""
    names = {
        "verify": _("Verify the case"), "bundle": _("Verify a bundle"),
        "build": _("Build a bundle"), "disclose": _("Disclose in part"),
        "pack": _("Pack a bundle"),
    }  # fmt: skip
    return names.get(kind, kind)


def check_words(name: str) -> str:
    """Return what one check of a case compares."""
    names = {
        "custody": _("Custody log: every line names the digest of the one before"),
        "records": _("Record ledger: every entry names the digest of the one before"),
        "heads": _("Checkpoints and heads in the log are those of log and ledger"),
        "disposals": _("Every disposal that was begun was finished"),
        "archive": _("Archive: every file and every capture has the digest that was logged"),
        "received": _("Received items have the digests that were logged"),
        "time": _("Time stamps and blocks verify; they say when"),
        "keys": _("Keys: who signed was entitled to at that time"),
    }
    return names.get(name, name)


def figure_words(name: str) -> str:
    """Return the words for a figure of a check."""
    names = {
        "events": _("events"), "entries": _("entries"), "head_sha256": _("head"),
        "files": _("files"), "captures": _("captures"), "items": _("items"),
        "not_before": _("not before"), "not_after": _("not after"), "keys": _("keys"),
        "operators": _("operators"), "revoked": _("revoked"),
    }  # fmt: skip
    return names.get(name, name)
