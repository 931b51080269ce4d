# SPDX-License-Identifier: Apache-2.0
"""What a lexicon would hit in texts that are known to be harmless: a forecast of false hits.

A few hits in a small corpus prove little, so an entry is called noisy only when even the lower
end of what its hits allow is above the limit (Articles 4 and 14: over-blocking is a fault too).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from math import sqrt
from typing import NamedTuple

import msgspec

from guiju.screening.importing.encoding import encoding_of, lines_of
from guiju.screening.importing.gathering import Gathered
from guiju.screening.importing.model import Source
from guiju.screening.judge import Screen
from guiju.screening.model import Direction
from guiju.screening.register import rule_of

MILLION = 1_000_000
USUAL_MOST = 10.0
"""False hits of one entry in a million harmless characters, above which it is noisy."""
_ONE_SIDED_95 = 1.645
_EXAMPLES = 3
_AROUND = 12
_WAYS: tuple[Direction, ...] = ("input", "output")


class Noise(NamedTuple):
    """The false hits of one entry: all of them, per million characters, and surely at least."""

    rule: str
    hits: int
    rate: float
    least: float
    examples: tuple[str, ...]


class Forecast(NamedTuple):
    """What was read, and the entries that hit something in it, the worst first."""

    texts: int
    characters: int
    hits: int
    noises: tuple[Noise, ...]

    @property
    def rate(self) -> float:
        """False hits of all entries per million characters."""
        return _rate(self.hits, self.characters)

    def noisy(self, most: float = USUAL_MOST) -> tuple[Noise, ...]:
        """The entries that surely hit more than `most` times in a million characters."""
        return tuple(one for one in self.noises if one.least > most)


def forecast(screen: Screen, texts: Iterable[str]) -> Forecast:
    """Judge harmless texts in both directions; a place that both hit counts once."""
    hits: Counter[str] = Counter()
    examples: dict[str, list[str]] = {}
    count = characters = 0
    for text in texts:
        count, characters = count + 1, characters + len(text)
        for rule, start, end in _hits(screen, text):
            hits[rule] += 1
            kept = examples.setdefault(rule, [])
            if len(kept) < _EXAMPLES:
                kept.append(text[max(0, start - _AROUND) : end + _AROUND])
    noises = (_noise(rule, one, characters, examples[rule]) for rule, one in hits.items())
    worst = sorted(noises, key=lambda one: (-one.hits, one.rule))
    return Forecast(count, characters, hits.total(), tuple(worst))


def terms_of(found: Gathered, noises: Iterable[Noise]) -> dict[str, str]:
    """The terms behind rules that hit something: to be shown to who may see them only."""
    wanted = {one.rule for one in noises}
    named = ((rule_of(entry), entry.term) for entry in found.entries()) if wanted else ()
    return {rule: term for rule, term in named if rule in wanted}


def without(found: Gathered, noises: Iterable[Noise]) -> Gathered:
    """The lexicon without the entries that are noisy."""
    unwanted = {one.rule for one in noises}
    if not unwanted:
        return found
    both = zip(found.lines, found.entries(), strict=True)
    kept = [line for line, entry in both if rule_of(entry) not in unwanted]
    return found._replace(lines=kept)


def texts_of(source: Source) -> Iterator[str]:
    """The texts of a corpus: one a line, or the `text` of one object a line."""
    objects: bool | None = None
    for line in lines_of(source, encoding_of(source)):
        if line.fault is None and line.text.strip():
            objects = line.text.lstrip().startswith("{") if objects is None else objects
            yield _text(line.text) if objects else line.text


def _hits(screen: Screen, text: str) -> set[tuple[str, int, int]]:
    return {
        (one.rule, one.start, one.end) for way in _WAYS for one in screen.judge(text, way).findings
    }


def _noise(rule: str, hits: int, characters: int, examples: list[str]) -> Noise:
    # The lower end of a count by the square root of itself, as for a Poisson variable.
    least = max(0.0, hits - _ONE_SIDED_95 * sqrt(hits))
    return Noise(rule, hits, _rate(hits, characters), _rate(least, characters), tuple(examples))


def _rate(hits: float, characters: int) -> float:
    return hits * MILLION / characters if characters else 0.0


def _text(line: str) -> str:
    try:
        text = msgspec.json.decode(line)["text"]
    except (msgspec.DecodeError, UnicodeEncodeError, KeyError, TypeError, RecursionError):
        return line
    return text if isinstance(text, str) else line
