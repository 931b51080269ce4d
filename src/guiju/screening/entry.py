# SPDX-License-Identifier: Apache-2.0
"""One entry of an operator's lexicon: read strictly, written in its shortest form (Article 4)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from guiju.kernel import Text
from guiju.measures import harms
from guiju.screening.entry_table import Table, holds_halves
from guiju.screening.fold import BORDER, fold
from guiju.screening.model import DIRECTIONS, Direction, Outcome
from guiju.screening.patterns import unusable
from guiju.screening.sights import findable

Kind = Literal["term", "all", "regex"]
KINDS: Mapping[str, Kind] = {"term": "term", "all": "all", "regex": "regex"}
VIEW_NAMES = ("folded", "squeezed", "homophone", "pinyin", "split")
WINDOW = 30
"""How many folded characters may stand between what must stand near each other."""
LONGEST_WINDOW = 100
LONGEST_TERM = 200
EVERYWHERE = frozenset(DIRECTIONS)
LONGEST_EXCEPTION = 32
"""A stream keeps no more than this of what it let go, and must still see an exception in whole."""
MOST_PARTS = 8

_SHORTEST = 2
_SHORTEST_ASCII = 3
_ACTIONS = tuple(one.value for one in Outcome if one is not Outcome.PASS)
_KEYS = (
    *("term", "harm", "action", "level", "scope", "kind", "views", "whole_word", "near", "except"),
    *("from", "to", "note", "source", "licence", "id"),
)


@dataclass(frozen=True, slots=True)
class Near:
    """A hit counts only if one of `terms` stands within `window` folded characters of it."""

    terms: tuple[str, ...]
    window: int = WINDOW


@dataclass(frozen=True, slots=True)
class Entry:
    """One term and what is to be done where it stands.

    No `views` means the usual ones; `whole_word` None means that a term of ASCII characters is
    one. `kind` "all" wants the parts of "a+b" near each other, "regex" is a pattern for RE2. A hit
    inside one of the phrases `except_` is none. `from_` and `to` are the first and last day.
    """

    term: str
    harm: str
    action: Outcome
    scope: frozenset[Direction] = EVERYWHERE
    level: int = 1
    note: str = ""
    kind: Kind = "term"
    views: tuple[str, ...] = ()
    whole_word: bool | None = None
    near: Near | None = None
    except_: tuple[str, ...] = ()
    from_: date | None = None
    to: date | None = None
    source: str = ""
    licence: str = ""
    id: str = ""

    @property
    def parts(self) -> tuple[str, ...]:
        """The terms that must all be found: one, unless it is a combination."""
        if self.kind != "all":
            return (self.term,)
        return tuple(part.strip() for part in self.term.split("+"))

    def counts_on(self, day: date | None) -> bool:
        """Whether it counts on `day`; without a day its dates are not asked."""
        if day is None:
            return True
        begun = self.from_ is None or self.from_ <= day
        return begun and (self.to is None or day <= self.to)


def read_entry(mapping: object, where: Text | str) -> Entry:
    """The entry written in `mapping`, which stands at `where`.

    Raises:
        Invalid: `lexicon-entry-broken`, with the place, the key, and what was expected.
    """
    table = Table(where, mapping)
    table.knows_only(_KEYS)
    return Entry(
        term=table.text("term"),
        harm=table.word("harm", harms()),
        action=Outcome(table.word("action", _ACTIONS)),
        scope=_scope(table),
        level=table.number("level", 1),
        note=table.text("note", ""),
        kind=KINDS[table.word("kind", KINDS, "term")],
        views=_views(table),
        whole_word=table.choice("whole_word"),
        near=_near(table.inner("near")) if table.has("near") else None,
        except_=table.words("except"),
        from_=table.day("from"),
        to=table.day("to"),
        source=table.text("source", ""),
        licence=table.text("licence", ""),
        id=table.text("id", ""),
    )


def write_entry(entry: Entry) -> dict[str, Any]:
    """What `read_entry` reads back as the same entry; what is usual is left out."""
    near, usual = entry.near, entry.scope == EVERYWHERE
    table: dict[str, Any] = {
        "term": entry.term,
        "harm": entry.harm,
        "action": entry.action.value,
        "level": entry.level if entry.level != 1 else None,
        "scope": None if usual else [one for one in DIRECTIONS if one in entry.scope],
        "kind": entry.kind if entry.kind != "term" else None,
        "views": list(entry.views) or None,
        "whole_word": entry.whole_word,
        "near": None if near is None else {"terms": list(near.terms), "window": near.window},
        "except": list(entry.except_) or None,
        "from": None if entry.from_ is None else entry.from_.isoformat(),
        "to": None if entry.to is None else entry.to.isoformat(),
        "note": entry.note or None,
        "source": entry.source or None,
        "licence": entry.licence or None,
        "id": entry.id or None,
    }
    return {key: value for key, value in table.items() if value is not None}


def hopeless(entry: Entry) -> Text | None:
    """Why the entry would hit everything, nothing or the wrong thing; None when it may work."""
    if holds_halves(entry.term):
        return Text(zh="含有不成对的代理码位", en="it holds half a character")
    if entry.from_ is not None and entry.to is not None and entry.from_ > entry.to:
        return Text(zh="截止日早于起始日", en="it ends before it begins")
    if entry.kind == "regex":
        return _hopeless_pattern(entry)
    return (
        _hopeless_parts(entry.parts, entry)
        or _hopeless_views(entry)
        or _hopeless_near(entry)
        or _hopeless_phrase(entry)
    )


def _scope(table: Table) -> frozenset[Direction]:
    named = table.words("scope", DIRECTIONS)
    if table.has("scope") and not named:
        raise table.broken("scope", " / ".join(DIRECTIONS))
    return _ways(named)


@cache
def _ways(named: tuple[str, ...]) -> frozenset[Direction]:
    return frozenset(way for way in DIRECTIONS if not named or way in named)


def _views(table: Table) -> tuple[str, ...]:
    named = table.words("views", VIEW_NAMES)
    return tuple(one for one in VIEW_NAMES if one in named) if named else ()


def _near(table: Table) -> Near:
    table.knows_only(("terms", "window"))
    terms = table.words("terms")
    if not terms:
        raise table.broken("terms", "[...]")
    return Near(terms, table.number("window", WINDOW, 1, LONGEST_WINDOW))


def _hopeless_parts(parts: Iterable[str], entry: Entry) -> Text | None:
    folded = [fold(one).text for one in parts]
    if entry.kind == "all" and not 1 < len(folded) <= MOST_PARTS:
        return Text(
            zh=f"组合应由 2 至 {MOST_PARTS} 个词以 + 相连",
            en=f"a combination joins 2 to {MOST_PARTS} terms by +",
        )
    return next((why for one in folded if (why := _hopeless_text(one)) is not None), None)


def _hopeless_text(folded: str) -> Text | None:
    if not folded.strip():
        return Text(zh="折叠后为空", en="nothing is left of it when it is folded")
    if BORDER in folded:
        return Text(zh="含有换行", en="it holds a line break")
    if len(folded) < _SHORTEST:
        return Text(zh="只有一个字符", en="it is a single character")
    if folded.isascii() and len(folded) < _SHORTEST_ASCII:
        return Text(
            zh=f"少于 {_SHORTEST_ASCII} 个 ASCII 字符",
            en=f"it has fewer than {_SHORTEST_ASCII} ASCII characters",
        )
    return _too_long(folded, LONGEST_TERM)


def _hopeless_views(entry: Entry) -> Text | None:
    for view in entry.views:
        for part in entry.parts:
            if not findable(view, fold(part).text):
                return Text(
                    zh=f"在视图 {view} 中无法匹配",
                    en=f"it cannot be matched in the view {view}",
                )
    return None


def _hopeless_near(entry: Entry) -> Text | None:
    if entry.near is not None and entry.kind == "all":
        return Text(zh="组合不能再带 near", en="a combination takes no near")
    for folded in (fold(one).text for one in entry.near.terms) if entry.near is not None else ():
        if not folded.strip() or BORDER in folded:
            return Text(zh="near 的词为空或含换行", en="a term it must be near is empty or broken")
        if (why := _too_long(folded, LONGEST_EXCEPTION)) is not None:
            return why
    return None


def _hopeless_phrase(entry: Entry) -> Text | None:
    parts = [fold(one).text for one in entry.parts] if entry.except_ else []
    for phrase in (fold(one).text for one in entry.except_):
        if BORDER in phrase or not any(one in phrase and one != phrase for one in parts):
            return Text(
                zh="例外短语应比词条长并包含它",
                en="a phrase of its exceptions does not hold it and more",
            )
        if (why := _too_long(phrase, LONGEST_EXCEPTION)) is not None:
            return why
    return None


def _hopeless_pattern(entry: Entry) -> Text | None:
    if entry.near or entry.except_ or entry.whole_word is not None or entry.views:
        return Text(
            zh="正则不能带 near、except、whole_word 或 views",
            en="a pattern takes no near, except, whole_word or views",
        )
    return unusable(entry.term)


def _too_long(folded: str, most: int) -> Text | None:
    if len(folded) <= most:
        return None
    return Text(zh=f"超过 {most} 个字符", en=f"it is longer than {most} characters")
