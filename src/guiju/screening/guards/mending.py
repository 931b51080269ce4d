# SPDX-License-Identifier: Apache-2.0
"""The one JSON object in what a chat model said: fences and small slips forgiven, nothing guessed.

Forgiven are prose around the object, curly or single quotes, full-width colons and commas, a comma
before a closing bracket, and Python's words for true, false and null. An object that does not end,
a second object, or a key said twice is not: it might have said something else.
"""

from __future__ import annotations

import json
import re
from typing import Any

from guiju.screening.guards.verdict import UnreadableError

_TOKEN = re.compile(
    r"""
    (?P<string>"(?:[^"\\\n]|\\.)*")
    | (?P<quoted>'(?:[^'\\\n]|\\.)*'|“[^“”\n]*”|‘[^‘’\n]*’)
    | (?P<mark>[{}\[\]:,：，])
    | (?P<word>[A-Za-z0-9.+-]+)
    | (?P<space>\s+)
    """,
    re.VERBOSE,
)
_MARKS = {"：": ":", "，": ","}
_WORDS = {"True": "true", "False": "false", "None": "null"}
_DEEPEST = 8


def only_object(said: str) -> dict[str, Any]:
    """The object in `said`.

    Raises:
        UnreadableError: `no-label` when there is none that can be read for sure.
    """
    start = said.find("{")
    if start < 0:
        raise UnreadableError("no-label")
    written, end = _mended(said, start)
    if "{" in said[end:] or "}" in said[end:]:
        raise UnreadableError("contradiction")
    try:
        value = json.loads(written, object_pairs_hook=_once, parse_constant=_no_number)
    except ValueError:
        raise UnreadableError("no-label") from None
    if not isinstance(value, dict):
        raise UnreadableError("no-label")
    return value


def _mended(said: str, start: int) -> tuple[str, int]:
    """The object that begins at `start`, spelt as JSON wants it, and where it ends."""
    tokens: list[str] = []
    depth, at = 0, start
    while match := _TOKEN.match(said, at):
        at = match.end()
        token = _spelt(match)
        if token in {"}", "]"} and tokens[-1] == ",":
            tokens.pop()
        if token:
            tokens.append(token)
        depth += (token in {"{", "["}) - (token in {"}", "]"})
        if depth == 0:
            return "".join(tokens), at
        if depth > _DEEPEST:
            break
    raise UnreadableError("no-label")


def _spelt(match: re.Match[str]) -> str:
    text = match[0]
    if match.lastgroup == "quoted":
        return json.dumps(text[1:-1], ensure_ascii=False)
    if match.lastgroup == "mark":
        return _MARKS.get(text, text)
    if match.lastgroup == "word":
        return _WORDS.get(text, text)
    return text if match.lastgroup == "string" else ""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table: dict[str, Any] = {}
    for key, value in pairs:
        if table.setdefault(key, value) is not value:
            raise UnreadableError("contradiction")
    return table


def _no_number(name: str) -> object:
    raise ValueError(name)
