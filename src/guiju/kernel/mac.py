# SPDX-License-Identifier: Apache-2.0
"""HMAC-SHA-256 (RFC 2104) under a key that is used many times.

`hmac.digest` hashes the key anew for each message, two blocks of its four for a short one, and
looks the hash up by name: more than half of its time. Each recorded answer takes two codes.
"""

from __future__ import annotations

from hashlib import sha256

_BLOCK = 64
_INNER = bytes(one ^ 0x36 for one in range(256))
_OUTER = bytes(one ^ 0x5C for one in range(256))


class Mac:
    """One key, ready to authenticate messages; safe to share between threads."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        """Take a key of any length; one that is longer than a block counts by its hash."""
        short = sha256(key).digest() if len(key) > _BLOCK else key
        block = short.ljust(_BLOCK, b"\0")
        self._inner = sha256(block.translate(_INNER))
        self._outer = sha256(block.translate(_OUTER))

    def digest(self, message: bytes) -> bytes:
        """The 32 bytes of the code over `message`, as `hmac.digest` makes them."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()
