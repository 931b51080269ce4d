# SPDX-License-Identifier: Apache-2.0
"""Lists in JSON: a list of words, a list of objects, or categories with their words; and JSONL."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from guiju.kernel import Text
from guiju.screening.importing.columns import role_of
from guiju.screening.importing.model import Line, Source, unreadable

MOST_BYTES = 256 * 2**20
_DEEPEST = 6
_SHAPE = Text(
    zh='应为 ["词"]、[{"term": "词"}] 或 {"类别": ["词"]}。',
    en='Give ["word"], [{"term": "word"}] or {"category": ["word"]}.',
)
_NO_OBJECT = Text(zh="不是一个 JSON 对象", en="it is no JSON object")
_NO_WORD = Text(zh="既不是词也不是对象", en="it is neither a word nor an object")


class Item(NamedTuple):
    """One member of a list: its number, what it says, and the category it stands under."""

    number: int
    value: Mapping[str, Any] | str
    category: str = ""
    fault: Text | None = None


def items_of_lines(lines: Iterator[Line]) -> Iterator[Item]:
    """One object a line."""
    for line in lines:
        if line.fault is not None or not line.text.strip():
            yield Item(line.number, "", fault=line.fault)
            continue
        try:
            value = msgspec.json.decode(line.text)
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            value = None
        sound = isinstance(value, dict)
        yield Item(line.number, value if sound else "", fault=None if sound else _NO_OBJECT)


def items_of_document(source: Source, encoding: str) -> Iterator[Item]:
    """The members of the one document in the file, numbered as they come.

    Raises:
        Invalid: `lexicon-unreadable`, when it is no JSON, too large, or of another shape.
    """
    value = _document(source, encoding)
    if not isinstance(value, list | dict):
        raise unreadable(source.name, "不是词表", "is no list of words", _SHAPE)
    for number, (one, category) in enumerate(_members(value, "", 0), start=1):
        sound = isinstance(one, str | dict)
        yield Item(number, one if sound else "", category, None if sound else _NO_WORD)


def _document(source: Source, encoding: str) -> Any:
    source.data.seek(0)
    data = source.data.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        remedy = Text(zh="请改用每行一个对象的 JSONL。", en="Use JSONL, one object a line.")
        raise unreadable(source.name, "过大", "is too large for one document", remedy)
    try:
        return msgspec.json.decode(data.decode(encoding))
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        said = str(error)[:120]
        raise unreadable(
            source.name, f"不是 JSON（{said}）", f"is not JSON ({said})", _SHAPE
        ) from error


def _members(value: Any, category: str, depth: int) -> Iterator[tuple[Any, str]]:
    """Words and objects, each under the name of the nearest category."""
    if depth > _DEEPEST:
        yield None, category
    elif isinstance(value, list):
        for one in value:
            yield from _members(one, category, depth + 1)
    elif isinstance(value, dict) and holds_categories(value):
        for name, held in value.items():
            # What stands beside the lists says something about them, such as their date.
            if isinstance(held, list | dict):
                yield from _members(held, category if role_of(name) else str(name), depth + 1)
            else:
                yield {}, category
    else:
        yield value, category


def holds_categories(value: dict[str, Any]) -> bool:
    """An object that holds lists or objects under its names, and no word of its own."""
    if any(role_of(name) == "term" and isinstance(one, str) for name, one in value.items()):
        return False
    return any(isinstance(one, list | dict) for one in value.values())
