# SPDX-License-Identifier: Apache-2.0
"""Finds personal information in folded text, whole or as it arrives (Articles 4, 7 and 11)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import NamedTuple

from guiju.kernel import Invalid, Text
from guiju.measures import enforces
from guiju.screening.model import Outcome
from guiju.screening.personal.model import KINDS, REACH, Family, Kind, PersonalHit, Raw

# What is not a name or written without any digit holds one of these.
_SIGNS = re.compile("[0-9@号弄栋幢室微薇威vw]")
_RANKS = {kind: rank for rank, kind in enumerate(KINDS)}


class Looked(NamedTuple):
    """The hits, and up to where nothing can change any more."""

    hits: list[PersonalHit]
    hold: int


class Personal:
    """Looks for some kinds of personal information; immutable, shared by all threads.

    Hits stand in the order of the text and apart from each other: where two overlap the one that
    begins first stands, of those the longer.
    """

    def __init__(self, actions: Mapping[str, Outcome]) -> None:
        """`actions` says what to do for each kind; what is not named or passes is not looked for.

        Raises:
            Invalid: `personal-kind-unknown`.
        """
        known: dict[str, Kind] = {kind: kind for kind in KINDS}
        for kind in actions:
            if kind not in known:
                raise _unknown(kind)
        self.actions: dict[Kind, Outcome] = {
            known[kind]: action for kind, action in actions.items() if action is not Outcome.PASS
        }
        wanted = self.actions.keys()
        self._families = tuple(one for one in _families() if not wanted.isdisjoint(one.kinds))
        # Several are open where the same is.
        self._ways = tuple(dict.fromkeys(one.open_at for one in self._families))

    def hits(self, text: str, context: int = 0, *, closed: bool = True) -> list[PersonalHit]:
        """The hits in folded `text` that begin at or after `context`.

        Unless `closed`, only those before `hold`: they will be the same whatever comes.
        """
        return self.look(text, context, closed=closed).hits

    def hold(self, text: str, context: int = 0) -> int:
        """From which index something may still become, grow or stop being a hit."""
        return self.look(text, context, closed=False).hold

    @enforces("personal-information-screening")
    def look(self, text: str, context: int = 0, *, closed: bool = True) -> Looked:
        """Hits and hold in one go.

        A stream looks at what it holds with the CONTEXT characters before it, lets go what stands
        before `hold`, and begins there the next time: no hit is told twice and none reaches over.
        """
        limit = len(text) if closed else self._open_at(text, context)
        hits: list[PersonalHit] = []
        done = context
        for start, end, kind in sorted(self._raw(text, context), key=_order):
            if done <= start < limit:
                hits.append(PersonalHit(start, end, kind, self.actions[kind]))
                done = end
        return Looked(hits, max(limit, done))

    def _raw(self, text: str, low: int) -> Iterator[Raw]:
        actions = self.actions
        signed = _SIGNS.search(text) is not None
        for family in self._families:
            if signed or "name" in family.kinds:
                for raw in family.found(text, low):
                    if raw[0] >= low and raw[2] in actions:
                        yield raw

    def _open_at(self, text: str, context: int) -> int:
        low = max(context, len(text) - REACH)
        return max(low, min((open_at(text, low) for open_at in self._ways), default=len(text)))


def _families() -> tuple[Family, ...]:
    """All ways to find something; who looks for nothing need not wait for their expressions."""
    from guiju.screening.personal.families import FAMILIES  # noqa: PLC0415 - 60 expressions

    return FAMILIES


def _order(raw: Raw) -> tuple[int, int, int]:
    start, end, kind = raw
    return start, -end, _RANKS[kind]


def _unknown(kind: str) -> Invalid:
    near = get_close_matches(str(kind), KINDS, n=1) or KINDS
    return Invalid(
        "personal-kind-unknown",
        Text(
            zh=f"没有名为 {kind} 的个人信息类别。",
            en=f"There is no kind of personal information called {kind}.",
        ),
        Text(zh=f"应为：{'、'.join(near)}。", en=f"Expected: {', '.join(near)}."),
        article=4,
    )
