# SPDX-License-Identifier: AGPL-3.0-or-later
"""The visitor's session: small signed counters in one cookie, nothing on the server.

Value: ``<stage>.<waited>.<tries>.<asked>.<signature>``.  Whoever sends an old cookie
again gets the old answer again: a market that remembered its visitors would not be the
same twice.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

_MOST = 10**9
_SIGNATURE = 24


@dataclass(frozen=True, slots=True)
class Session:
    """How far a visitor has come.

    ``stage`` is ``queue`` (waiting), ``door`` (in front of the log-in) or ``inside``;
    ``n_waited`` counts looks at the queue, ``n_tries`` captchas and log-ins that were
    tried, ``n_asked`` requests since the log-in.
    """

    stage: str = "queue"
    n_waited: int = 0
    n_tries: int = 0
    n_asked: int = 0


class Signer:
    """Writes and reads sessions of one market; nobody else can write them."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(f"vestigo.range.session/{secret}".encode()).digest()

    def seal(self, session: Session) -> str:
        """Return the cookie value of ``session``."""
        counters = (session.n_waited, session.n_tries, session.n_asked)
        text = ".".join([session.stage, *(str(min(one, _MOST)) for one in counters)])
        return f"{text}.{self.sign(text)}"

    def open(self, value: str) -> Session:
        """Return the session of a cookie value; a new one where it is not of ours."""
        text, _dot, signature = value.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self.sign(text).encode()):
            return Session()
        stage, *counters = text.split(".")
        return Session(stage, *(int(one) for one in counters))

    def sign(self, text: str) -> str:
        """Return the signature of a text that only this market can have written."""
        digest = hmac.new(self._key, text.encode("utf-8", "replace"), hashlib.sha256)
        return digest.hexdigest()[:_SIGNATURE]
