# SPDX-License-Identifier: Apache-2.0
"""The split view: each ideograph as the parts it is made of, so that parts written apart meet."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from guiju.kernel import Text
from guiju.screening.views_seen import Seen, Way, spread
from guiju.screening.views_squeezed import dropped, places

_SHORTEST = 2


def see(folded: str) -> Seen:
    """The parts of each ideograph; nothing where no parts of one stand side by side."""
    text = dropped(folded)
    if not _pairs().search(text):
        return Seen(folded, "")
    return Seen(folded, text.translate(_parts()), _way)


def keys(term: str) -> list[str]:
    """The parts of a term that holds an ideograph which can be split."""
    text = dropped(term)
    key = text.translate(_parts())
    return [key] if len(key) > len(text) else []


def fits(term: str) -> Text | None:
    """One ideograph alone is too little to tell its parts from words."""
    if sum(not one.isascii() for one in dropped(term)) >= _SHORTEST:
        return None
    return Text(
        zh=f"少于 {_SHORTEST} 个汉字",
        en=f"it has fewer than {_SHORTEST} ideographs",
    )


def border(sight: Seen, start: int, end: int) -> bool:
    """Whether a hit is whole ideographs, at least one of them split."""
    if not sight.is_whole(start, end):
        return False
    begin, close = sight.span(start, end)
    return _pairs().search(dropped(sight.folded[begin:close])) is not None


def _way(folded: str) -> Way:
    parts, kept = _parts(), places(folded)
    lengths = [len(parts.get(ord(one), one)) for one in dropped(folded)]
    return spread((kept, kept), lengths)


@cache
def _table() -> dict[str, str]:
    """Each ideograph and its two or more parts, as they are written side by side."""
    lines = files("guiju.screening").joinpath("parts.tsv").read_text("utf-8").splitlines()
    rows = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {row[0]: row[1] for row in rows}


@cache
def _pairs() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, set(_table().values())))))


@cache
def _parts() -> dict[int, str]:
    """The last parts of each ideograph."""
    table = _table()

    def apart(character: str) -> str:
        parts = table.get(character)
        return character if parts is None else "".join(map(apart, parts))

    return {ord(one): apart(one) for one in table}
