# SPDX-License-Identifier: Apache-2.0
"""The front matter of a Markdown file: so much of YAML as a label needs, and no more (Article 12).

No loader of the whole language: anchors, aliases and tags are not followed, they are said.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from guiju.labelling.containers.model import LARGEST_LABEL, LARGEST_XMP, Found, Unread

PLACE = "front matter"
_BOM = "\ufeff"
_MARK = re.compile(r"---[ \t]*\r?\n")
_END = re.compile(r"^(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_KEY = re.compile(r"""^(?:AIGC|"AIGC"|'AIGC')[ \t]*:(?=[ \t\r\n]|\Z)""", re.MULTILINE)
_NEXT = re.compile(r"^(?=[^ \t\r\n#}\]])", re.MULTILINE)
_PAIR = re.compile(r"""[ \t]+(?:"([^"]*)"|'([^']*)'|([A-Za-z0-9_]+))[ \t]*:[ \t]*(.*?)[ \t]*$""")
_DOUBLE = re.compile(r'"(?:[^"\\]|\\.)*+"(?:[ \t]+#.*)?$')
_SINGLE = re.compile(r"'((?:[^']|'')*+)'(?:[ \t]+#.*)?$")
_DIGITS = 10  # longer ones are numbers of content, written without quotes
_NOT_FOLLOWED = tuple("&*!|>%@`")


class Matter(NamedTuple):
    """Where the front matter of a text stands: from its first line to behind its closing one."""

    start: int
    body: int
    close: int
    end: int


def matter(text: str) -> Matter | None:
    """The front matter, if the text begins with one that is closed."""
    start = len(_BOM) if text.startswith(_BOM) else 0
    opening = _MARK.match(text, start)
    if opening is None:
        return None
    closing = _END.search(text, opening.end(), opening.end() + LARGEST_XMP)
    if closing is None:
        return None
    return Matter(start, opening.end(), closing.start(), closing.end())


def places(text: str, found: Matter) -> Iterator[tuple[int, int, int]]:
    """Each key AIGC of the first level: where it begins, where its value does, and its end."""
    for key in _KEY.finditer(text, found.body, found.close):
        behind = text.find("\n", key.end(), found.close)
        following = None if behind < 0 else _NEXT.search(text, behind + 1, found.close)
        yield key.start(), key.end(), found.close if following is None else following.start()


def labels(text: str) -> Iterator[Found | Unread]:
    """The labels in the front matter of a text."""
    found = matter(text)
    if found is None:
        return
    for _, start, end in places(text, found):
        if end - start > LARGEST_LABEL:
            yield Unread("limit")
        else:
            yield _label(text[start:end].strip())


def _label(value: str) -> Found | Unread:
    """The label that a value is: JSON in one line, JSON as a string, or a row of pairs."""
    if value.startswith("{"):
        return Found(PLACE, value)
    if value.startswith(_NOT_FOLLOWED):
        return Unread("unsupported:YAML")
    if value.startswith(("'", '"')) or (":" not in value and value):
        return Found(PLACE, str(_scalar(value)))
    pairs = [_PAIR.match(f" {line}") for line in value.splitlines() if _says(line)]
    if any(pair is None or pair[4].startswith(_NOT_FOLLOWED) for pair in pairs):
        return Unread("unsupported:YAML")
    return Found(PLACE, "{" + ",".join(_json(pair) for pair in pairs if pair is not None) + "}")


def _says(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _json(pair: re.Match[str]) -> str:
    """One pair of YAML as one of JSON, so that a key that stands twice is still seen."""
    key = next(part for part in pair.groups()[:3] if part is not None)
    return f"{json.dumps(key)}:{json.dumps(_scalar(pair[4]))}"


def _scalar(value: str) -> str | int:
    """A value of one line; a number without quotes is one in YAML too."""
    if _DOUBLE.match(value):
        try:
            return str(json.JSONDecoder(strict=False).raw_decode(value)[0])
        except ValueError:
            return value
    single = _SINGLE.match(value)
    if single is not None:
        return single[1].replace("''", "'")
    plain = value.partition(" #")[0].rstrip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < _DIGITS else plain
