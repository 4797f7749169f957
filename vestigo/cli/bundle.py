# SPDX-License-Identifier: AGPL-3.0-or-later
"""``vestigo bundle``: build the evidence bundle of a case, and verify one."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from vestigo.cli.building import shown_build
from vestigo.cli.bundle_disclose import disclose
from vestigo.cli.bundle_pack import encrypt_option, pack, packed_document, show_packed
from vestigo.cli.case_keys_operator import operator_option, unlocked
from vestigo.cli.output import emit_json, printable, warn
from vestigo.cli.passphrase import passphrase_option
from vestigo.errors import ExitCode
from vestigo.evidence.bundle import BuiltBundle, BundleReport, CaseView, inspect_bundle
from vestigo.evidence.bundle.verification import bytes_to_verify
from vestigo.evidence.bundle.watching import VERIFYING, BuildWatch
from vestigo.evidence.packing import pack_bundle, unpacked
from vestigo.evidence.stranger import verifier_digests
from vestigo.i18n import DOCUMENT_LANGUAGES, _
from vestigo.pipeline.handing_over import bundle_receivers, log_packed
from vestigo.pipeline.sealing import seal_case, view_to_seal
from vestigo.pipeline.session import open_session

PATH = click.Path(path_type=Path)


@click.group(help=_("Build and verify evidence bundles."))
def bundle() -> None:
    """Group of the bundle commands."""


bundle.add_command(pack)


bundle.add_command(disclose)


@bundle.command("build", help=_("Build and seal the bundle of the case at CASE."))
@click.argument("case", type=PATH)
@click.option(
    "--at-checkpoint", type=click.IntRange(min=1), help=_("Use the case as of this custody event.")
)
@click.option(
    "--language", "languages", multiple=True, type=click.Choice(DOCUMENT_LANGUAGES),
    help=_("A language of its sheets and report, in place of the case’s; may be repeated."),
)  # fmt: skip
@passphrase_option
@operator_option
@click.option("--dry-run", is_flag=True, help=_("Say what would be sealed; seal nothing."))
@click.option("--zip", "zipped", is_flag=True, help=_("Write it into one zip as well."))
@encrypt_option
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def build(
    *,  # click hands over each option
    case: Path,
    at_checkpoint: int | None,
    languages: tuple[str, ...],
    from_stdin: bool,
    operator: str,
    dry_run: bool,
    zipped: bool,
    certificates: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Seal the case; the bundle is verified before it gets its name."""
    receivers = bundle_receivers(certificates)
    with open_session(case, write=not dry_run) as session:
        if dry_run:
            view = view_to_seal(session, at_checkpoint or session.custody.head().n_events or 1)
            session.custody.append("access", reason="bundle planned")
            _show_plan(view, as_json)
            return
        keys = unlocked(session, from_stdin, operator)
        with shown_build() as watch:
            built = seal_case(session, keys, at_checkpoint, languages, watch)
        packed = None
        if zipped or receivers:
            target = built.path.with_name(f"{built.path.name}.zip")
            packed = pack_bundle(built.path, target, receivers)
            log_packed(session, built.path.name, packed, receivers)
    if as_json:
        emit_json(
            {name: getattr(built, name) for name in built.__slots__}
            | {"path": str(built.path), "phases": _phases(watch)}
            | ({"packed": packed_document(packed, receivers)} if packed else {})
        )
        return
    _show_built(built)
    if packed:
        show_packed(packed, receivers, as_json=False)


@bundle.command("verify", help=_("Verify the bundle at PATH (a folder or a zip), both layers."))
@click.argument("path", type=PATH)
@click.option("--anchors", type=PATH, help=_("Folder of trust anchors, got from elsewhere."))
@click.option("--case", type=PATH, help=_("Write the result to the custody log of this case."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def verify(path: Path, anchors: Path | None, case: Path | None, as_json: bool) -> int:
    """Verify; a check that fails is an error that names it."""
    report = _inspected(path, anchors)
    failure = report.failure(str(path))
    if case is not None:
        _log_result(case, path, report)
    if as_json:
        emit_json(_document(path, report))
    else:
        for finding in report.findings:
            click.echo(printable(f"{finding.status:<11}  {finding.check:<12}  {finding.detail}"))
    if not report.outside:
        warn(_("No outside anchor was compared: no protection against the holder of the unit key."))
    if failure is not None:
        raise failure
    if report.exit_code == ExitCode.FINDINGS:
        warn(_("Something was NOT CHECKED: this is no confirmation."))
    return report.exit_code


@bundle.command("verifiers", help=_("Print the SHA-256 of the verifiers that this release ships."))
@click.option("--json", "as_json", is_flag=True, help=_("Print one JSON document."))
def verifiers(as_json: bool) -> None:
    """Print the digests that are to be published, in the form of sha256sum."""
    digests = verifier_digests()
    if as_json:
        emit_json(digests)
        return
    for name, digest in digests.items():
        click.echo(f"{digest}  {name}")


def _inspected(path: Path, anchors: Path | None) -> BundleReport:
    with (
        unpacked(path) if path.is_file() else nullcontext(path) as folder,
        shown_build() as watch,
        watch.phase(VERIFYING, bytes_to_verify(folder)),
    ):
        return inspect_bundle(folder, anchors, watch.advance)


def _phases(watch: BuildWatch) -> dict[str, dict[str, str]]:
    """Return the seconds of each phase, by the clock and of processor time."""
    return {
        name: {"seconds": f"{one.seconds:.3f}", "cpu_seconds": f"{one.cpu_seconds:.3f}"}
        for name, one in watch.spent.items()
    }


def _show_built(built: BuiltBundle) -> None:
    click.echo(_("The bundle was built and verified: {path}").format(path=built.path))
    click.echo(
        _("Checkpoint {n}, {files} files, {exhibits} exhibits, statement {digest}").format(
            n=built.checkpoint,
            files=built.n_files,
            exhibits=built.n_exhibits,
            digest=built.statement_sha256,
        )
    )


def _show_plan(view: CaseView, as_json: bool) -> None:
    plan = {
        "checkpoint": view.size,
        "root": view.root.hex(),
        "records": view.n_entries,
        "captures": sum(kind == "capture" for _id, kind in view.entries),
    }
    if as_json:
        emit_json(plan)
        return
    click.echo(
        _(
            "Checkpoint {checkpoint}: {records} records, {captures} captures would be sealed."
        ).format(**plan)
    )


def _log_result(case: Path, path: Path, report: BundleReport) -> None:
    with open_session(case, write=False) as session:
        session.custody.append(
            "verify",
            object_sha256=report.statement_sha256,
            reason="bundle verified" if report.exit_code == 0 else "bundle not confirmed",
            details={
                "bundle": path.resolve().name,
                "exit_code": str(int(report.exit_code)),
                "outside_anchor": "yes" if report.outside else "no",
                **{f.check: f.detail for f in report.findings if f.status != "ok"},
            },
        )


def _document(path: Path, report: BundleReport) -> dict[str, Any]:
    return {
        "bundle": str(path),
        "ok": report.exit_code == ExitCode.DONE,
        "exit_code": int(report.exit_code),
        "outside_anchor": report.outside,
        "statement_sha256": report.statement_sha256,
        "findings": [
            {"status": f.status, "check": f.check, "detail": f.detail} for f in report.findings
        ],
    }
