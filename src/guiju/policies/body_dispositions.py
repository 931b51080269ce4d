# SPDX-License-Identifier: Apache-2.0
"""The `dispositions` part of a policy's body: when abuse has consequences, and which (Article 14).

A policy without the part lets software hold nobody. Time limits and the ladder count all the same,
with the values below: staff act on people in any case, and who is acted on can appeal in any case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from guiju.kernel import Text
from guiju.measures import rule
from guiju.policies.part import Part
from guiju.screening.matrix import collapsed, expanded

MEASURES = ("warn", "restrict", "suspend", "terminate")
FUNCTIONS = ("text", "images", "audio", "video", "embeddings")
STOPPED = ("block", "refuse")
_HARMS = ("A1*", "A2*", "A3*", "A4*")
MOST_TIMES = 1_000
_MOST_HOURS = 7 * 24
_MOST_DAYS = 366
MOST_DAYS = 5 * _MOST_DAYS
"""How long a strike counts at most."""
MOST_STEPS = 20
_LONGEST_CLAUSE = 12
_LATER = {"appeal_answer_working_days": 60, "cure_days": _MOST_DAYS, "retest_days": _MOST_DAYS}


@dataclass(frozen=True, slots=True)
class LadderStep:
    """What follows at so many strikes, the new one included; `clause` of the agreement says so.

    `days` None: until it is lifted. `functions` are those that a restriction closes.
    """

    strikes: int
    measure: str
    days: int | None
    clause: str
    functions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DispositionRules:
    """The part, ready for use.

    `abuse`: whether software holds provisionally whoever reaches `in_a_row` or `in_a_day` inputs
    that were stopped for one of `harms` by one of `actions`. `hold_hours`: after which a hold that
    nobody confirmed lapses. `appeal_days`: how long one can appeal. `appeal_working_days`: within
    which an appeal is decided; `appeal_answer_working_days`: within which the person answers what
    is asked of them meanwhile. `strike_days`: how long a strike counts. `cure_days`, `retest_days`:
    within which a cause is put right, and tried once more. `steps_up`: by so many strikes the
    ladder begins further up, as the tier of the service may ask for (`tiers`).
    """

    abuse: bool
    in_a_row: int
    in_a_day: int
    harms: frozenset[str]
    actions: tuple[str, ...]
    hold_hours: int
    appeal_days: int
    appeal_working_days: int
    strike_days: int
    ladder: tuple[LadderStep, ...]
    appeal_answer_working_days: int = 10
    cure_days: int = 30
    retest_days: int = 30
    steps_up: int = 0

    def step_at(self, strikes: int) -> LadderStep:
        """The step of the ladder for so many strikes: the highest that is reached."""
        reached = [one for one in self.ladder if one.strikes <= strikes + self.steps_up]
        return reached[-1] if reached else self.ladder[0]


def dispositions(top: Part) -> dict[str, Any]:
    """The part under its name, or nothing when it is left out."""
    return {"dispositions": _whole(top.form("dispositions"))} if top.has("dispositions") else {}


def disposition_rules(body: Mapping[str, Any]) -> DispositionRules:
    """The rules of a policy's whole body; without the part software holds nobody."""
    given = body.get("dispositions")
    table = given or _whole(Part({"abuse": False}, "policy-invalid"))
    ladder = (
        LadderStep(
            one["strikes"],
            one["measure"],
            one.get("days"),
            one["clause"],
            tuple(one.get("functions", ())),
        )
        for one in table["ladder"]
    )
    values = {**table, "harms": frozenset(expanded(table["harms"]))}
    return DispositionRules(
        **{**values, "actions": tuple(table["actions"]), "ladder": tuple(ladder)}
    )


def dispositions_said(body: Mapping[str, Any]) -> list[tuple[Text, Text]]:
    """For a page: what is counted, what follows, and how long each takes."""
    if "dispositions" not in body:
        return []
    now = disposition_rules(body)
    when = Text(
        zh=f"连续 {now.in_a_row} 次或一天 {now.in_a_day} 次被拦输入即临时暂停"
        if now.abuse
        else "软件不作临时暂停",
        en=f"{now.in_a_row} stopped inputs in a row or {now.in_a_day} in a day: provisional hold"
        if now.abuse
        else "software holds nobody",
    )
    limits = Text(
        zh=f"临时暂停 {now.hold_hours} 小时内须经人确认；{now.appeal_days} 天内可申诉，"
        f"{now.appeal_working_days} 个工作日内答复；"
        f"申诉人补充 {now.appeal_answer_working_days} 个工作日；记次 {now.strike_days} 天后失效；"
        f"整改 {now.cure_days} 天，复测 {now.retest_days} 天",
        en=f"a hold is confirmed within {now.hold_hours} hours or lapses; appeals within "
        f"{now.appeal_days} days, decided within {now.appeal_working_days} working days; "
        f"an appellant who is asked answers within {now.appeal_answer_working_days} working days; "
        f"a strike counts for {now.strike_days} days; a cause is put right within "
        f"{now.cure_days} days and tried again within {now.retest_days}",
    )
    return [
        (Text(zh="滥用", en="Abuse"), when),
        (Text(zh="计入的风险", en="Harms that count"), _counted(now)),
        (Text(zh="时限", en="Limits of time"), limits),
        *((_at(one), _follows(one)) for one in now.ladder),
    ]


