# SPDX-License-Identifier: Apache-2.0
"""One byte form for one value, so that a digest means the value and nothing else.

JSON as in RFC 8785 for the values we allow: no floating point numbers (their text differs between
languages), keys in ASCII, sorted. `canonical(parse(b)) == b` for every `b` that `canonical` made.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import cache
from itertools import chain, starmap
from typing import Any

import msgspec
from msgspec import inspect

_STRING = frozenset({str})
# A Raw stands for bytes that `canonical` has made before: nobody else may make one.
_PLAIN = frozenset({str, int, bool, type(None), msgspec.Raw})
# These, and the kinds of statements that were found to hold nothing else.
_sound: set[object] = set(_PLAIN)
_DECLARED = (inspect.StrType, inspect.IntType, inspect.BoolType, inspect.NoneType)
_encoder = msgspec.json.Encoder(order="sorted")
_as_given = msgspec.json.Encoder()


class Statement(msgspec.Struct, frozen=True):
    """A value with named parts whose declared types say that canonical bytes can hold it.

    Where thousands are made a second: nobody needs to look at each part of each of them, since a
    class with a part that may be a fraction is refused as a whole.
    """


def canonical(value: Any) -> bytes:
    """The canonical JSON bytes of `value`; raises TypeError for a float or a non-string key."""
    # Text and the kinds of statements that were found sound need no look at what is in them.
    if type(value) not in _sound:
        _refuse_others(value)
    return _encoder.encode(value)


class RowForm:
    """How mappings of the same names are written: `canonical`, for who makes thousands a second."""

    __slots__ = ("_make", "_names")

    def __init__(self, names: Sequence[str]) -> None:
        """Of these names, which are sorted already."""
        self._names = tuple(names)
        fields = [f"at{place}" for place in range(len(names))]
        renamed = dict(zip(fields, names, strict=True))
        self._make: Callable[..., msgspec.Struct] = msgspec.defstruct(
            "Row", fields, rename=renamed, gc=False
        )

    def written(self, values: Sequence[Any]) -> bytes:
        """`canonical` of the mapping with these values, in the order of the names."""
        if _PLAIN.issuperset(map(type, values)):
            return _as_given.encode(self._make(*values))
        return canonical(dict(zip(self._names, values, strict=True)))

    def written_all(self, rows: Sequence[Sequence[Any]]) -> list[bytes]:
        """`written` of each of these."""
        if _PLAIN.issuperset(map(type, chain.from_iterable(rows))):
            return [_as_given.encode(one) for one in starmap(self._make, rows)]
        return list(map(self.written, rows))


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
    if _sound.issuperset(map(type, inner)):
        return
    for item in inner:
        kind = type(item)
        if kind is dict or kind is list or kind is tuple:
            _refuse_others(item)
        elif kind not in _sound:
            if not issubclass(kind, Statement):
                raise TypeError(f"canonical JSON holds no {kind.__name__}: {item!r}")
            if not _holds(kind):
                raise TypeError(f"canonical JSON cannot hold every {kind.__name__}")
            _sound.add(kind)


@cache
def _holds(kind: type[Statement]) -> bool:
    """Whether all that a statement of this kind can hold is text, whole numbers, yes and no."""
    told = inspect.type_info(kind)
    fields = told.fields if isinstance(told, inspect.StructType) else ()
    return all(_fits(one.type) for one in fields)


def _fits(declared: inspect.Type) -> bool:
    if isinstance(declared, inspect.UnionType):
        return all(map(_fits, declared.types))
    if isinstance(declared, inspect.StructType):
        return issubclass(declared.cls, Statement) and _holds(declared.cls)
    return isinstance(declared, _DECLARED)
