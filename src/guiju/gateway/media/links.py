# SPDX-License-Identifier: Apache-2.0
"""Addresses under which a labelled file can be fetched for an hour, without a key.

Whoever has the address may fetch, as with other services of this kind; nobody can make one up, as
it is signed, and it says when it ends.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qsl

from guiju.kernel import NotFound, Refused, Text, micros

PATH = "/v1/media/"
SECONDS = 3600
_ID = re.compile(r"[A-Za-z0-9-]{1,80}")
_DIGITS = re.compile(r"[0-9]{1,12}")
_MICRO = 1_000_000


class Links:
    """Signs addresses and checks them; all workers of a service share one key."""

    def __init__(self, key: bytes) -> None:
        """`key` is a secret of the service."""
        self._key = key

    def link(self, base: str, produce_id: str, now: datetime) -> str:
        """The address of a file, good for an hour from `now`."""
        until = micros(now) // _MICRO + SECONDS
        return f"{base}{PATH}{produce_id}?until={until}&signature={self._sign(produce_id, until)}"

    def check(self, path: str, query: str, now: datetime) -> str:
        """The number of the file that this address is for.

        Raises:
            NotFound: `medium-not-found`, for what is no address of ours.
            Refused: `link-invalid`, or `link-expired` (410).
        """
        produce_id, given = path.removeprefix(PATH), dict(parse_qsl(query))
        if not _ID.fullmatch(produce_id):
            raise NotFound("medium-not-found", _NONE, _CHECK)
        until = given.get("until", "")
        if not _DIGITS.fullmatch(until) or not self._is_ours(produce_id, int(until), given):
            raise Refused("link-invalid", _INVALID, _CHECK)
        if int(until) * _MICRO <= micros(now):
            raise Refused("link-expired", _EXPIRED, _AGAIN, status=410)
        return produce_id

    def _is_ours(self, produce_id: str, until: int, given: Mapping[str, str]) -> bool:
        signature = given.get("signature", "").encode("utf-8", "surrogateescape")
        return hmac.compare_digest(signature, self._sign(produce_id, until).encode())

    def _sign(self, produce_id: str, until: int) -> str:
        return hmac.new(self._key, f"{produce_id}.{until}".encode(), hashlib.sha256).hexdigest()


_NONE = Text(zh="没有这个文件。", en="There is no such file.")
_INVALID = Text(zh="链接的签名无效。", en="The signature of this link is not valid.")
_EXPIRED = Text(zh="链接已过期。", en="This link has expired.")
_CHECK = Text(zh="请完整复制链接。", en="Copy the whole link.")
_AGAIN = Text(zh="请重新生成；链接一小时内有效。", en="Generate anew; a link is good for an hour.")