def disposition_lines(body: Mapping[str, Any]) -> list[Text]:
    """The same in lines, to compare two versions."""
    return [
        Text(zh=f"{head.zh}：{said.zh}", en=f"{head.en}: {said.en}")
        for head, said in dispositions_said(body)
    ]


def _counted(now: DispositionRules) -> Text:
    found = ", ".join((*collapsed(now.harms), *now.actions))
    return Text(zh=found, en=found)


def _at(step: LadderStep) -> Text:
    return Text(zh=f"第 {step.strikes} 次", en=f"Strike {step.strikes}")


def _follows(step: LadderStep) -> Text:
    measure = MEASURE_SAID[step.measure]
    days = "" if step.days is None else f" {step.days} "
    return Text(
        zh=f"{measure.zh}{days and f'{days}天'}（协议第 {step.clause} 条）",
        en=f"{measure.en}{days and f' for{days}days'} (agreement, clause {step.clause})",
    )


MEASURE_SAID: Mapping[str, Text] = {
    "warn": Text(zh="警示", en="warning"),
    "restrict": Text(zh="限制功能", en="restriction of functions"),
    "suspend": Text(zh="暂停服务", en="suspension"),
    "terminate": Text(zh="终止服务", en="end of service"),
}


def _whole(form: Part) -> dict[str, Any]:
    whole: dict[str, Any] = {
        "abuse": form.flag("abuse", default=True),
        "in_a_row": form.number("in_a_row", 1, MOST_TIMES, default=_by_law("consecutive")),
        "in_a_day": form.number("in_a_day", 1, MOST_TIMES, default=_by_law("same-day")),
        "harms": form.harms("harms", default=_HARMS),
        "actions": form.words("actions", STOPPED, default=STOPPED),
        "hold_hours": form.number("hold_hours", 1, _MOST_HOURS, default=24),
        "appeal_days": form.number("appeal_days", 1, _MOST_DAYS, default=30),
        "appeal_working_days": form.number("appeal_working_days", 1, 60, default=15),
        "strike_days": form.number("strike_days", 1, MOST_DAYS, default=180),
        "ladder": [_step(one) for one in form.forms("ladder", most=MOST_STEPS)] or _usual(),
    }
    _check_ladder(form, whole["ladder"])
    # Left out they stay left out, so that a body from before keeps its digest.
    whole |= {key: form.number(key, 1, most) for key, most in _LATER.items() if form.has(key)}
    form.done()
    return whole


def _by_law(name: str) -> int:
    return rule(f"abuse.{name}.inputs").number


def _usual() -> list[dict[str, Any]]:
    """A first strike suspends for a day, as the standard asks; a fourth may end the service."""
    days = (1, 7, 30, None)
    return list(_usual_steps(days))


def _usual_steps(days: Sequence[int | None]) -> Iterator[dict[str, Any]]:
    for at, one in enumerate(days, 1):
        measure = {"measure": "terminate"} if one is None else {"measure": "suspend", "days": one}
        yield {"strikes": at, **measure, "clause": "10"}


def _step(form: Part) -> dict[str, Any]:
    strikes = form.number("strikes", 1, MOST_TIMES)
    measure = form.word("measure", MEASURES)
    found: dict[str, Any] = {"strikes": strikes, "measure": measure}
    if measure != "terminate":
        found["days"] = form.number("days", 1, _MOST_DAYS)
    if measure == "restrict":
        found["functions"] = form.listed("functions", FUNCTIONS)
    found["clause"] = form.text("clause", longest=_LONGEST_CLAUSE)
    form.done()
    return found


def _check_ladder(form: Part, ladder: Sequence[Mapping[str, Any]]) -> None:
    """A ladder rises, one step after the other, from the first strike on."""
    strikes = [one["strikes"] for one in ladder]
    if strikes[0] != 1 or any(later <= one for one, later in pairwise(strikes)):
        raise form.fault("ladder", "须从第 1 次起逐级上升", "must rise step by step from strike 1")
    ranks = [MEASURES.index(one["measure"]) for one in ladder]
    if ranks != sorted(ranks):
        raise form.fault("ladder", "后一级不得轻于前一级", "has a step that is milder than before")
