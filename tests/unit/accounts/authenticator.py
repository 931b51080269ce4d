# SPDX-License-Identifier: Apache-2.0
"""An authenticator in software: makes passkeys and signs, also in ways that it must not."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import struct
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """One passkey of one site, with a counter that only goes up unless a test says otherwise."""

    def __init__(self, origin: str = "http://localhost:8080") -> None:
        self.origin = origin
        self.handle = secrets.token_bytes(24)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0
        self.user = b""

    def make(self, options: dict[str, Any], **odd: Any) -> str:
        """What a browser hands back from `navigator.credentials.create`."""
        self.user = _bytes(options["user"]["id"])
        point = self.key.public_key().public_numbers()
        cose = {
            1: 2,
            3: -7,
            -1: 1,
            -2: point.x.to_bytes(32, "big"),
            -3: point.y.to_bytes(32, "big"),
        }
        made = struct.pack(">16sH", bytes(16), len(self.handle)) + self.handle + cbor2.dumps(cose)
        data = self._data(odd.get("domain", options["rp"]["id"]), odd, ATTESTED) + made
        attested = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"], odd)
        return self._told({"clientDataJSON": client, "attestationObject": attested})

    def sign(self, options: dict[str, Any], **odd: Any) -> str:
        """What a browser hands back from `navigator.credentials.get`."""
        self.count = odd.get("count", self.count + 1)
        data = self._data(odd.get("domain", options["rpId"]), odd)
        client = self._client(odd.get("kind", "webauthn.get"), options["challenge"], odd)
        signed = data + hashlib.sha256(client).digest()
        signature = odd.get("key", self.key).sign(signed, ec.ECDSA(hashes.SHA256()))
        return self._told(
            {
                "clientDataJSON": client,
                "authenticatorData": data,
                "signature": signature,
                "userHandle": odd.get("user", self.user),
            }
        )

    def _data(self, domain: str, odd: dict[str, Any], more: int = 0) -> bytes:
        flags = odd.get("flags", PRESENT | VERIFIED) | more
        return hashlib.sha256(domain.encode()).digest() + struct.pack(">BI", flags, self.count)

    def _client(self, kind: str, challenge: str, odd: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": challenge, "origin": odd.get("origin", self.origin)}
        return json.dumps(said | odd.get("client", {})).encode()

    def _told(self, response: dict[str, bytes]) -> str:
        name = _text(self.handle)
        parts = {key: _text(one) for key, one in response.items()}
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": parts})


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
