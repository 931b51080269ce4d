# SPDX-License-Identifier: Apache-2.0
"""How old somebody is taken to be, and by whose word: pure rules (Article 10).

Of a birth date only two things stay: the stage of that day, and the day on which the next one
begins. Stages are the five bands of the minors' mode, cut once more at the age of consent.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import cache
from itertools import pairwise

from guiju.kernel import Text
from guiju.measures import rule

SURE = 1000
"""A confidence in per mille: whoever says it is certain."""


class Stage(StrEnum):
    """An age in years, both ends included; adults have one of their own."""

    INFANT = "0-2"
    SMALL = "3-7"
    CHILD = "8-11"
    YOUNG = "12-13"
    TEEN = "14-15"
    OLDER = "16-17"
    ADULT = "adult"

    @property
    def is_minor(self) -> bool:
        """Whether this is somebody below 18."""
        return self is not Stage.ADULT

    @property
    def text(self) -> Text:
        """For people."""
        if self is Stage.ADULT:
            return Text(zh="成年", en="adult")
        return Text(zh=f"{self.value} 岁", en=f"{self.value} years")


STAGES = tuple(Stage)
GUESSED = Stage.YOUNG
"""Whom software or a device takes for a minor without saying how old: the stricter budget."""


@cache
def edges() -> tuple[int, ...]:
    """The ages at which a stage begins, by the rules: 3, 8, 12, 14, 16, 18."""
    bands = [int(one) for one in str(rule("minors.age-band.edges").value).split(",")]
    return tuple(sorted({*bands, rule("minors.guardian-consent.age").number}))


def band_of(stage: Stage) -> str:
    """The band of the minors' mode: `<3`, `3-7`, `8-11`, `12-15`, `16-17`, or `adult`."""
    if stage is Stage.INFANT:
        return "<3"
    return "12-15" if stage in {Stage.YOUNG, Stage.TEEN} else stage.value


def stage_named(word: str) -> Stage | None:
    """The stage of a band or stage as people and programs write it; the youngest it can be."""
    names = {"<3": Stage.INFANT, "12-15": Stage.YOUNG, "<14": Stage.YOUNG, "<16": Stage.YOUNG}
    found = names.get(word)
    return found if found is not None else next((s for s in STAGES if s.value == word), None)


def stage_at(years: int) -> Stage:
    """The stage of somebody of so many completed years."""
    return STAGES[sum(years >= one for one in edges())]


def years_between(born: date, today: date) -> int:
    """Completed years; who was born on 29 February is a year older on 1 March."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def birthday(born: date, years: int) -> date:
    """The day on which so many years are completed."""
    year = born.year + years
    try:
        return born.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def from_birth(born: date, today: date) -> tuple[Stage, date | None]:
    """The stage of today, and the day on which the next begins; None for an adult."""
    years = years_between(born, today)
    stage = stage_at(years)
    following = next((one for one in edges() if one > years), None)
    return stage, None if following is None else birthday(born, following)


def advanced(stage: Stage, changes: date | None, today: date) -> tuple[Stage, date | None]:
    """The same, of somebody who was in `stage` until `changes`, now that it is `today`."""
    while changes is not None and changes <= today and stage is not Stage.ADULT:
        place = STAGES.index(stage)
        stage = STAGES[place + 1]
        steps = [0, *edges()]
        if stage is Stage.ADULT:
            return stage, None
        changes = birthday(changes, steps[place + 2] - steps[place + 1])
    return stage, changes


class Source(StrEnum):
    """Who says how old somebody is."""

    SELF = "self"
    INFERRED = "inferred"
    DEVICE = "device"
    APP = "app"
    GUARDIAN = "guardian"
    VERIFICATION = "verification"
    DECISION = "decision"

    @property
    def strength(self) -> int:
        """Whose word goes before whose; among those of 0 nobody has proved anything."""
        return _STRENGTH[self]

    @property
    def text(self) -> Text:
        """For people."""
        return _SAID[self]


_STRENGTH = {
    Source.SELF: 0,
    Source.INFERRED: 0,
    Source.DEVICE: 0,
    Source.APP: 0,
    Source.GUARDIAN: 1,
    Source.VERIFICATION: 2,
    Source.DECISION: 2,
}
_SAID = {
    Source.SELF: Text(zh="本人填写", en="said by oneself"),
    Source.INFERRED: Text(zh="软件推断", en="inferred by software"),
    Source.DEVICE: Text(zh="设备或平台信号", en="signal of a device or platform"),
    Source.APP: Text(zh="应用声明", en="said by an app"),
    Source.GUARDIAN: Text(zh="监护人填写", en="said by the guardian"),
    Source.VERIFICATION: Text(zh="身份核验", en="verified"),
    Source.DECISION: Text(zh="人工决定", en="decided by a person"),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """Somebody's word about an age, as it counts today; `confidence` in per mille."""

    id: str
    source: Source
    stage: Stage
    confidence: int
    at: datetime


def settled(claims: Iterable[Claim]) -> Claim | None:
    """The word that counts: of the strongest sources the newest.

    Where nobody has proved anything the youngest counts, so that nobody grows up by saying so; of
    software, devices and apps only the newest word is heard. What somebody is unsure of, below
    half, counts for nothing.
    """
    sure = [one for one in claims if one.confidence >= SURE // 2]
    strongest = max((one.source.strength for one in sure), default=0)
    heard = [one for one in sure if one.source.strength == strongest]
    if strongest:
        return max(heard, key=lambda one: (one.at, one.confidence, one.id), default=None)
    newest: dict[Source, Claim] = {}
    for one in sorted(heard, key=lambda one: (one.at, one.id)):
        if one.source is Source.SELF and one.source in newest:
            newest[one.source] = _younger(newest[one.source], one)
        else:
            newest[one.source] = one
    return min(newest.values(), key=lambda one: (_rank(one), -one.confidence, one.id), default=None)


def is_consistent() -> bool:
    """Whether the ages of the rules are those by which the stages are named."""
    named = [int(one.value.split("-")[0]) for one in STAGES[1:-1]]
    return [*named, edges()[-1]] == list(edges()) and all(a < b for a, b in pairwise(edges()))


def needs_consent(stage: Stage) -> bool:
    """Whether a guardian must have consented: below the age of the rule, fourteen."""
    limit = rule("minors.guardian-consent.age").number
    return stage.is_minor and int(stage.value.split("-")[0]) < limit


def _younger(one: Claim, other: Claim) -> Claim:
    return one if _rank(one) <= _rank(other) else other


def _rank(one: Claim) -> int:
    return STAGES.index(one.stage)
