# SPDX-License-Identifier: AGPL-3.0-or-later
"""Verifying a bundle from within Vestigo, with the installed verifier and typed errors.

The checks are those of the ``verify.py`` that this release ships; the copy inside
the bundle is compared with its published digest but never run.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vestigo.errors import ExitCode, UsageError, VerificationError
from vestigo.evidence.stranger import verify
from vestigo.i18n import _

CODES = {
    "names": "E-BUN-101",
    "files": "E-BUN-102",
    "sha256": "E-BUN-103",
    "sha512": "E-BUN-104",
    "statement": "E-BUN-105",
    "keys": "E-BUN-123",
    "signature": "E-BUN-106",
    "checkpoint": "E-BUN-107",
    "revoked": "E-BUN-124",
    "stamps": "E-BUN-108",
    "verifiers": "E-BUN-109",
    "proofs": "E-BUN-120",
    "collected": "E-BUN-125",
    "witness": "E-BUN-121",
    "custody": "E-BUN-111",
    "history": "E-BUN-112",
    "time": "E-BUN-122",
    "records": "E-BUN-113",
    "captures": "E-BUN-114",
    "spans": "E-BUN-115",
    "transactions": "E-BUN-116",
    "cited": "E-BUN-117",
    "exhibits": "E-BUN-118",
    "received": "E-EVI-197",
    "withheld": "E-EVI-216",
}


@dataclass(frozen=True, slots=True)
class CheckFinding:
    """One line of a verification: ``ok``, ``FAILED`` or ``NOT CHECKED``."""

    status: str
    check: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleReport:
    """What both layers found; ``outside`` says whether an outside anchor was compared."""

    findings: tuple[CheckFinding, ...]
    exit_code: ExitCode
    outside: bool
    statement_sha256: str

    def failure(self, where: str) -> VerificationError | None:
        """Return the error for the first check that failed, or None."""
        for finding in self.findings:
            if finding.status == verify.FAILED:
                return VerificationError(
                    CODES[finding.check],
                    _("The bundle does not verify ({check}): {detail}").format(
                        check=finding.check, detail=finding.detail
                    ),
                    where=where,
                    remedy=_("Do not rely on this bundle; ask for it again and compare."),
                )
        return None


def bytes_to_verify(path: Path) -> int:
    """Return how many bytes ``on_bytes`` will hear of, about: archived pages count twice."""
    total, archived = 0, path / "data" / "captures"
    for folder, _folders, names in os.walk(path):
        for name in names:
            with suppress(OSError):
                total += os.lstat(f"{folder}/{name}").st_size * (1 + (Path(folder) == archived))
    return total


def inspect_bundle(
    path: Path, anchors: Path | None, on_bytes: Callable[[int], None] | None = None
) -> BundleReport:
    """Run both layers over the bundle at ``path`` and return what they found.

    ``on_bytes`` hears how much was gone through (archived pages twice), from any thread.
    Raises ``UsageError`` E-BUN-001 where there is no folder.
    """
    for folder in (path, anchors):
        if folder is not None and not folder.is_dir():
            raise UsageError(
                "E-BUN-001",
                _("There is no folder at this path."),
                where=str(folder),
                remedy=_("Give the folder of a bundle and the folder of the anchors."),
            )
    bag = verify.verify(path, anchors, on_bytes)
    statement = path / "seal" / "statement.json"
    return BundleReport(
        findings=tuple(CheckFinding(*finding) for finding in bag.findings),
        exit_code=ExitCode(verify.exit_code(bag)),
        outside=bag.outside,
        statement_sha256=_sha256_of(statement),
    )


def _sha256_of(path: Path) -> str:
    """Return the digest of a file of any size; that of nothing where there is none."""
    if not path.is_file():
        return hashlib.sha256(b"").hexdigest()
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def verify_bundle(
    path: Path, anchors: Path | None, on_bytes: Callable[[int], None] | None = None
) -> BundleReport:
    """Verify the bundle at ``path`` and return the report when no check failed.

    A report may hold ``NOT CHECKED`` lines (then its exit code is 4).  Raises
    ``VerificationError`` E-BUN-101 … 118 naming check and exhibit, ``UsageError`` E-BUN-001.
    """
    report = inspect_bundle(path, anchors, on_bytes)
    failure = report.failure(str(path))
    if failure is not None:
        raise failure
    return report
