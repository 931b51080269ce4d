# SPDX-License-Identifier: Apache-2.0
"""Who verifies: a bridge of the operator's over HTTP, or the local provider that verifies nothing.

Text messages, electronic identity documents, the national service and the register of organisations
each have their own contract and protocol. A bridge speaks those, and has two addresses for us
(docs/security.md). What somebody gives goes through us to the bridge and is kept nowhere.
"""

from __future__ import annotations

import hmac
import json
import re
import secrets
from collections.abc import Mapping
from typing import Any

from guiju.accounts import verifying_refusing as refusing
from guiju.accounts.openid_asking import Ask, ask, check_url
from guiju.accounts.verifying_model import (
    AGES,
    Asserted,
    Proof,
    Started,
    Verifier,
    Verifiers,
)
from guiju.kernel import GuijuError, Keyring, Text

DEVELOPMENT = "development"
_LONGEST = 200
_DIGITS = 6
_WORD = re.compile(r"[A-Za-z0-9._:-]{1,200}")


class Bridge:
    """A service of the operator's: POST `/start` and `/finish`, JSON both ways."""

    development = False

    def __init__(self, name: str, url: str, secret: str, how: Ask = ask) -> None:
        """Asked at `url` with `secret` as its bearer token; raises Invalid for no address."""
        check_url("verifiers", url)
        if name == DEVELOPMENT:
            raise refusing.bad_verifiers(name)
        self.name = name
        self._url = url.rstrip("/")
        self._secret = secret
        self._ask = how

    def start(self, proof: Proof, given: str) -> Started:
        """`{"proof", "given"}` is answered by `{"ticket", "prompt": {"zh", "en"}}`."""
        said = self._asked("start", {"proof": proof.value, "given": given})
        if said.get("refused"):
            raise refusing.given_refused()
        prompt = said.get("prompt")
        words = prompt if isinstance(prompt, dict) else {}
        zh, en = words.get("zh"), words.get("en")
        if not isinstance(zh, str) or not isinstance(en, str) or len(zh + en) > 2 * _LONGEST:
            raise refusing.verifier_away()
        return Started(_word(said.get("ticket")), Text(zh=zh, en=en))

    def finish(self, proof: Proof, ticket: str, answer: str) -> Asserted | None:
        """`{"proof", "ticket", "answer"}` is answered by `{"assertion"}`, or by null for wrong.

        `"age"` beside it is one of `AGES`; left out, the provider tells none.
        """
        said = self._asked("finish", {"proof": proof.value, "ticket": ticket, "answer": answer})
        found, age = said.get("assertion"), said.get("age")
        if age is not None and age not in AGES:
            raise refusing.verifier_away()
        return None if found is None else Asserted(_word(found), age)

    def _asked(self, what: str, body: Mapping[str, str]) -> Mapping[str, Any]:
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            "authorization": f"Bearer {self._secret}",
        }
        try:
            said = json.loads(self._ask(f"{self._url}/{what}", json.dumps(body).encode(), headers))
        except (GuijuError, ValueError, RecursionError) as error:
            raise refusing.verifier_away() from error
        if not isinstance(said, dict):
            raise refusing.verifier_away()
        return said


class LocalVerifier:
    """For development: it shows the answer that it wants, and says so on every page and record."""

    name = DEVELOPMENT
    development = True

    def __init__(self, keys: Keyring) -> None:
        """Answers are derived from a key of this service, so that nothing is stored."""
        self._key = keys.service_key("development-verifier")

    def start(self, proof: Proof, given: str) -> Started:
        """Any number will do, and none is sent anywhere; a band of age after it is asserted."""
        if not given.strip():
            raise refusing.given_refused()
        said = given.rsplit(maxsplit=1)[-1]
        ticket = f"{secrets.token_hex(12)}/{said if said in AGES else ''}"
        code = self._code(proof, ticket)
        return Started(
            ticket,
            Text(
                zh=f"这是开发用的核验提供方：没有发送任何消息，也没有核验任何人。请输入 {code}。",
                en="This is the development provider: nothing was sent, and nobody is verified. "
                f"Type {code}.",
            ),
        )

    def finish(self, proof: Proof, ticket: str, answer: str) -> Asserted | None:
        """The number it made up, when the answer is the one it showed."""
        right = hmac.compare_digest(answer.strip().encode(), self._code(proof, ticket).encode())
        number, _, age = ticket.partition("/")
        return Asserted(f"dev-{number}", age or None) if right else None

    def _code(self, proof: Proof, ticket: str) -> str:
        code = hmac.digest(self._key, f"{proof.value}/{ticket}".encode(), "sha256")
        return f"{int.from_bytes(code[:8], 'big') % 10**_DIGITS:0{_DIGITS}}"


def verifiers_of(said: str, secret: str, keys: Keyring, *, development: bool) -> Verifiers:
    """Who verifies what, from settings: `sms=https://... eid=https://...`.

    `development` fills what nobody else verifies; without it the local provider does not exist.

    Raises:
        Invalid: `verifiers-invalid` or `openid-invalid`.
    """
    found: dict[Proof, Verifier] = {}
    for one in said.split():
        name, _, url = one.partition("=")
        try:
            proof = Proof(name)
        except ValueError as error:
            raise refusing.bad_verifiers(name) from error
        if not secret:
            raise refusing.no_secret()
        found[proof] = Bridge(f"bridge:{name}", url, secret)
    if development:
        local = LocalVerifier(keys)
        found = {one: found.get(one, local) for one in Proof}
    return found


def _word(given: object) -> str:
    if not isinstance(given, str) or not _WORD.fullmatch(given):
        raise refusing.verifier_away()
    return given
