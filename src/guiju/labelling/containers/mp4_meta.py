# SPDX-License-Identifier: Apache-2.0
"""The lists of facts in MP4 and QuickTime, read and made anew (rule carriers.mp4.place).

There are two kinds. In that of QuickTime (handler mdta) facts have numbers and `keys` names them;
there a label belongs. In that of iTunes (mdir) the kind of a box is the name; some vendors put a
label there. Sources: Apple, "QuickTime File Format: Metadata"; TC260-PG-20257A by second hand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guiju.labelling.containers.boxes import HEAD, Box, box, inside
from guiju.labelling.containers.loose import whole
from guiju.labelling.containers.model import LARGEST_LABEL, Found
from guiju.labelling.containers.walking import Budget, StopsError, number, take

KEY = "AIGC"
MDTA = b"mdta"
_FULL = 4  # version and flags
_PARTS = frozenset({b"hdlr", b"keys", b"ilst"})
_UTF_8 = (1).to_bytes(4)
_UTF_16 = (2).to_bytes(4)
_DATA_HEAD = 8  # type and locale
_NAMED = b"----"  # a fact with its name inside
_FREE = frozenset({b"free", b"skip"})


@dataclass(frozen=True, slots=True)
class Item:
    """One fact of a list: what it is called and, as far as it is text, what it says."""

    box: Box
    name: str
    text: str

    @property
    def is_label(self) -> bool:
        """Whether it is, or holds, a label."""
        return self.name.upper() == KEY or any(whole("", self.text, usual=True))


@dataclass(frozen=True, slots=True)
class Meta:
    """A list of facts: the boxes it is made of, its kind, its names, and its facts.

    `skip` counts the bytes before the boxes: QuickTime leaves out version and flags.
    """

    box: Box
    skip: int
    handler: bytes
    parts: tuple[Box, ...]
    names: tuple[str, ...]
    items: tuple[Item, ...]


def meta(data: bytes, one: Box, budget: Budget) -> Meta:
    """The list that this box is; raises StopsError."""
    skip = 0 if data[one.body + 4 : one.body + HEAD] == b"hdlr" else _FULL
    parts = tuple(inside(data, one, budget, skip))
    kinds = {part.kind: part for part in parts if part.kind in _PARTS}
    if len(kinds) != sum(part.kind in _PARTS for part in parts):
        raise StopsError("broken")
    for kind in {b"keys", b"ilst"} & kinds.keys():
        budget.spend(kinds[kind].size)
    handler = take(data, kinds[b"hdlr"].body + HEAD, 4) if b"hdlr" in kinds else b""
    names = tuple(_names(data, kinds[b"keys"], budget)) if b"keys" in kinds else ()
    facts = inside(data, kinds[b"ilst"], budget) if b"ilst" in kinds else ()
    items = tuple(_item(data, fact, names, budget) for fact in facts)
    return Meta(one, skip, handler, parts, names, items)


def labels(where: str, one: Meta) -> Iterator[Found]:
    """The labels in a list that stands at `where`."""
    for item in one.items:
        place = f"{where} {item.name}"
        if item.name.upper() == KEY:
            yield Found(place, item.text, () if one.handler == MDTA else (f"place:{place}",))
        else:
            yield from whole(place, item.text, usual=False)


def new_meta(text: str) -> bytes:
    """A list of the kind mdta with nothing but this label."""
    handler = box(b"hdlr", bytes(HEAD), MDTA, bytes(13))
    return box(b"meta", bytes(_FULL), handler, _keys(b"", 0), box(b"ilst", _fact(1, text)))


def takes_a_label(one: Meta) -> bool:
    """Whether this is a list of the kind mdta that is whole."""
    return one.handler == MDTA and {b"keys", b"ilst"} <= {part.kind for part in one.parts}


def rewritten(data: bytes, one: Meta, text: str | None) -> bytes:
    """The list with `text` as its only label, or with none.

    Names stay, for facts are counted by them, and so does what is neither names nor facts.
    """
    if text is None and not any(item.is_label for item in one.items):
        return data[one.box.start : one.box.end]
    known = next((n for n, name in enumerate(one.names, 1) if name.upper() == KEY), 0)
    fact = b"" if text is None else _fact(known or len(one.names) + 1, text)
    content = [data[one.box.body : one.box.body + one.skip]]
    for part in one.parts:
        if part.kind == b"ilst":
            content.append(box(part.kind, *_facts(data, one, fact)))
        elif part.kind == b"keys" and fact and not known:
            content.append(_keys(data[part.body + HEAD : part.end], len(one.names)))
        else:
            content.append(data[part.start : part.end])
    return box(one.box.kind, *content, data[one.parts[-1].end : one.box.end])


def _facts(data: bytes, one: Meta, fact: bytes) -> Iterator[bytes]:
    """The facts with `fact` in the place of the first label, else behind them."""
    for item in one.items:
        if not item.is_label:
            yield data[item.box.start : item.box.end]
        else:
            yield fact
            fact = b""
    yield fact


def _names(data: bytes, keys: Box, budget: Budget) -> Iterator[str]:
    at = keys.body + HEAD
    for _ in range(number(data, keys.body + _FULL, 4)):
        budget.part()
        size = number(data, at, 4)
        if size < HEAD or at + size > keys.end:
            raise StopsError("broken")
        yield data[at + HEAD : at + size].decode("utf-8", "replace")
        at += size


def _item(data: bytes, one: Box, names: tuple[str, ...], budget: Budget) -> Item:
    """A fact; a number that `keys` does not name is its name then."""
    at = int.from_bytes(one.kind) - 1
    name = names[at] if 0 <= at < len(names) else one.kind.decode("latin-1")
    text = ""
    for part in inside(data, one, budget) if one.kind not in _FREE else ():
        content = data[part.body : min(part.end, part.body + LARGEST_LABEL)]
        if part.kind == b"data" and not text:
            encoding = "utf-16-be" if content[:4] == _UTF_16 else "utf-8"
            text = content[_DATA_HEAD:].decode(encoding, "replace").strip("\0")
        elif part.kind == b"name" and one.kind == _NAMED:
            name = content[_FULL:].decode("utf-8", "replace")
    return Item(one, name, text)


def _keys(old: bytes, count: int) -> bytes:
    """The names, of which there are `count` in `old`, and that of a label."""
    name = box(MDTA, KEY.encode())
    return box(b"keys", bytes(_FULL), (count + 1).to_bytes(4), old, name)


def _fact(name: int, text: str) -> bytes:
    value = _UTF_8 + bytes(4) + text.encode("ascii")
    return box(name.to_bytes(4), box(b"data", value))
