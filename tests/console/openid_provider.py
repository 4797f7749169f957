# SPDX-License-Identifier: AGPL-3.0-or-later
"""An OpenID provider over real HTTP on loopback, which a test can have say wrong things.

It keeps codes, PKCE challenges and keys as a real one does, and refuses what a real one refuses.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
from dataclasses import dataclass, field
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT = "vestigo-console"


@dataclass
class OpenIdProvider:
    """What a test sets: who signs in with which groups, and what is twisted on the way."""

    clock: object
    subject: str = "1f3a-77"
    groups: object = field(default_factory=lambda: ["case-prosecutors"])
    secret: str = ""
    claims: dict = field(default_factory=dict)  # laid over the right ones; None takes one away
    header: dict = field(default_factory=dict)
    described: dict = field(default_factory=dict)
    told: dict = field(default_factory=dict)  # laid over what the browser brings back
    sign: object = None
    asks: bool = False  # shows a page with a button in the place of sending on at once
    seen: list = field(default_factory=list)

    def __post_init__(self):
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.kid = "key-1"
        self.codes = {}
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.issuer = f"http://127.0.0.1:{self.server.server_port}/realm"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reset(self):
        """Say the right things again."""
        self.subject, self.groups, self.sign, self.asks = (
            "1f3a-77",
            ["case-prosecutors"],
            None,
            False,
        )
        self.claims, self.header, self.described, self.told, self.seen = {}, {}, {}, {}, []

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def jwks(self):
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def description(self):
        paths = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "keys",
        }
        return {"issuer": self.issuer, **{k: f"{self.issuer}/{p}" for k, p in paths.items()},
                **self.described}  # fmt: skip

    def authorize(self, query):
        """Return where the browser is sent back to, with a code."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert query["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer, **self.told}
        kept = {name: value for name, value in back.items() if value is not None}
        return f"{query['redirect_uri']}?{urlencode(kept)}"

    def token(self, form, authorization):
        """Return status and answer of the token endpoint."""
        query = self.codes.pop(form.get("code"), None)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        wanted = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        pair = base64.b64encode(f"{CLIENT}:{self.secret}".encode()).decode()
        if (query is None or query["code_challenge"] != wanted
                or form.get("redirect_uri") != query["redirect_uri"]
                or (self.secret and authorization != f"Basic {pair}")):  # fmt: skip
            return 400, {"error": "invalid_grant"}
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": self.subject, "nonce": query["nonce"],
                  "iat": now, "exp": now + 300, "auth_time": now, "groups": self.groups,
                  **self.claims}  # fmt: skip
        kept = {name: value for name, value in claims.items() if value is not None}
        header = {"kid": self.kid, **self.header}
        if self.sign is not None:
            return 200, {"id_token": self.sign(kept, header)}
        return 200, {"id_token": jwt.encode(kept, self.key, "RS256", headers=header)}


def _handler(provider):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            parts = urlsplit(self.path)
            query = {k: v[0] for k, v in parse_qs(parts.query).items()}
            provider.seen.append(("GET", parts.path, query))
            if parts.path == "/realm/.well-known/openid-configuration":
                self._json(200, provider.description())
            elif parts.path == "/realm/keys":
                self._json(200, provider.jwks())
            elif parts.path == "/realm/authorize":
                self._authorize(query)
            else:
                self._json(404, {})

        def do_POST(self):
            length = int(self.headers.get("Content-Length", 0))
            form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
            provider.seen.append(("POST", self.path, form))
            self._json(*provider.token(form, self.headers.get("Authorization", "")))

        def _authorize(self, query):
            where = provider.authorize(query)
            self.send_response(200 if provider.asks else 302)
            if not provider.asks:
                self.send_header("Location", where)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(
                f"<a id=go href='{escape(where)}'>I am {provider.subject}</a>".encode()
            )

        def _json(self, status, document):
            content = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_args):
            """Stay silent."""

    return Handler
