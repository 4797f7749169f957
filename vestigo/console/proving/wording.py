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


def bundle_check_words(name: str) -> str:
    """Return what one check of a bundle looks at; "" for one that is not known."""
    names = {
        "names": _("names of files"), "files": _("every file is there, and no other"),
        "sha256": _("SHA-256 of every file"), "sha512": _("SHA-512 of every file"),
        "statement": _("what the signed statement names"),
        "signature": _("signature of the statement, against a key from elsewhere"),
        "checkpoint": _("signature of the checkpoint, against a key from elsewhere"),
        "verifiers": _("the bundle’s own verifiers, against published digests"),
        "keys": _("keys: who signed was entitled to"), "revoked": _("revoked keys"),
        "proofs": _("proof of each exhibit"),
        "collected": _("collected files are those of the log"),
        "witness": _("outside witness"), "stamps": _("time stamps"),
        "custody": _("custody log"), "history": _("earlier checkpoints from outside"),
        "time": _("when it was"), "records": _("record ledger"),
        "spans": _("quoted pieces, cut again from the bytes"),
        "captures": _("captures in the WARC files"),
        "transactions": _("transactions, recomputed"), "cited": _("steps that traces cite"),
        "exhibits": _("list of exhibits"), "received": _("items received from others"),
        "withheld": _("what is withheld"),
    }  # fmt: skip
    return names.get(name, "")


def figure_words(name: str) -> str:
    """Return the words for a figure of a check."""
    names = {
        "events": _("events"), "entries": _("entries"), "head_sha256": _("head"),
        "files": _("files"), "captures": _("captures"), "items": _("items"),
        "not_before": _("not before"), "not_after": _("not after"), "keys": _("keys"),
        "operators": _("operators"), "revoked": _("revoked"),
    }  # fmt: skip
    return names.get(name, name)
