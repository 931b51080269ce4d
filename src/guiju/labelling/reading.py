# SPDX-License-Identifier: Apache-2.0
"""Reads implicit labels tolerantly: bare or wrapped, misspelt, repeated; says what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal

from guiju.kernel import Invalid, Text
from guiju.labelling.model import AigcLabel, field_names

LARGEST = 64 * 1024
"""More characters than this are no label: nothing is read further."""

_MOST = 16
_KEY = re.compile(r'"?\bAIGC\b"?\s*+[:=]?\s*+(?=\{)', re.IGNORECASE)
_OLD_NAMES = {"ReserveCode1": "ReservedCode1", "ReserveCode2": "ReservedCode2"}

Form = Literal["bare", "wrapped"]


@dataclass(frozen=True, slots=True)
class FoundLabel:
    """A label that was found, in which form, what is wrong with it, and where in a file."""

    label: AigcLabel
    form: Form
    faults: tuple[str, ...]
    place: str = ""


class _Object(list[tuple[str, Any]]):
    """A JSON object as pairs, so that a key that stands twice is seen."""


_decoder = json.JSONDecoder(object_pairs_hook=_Object)


def parse(text: str) -> FoundLabel:
    """The label that `text` is, wrapped in `{"AIGC": ...}` or bare.

    Raises:
        Invalid: `label-unreadable`, when it is no JSON object or too large.
    """
    found = _decoded(text.strip())
    if found is None:
        raise _unreadable()
    inner = next((value for key, value in found if key.upper() == "AIGC"), None)
    if isinstance(inner, _Object):
        return _found(inner, "wrapped")
    if isinstance(inner, str) and (unquoted := _decoded(inner)) is not None:
        return _found(unquoted, "wrapped")
    return _found(found, "bare")


def labels_in(text: str) -> tuple[FoundLabel, ...]:
    """Every label that stands in `text` behind the word AIGC, as far as the sixteenth."""
    found = (_decoded(one) for one in objects_in(text))
    return tuple(_found(one, "bare") for one in found if one is not None)


def objects_in(text: str) -> Iterator[str]:
    """The text from each object behind the word AIGC on, as far as a label may go."""
    for one in islice(_KEY.finditer(text), _MOST):
        yield text[one.end() : one.end() + LARGEST]


def without_objects(text: str) -> str:
    """`text` without every label that stands in it behind the word AIGC."""
    pieces, at = list[str](), 0
    for one in islice(_KEY.finditer(text), _MOST):
        if one.start() < at:
            continue
        try:
            _, size = _decoder.raw_decode(text[one.end() : one.end() + LARGEST])
        except (ValueError, RecursionError):
            continue
        pieces.append(text[at : one.start()])
        at = one.end() + size
    return "".join((*pieces, text[at:]))


def _decoded(text: str) -> _Object | None:
    if len(text) > LARGEST:
        return None
    try:
        value, _ = _decoder.raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, _Object) else None


def _found(pairs: _Object, form: Form) -> FoundLabel:
    names = [_OLD_NAMES.get(name, name) for name, _ in pairs]
    values = [value for _, value in pairs]
    fields: dict[str, str] = {}
    for name, value in zip(names, values, strict=True):
        fields.setdefault(name, value if isinstance(value, str) else _as_text(value))
    label = AigcLabel.from_fields(fields)
    return FoundLabel(label, form, (*_shape_faults(pairs, names), *label.faults))


def _shape_faults(pairs: _Object, names: list[str]) -> Iterator[str]:
    yield from (f"misspelt:{name}" for name, _ in pairs if name in _OLD_NAMES)
    yield from (f"repeated:{name}" for name in dict.fromkeys(names) if names.count(name) > 1)
    yield from (f"not-text:{name}" for name, value in pairs if not isinstance(value, str))
    yield from (f"missing:{name}" for name in field_names() if name not in names)
    yield from (f"unknown:{name}" for name in names if name not in field_names())
    known = [name for name in dict.fromkeys(names) if name in field_names()]
    if known != [name for name in field_names() if name in known]:
        yield "order:fields"


def _as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _unreadable() -> Invalid:
    return Invalid(
        "label-unreadable",
        Text(zh="这不是隐式标识。", en="This is no implicit label."),
        Text(
            zh="应为七个字段的 JSON 对象，可外套 AIGC。",
            en="Give a JSON object with the seven fields, bare or inside AIGC.",
        ),
        article=12,
    )
