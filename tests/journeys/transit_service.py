# SPDX-License-Identifier: Apache-2.0
"""A key management service of the tests' own: the part of Vault's transit API that guiju speaks.

A process of its own with real encryption, versions and tokens. It is not Vault: that guiju gets on
with Vault itself is what its API pages say and nobody here has run.
"""

from __future__ import annotations

import base64
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class State:
    """Named keys, each with its versions; and which token is good."""

    def __init__(self, token: str) -> None:
        self.token = token
        self.keys: dict[str, list[bytes]] = {"guiju": [os.urandom(32)]}


class Handler(BaseHTTPRequestHandler):
    """`keys/:name`, `encrypt/:name`, `decrypt/:name` and `keys/:name/rotate`."""

    state: State

    def do_GET(self) -> None:
        self._answer(*self._done({}))

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        self._answer(*self._done(json.loads(self.rfile.read(length) or b"{}")))

    def _done(self, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.headers.get("X-Vault-Token") != self.state.token:
            return 403, {"errors": ["permission denied"]}
        parts = self.path.removeprefix("/v1/transit/").split("/")
        versions = self.state.keys.get(parts[1]) if len(parts) > 1 else None
        if versions is None:
            return 404, {"errors": []}
        if parts[0] == "keys":
            if parts[2:] == ["rotate"]:
                versions.append(os.urandom(32))
            return 200, {"data": {"name": parts[1], "latest_version": len(versions)}}
        bound = base64.b64decode(given.get("associated_data", ""))
        if parts[0] == "encrypt":
            plain, nonce = base64.b64decode(given["plaintext"]), os.urandom(12)
            sealed = nonce + AESGCM(versions[-1]).encrypt(nonce, plain, bound)
            text = f"vault:v{len(versions)}:{base64.b64encode(sealed).decode()}"
            return 200, {"data": {"ciphertext": text, "key_version": len(versions)}}
        _, version, text = given["ciphertext"].split(":")
        sealed = base64.b64decode(text)
        try:
            key = versions[int(version[1:]) - 1]
            plain = AESGCM(key).decrypt(sealed[:12], sealed[12:], bound)
        except (InvalidTag, IndexError):
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(plain).decode()}}

    def _answer(self, status: int, body: dict[str, Any]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: Any) -> None:
        """What is asked is nobody's business."""


if __name__ == "__main__":
    port, token = int(sys.argv[1]), sys.argv[2]
    Handler.state = State(token)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
