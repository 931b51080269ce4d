# SPDX-License-Identifier: Apache-2.0
"""The patterns an operator may write, read into a tree: how wide they are, how they may begin.

A part of RE2's syntax that looks at nothing but the characters of the match: no anchors, no
borders, no back-references. It is read here because RE2 does not tell the width of a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from guiju.screening.fold import fold

MOST_DEPTH = 20
MOST_REPEATS = 64

_ESCAPES = {"d": "[0-9]", "w": "[0-9a-z_]", "s": "[ \\t]"}
_SPECIAL = frozenset("\\.+*?()[]{}|^$")
_COUNT = re.compile(r"\{(\d{1,3})(?:(,)(\d{1,3})?)?\}")
_GROUP = re.compile(r"\((?:\?:)?(?!\?)")
_CLASS = re.compile(r"\[\^?\]?(?:[^\]\\\n]|\\.)*\]")
_CLASS_ITEM = re.compile(r"(\\?.)(?:-(\\?[^\]]))?", re.DOTALL)


class UnreadableError(ValueError):
    """The pattern holds something that is not read here; the message says what."""


@dataclass(frozen=True, slots=True)
class One:
    """One character: a literal or a class, written for RE2."""

    written: str


@dataclass(frozen=True, slots=True)
class Row:
    """Parts one after the other."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same several times."""

    part: Node
    least: int
    most: int


Node: TypeAlias = One | Row | Choice | Repeat


def read(pattern: str) -> Node:
    """The tree of `pattern`.

    Raises:
        UnreadableError: for what does not belong to the syntax.
    """
    reader = _Reader(pattern)
    node = reader.choice(0)
    if reader.at < len(pattern):
        raise UnreadableError(pattern[reader.at :][:1])
    return node


def width(node: Node) -> tuple[int, int]:
    """How many characters a match has at least and at most."""
    if isinstance(node, One):
        return 1, 1
    if isinstance(node, Repeat):
        least, most = width(node.part)
        return least * node.least, most * node.most
    widths = [width(part) for part in node.parts]
    if isinstance(node, Row):
        return sum(least for least, _ in widths), sum(most for _, most in widths)
    return min(least for least, _ in widths), max(most for _, most in widths)


def written(node: Node) -> str:
    """The pattern for RE2."""
    if isinstance(node, One):
        return node.written
    if isinstance(node, Row):
        return "".join(map(written, node.parts))
    if isinstance(node, Choice):
        return f"(?:{'|'.join(map(written, node.parts))})"
    return f"(?:{written(node.part)}){{{node.least},{node.most}}}"


def beginnings(node: Node) -> str:
    """A pattern for all that a match can begin with, from nothing up to the whole of it."""
    if isinstance(node, One):
        return f"(?:{node.written})?"
    if isinstance(node, Choice):
        return f"(?:{'|'.join(map(beginnings, node.parts))})"
    if isinstance(node, Repeat):
        before = f"(?:{written(node.part)}){{0,{node.most - 1}}}"
        return f"(?:{before}{beginnings(node.part)})"
    return _row_beginnings(node.parts)


def _row_beginnings(parts: Sequence[Node]) -> str:
    """The beginnings of the first part, or the whole first part and the beginnings of the rest."""
    if len(parts) < 2:  # noqa: PLR2004 - the last one
        return beginnings(parts[0]) if parts else ""
    rest = _row_beginnings(parts[1:])
    return f"(?:{beginnings(parts[0])}|{written(parts[0])}{rest})"


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0

    def choice(self, depth: int) -> Node:
        if depth > MOST_DEPTH:
            raise UnreadableError("(" * MOST_DEPTH)
        parts = [self._row(depth)]
        while self._next("|"):
            parts.append(self._row(depth))
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _row(self, depth: int) -> Node:
        parts: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            parts.append(self._repeated(self._item(depth)))
        return Row(tuple(parts))

    def _item(self, depth: int) -> Node:
        sign = self.pattern[self.at]
        if sign == "(":
            return self._group(depth)
        if sign == "[":
            return self._class()
        if sign == "\\":
            return self._escape()
        if sign in _SPECIAL and sign != ".":
            raise UnreadableError(sign)
        self.at += 1
        return One("[^\\n]") if sign == "." else _literal(sign)

    def _group(self, depth: int) -> Node:
        head = _GROUP.match(self.pattern, self.at)
        if head is None:
            raise UnreadableError(self.pattern[self.at :][:3])
        self.at = head.end()
        node = self.choice(depth + 1)
        if not self._next(")"):
            raise UnreadableError("(")
        return node

    def _class(self) -> Node:
        found = _CLASS.match(self.pattern, self.at)
        if found is None or "[:" in found[0]:
            raise UnreadableError("[")
        self.at = found.end()
        return One(_class_written(found[0]))

    def _escape(self) -> Node:
        sign = self.pattern[self.at + 1 : self.at + 2]
        self.at += 2
        if sign in _ESCAPES:
            return One(_ESCAPES[sign])
        if not sign or (sign.isascii() and sign.isalnum()):
            raise UnreadableError(f"\\{sign}")
        return _literal(sign)

    def _repeated(self, node: Node) -> Node:
        while self.at < len(self.pattern) and self.pattern[self.at] in "?*+{":
            least, most = self._bounds()
            self._next("?")  # lazy or not: the longest match counts
            node = Repeat(node, least, most)
        return node

    def _bounds(self) -> tuple[int, int]:
        if self._next("?"):
            return 0, 1
        count = _COUNT.match(self.pattern, self.at)
        if count is None:
            raise UnreadableError(self.pattern[self.at])
        least = int(count[1])
        most = int(count[3]) if count[3] else least
        if (count[2] and not count[3]) or not least <= most <= MOST_REPEATS or not most:
            raise UnreadableError(count[0])
        self.at = count.end()
        return least, most

    def _next(self, sign: str) -> bool:
        found = self.pattern.startswith(sign, self.at)
        self.at += found
        return found


def _literal(sign: str) -> Node:
    """A character as it stands in folded text: perhaps several, perhaps none."""
    parts = tuple(One(_quoted(one)) for one in fold(sign).text)
    return parts[0] if len(parts) == 1 else Row(parts)


def _quoted(sign: str) -> str:
    return f"\\x{{{ord(sign):x}}}"


def _class_written(found: str) -> str:
    negated = found.startswith("[^")
    items = _CLASS_ITEM.finditer(found[2:-1] if negated else found[1:-1])
    inside = "".join(_range_written(item[1], item[2] or item[1]) for item in items)
    if not inside:
        raise UnreadableError(found)
    # The border between texts stands in no match.
    return f"[^{inside}\\n]" if negated else f"[{inside}]"


def _range_written(first: str, last: str) -> str:
    if first == last and first[:1] == "\\" and first[1:] in _ESCAPES:
        return _ESCAPES[first[1:]][1:-1]
    begin, end = _class_sign(first), _class_sign(last)
    if begin > end:
        raise UnreadableError(f"{first}-{last}")
    return f"{_quoted(begin)}-{_quoted(end)}"


def _class_sign(sign: str) -> str:
    plain = sign[1:] if sign[0] == "\\" else sign
    if sign[0] == "\\" and (not plain or (plain.isascii() and plain.isalnum())):
        raise UnreadableError(sign)
    folded = fold(plain).text
    if plain == "\n" or len(folded) != 1:
        raise UnreadableError(plain)
    return folded
