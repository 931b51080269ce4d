# SPDX-License-Identifier: Apache-2.0
"""What somebody filed, read strictly: fields by type, no unknown ones, faults with their place."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from guiju.kernel.errors import Invalid
from guiju.kernel.text import Text

_LONGEST = 2_000
_SHOWN = 40
# Control characters and lone surrogates; line break and tab are text.
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_REMEDY = Text(zh="请更正后重试。", en="Correct it and try again.")


class Form:
    """One table and its place; every field is asked for once, and `done` refuses the rest."""

    def __init__(self, value: object, code: str, *, origin: str = "", place: str = "") -> None:
        """Take `value`, found at `place` of the file `origin`; errors carry `code`."""
        self.place = place
        self.code = code
        self.origin = origin
        self._asked: dict[str, None] = {}
        if not isinstance(value, Mapping):
            raise self.fault("", "应为一组键值", f"must be a table, not {shown(value)}")
        self._table = value

    def fault(self, key: str, zh: str, en: str, remedy: Text = _REMEDY) -> Invalid:
        """The error about `key` of this form, on one line: file, place, what, remedy."""
        where = self._where(key)
        head = ": ".join(shown_name(one) for one in (self.origin, where) if one)
        what = (
            Text(zh=f"{head}：{zh}。", en=f"{head}: {en}.") if head else Text(zh + "。", en + ".")
        )
        return Invalid(self.code, what, remedy, param=where or None)

    def text(self, key: str, *, longest: int = _LONGEST, default: str | None = None) -> str:
        """A string that says something, without control characters."""
        value = self._take(key, default)
        if not isinstance(value, str):
            raise self.fault(
                key, f"应为文字，而不是 {shown(value)}", f"must be text, not {shown(value)}"
            )
        if not value.strip() and default is None:
            raise self.fault(key, "为空", "is empty")
        if len(value) > longest:
            raise self.fault(key, f"超过 {longest} 个字符", f"is longer than {longest} characters")
        if unfit := _UNFIT.search(value):
            name = f"U+{ord(unfit[0]):04X}"
            raise self.fault(
                key, f"含有不可用的字符 {name}", f"holds the unusable character {name}"
            )
        return str(value)

    def both(self, key: str, *, longest: int = _LONGEST) -> Text:
        """A table `{ zh, en }`, both of them said."""
        inner = self.form(key)
        said = Text(zh=inner.text("zh", longest=longest), en=inner.text("en", longest=longest))
        inner.done()
        return said

    def word(self, key: str, choices: Collection[str], *, default: str | None = None) -> str:
        """One of the words of `choices`."""
        return self._word(key, self._take(key, default), choices)

    def words(
        self, key: str, choices: Sequence[str], *, default: Sequence[str] | None = None
    ) -> list[str]:
        """Some of the words of `choices`, at least one, given in the order of `choices`."""
        value = self._take(key, None if default is None else list(default))
        if not isinstance(value, list) or not value:
            raise self.fault(key, "应为非空的列表", "must be a list that is not empty")
        found = {self._word(f"{key}[{at}]", one, choices) for at, one in enumerate(value)}
        return [one for one in choices if one in found]

    def number(self, key: str, least: int, most: int, *, default: int | None = None) -> int:
        """A whole number from `least` to `most`."""
        value = self._take(key, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self.fault(
                key,
                f"应为整数，而不是 {shown(value)}",
                f"must be a whole number, not {shown(value)}",
            )
        if not least <= value <= most:
            raise self.fault(
                key, f"应在 {least} 到 {most} 之间", f"must be between {least} and {most}"
            )
        return value

    def form(self, key: str) -> Form:
        """The table at `key`."""
        return self._inner(key, self._take(key, None))

    def forms(self, key: str, *, most: int) -> Iterator[Form]:
        """The tables of the list at `key`; none when the key is absent."""
        value = self._take(key, [])
        if not isinstance(value, list):
            raise self.fault(
                key, f"应为列表，而不是 {shown(value)}", f"must be a list, not {shown(value)}"
            )
        if len(value) > most:
            raise self.fault(key, f"超过 {most} 项", f"has more than {most} entries")
        for at, one in enumerate(value):
            yield self._inner(f"{key}[{at}]", one)

    def has(self, key: str) -> bool:
        """Whether `key` is given at all."""
        return key in self._table

    def value(self, key: str) -> object:
        """What stands at `key`, whatever it is; refused when nothing does."""
        return self._take(key, None)

    def done(self) -> None:
        """Refuse what nobody asked for: a misspelt key is never ignored."""
        self.knows_only(self._asked)

    def knows_only(self, keys: Collection[str]) -> None:
        """Refuse any other key, and say which one it may be meant to be."""
        for key in self._table:
            if key not in keys:
                hint = nearest(str(key), keys)
                raise self.fault(
                    shown_name(str(key)), f"未知字段{hint.zh}", f"unknown key{hint.en}"
                )

    def _take(self, key: str, default: object) -> Any:
        self._asked[key] = None
        value = self._table.get(key)
        if value is None:
            value = default
        if value is None:
            raise self.fault(key, "缺少此项", "is missing")
        return value

    def _word(self, key: str, value: object, choices: Collection[str]) -> str:
        if isinstance(value, str) and value in choices:
            return str(value)
        hint = nearest(str(value), choices)
        listed = ", ".join(choices) if len(choices) <= 8 else ""  # noqa: PLR2004 - what fits a line
        only = (f"，只能是 {listed}", f", only {listed}") if listed else ("", "")
        raise self.fault(
            key,
            f"不能是 {shown(value)}{only[0]}{hint.zh}",
            f"cannot be {shown(value)}{only[1]}{hint.en}",
        )

    def _inner(self, key: str, value: object) -> Form:
        return Form(value, self.code, origin=self.origin, place=self._where(key))

    def _where(self, key: str) -> str:
        return f"{self.place}.{key}" if self.place and key else self.place or key


def nearest(name: str, known: Collection[str]) -> Text:
    """A hint: the known name that is most like `name`, or nothing."""
    close = get_close_matches(name[:_SHOWN], list(known), n=1)
    if not close:
        return Text(zh="", en="")
    return Text(zh=f"（是否指 {close[0]}？）", en=f" (did you mean {close[0]}?)")


def shown(value: object) -> str:
    """`value` as it can be shown within one line."""
    if isinstance(value, Mapping | list):
        return "{…}" if isinstance(value, Mapping) else "[…]"
    text = repr(value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def shown_name(name: str) -> str:
    """A file or key name as it can be shown within one line."""
    return "".join(one if one.isprintable() else "?" for one in name)[:200]
