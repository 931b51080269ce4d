# SPDX-License-Identifier: Apache-2.0
"""The evidence beside cases about what was said: the exchange itself, covered, with what was found.

Opening one is a reading of the records, which asks for a reason and is put on record there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from guiju import dispositions, policies, records
from guiju.casework import (
    Bench,
    Case,
    OwnStep,
    Panel,
    Passage,
    Picture,
    Row,
    Sheet,
    Span,
    Words,
    no_such_panel,
)
from guiju.dispositions import Finding
from guiju.gateway import recalled
from guiju.kernel import BEIJING, Actor, GuijuError, Text
from guiju.screening import Screen
from guiju.storage import Database, Tx

_TITLES = {"input": Text(zh="提问", en="Prompt"), "output": Text(zh="回答", en="Answer")}
_MADE = Text(zh="本次请求生成的图片", en="a picture that this request made")
_SHOWN_AS_IT_IS = frozenset({"image/png", "image/jpeg", "image/webp", "image/gif"})
_MOST_POLICIES = 500
_BOTH = 2


def benches(database: Database, screens: policies.Screens) -> Mapping[str, Bench]:
    """What lies beside the cases of each kind."""
    mark = Marking(database, screens).mark
    return {
        dispositions.USER_ACTION.name: Bench(
            panels=panels,
            uncover=uncover,
            mark=mark,
            steps={"approve": _approve},
            hides={
                "hold": _AT_OPENING,
                "propose": _AT_OPENING,
                # Which measure it is to be takes more than words.
                "revise": Text(
                    zh="用 guiju disposition revise 或接口办理。",
                    en="Take it with guiju disposition revise, or by the interface for programs.",
                ),
            },
            own=_own(dispositions.USER_ACTION.name),
        ),
        dispositions.CONTENT_ACTION.name: Bench(
            panels=content_panels,
            uncover=uncover,
            mark=mark,
            picture=picture,
            steps={"remove": _remove, "withdraw": _withdraw},
            hides={"withhold": _AT_OPENING, "propose": _AT_OPENING},
        ),
        dispositions.APPEAL.name: Bench(
            panels=panels,
            uncover=uncover,
            mark=mark,
            picture=picture,
            hides={"explain": _AT_APPEALS, "withdraw": _AT_APPEALS},
            elsewhere={"vary": "/console/appeals/{number}/vary"},
            own=_own(dispositions.APPEAL.name),
        ),
        dispositions.RECTIFICATION.name: Bench(
            panels=of_rectification,
            uncover=uncover,
            mark=mark,
            picture=picture,
            # Each step is taken where samples and figures stand.
            elsewhere={
                str(one.verb): "/console/rectifications/{number}"
                for one in dispositions.RECTIFICATION.machine.transitions
            },
            own=_own(dispositions.RECTIFICATION.name),
        ),
    }


_AT_OPENING = Text(
    zh="立案时办理：在 /console/findings 由发现提出。",
    en="It opens the case: take it from a finding, at /console/findings.",
)
_AT_APPEALS = Text(
    zh="只能由申诉人在 /appeals 办理。", en="Only who has appealed takes it, at /appeals."
)


def _own(kind: str) -> Mapping[str, OwnStep]:
    return dispositions.OWN_STEPS[kind]


def of_rectification(tx: Tx, case: Case) -> Sequence[Panel]:
    """The exchanges of the findings and of the samples that it rests on."""
    made = dispositions.rests_on(tx, case)
    return [exchange_panel(tx, request, hits) for request, hits in made.items()]


def panels(tx: Tx, case: Case) -> Sequence[Panel]:
    """The measure that is asked for, and the exchanges in which something was found."""
    against = case.caused_by or case.id
    found = dispositions.findings_of(tx, against)
    made = _by_request(found)
    of_a_person = case.kind is dispositions.USER_ACTION
    measure = [_measure(tx, case)] if of_a_person else []
    return [*measure, *(exchange_panel(tx, request, hits) for request, hits in made.items())]


def content_panels(tx: Tx, case: Case) -> Sequence[Panel]:
    """The exchange, and before it how many others got the same."""
    return [_elsewhere(tx, case), *panels(tx, case)]


def uncover(tx: Tx, actor: Actor, case: Case, panel: str, reason: str) -> Sheet:
    """The texts of an exchange, read from the records for this reason, and its pictures."""
    given, answered = records.read(tx, actor, panel, f"{case.number}: {reason}")
    head = records.find(tx, panel)
    texts = [
        Passage(_TITLES[direction], text, direction=direction)
        for direction, text in recalled(given, answered)
        if direction in _TITLES
    ]
    return Sheet(
        tuple(texts),
        tuple(Picture(one.produce_id, _MADE) for one in _pictures(tx, panel)),
        policy=None if head is None else str(head.values["policy"]),
    )


def picture(tx: Tx, case: Case, panel: str, picture: str) -> tuple[bytes, str]:
    """A picture that an exchange made, for whoever has uncovered it; also one that is kept back."""
    if all(one.produce_id != picture for one in _pictures(tx, panel)):
        raise no_such_panel(case, picture)
    made, data = records.fetched(tx, picture)
    return data, made.kind


class Marking:
    """Finds again what the rules of that day found, for people to see where it stands."""

    def __init__(self, database: Database, screens: policies.Screens) -> None:
        """Read policies from `database`; `screens` makes their screens and keeps the last."""
        self._database = database
        self._screens = screens

    def mark(self, sheet: Sheet) -> Sheet:
        """The sheet with the spans that its policy's words and patterns find."""
        screen = None if sheet.policy is None else self._screen(sheet.policy)
        if screen is None:
            return sheet._replace(rows=(*sheet.rows, _UNMARKED))
        return sheet._replace(passages=tuple(_marked(screen, one) for one in sheet.passages))

    def _screen(self, mark: str) -> Screen | None:
        """The screen of the policy with this digest, if it can still be made."""
        with self._database.read() as tx:
            heads = policies.listed(tx, _MOST_POLICIES)
            found = next((one for one in heads if one.digest == mark), None)
            if found is None:
                return None
            try:
                return self._screens.of(tx, policies.get(tx, found.id).body, mark)
            except GuijuError:
                return None


