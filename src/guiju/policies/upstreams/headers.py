# SPDX-License-Identifier: Apache-2.0
"""What an upstream is told with every request besides the question; never a key."""

from __future__ import annotations

import re

from guiju.policies.part import Part
from guiju.policies.upstreams.config import Pairs

MOST_PAIRS = 16
_LONGEST = 200
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
# The gateway's own, and those by which a request could be made into two.
_OURS = frozenset(
    {
        *("host", "connection", "content-length", "content-type", "content-encoding", "expect"),
        *("transfer-encoding", "accept-encoding", "te", "trailer", "upgrade", "keep-alive"),
        *("forwarded", "via", "range", "x-guiju-user"),
    }
)
_SECRET = ("authorization", "key", "token", "secret", "password", "cookie", "credential")
_NO_KEYS = (
    "密钥不写在规则里：用 key 写名称，用 guiju upstream key 密封",
    "keys do not stand in a policy: name one in `key`, and seal it with guiju upstream key",
)


def header_name(part: Part, key: str) -> str:
    """The name of the header that shows the key, in small letters."""
    name = part.matching(key, _NAME).lower()
    _check_ours(part, key, name)
    if name in {"cookie", "set-cookie"}:
        raise part.fault(key, "不能用作密钥的请求头", "cannot be the header of a key")
    return name


def headers(part: Part) -> Pairs:
    """Constant headers by name, in small letters and sorted."""
    return _pairs(part, "headers", lower=True)


def query(part: Part) -> Pairs:
    """Constant parameters of the address, sorted, as Azure's `api-version`."""
    return _pairs(part, "query", lower=False)


def _pairs(part: Part, key: str, *, lower: bool) -> Pairs:
    found: dict[str, str] = {}
    for name, value in part.texts_by_name(key, _NAME, longest=_LONGEST, most=MOST_PAIRS):
        place = f"{key}.{name}"
        if not value.isascii() or not value.isprintable():
            raise part.fault(place, "只能用 ASCII 字符", "must be printable ASCII")
        small = name.lower()
        if any(word in small for word in _SECRET):
            raise part.fault(place, *_NO_KEYS)
        if lower:
            _check_ours(part, place, small)
        said = small if lower else name
        if found.setdefault(said, value) != value:
            raise part.fault(place, "重复", "stands twice")
    return tuple(sorted(found.items()))


def _check_ours(part: Part, place: str, name: str) -> None:
    if name in _OURS or name.startswith(("proxy-", "x-forwarded-")):
        raise part.fault(place, "由网关自己设置", "is set by the gateway itself")
