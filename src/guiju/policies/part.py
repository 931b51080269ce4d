# SPDX-License-Identifier: Apache-2.0
"""A table of a policy: a form that also reads yes and no, names that stand once, harms by class."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from guiju.kernel import Form, Invalid
from guiju.measures import harms
from guiju.screening.matrix import GROUPS, collapsed

CODE = "policy-invalid"
LONGEST_NAME = 60
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Part(Form):
    """Read as every form is: each field once, faults with their place, nothing unknown left."""

    def form(self, key: str) -> Part:
        """The table at `key`."""
        return self._inner(key, self._take(key, None))

    def forms(self, key: str, *, most: int) -> Iterator[Part]:
        """The tables of the list at `key`; none when the key is absent."""
        for one in super().forms(key, most=most):
            if isinstance(one, Part):  # as `_inner` makes them
                yield one

    def given(self, choices: Sequence[str]) -> list[str]:
        """Which of the only possible keys are given, in the order of `choices`."""
        self._asked.update(dict.fromkeys(choices))
        self.done()
        return [one for one in choices if self._table.get(one) is not None]

    def flag(self, key: str, *, default: bool) -> bool:
        """Yes or no."""
        value = self._take(key, default)
        if not isinstance(value, bool):
            raise self.fault(key, "只能是 true 或 false", "must be true or false")
        return value

    def name(self, seen: dict[str, str]) -> str:
        """A name that none of `seen`, by name with their places, has."""
        name = self.text("name", longest=LONGEST_NAME)
        if not all(sign.isalnum() or sign in "-_" for sign in name):
            raise self.fault(
                "name", "只能用文字、数字、- 和 _", "holds more than letters, digits, - and _"
            )
        before = seen.setdefault(name, self.place)
        if before != self.place:
            raise self.fault("name", f"与 {before} 重复", f"stands already at {before}")
        return name

    def named(self, key: str, form: re.Pattern[str], *, most: int) -> Iterator[tuple[str, Part]]:
        """The tables below `key` with their names, each of which is of `form`."""
        table = self.table(key)
        if len(table) > most:
            raise self.fault(key, f"超过 {most} 项", f"has more than {most} tables")
        for name, value in table.items():
            place = f"{key}.{name}" if _BARE.fullmatch(name) else f'{key}."{name}"'
            if not form.fullmatch(name):
                raise self.fault(
                    place, f"名称应如 {form.pattern}", f"must have a name like {form.pattern}"
                )
            yield name, self._inner(place, value)

    def matching(self, key: str, form: re.Pattern[str]) -> str:
        """A word of `form`; another is not repeated, as somebody may have written a secret here."""
        value = self._take(key, None)
        if not isinstance(value, str) or not form.fullmatch(value):
            raise self.fault(key, f"应如 {form.pattern}", f"must be like {form.pattern}")
        return value

    def listed(self, key: str, choices: Sequence[str]) -> list[str]:
        """Some of `choices`, at least one and each once, in the order in which they are given."""
        value = self._take(key, None)
        if not isinstance(value, list) or not value:
            raise self.fault(key, "应为非空的列表", "must be a list that is not empty")
        found = [self._word(f"{key}[{at}]", one, choices) for at, one in enumerate(value)]
        for at, one in enumerate(found):
            if one in found[:at]:
                raise self.fault(f"{key}[{at}]", f"{one} 重复", f"repeats {one}")
        return found

    def texts_by_name(
        self, key: str, form: re.Pattern[str], *, longest: int, most: int
    ) -> Iterator[tuple[str, str]]:
        """Short texts with their names, each of which is of `form`."""
        if not self.has(key):
            return
        inner = self.form(key)
        table = self.table(key)
        if not 0 < len(table) <= most:
            raise self.fault(key, f"应有 1 至 {most} 项", f"must have 1 to {most} entries")
        for name in table:
            if not form.fullmatch(name):
                raise inner.fault(
                    name, f"名称应如 {form.pattern}", f"must have a name like {form.pattern}"
                )
            yield name, inner.text(name, longest=longest)

    def harms(self, key: str, *, default: Sequence[str] | None = None) -> list[str]:
        """Harms by id or by class, as `A1*`, in the one way to write them."""
        return collapsed(self.words(key, (*GROUPS, *harms()), default=default))

    def texts(self, key: str, *, longest: int, most: int) -> list[str]:
        """Some short texts, at least one; each of them once, sorted."""
        value = self._take(key, None)
        if not isinstance(value, list) or not 0 < len(value) <= most:
            raise self.fault(key, f"应为 1 至 {most} 项的列表", f"must be a list of 1 to {most}")
        places = {f"{key}[{at}]": one for at, one in enumerate(value)}
        inner = Part(places, self.code, origin=self.origin, place=self.place)
        return sorted({inner.text(place, longest=longest).strip() for place in places})

    def passed_on(self, key: str, error: Invalid) -> Invalid:
        """An error of a room below about `key`, with its words and its exact place."""
        place = error.param or self._where(key)
        zh, en = error.what.zh.removeprefix(f"{place}："), error.what.en.removeprefix(f"{place}: ")
        return self.fault(
            place.removeprefix(f"{self.place}."), zh.rstrip("。"), en.rstrip("."), error.remedy
        )

    def digest(self, key: str) -> str:
        """A digest as the house writes them."""
        mark = self.text(key, longest=64)
        if _DIGEST.fullmatch(mark) is None:
            raise self.fault(key, "不是摘要", "is no digest of 64 hexadecimal digits")
        return mark

    def whole(self) -> Mapping[str, Any]:
        """All that stands here, for a room below that reads it itself, unknown keys and all."""
        return self._table

    def raw(self, key: str) -> object:
        """What stands at `key`, for a room below that reads it itself."""
        return self._take(key, [])

    def table(self, key: str) -> Mapping[str, Any]:
        """The table at `key`, for a room below that reads it itself."""
        value = self._take(key, {})
        if not isinstance(value, Mapping):
            raise self.fault(key, "应为一组键值", "must be a table")
        return value

    def _inner(self, key: str, value: object) -> Part:
        return Part(value, self.code, origin=self.origin, place=self._where(key))
