# SPDX-License-Identifier: AGPL-3.0-or-later
"""Evidence bundles: built from a case at a checkpoint, verified by anybody."""

from vestigo.evidence.bundle.build import BuiltBundle, build_bundle, refuse_unsound, settle
from vestigo.evidence.bundle.continuity import compare_log
from vestigo.evidence.bundle.verification import BundleReport, inspect_bundle, verify_bundle
from vestigo.evidence.bundle.view import CaseView, view_at

__all__ = [
    "BuiltBundle", "BundleReport", "CaseView", "build_bundle", "compare_log", "inspect_bundle",
    "refuse_unsound", "settle", "verify_bundle", "view_at",
]  # fmt: skip