_UNMARKED = Row(
    Text(zh="标出", en="Marks"),
    Text(
        zh="当时的规则已无法载入，未标出位置",
        en="the rules of that day cannot be loaded, so nothing is marked",
    ),
)


def _marked(screen: Screen, passage: Passage) -> Passage:
    direction = "output" if passage.direction == "output" else "input"
    found = screen.judge(passage.text, direction).findings  # type: ignore[arg-type]  # one of two
    spans = tuple(Span(one.start, one.end, one.harm, one.rule) for one in found)
    return passage._replace(spans=spans)


def exchange_panel(tx: Tx, request: str, found: Sequence[Finding]) -> Panel:
    """An exchange, covered, with what was found in it."""
    head = records.find(tx, request)
    rows = [] if head is None else _rows(tx, head.values)
    return Panel(
        name=request,
        title=Text(zh=f"记录 {request[-8:]}", en=f"Exchange {request[-8:]}"),
        kind="exchange",
        rows=(*rows, *(_hit(one) for one in found)),
        items=0 if head is None else _BOTH + len(_pictures(tx, request)),
        harms=tuple(dict.fromkeys(one.harm for one in found)),
    )


def _pictures(tx: Tx, request: str) -> list[records.MadeMedium]:
    """Those that are kept to be looked at."""
    made = records.made_in(tx, request)
    return [one for one in made if one.kind in _SHOWN_AS_IT_IS and records.kept(tx, one.produce_id)]


def _rows(tx: Tx, head: Mapping[str, Any]) -> list[Row]:
    detail = head["detail"]
    verdicts = " / ".join(str(detail[way]["verdict"] or "—") for way in ("input", "output"))
    at = head["at"].astimezone(BEIJING)
    return [
        Row(Text(zh="时间", en="Time"), f"{at:%Y-%m-%d %H:%M:%S}"),
        Row(Text(zh="路由与模型", en="Route and model"), f"{head['route']} · {head['model']}"),
        Row(Text(zh="结论（输入/输出）", en="Verdict (in / out)"), verdicts),
        _policy(tx, str(head["policy"])),
    ]


