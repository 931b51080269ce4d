# SPDX-License-Identifier: Apache-2.0
"""A short window read once for several views, character by character (Article 14).

Most pieces of a stream are a few characters that all views see alike, but for how each spells them:
no repeats, pictures or signs for letters. Of these nothing is asked but what each character is
spelt as, and that is remembered.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from guiju.screening.views import SEEN_AS
from guiju.screening.views_squeezed import Look

SHORT = 32
"""Longer windows are not read so: to look at a text costs less than to ask of each character."""
MOST_KEPT = 1 << 14
"""Of more characters it is not remembered how they are spelt."""

Row: TypeAlias = tuple[str, ...]


class Reading(NamedTuple):
    """The characters that are not dropped, where they stand, and how each view spells them."""

    text: str
    places: list[int]
    spelt: list[Row]


class Rows(dict[str, "Row | None"]):
    """How several views spell a character, and last what it is a sign of.

    Nothing, where all of them drop it; None, where it is not itself to all of them.
    """

    def __init__(self, views: Sequence[str]) -> None:
        """Read for these views."""
        self._views = [SEEN_AS[view] for view in views]
        self._nothing: list[Row] = [()] * (len(views) + 1)

    def __missing__(self, character: str) -> Row | None:
        """Look at a character that was not met yet."""
        if len(self) >= MOST_KEPT:
            self.clear()
        look = Look(character)
        grounds = {one.ground(look).text for one in self._views}
        row: Row | None = () if grounds == {""} else None
        if grounds == {character}:
            row = (*(one.spell(character) for one in self._views), self._sign(character))
        self[character] = row
        return row

    def _sign(self, character: str) -> str:
        """What must not stand there twice, or some view sees it once."""
        for one in self._views:
            character = one.sign(character)
        return character

    def read(self, text: str) -> Reading | None:
        """A text as all views see it; None where it takes more than one character at a time."""
        places: list[int] = []
        rows: list[Row] = []
        last: str | None = None
        for at, character in enumerate(text):
            row = self[character]
            if row:
                if row[-1] == last:
                    return None
                last = row[-1]
                places.append(at)
                rows.append(row)
            elif row is None:
                return None
        if len(places) < len(text):
            text = "".join([text[at] for at in places])
        return Reading(text, places, list(zip(*rows, strict=True)) if rows else self._nothing)


@cache
def rows_of(views: tuple[str, ...]) -> Rows:
    """The rows of some views, which all lexicons share."""
    return Rows(views)
