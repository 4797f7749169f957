# SPDX-License-Identifier: AGPL-3.0-or-later
"""Faults from below that a person can be told what to do about: a disk, a right, a nested text."""

from __future__ import annotations

from vestigo.errors import SourceUnreachable, UsageError, VestigoError
from vestigo.i18n import _
from vestigo.store.full_disk import disk_is_full, full_disk
from vestigo.store.refused_access import access_is_refused, refused_access


def familiar(error: BaseException) -> VestigoError | None:
    """Return what to tell of ``error``, None where nothing is known of it.

    A page names no place on the machine, so none is named here.
    """
    if disk_is_full(error):
        return _of_the_case(
            full_disk(),
            _("Have room made on the disk of the case for a megabyte or more (nothing of the case "
              "is to be deleted)."),
        )  # fmt: skip
    if access_is_refused(error):
        return _of_the_case(
            refused_access(error),
            _("Have the rights of the case folder, or of its disk, put right where the console "
              "runs."),
        )  # fmt: skip
    return None


def nested_too_deep() -> UsageError:
    """Return the refusal of a request that no page sends, as E-CON-020."""
    return UsageError(
        "E-CON-020", _("The request was not understood."), remedy=_("Load the page again.")
    )


def _of_the_case(found: SourceUnreachable, remedy: str) -> SourceUnreachable:
    after = _(
        "Each look and each act is logged first, so nothing is shown now. Then look whether it "
        "was done before you do it again."
    )
    found.where, found.remedy = "", f"{remedy} {after}"
    return found
