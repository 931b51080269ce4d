# SPDX-License-Identifier: Apache-2.0
"""A provider of identities as tests want it: it answers as a real one would, or as an attacker."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey

from guiju.accounts import SessionKind, Visit, openid
from guiju.accounts.openid_asking import Descriptions
from guiju.accounts.openid_model import Identity, Provider
from guiju.kernel import Actor, GuijuError
from guiju.storage import Database

ISSUER = "https://id.example"
HERE = Visit(binding="browser one", address="192.0.2.7")
KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig", "alg": "RS256"})
CURVE = ECKey.generate_key("P-256", {"kid": "k2"})


class World:
    """A provider that answers as a real one would, or as a test wants it to."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.described: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.keys: list[Any] = [KEY.as_dict(private=False), CURVE.as_dict(private=False)]
        self.token: Callable[[dict[str, Any]], str] = signed
        self.claims: dict[str, Any] = {}
        self.nonce = ""
        self.challenge = ""
        self.asked: list[str] = []
        self.sent: Mapping[str, list[str]] = {}
        self.heads: Mapping[str, str] = {}
        self.descriptions = Descriptions(self.answer)

    def answer(self, url: str, body: bytes | None, headers: Mapping[str, str]) -> bytes:
        self.asked.append(url)
        if url.endswith("/keys"):
            return json.dumps({"keys": self.keys}).encode()
        if url.endswith("/token"):
            assert body is not None
            self.sent, self.heads = parse_qs(body.decode()), headers
            verifier = self.sent["code_verifier"][0]
            made = hashlib.sha256(verifier.encode()).digest()
            assert base64.urlsafe_b64encode(made).rstrip(b"=").decode() == self.challenge
            return json.dumps({"id_token": self.token(self.said())}).encode()
        return json.dumps(self.described).encode()

    def said(self) -> dict[str, Any]:
        now = int(self.db.clock.now().timestamp())
        claims = {
            "iss": ISSUER,
            "aud": "guiju",
            "sub": "u-1",
            "exp": now + 300,
            "iat": now,
            "nonce": self.nonce,
            "email": "wanderer@example.org",
        }
        found = claims | self.claims
        return {key: one for key, one in found.items() if one is not None}

    def begin(self, visit: Visit = HERE, **more: str) -> str:
        """Be sent to the provider; the state that it sends back."""
        url = openid.begin(self.db, self.descriptions, "corp", visit, **more)
        return self.answered(url)["state"]

    def answered(self, address: str) -> dict[str, str]:
        """What a browser that was sent to `address`, in a text, comes back with."""
        found = re.search(r"https://id\.example/authorize\?\S+?(?=[\"\s]|$)", unescape(address))
        assert found is not None
        query = parse_qs(urlsplit(found.group()).query)
        assert query["code_challenge_method"] == ["S256"]
        self.nonce, self.challenge = query["nonce"][0], query["code_challenge"][0]
        return {"state": query["state"][0], "code": "c"}

    def finish(
        self, state: str, visit: Visit = HERE, issuer: str = "", code: str = "c"
    ) -> Identity:
        return openid.finish(
            self.db, self.descriptions, visit, state=state, code=code, issuer=issuer
        )[1]

    def refused(self, state: str | None = None, visit: Visit = HERE, **more: str) -> str:
        with pytest.raises(GuijuError) as caught:
            self.finish(self.begin() if state is None else state, visit, **more)
        code = caught.value.code
        return f"{code} {caught.value.param}" if code == "openid-token-refused" else code


def signed(claims: dict[str, Any], key: Any = KEY, **head: Any) -> str:
    return jwt.encode({"alg": "RS256", "kid": "k1", **head}, claims, key)


def put_provider(
    db: Database,
    boss: Actor,
    kind: SessionKind = SessionKind.PERSON,
    secret: str | None = "s3cret",  # noqa: S107 - invented
    issuer: str = ISSUER,
) -> Provider:
    """Let the invented provider vouch, by the name `corp`."""
    with db.write() as tx:
        wanted = Provider("corp", kind, issuer, "guiju", "Corp", boss.id, tx.now, None)
        return openid.set_provider(tx, boss, wanted, secret)
