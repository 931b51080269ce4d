# SPDX-License-Identifier: Apache-2.0
"""Which short terms may be heard by sound, as measured in harmless texts (Articles 4 and 14).

Unasked, few syllables are not looked for by sound, or with care: by chance ordinary text says them.
But not all of them. Those that hit nothing in an operator's own harmless texts may name the views;
what this would cost is told by choosing them on one half of the texts and counting on the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from guiju.kernel import canonical
from guiju.screening.entry import Entry, write_entry
from guiju.screening.fold import fold
from guiju.screening.importing.forecast import MILLION, forecast
from guiju.screening.importing.gathering import Gathered
from guiju.screening.judge import Screen
from guiju.screening.laying import MOST_SEEN_THROUGH
from guiju.screening.register import rule_of
from guiju.screening.sights import findable
from guiju.screening.syllables import count
from guiju.screening.views import VIEWS, default_views
from guiju.screening.views_squeezed import squeeze

FEWEST = 2
"""A single syllable is said everywhere."""
_MOST = 3
_BY_SOUND = ("homophone", "pinyin")
_NONE_SEEN = 3.0
"""Where nothing was seen in n, at 95 % there is less than 3 in n."""

Compile = Callable[[Iterable[Entry]], Screen]


class Hearing(NamedTuple):
    """How many entries are short, the rules of those that hit nothing, in how many characters.

    `rate`: how often in a million characters those would hit that hit nothing in every second text,
    as counted in the texts between. `shown` is what of one entry the texts can show: that it hits
    less often than that, at 95 %.
    """

    short: int
    quiet: frozenset[str]
    characters: int
    rate: float

    @property
    def shown(self) -> float:
        """The least rate of one entry in a million characters that these texts can show."""
        return _NONE_SEEN * MILLION / self.characters if self.characters else float(MILLION)


def hearing(
    found: Gathered, texts: Iterable[str], compiled: Compile, *, least: int, most: float
) -> Hearing:
    """Listen in harmless texts for the short entries of at least so many syllables.

    `compiled` makes a screen of entries.
    Too few texts to show that an entry hits at most `most` times in a million leave none `quiet`.
    """
    every = list(texts)
    short = {rule_of(one): _heard(one) for one in found.entries() if _is_short(one, found, least)}
    screen = compiled(short.values())
    first, second = (_hits(screen, half) for half in (every[::2], every[1::2]))
    chosen = sum(count for rule, count in second.items() if rule not in first)
    between, size = sum(map(len, every[1::2])), sum(map(len, every))
    quiet = frozenset(short.keys() - first.keys() - second.keys())
    heard = Hearing(len(short), quiet, size, chosen * MILLION / between if between else 0.0)
    return heard if heard.shown <= most else heard._replace(quiet=frozenset())


def heard(found: Gathered, quiet: frozenset[str]) -> Gathered:
    """The lexicon, whose entries with these rules name the views by sound."""
    lines = [
        canonical(write_entry(_heard(entry))) + b"\n"
        if rule_of(entry) in quiet and _is_short(entry, found, FEWEST)
        else line
        for line, entry in zip(found.lines, found.entries(), strict=True)
    ]
    return found._replace(lines=sorted(lines))


def _is_short(entry: Entry, found: Gathered, least: int) -> bool:
    if entry.kind != "term" or entry.views or len(found.lines) > MOST_SEEN_THROUGH:
        return False
    folded = fold(entry.term).text
    return least <= count(squeeze(folded)) <= _MOST and findable("homophone", folded)


def _heard(entry: Entry) -> Entry:
    folded = fold(entry.term).text
    usual = {*default_views(folded), *(one for one in _BY_SOUND if findable(one, folded))}
    return replace(entry, views=tuple(one for one in VIEWS if one in usual))


def _hits(screen: Screen, texts: Sequence[str]) -> Mapping[str, int]:
    return {one.rule: one.hits for one in forecast(screen, texts).noises}
