# SPDX-License-Identifier: Apache-2.0
"""One lexicon entry as it was written: fields by type, faults with place and remedy (Article 4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from difflib import get_close_matches
from typing import Any

from guiju.kernel import Invalid, Text

_NONE: tuple[str, ...] = ()
_HALVES = re.compile(r"[\ud800-\udfff]")


class Table:
    """The keys and values of one entry, or of a table inside it."""

    def __init__(self, where: Text | str, values: object, inside: str = "") -> None:
        """Take `values`, found at `where`; errors name the keys with `inside` before them."""
        self._where = where if isinstance(where, Text) else Text(zh=where, en=where)
        self._inside = inside
        if not isinstance(values, Mapping):
            wanted = "term, harm, action" if not inside else "{ ... }"
            raise self.broken("" if inside else "entry", wanted)
        self._values = values

    def knows_only(self, keys: Collection[str]) -> None:
        """Refuse any other key, and say which one it may be meant to be."""
        for key in self._values:
            if key not in keys:
                raise self.broken(str(key), _meant(key, sorted(keys)))

    def has(self, key: str) -> bool:
        """Whether something was written for `key`."""
        return self._values.get(key) is not None

    def inner(self, key: str) -> Table:
        """The table at `key`."""
        return Table(self._where, self._values[key], f"{key}.")

    def text(self, key: str, default: str | None = None) -> str:
        """A string; `default` when there is none."""
        if default is not None and key not in self._values:
            return default
        value = self._values.get(key)
        if not isinstance(value, str) or holds_halves(value):
            raise self.broken(key, "text")
        return value

    def word(self, key: str, known: Collection[str], default: str | None = None) -> str:
        """One of the `known` words."""
        value = self.text(key, default)
        if value not in known:
            raise self.broken(key, _meant(value, known))
        return value

    def words(self, key: str, known: Collection[str] = _NONE) -> tuple[str, ...]:
        """A list of strings, each of them once; if `known` says some, only these."""
        if key not in self._values:
            return ()
        value = self._values[key]
        if not isinstance(value, (list, tuple)) or not all(map(_is_text, value)):
            raise self.broken(key, "[...]" if not known else " / ".join(known))
        for one in value if known else ():
            if one not in known:
                raise self.broken(key, _meant(one, known))
        return tuple(dict.fromkeys(value))

    def number(self, key: str, default: int, least: int = 0, most: int = 1_000) -> int:
        """A whole number from `least` to `most`."""
        value = self._values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            raise self.broken(key, f"{least} ... {most}")
        return value

    def choice(self, key: str) -> bool | None:
        """Yes, no or nothing said."""
        value: Any = self._values.get(key)
        if value is not None and not isinstance(value, bool):
            raise self.broken(key, "true / false")
        return value

    def day(self, key: str) -> date | None:
        """A day, written like 2026-01-31, or none."""
        value = self._values.get(key)
        if value is None or type(value) is date:
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError as error:
            raise self.broken(key, "YYYY-MM-DD") from error

    def broken(self, key: str, wanted: str) -> Invalid:
        """The error about `key`."""
        name = (self._inside + key).rstrip(".")
        return Invalid(
            "lexicon-entry-broken",
            Text(
                zh=f"{self._where.zh}的 {name} 无法识别。",
                en=f"{self._where.en}: its {name} cannot be read.",
            ),
            Text(zh=f"应为：{wanted}。", en=f"Expected: {wanted}."),
            article=4,
            param=name or None,
        )


def _meant(given: object, known: Collection[str]) -> str:
    """The known words, after the one that is most like what was given."""
    near = get_close_matches(str(given), known, n=1)
    every = ", ".join(known)
    return f"{near[0]}? ({every})" if near else every


def _is_text(value: object) -> bool:
    """Whether it is a string that can be written down: half a character cannot."""
    return isinstance(value, str) and not holds_halves(value)


def holds_halves(text: str) -> bool:
    """Whether a text holds half a character, which can be written down nowhere."""
    return _HALVES.search(text) is not None