def _policy(tx: Tx, mark: str) -> Row:
    """Under which version of the rules it was judged, by number where it is still known."""
    label = Text(zh="规则版本", en="Rules")
    for one in policies.listed(tx, _MOST_POLICIES):
        if one.digest == mark:
            said = Text(zh=f"第 {one.version} 版 · {mark[:12]}", en=f"v{one.version} · {mark[:12]}")
            return Row(label, said, f"/console/policies/{one.id}")
    return Row(label, mark[:12])


def _hit(one: Finding) -> Row:
    way = _TITLES.get(one.direction or "", Text(zh="记录", en="Record"))
    return Row(
        Text(zh=f"发现 · {way.zh}", en=f"Found · {way.en}"),
        f"{one.harm} · {one.rule} · {one.detector} · {one.action}",
    )


def _measure(tx: Tx, case: Case) -> Panel:
    one = dispositions.action_of(tx, case)
    said = policies.MEASURE_SAID[one.measure.value]
    days = "" if one.days is None else f" · {one.days} d"
    return Panel(
        name="measure",
        title=Text(zh="拟采取的处置", en="The measure that is asked for"),
        kind="measure",
        rows=(
            Row(Text(zh="处置", en="Measure"), Text(zh=f"{said.zh}{days}", en=f"{said.en}{days}")),
            Row(
                Text(zh="协议条款", en="Clause"),
                f"service-agreement@{one.agreement or '—'}:{one.clause}",
            ),
            Row(Text(zh="起因", en="Led to by"), one.trigger),
            Row(Text(zh="已记次数", en="Strikes before"), str(one.strikes)),
        ),
    )


def _elsewhere(tx: Tx, case: Case) -> Panel:
    """Numbers alone: neither words nor persons."""
    about = dispositions.content_of(tx, case)
    found, come = dispositions.elsewhere(tx, about), dispositions.spread(tx, case.id)
    label = _OTHER_FILES if about.produce_id else _OTHER_ANSWERS
    rows = [Row(label, _number(found.files if about.produce_id else found.answers))]
    if come is not None:
        reached = come.reached
        said = Text(
            zh=f"{reached.answers + reached.files} 份，涉及 {reached.persons} 人",
            en=f"{reached.answers + reached.files}, of {reached.persons} persons",
        )
        rows += [Row(_WITHDRAWN, said), Row(_STAGE, _STAGES[come.stage])]
    return Panel(
        name="elsewhere",
        title=Text(zh="同样的内容", en="The same content elsewhere"),
        kind="elsewhere",
        rows=tuple(rows),
    )


def _number(counted: int) -> Text:
    most = dispositions.MOST_COUNTED
    if counted >= most:
        return Text(zh=f"{most} 份以上", en=f"{most} or more")
    return Text(zh=f"{counted} 份", en=str(counted))


_OTHER_ANSWERS = Text(zh="相同的其他回答", en="Other answers that are the same")
_OTHER_FILES = Text(zh="相同的其他文件", en="Other files that are the same")
_WITHDRAWN = Text(zh="已撤下", en="Withdrawn")
_STAGE = Text(zh="进度", en="How far")
_STAGES = {
    dispositions.Stage.SPREADING: Text(
        zh="已停止提供；正在逐一标记并告知", en="handed out no more; being marked and told"
    ),
    dispositions.Stage.STANDING: Text(zh="全部撤下", en="all withdrawn"),
    dispositions.Stage.ENDED: Text(zh="已恢复提供", en="handed out again"),
}


def _withdraw(tx: Tx, actor: Actor, case: Case, words: Words) -> object:
    return dispositions.withdraw(tx, actor, case, words.facts)


def _approve(tx: Tx, actor: Actor, case: Case, words: Words) -> object:
    return dispositions.approve(tx, actor, case, words.facts)


def _remove(tx: Tx, actor: Actor, case: Case, words: Words) -> object:
    return dispositions.remove(tx, actor, case, words.facts)


def _by_request(found: Iterable[Finding]) -> dict[str, list[Finding]]:
    made: dict[str, list[Finding]] = {}
    for one in found:
        if one.request is not None:
            made.setdefault(one.request, []).append(one)
    return made
