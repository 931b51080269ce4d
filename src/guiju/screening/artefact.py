# SPDX-License-Identifier: Apache-2.0
"""A compiled lexicon as one block of bytes: compiled once, loaded by every worker (Article 4).

Whoever keeps it seals it. It is read only by the version of the fold and of the views it was made
with: another would miss what it was compiled to find.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import msgspec

from guiju.kernel import Invalid, Text, digest
from guiju.measures import harms
from guiju.screening.compiling import Layers, Made, made
from guiju.screening.entry import Entry
from guiju.screening.fold import fold
from guiju.screening.layer import Layer
from guiju.screening.lexicon import Lexicon
from guiju.screening.model import DIRECTIONS, Direction
from guiju.screening.patterns import Pattern
from guiju.screening.register import Register
from guiju.screening.sights import CONTEXT
from guiju.screening.views import seen

FORMAT = "guiju-lexicon/5"

_MAGIC = FORMAT.encode() + b"\n"
_SIZE = 8
_SECTIONS = 5
_REGISTER = 7
_IDEOGRAPHS = "".join(map(chr, range(0x4E00, 0xA000)))
_FIRST_PLANE = "".join(map(chr, (*range(0xD800), *range(0xE000, 0x10000))))


class Head(msgspec.Struct):
    """What stands before the sections."""

    format: str
    versions: dict[str, str]
    source: str
    on: str | None
    harms: list[str]
    context: int
    layers: list[dict[str, Any]]
    ways: dict[str, list[int]]
    patterns: dict[str, list[int]]
    sizes: list[int]


class Compiled(NamedTuple):
    """A lexicon ready to be searched; immutable, shared by all threads.

    `source` is the digest of its entries, `context` how many characters a stream must remember.
    """

    made: Made
    lexicons: dict[Direction, Lexicon]
    source: str
    on: date | None
    harms: tuple[str, ...]
    context: int

    @property
    def entries(self) -> int:
        """How many entries count in some direction."""
        return len(self.made.register)

    def dump(self) -> bytes:
        """What `load` takes; never more than numbers, texts and automata."""
        layers = _distinct(self.made.layers.values())
        dumped = [one.dump() for one in layers]
        sections = [*self.made.register.dump(), *(part for _, parts in dumped for part in parts)]
        head = Head(
            format=FORMAT,
            versions={view: version(view) for view in {one.view for one in layers} | {"folded"}},
            source=self.source,
            on=None if self.on is None else self.on.isoformat(),
            harms=list(self.harms),
            context=self.context,
            layers=[one for one, _ in dumped],
            ways={
                way: [_at(one, layers) for one in some] for way, some in self.made.layers.items()
            },
            patterns={way: list(some) for way, some in self.made.patterns.items()},
            sizes=list(map(len, sections)),
        )
        written = msgspec.json.encode(head)
        return b"".join((_MAGIC, len(written).to_bytes(_SIZE, "big"), written, *sections))

    @classmethod
    def load(cls, data: bytes) -> Compiled:
        """The lexicon that was dumped.

        Raises:
            Invalid: `lexicon-artefact-unreadable`, `lexicon-artefact-outdated`.
        """
        try:
            head, sections = _opened(data)
            _check(head)
            return _loaded(head, sections)
        except (msgspec.MsgspecError, ValueError, TypeError, IndexError, KeyError) as error:
            raise _unreadable() from error


def compile_entries(entries: Iterable[Entry], *, on: date | None = None) -> Compiled:
    """The lexicon of the entries that count on a day; without a day dates are not asked.

    Raises:
        Invalid: `lexicon-entry-hopeless`, naming the entry by its number, from 1.
    """
    every = list(entries)
    numbers: Sequence[int] = range(1, len(every) + 1)
    if on is not None:
        numbers = [number for number, one in zip(numbers, every, strict=True) if one.counts_on(on)]
        every = [every[number - 1] for number in numbers]
    context = max((_reach(one) for one in every if one.near is not None), default=CONTEXT)
    harms = tuple(sorted({one.harm for one in every}))
    what = made(every, numbers)
    return _compiled(what, digest(b"".join(what.register.dump())), on, harms, context)


@cache
def version(view: str) -> str:
    """The digest of what a view makes of every character that its terms can hold."""
    if view == "folded":
        return digest(fold(_FIRST_PLANE).text.encode("utf-8", "surrogatepass"))
    # A letter and parts side by side: without them a view may not look at all.
    return digest(seen(view, _IDEOGRAPHS + "\na日月").text.encode())


def _compiled(
    what: Made, source: str, on: date | None, harms: tuple[str, ...], context: int
) -> Compiled:
    lexicons: dict[Direction, Lexicon] = {}
    for way in DIRECTIONS:
        terms = ((number, what.register.read(number)) for number in what.patterns[way])
        patterns = [(number, Pattern(read.entry.term)) for number, read in terms]
        lexicons[way] = Lexicon(what.register, what.layers[way], patterns)
    return Compiled(what, lexicons, source, on, harms, context)


def _reach(entry: Entry) -> int:
    """How far before a hit its neighbours may begin."""
    near = entry.near
    longest = 0 if near is None else near.window + max(len(fold(one).text) for one in near.terms)
    return max(CONTEXT, longest)


def _distinct(layers: Iterable[Layers]) -> list[Layer]:
    return list({id(one): one for some in layers for one in some}.values())


def _at(layer: Layer, layers: Sequence[Layer]) -> int:
    return next(at for at, one in enumerate(layers) if one is layer)


def _opened(data: bytes) -> tuple[Head, list[memoryview]]:
    if not data.startswith(_MAGIC):
        raise _unreadable()
    begin = len(_MAGIC) + _SIZE
    size = int.from_bytes(data[len(_MAGIC) : begin], "big")
    view, at = memoryview(data), begin + size
    head = msgspec.json.decode(view[begin:at], type=Head)
    sections = []
    for length in head.sizes:
        sections.append(view[at : at + length])
        at += length
    if at != len(data):
        raise _unreadable()
    return head, sections


def _check(head: Head) -> None:
    if any(version(view) != mark for view, mark in head.versions.items()):
        raise _outdated()
    if not set(head.harms) <= set(harms()):
        raise _outdated()


def _loaded(head: Head, sections: Sequence[memoryview]) -> Compiled:
    register, rest = Register(sections[:_REGISTER]), sections[_REGISTER:]
    layers = [
        Layer.load(one, rest[at * _SECTIONS : (at + 1) * _SECTIONS])
        for at, one in enumerate(head.layers)
    ]
    found = Made(
        register,
        {way: tuple(layers[at] for at in head.ways[way]) for way in DIRECTIONS},
        {way: tuple(head.patterns[way]) for way in DIRECTIONS},
    )
    on = None if head.on is None else date.fromisoformat(head.on)
    return _compiled(found, head.source, on, tuple(head.harms), head.context)


def _unreadable() -> Invalid:
    return Invalid(
        "lexicon-artefact-unreadable",
        Text(zh="编译后的词库不完整或格式不同。", en="The compiled lexicon is damaged or foreign."),
        _AGAIN,
        article=4,
    )


def _outdated() -> Invalid:
    return Invalid(
        "lexicon-artefact-outdated",
        Text(
            zh="编译后的词库出自另一版本的折叠、视图或危害分类。",
            en="The compiled lexicon was made with other folding, views or harms.",
        ),
        _AGAIN,
        article=4,
    )


_AGAIN = Text(zh="请由词条重新编译。", en="Compile it again from its entries.")
