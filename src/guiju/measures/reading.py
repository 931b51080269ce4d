# SPDX-License-Identifier: Apache-2.0
"""Strict reading of law data: an entry gives its fields by type; a fault says where it stands."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from difflib import get_close_matches
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeVar

from guiju.kernel import Invalid, Text

ROOT = Path(__file__).parent
"""Where the law data of the package are."""

E = TypeVar("E", bound=StrEnum)


def broken(where: str, zh: str, en: str) -> Invalid:
    """The error for law data that cannot be used; `where` is a file and an entry."""
    return Invalid(
        "law-data-broken",
        Text(zh=f"法规数据 {where}：{zh}", en=f"Law data {where}: {en}."),
        Text(zh="请更正该文件。", en="Correct that file."),
    )


def nearest(name: str, known: Iterable[str]) -> tuple[str, str]:
    """A hint in both languages: the known name that is most like `name`, or nothing."""
    close = get_close_matches(name, list(known), n=1)
    return (f"（是否指 {close[0]}？）", f" (did you mean {close[0]}?)") if close else ("", "")


class Entry:
    """One TOML table and its place; every field is asked for once, and `done` refuses the rest."""

    def __init__(self, table: dict[str, Any], where: str) -> None:
        """Wrap `table`, found at `where`."""
        self._table = table
        self._asked: set[str] = set()
        self.where = where

    def fault(self, zh: str, en: str) -> Invalid:
        """An error that names this entry."""
        return broken(self.where, zh, en)

    def take(self, key: str, kind: type | tuple[type, ...], *, needed: bool = True) -> Any:
        """The value of `key`, of the given type; None when it is absent and not needed."""
        self._asked.add(key)
        value = self._table.get(key)
        if value is None:
            if needed:
                raise self.fault(f"缺少 {key}", f"{key} is missing")
            return None
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            raise self.fault(f"{key} 的类型不对：{value!r}", f"{key} has the wrong type: {value!r}")
        return value

    def text(self, key: str) -> str:
        """A string that says something."""
        value: str = self.take(key, str)
        if not value.strip():
            raise self.fault(f"{key} 为空", f"{key} is empty")
        return value

    def word(self, key: str, choices: type[E]) -> E:
        """One of the words of `choices`."""
        value = self.text(key)
        try:
            return choices(value)
        except ValueError:
            known = [one.value for one in choices]
            hint = nearest(value, known)
            raise self.fault(
                f"{key} 不能是 {value!r}，只能是 {'、'.join(known)}{hint[0]}",
                f"{key} cannot be {value!r}, only {', '.join(known)}{hint[1]}",
            ) from None

    def names(self, key: str, *, needed: bool = True) -> tuple[str, ...]:
        """A list of non-empty strings; empty only when not needed."""
        found = self.take(key, list, needed=needed) or []
        if not all(isinstance(one, str) and one for one in found) or (needed and not found):
            raise self.fault(f"{key} 应为名称列表", f"{key} must be a list of names")
        return tuple(found)

    def both(self, key: str, *, needed: bool = True) -> Text | None:
        """A table `{ zh, en }`, both non-empty."""
        table = self.take(key, dict, needed=needed)
        if table is None:
            return None
        inner = Entry(table, f"{self.where}, {key}")
        text = inner.here()
        inner.done()
        return text

    def title(self, key: str) -> Text:
        """A table `{ zh, en }` that must be there."""
        text = self.both(key)
        assert text is not None  # noqa: S101 - `both` raised already; this tells the type checker
        return text

    def here(self) -> Text:
        """The fields `zh` and `en` of this entry itself."""
        return Text(zh=self.text("zh"), en=self.text("en"))

    def date(self, key: str, *, needed: bool = True) -> date | None:
        """A date without time."""
        value: date | None = self.take(key, date, needed=needed)
        if isinstance(value, datetime):
            raise self.fault(f"{key} 应为日期", f"{key} must be a date without time")
        return value

    def entries(self, key: str, *, needed: bool = True) -> Iterator[Entry]:
        """The tables of the list `key`, each knowing its neighbour."""
        before = ""
        for number, table in enumerate(self.take(key, list, needed=needed) or [], start=1):
            if not isinstance(table, dict):
                raise self.fault(f"{key} 应为表", f"{key} must be tables")
            name = str(table.get("id", f"number {number}"))
            yield Entry(table, f"{self.where}, {key} {name}{before}")
            before = f" (after {name})"

    def done(self) -> None:
        """Raise when the entry holds a key nobody asked for: a misspelt key is never ignored."""
        for key in self._table:
            if key not in self._asked:
                hint = nearest(key, self._asked)
                raise self.fault(f"未知字段 {key}{hint[0]}", f"unknown key {key}{hint[1]}")


def read(path: Path, root: Path) -> Entry:
    """The TOML file at `path` as one entry; named relative to `root` in errors."""
    where = str(path.relative_to(root))
    try:
        return Entry(tomllib.loads(path.read_text(encoding="utf-8")), where)
    except FileNotFoundError:
        raise broken(where, "文件不存在", "the file is missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise broken(where, f"不是合法的 TOML：{error}", f"not valid TOML: {error}") from error


class Named(Protocol):
    """Anything with an id."""

    @property
    def id(self) -> str:
        """The id."""


T = TypeVar("T", bound=Named)


def collect(entries: Iterable[Entry], make: Callable[[Entry], T]) -> dict[str, T]:
    """Every entry made into a value, by id; an id may stand only once."""
    found: dict[str, T] = {}
    for entry in entries:
        value = make(entry)
        entry.done()
        if value.id in found:
            raise entry.fault(f"编号 {value.id} 重复", f"the id {value.id} stands twice")
        found[value.id] = value
    return found


def entries_of(root: Path, folder: str, table: str) -> Iterable[Entry]:
    """The entries of a table in every file of a folder, in the order of the files' names."""
    for path in sorted((root / folder).glob("*.toml")):
        file = read(path, root)
        yield from file.entries(table)
        file.done()
