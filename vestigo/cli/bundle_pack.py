# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bundle pack``: one file for the hand-over, encrypted to whoever receives it."""

from __future__ import annotations

from pathlib import Path

import click

from vestigo.cli.output import emit_json, printable, warn
from vestigo.errors import UsageError
from vestigo.evidence.packing import PackedBundle, Receiver
from vestigo.i18n import _
from vestigo.pipeline.handing_over import bundle_receivers, pack_and_log

PATH = click.Path(path_type=Path)
encrypt_option = click.option(
    "--encrypt-to", "certificates", type=PATH, multiple=True, metavar="CERT",
    help=_("Encrypt to the holder of this certificate (PEM); may be given several times."),
)  # fmt: skip


@click.command("pack", help=_("Write the bundle at BUNDLE into one zip, in clear or encrypted."))
@click.argument("bundle", type=PATH)
@click.option("-o", "--out", type=PATH, help=_("Name of the zip; else BUNDLE.zip."))
@encrypt_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def pack(bundle: Path, out: Path | None, certificates: tuple[Path, ...], as_json: bool) -> None:
    """Pack; a bundle that lies in a case is packed under the eyes of its custody log."""
    bundle = bundle.resolve()
    if not (bundle / "bagit.txt").is_file():
        raise UsageError(
            "E-BUN-001",
            _("There is no bundle at this path."),
            where=str(bundle),
            remedy=_("Give the folder of a bundle."),
        )
    receivers = bundle_receivers(certificates)
    packed, logged = pack_and_log(bundle, out or bundle.with_name(f"{bundle.name}.zip"), receivers)
    if not logged:
        warn(_("The bundle lies in no case: no custody log knows of this copy."))
    show_packed(packed, receivers, as_json)


def show_packed(packed: PackedBundle, receivers: list[Receiver], as_json: bool) -> None:
    """Print what was written and how its receiver opens it."""
    if as_json:
        emit_json(packed_document(packed, receivers))
        return
    for path in packed.paths:
        click.echo(printable(str(path)))
    click.echo(_("SHA-256 of the zip: {digest}").format(digest=packed.zip_sha256))
    for one in receivers:
        text = _("Encrypted to {subject}, certificate SHA-256 {digest}: compare it with them.")
        click.echo(printable(text.format(subject=one.subject, digest=one.sha256)))
    if receivers:
        click.echo(_("They open it with:") + " " + opening(packed))


def packed_document(packed: PackedBundle, receivers: list[Receiver]) -> dict[str, object]:
    """Return what ``--json`` prints."""
    return {
        "files": [str(path) for path in packed.paths],
        "zip_sha256": packed.zip_sha256,
        "zip_bytes": packed.zip_bytes,
        "n_files": packed.n_files,
        "encrypted_to": [
            {"subject": one.subject, "certificate_sha256": one.sha256} for one in receivers
        ],
        "opened_with": opening(packed) if receivers else "",
    }


def opening(packed: PackedBundle) -> str:
    """Return the shell line that opens the parts, with nothing but openssl."""
    stem = packed.paths[0].name.removesuffix(".001.cms")
    command = 'openssl cms -decrypt -inform DER -in "$part" -inkey KEY.pem'
    return f"for part in {stem}.*.cms; do {command}; done > {stem}"
