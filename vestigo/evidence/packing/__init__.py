# SPDX-License-Identifier: AGPL-3.0-or-later
"""A bundle as one file: a zip, open or encrypted to the receiver, and the way back."""

from vestigo.evidence.packing.encrypting import Receiver, encrypt_to, receiver
from vestigo.evidence.packing.packed import PackedBundle, pack_bundle
from vestigo.evidence.packing.unzipping import unpacked
from vestigo.evidence.packing.zipping import write_zip

__all__ = [
    "PackedBundle", "Receiver", "encrypt_to", "pack_bundle", "receiver", "unpacked", "write_zip",
]  # fmt: skip
