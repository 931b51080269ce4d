# SPDX-License-Identifier: Apache-2.0
"""Browsers that somebody signed in with before: their guesses are counted apart from everybody's.

So whoever guesses at a name from elsewhere pauses only elsewhere, and the person whose name it is
still enters from their own browser.
"""

from __future__ import annotations

import hmac
import re
import secrets

from guiju.kernel import Keyring

_TOKEN = re.compile(r"[0-9a-f]{24}\.[0-9a-f]{64}")


def token(keys: Keyring, kind: str, folded: str) -> str:
    """What the browser keeps: it says nothing, and is good for this one name."""
    one = secrets.token_hex(12)
    return f"{one}.{_code(keys, kind, folded, one)}"


def known(keys: Keyring, kind: str, folded: str, given: str | None) -> str | None:
    """Which browser of this name it is; None for one that has not signed in by it."""
    if given is None or not _TOKEN.fullmatch(given):
        return None
    one, _, code = given.partition(".")
    return one if hmac.compare_digest(code, _code(keys, kind, folded, one)) else None


def _code(keys: Keyring, kind: str, folded: str, one: str) -> str:
    return keys.blind(f"device-{kind}", f"{one}/{folded}")
