# SPDX-License-Identifier: AGPL-3.0-or-later
"""Outside witnesses: they compare each checkpoint with the last one and cosign it, by file."""

from vestigo.evidence.witness.asking import (
    CosignedCheckpoint,
    add_witness,
    bundle_cosignatures,
    cosigned_notes,
    known_witnesses,
    read_answer,
    write_request,
)
from vestigo.evidence.witness.holder import WitnessFolder
from vestigo.evidence.witness.holder_key import create_witness, unlock_witness

__all__ = [
    "CosignedCheckpoint", "WitnessFolder", "add_witness", "bundle_cosignatures", "cosigned_notes",
    "create_witness", "known_witnesses", "read_answer", "unlock_witness", "write_request",
]  # fmt: skip
