# SPDX-License-Identifier: Apache-2.0
"""Tokens that are good once, for a while, in the browser they were made for, and for one purpose.

Handing one out writes nothing, so that nobody fills the database by asking; its use is written,
so that it works no second time. They are the challenges of passkeys and what binds the steps of a
sign-in to each other.
"""

from __future__ import annotations

import base64
import hmac
import secrets
from datetime import datetime, timedelta

from guiju.accounts import guard_store
from guiju.accounts import refusing_entry as refusing
from guiju.kernel import Keyring, digest, from_micros, micros
from guiju.storage import Tx

LASTS = timedelta(minutes=5)
_RANDOM, _TIME, _CODE = 16, 8, 32


def issue(
    keys: Keyring,
    purpose: str,
    binding: str,
    now: datetime,
    said: str = "",
    *,
    lasts: timedelta = LASTS,
) -> bytes:
    """A token for `purpose` in the browser whose forms carry `binding`; `said` comes back."""
    until = micros(now + lasts).to_bytes(_TIME, "big")
    body = secrets.token_bytes(_RANDOM) + until + said.encode()
    return body + _code(keys, purpose, binding, body)


def spend(tx: Tx, purpose: str, binding: str, token: bytes) -> str:
    """What was said when the token was made; it is used up.

    Raises:
        Refused: `sign-in-step-expired`: forged, too old, used before, or another browser's.
    """
    said, until = _read(tx.keys, purpose, binding, tx.now, token)
    if not guard_store.spend(tx, digest(token), until):
        raise refusing.step_expired()
    return said


def look(keys: Keyring, purpose: str, binding: str, now: datetime, token: bytes) -> str:
    """What was said when the token was made, to show it; whether it was used is not asked.

    Raises:
        Refused: `sign-in-step-expired`: forged, too old, or another browser's.
    """
    return _read(keys, purpose, binding, now, token)[0]


def _read(
    keys: Keyring, purpose: str, binding: str, now: datetime, token: bytes
) -> tuple[str, datetime]:
    body, code = token[:-_CODE], token[-_CODE:]
    if len(body) < _RANDOM + _TIME:
        raise refusing.step_expired()
    if not hmac.compare_digest(code, _code(keys, purpose, binding, body)):
        raise refusing.step_expired()
    until = from_micros(int.from_bytes(body[_RANDOM : _RANDOM + _TIME], "big"))
    if now >= until:
        raise refusing.step_expired()
    return body[_RANDOM + _TIME :].decode(), until


def to_text(token: bytes) -> str:
    """The token as forms carry it."""
    return base64.urlsafe_b64encode(token).rstrip(b"=").decode()


def from_text(text: str) -> bytes:
    """The token behind its text; empty for what is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""


def _code(keys: Keyring, purpose: str, binding: str, body: bytes) -> bytes:
    key = keys.service_key("sign-in-nonces")
    message = b"\0".join((purpose.encode(), binding.encode(), body))
    return hmac.digest(key, message, "sha256")
