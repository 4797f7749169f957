# SPDX-License-Identifier: AGPL-3.0-or-later
"""Making a copy of a bundle to hand over: the custody log of its case learns of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from vestigo.clock import system_clock
from vestigo.evidence.packing import PackedBundle, Receiver, pack_bundle, receiver
from vestigo.pipeline.session import CaseSession, open_session


def bundle_receivers(certificates: Iterable[Path]) -> list[Receiver]:
    """Return what the certificates say; raises as ``vestigo.evidence.packing.receiver``."""
    now = system_clock()
    return [receiver(path, now) for path in certificates]


def pack_and_log(
    bundle: Path, target: Path, receivers: Sequence[Receiver]
) -> tuple[PackedBundle, bool]:
    """Pack ``bundle`` and, where it lies in a case, log the copy; say whether it was logged.

    Raises as ``pack_bundle``.
    """
    case = bundle.parent.parent
    if bundle.parent.name != "bundles" or not (case / "case.toml").is_file():
        return pack_bundle(bundle, target, receivers), False
    with open_session(case, write=False) as session:
        packed = pack_bundle(bundle, target, receivers)
        log_packed(session, bundle.name, packed, receivers)
    return packed, True


def log_packed(
    session: CaseSession, name: str, packed: PackedBundle, receivers: Sequence[Receiver]
) -> None:
    """Write the event of a packed copy."""
    session.custody.append(
        "copy",
        object_sha256=packed.zip_sha256,
        reason="bundle packed",
        details={
            "bundle": name,
            "files": ", ".join(path.name for path in packed.paths),
            **{f"encrypted_to_{n}": f"{one.subject} {one.sha256}" for n, one in
               enumerate(receivers, 1)},
        },
    )  # fmt: skip
