# SPDX-License-Identifier: Apache-2.0
"""One byte form for one value, so that a digest means the value and nothing else.

JSON as in RFC 8785 for the values we allow: no floating point numbers (their text differs between
languages), keys in ASCII, sorted. `canonical(parse(b)) == b` for every `b` that `canonical` made.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_STRING = frozenset({str})
# A Raw stands for bytes that `canonical` has made before: nobody else may make one.
_PLAIN = frozenset({str, int, bool, type(None), msgspec.Raw})
_encoder = msgspec.json.Encoder(order="deterministic")


def canonical(value: Any) -> bytes:
    """The canonical JSON bytes of `value`; raises TypeError for a float or a non-string key."""
    _refuse_others(value)
    return _encoder.encode(value)


def part(made: bytes) -> msgspec.Raw:
    """Bytes of `canonical`, to stand within another value without being made again."""
    return msgspec.Raw(made)


def parse(data: bytes) -> Any:
    """The value behind canonical bytes; raises ValueError when they are not JSON."""
    return msgspec.json.decode(data)


def digest(data: bytes) -> str:
    """SHA-256 of `data`, 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def _refuse_others(value: Any) -> None:
    """Raise TypeError for anything but JSON's own values without fractions; runs on every leaf."""
    kind = type(value)
    if kind is dict:
        if not _STRING.issuperset(map(type, value)):
            key = next(key for key in value if type(key) is not str)
            raise TypeError(f"canonical JSON has string keys only, not {key!r}")
        inner = value.values()
    elif kind is list or kind is tuple:
        inner = value
    else:
        inner = (value,)
    # Mostly all are plain, and then one look at their kinds, without a loop of ours, is enough.
    if _PLAIN.issuperset(map(type, inner)):
        return
    for item in inner:
        kind = type(item)
        if kind is dict or kind is list or kind is tuple:
            _refuse_others(item)
        elif kind not in _PLAIN:
            raise TypeError(f"canonical JSON holds no {kind.__name__}: {item!r}")
