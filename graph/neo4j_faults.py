# SPDX-License-Identifier: AGPL-3.0-or-later
"""The errors of the Neo4j driver as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from graph.faults import query_failed, too_long
from vestigo.errors import ConfigurationError, SourceUnreachable
from vestigo.i18n import _

# a transaction that waits for a lock at its limit is stopped with the second word
TIMED_OUT = ("TransactionTimedOut", "LockClientStopped")
# what a server says that is going down, was just started, or lost its disk in the middle
GOING = ("DatabaseUnavailable", "General.TransactionOutOfMemory", "DatabaseNotFound")


@contextmanager
def server_faults(exceptions: Any, uri: str, seconds: float) -> Iterator[None]:
    """Turn what the driver raises into E-GRA-001, 002, 009 or 010.

    ``exceptions`` is the module ``neo4j.exceptions``; ``seconds`` is the limit of a query.
    """
    try:
        yield
    except exceptions.AuthError as error:
        raise ConfigurationError(
            "E-GRA-002",
            _("The graph server refused the log-in."),
            where=uri,
            remedy=_("Check the user and the password."),
        ) from error
    except (exceptions.ServiceUnavailable, exceptions.SessionExpired, OSError) as error:
        raise unreachable(uri) from error
    except exceptions.Neo4jError as error:
        code = str(error.code)
        if any(word in code for word in TIMED_OUT):
            raise too_long(uri, seconds) from error
        if any(word in code for word in GOING):
            raise unreachable(uri) from error
        raise query_failed(uri, error.message) from error
    except exceptions.DriverError as error:
        raise query_failed(uri, error) from error


def unreachable(uri: str) -> SourceUnreachable:
    """Return E-GRA-001: the server does not answer, or the line broke."""
    return SourceUnreachable(
        "E-GRA-001",
        _("The graph server does not answer."),
        where=uri,
        remedy=_("Check that it runs and that the address is right; then run it again."),
    )
