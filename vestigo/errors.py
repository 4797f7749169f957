# SPDX-License-Identifier: AGPL-3.0-or-later
"""The one root of all errors that a person is meant to read.

An error says *what* happened, *where* (file, exhibit, key, line) and what to
*do*.  Its code is stable: it is documented under ``docs/errors/`` and never
given a second meaning.  The class decides the exit code of the command line.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a process of ours leaves behind for the shell."""

    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    VERIFICATION_FAILED = 3
    FINDINGS = 4
    CONFIGURATION = 5
    AUTHORITY = 6
    UNREACHABLE = 7
    INTERRUPTED = 130


class VestigoError(Exception):
    """An error with a stable code, a place and a remedy.

    ``code`` looks like ``E-EVI-003``; ``what`` is a translated sentence;
    ``where`` names the file, exhibit or key; ``remedy`` says what to do.
    """

    exit_code = ExitCode.UNEXPECTED

    def __init__(self, code: str, what: str, *, where: str = "", remedy: str = "") -> None:
        self.code = code
        self.what = what
        self.where = where
        self.remedy = remedy
        super().__init__(code, what, where, remedy)

    def __str__(self) -> str:
        place = f" [{self.where}]" if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.code}: {self.what}{place}{remedy}"

    def as_dict(self) -> dict[str, str]:
        """Return the error for machine output; the keys never change."""
        return {
            "code": self.code,
            "what": self.what,
            "where": self.where,
            "remedy": self.remedy,
        }


class UsageError(VestigoError):
    """The call is wrong: arguments, a case that is not there, a name in use."""

    exit_code = ExitCode.USAGE


class VerificationError(VestigoError):
    """Something that was to be verified does not verify."""

    exit_code = ExitCode.VERIFICATION_FAILED


class InputError(VestigoError):
    """An input cannot be understood; the rest of the work may still stand."""

    exit_code = ExitCode.FINDINGS


class ConfigurationError(VestigoError):
    """A configuration file or the installation is wrong."""

    exit_code = ExitCode.CONFIGURATION


class AuthorityError(VestigoError):
    """No authorization, an expired one, or one that does not cover the act."""

    exit_code = ExitCode.AUTHORITY


class SourceUnreachable(VestigoError):  # noqa: N818 (reads as the state it is)
    """A host, service or device does not answer."""

    exit_code = ExitCode.UNREACHABLE
