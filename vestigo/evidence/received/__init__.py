# SPDX-License-Identifier: AGPL-3.0-or-later
"""What others hand over: compared with its hash, kept as it came, verified again."""

from vestigo.evidence.received.checking import ReceivedReport, verify_received
from vestigo.evidence.received.hashes import GivenHash, compare_hashes, read_hash
from vestigo.evidence.received.staging import Staged, keep_staged, received_path, stage_file

__all__ = [
    "GivenHash", "ReceivedReport", "Staged", "compare_hashes", "keep_staged", "read_hash",
    "received_path", "stage_file", "verify_received",
]  # fmt: skip
