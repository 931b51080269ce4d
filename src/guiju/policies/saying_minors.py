# SPDX-License-Identifier: Apache-2.0
"""The parts `minors` and `companion` of a policy in words: for its page, and line by line.

Words of the operator stand each on a line of its own in a comparison, so that whoever approves sees
which of them come and go; the page counts them and shows the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from guiju.kernel import Text
from guiju.policies.body_minors import (
    CompanionRules,
    MinorRules,
    companion_rules,
    minor_rules,
)
from guiju.policies.saying import harms_said
from guiju.policies.words import listed, plain

Said = tuple[Text, Text]
_Say = Callable[[Text, Sequence[str]], Iterator[Said]]

_MOST_WORDS = 12
_ENDINGS = {
    "sentence": Text(zh="说完一句", en="with its sentence"),
    "at-once": Text(zh="立即结束", en="at once"),
}
_PERSONAS = {
    "none": Text(zh="无人设", en="no persona"),
    "friend": Text(zh="朋友", en="a friend"),
    "partner": Text(zh="伴侣", en="a partner"),
    "relative": Text(zh="亲属", en="a relative"),
}
_WITHOUT = {
    "not-kept": Text(
        zh="不保存对话内容（被拦截、送审或涉及危险的除外），不用于训练",
        en="what is said is not kept, but what was stopped, is looked at or told of danger; it "
        "trains nothing",
    ),
    "kept": Text(zh="照常保存，不用于训练", en="kept as for others; it trains nothing"),
}


def minors_said(body: Mapping[str, Any]) -> list[Said]:
    """For a page: what the provider decided about minors and companions."""
    return [*_minors(body), *_companion(body, _counted)]


def minors_lines(body: Mapping[str, Any]) -> list[Text]:
    """The same in lines, to compare two versions, each word of the operator by itself."""
    return [
        Text(zh=f"{head.zh}：{said.zh}", en=f"{head.en}: {said.en}")
        for head, said in chain(_minors(body), _companion(body, _each))
    ]


def _minors(body: Mapping[str, Any]) -> Iterator[Said]:
    if "minors" not in body:
        return
    now = minor_rules(body)
    yield Text(zh="未成年人用时", en="Minors' time"), _time(now)
    yield Text(zh="到限的回答", en="An answer at a minor's limit"), _ending(now)
    yield (
        Text(zh="推断为未成年人", en="Inferred minors"),
        Text(
            zh=f"分值 {now.infer_from}‰ 起临时开启；误判申诉 {now.appeal_working_days} 个工作日内"
            "由人决定",
            en=f"provisionally from {now.infer_from} per mille; a person decides about an appeal "
            f"within {now.appeal_working_days} working days",
        ),
    )
    yield (
        Text(zh="不向未成年人输出", en="Kept from minors"),
        listed(harms_said(body["minors"]["block"])),
    )
    yield (
        Text(zh="使用提醒（自愿）", en="Reminders, for who asks"),
        Text(
            zh=f"一天 {now.long_minutes} 分钟起；一周 {now.night_days} 天在夜里用，"
            f"{now.often_days} 天都在用",
            en=f"from {now.long_minutes} minutes a day, {now.night_days} nights or "
            f"{now.often_days} days a week",
        ),
    )
    yield (
        Text(zh="使用时长的保存", en="Minutes kept"),
        Text(zh=f"{now.keep_days} 天", en=f"{now.keep_days} days"),
    )


def _time(now: MinorRules) -> Text:
    return Text(
        zh=f"间隔不足 {now.gap_minutes} 分钟算作使用；每分钟读 {now.reading} 字，"
        f"最多 {now.reading_most} 秒",
        en=f"pauses below {now.gap_minutes} minutes are use; {now.reading} characters a minute are "
        f"read, {now.reading_most} seconds at most",
    )


def _ending(now: MinorRules) -> Text:
    ending = _ENDINGS[now.ending]
    if now.ending == "at-once":
        return Text(zh=ending.zh, en=f"ends {ending.en}")
    return Text(
        zh=f"{ending.zh}再结束，最多再 {now.ending_seconds} 秒",
        en=f"ends {ending.en}, within {now.ending_seconds} seconds",
    )


def _companion(body: Mapping[str, Any], say: _Say) -> Iterator[Said]:
    one = companion_rules(body)
    if one is None:
        return
    for scene, persona in sorted(one.scenes.items()):
        yield Text(zh="陪伴类场景", en="Companion scene"), _scene(scene, persona)
    yield from say(Text(zh="退出用语", en="Words that end it"), sorted(one.exits))
    yield Text(zh="退出时的答复", en="Said at the end"), _both(one.farewell)
    yield from say(Text(zh="危机用语", en="Words of danger"), one.crisis)
    yield _crisis(one)
    yield from say(Text(zh="亲密人设用语", en="Words of a close persona"), one.personas)
    yield (
        Text(
            zh="未单独同意处理敏感互动数据时",
            en="Without the separate consent to sensitive interaction data",
        ),
        _WITHOUT[one.without_consent],
    )


def _scene(scene: str, persona: str) -> Text:
    direct = Text(zh="本人密钥直接使用", en="people with their own key")
    where, who = direct if scene == "direct" else plain(scene), _PERSONAS[persona]
    return Text(zh=f"{where.zh}（{who.zh}）", en=f"{where.en} ({who.en})")


def _crisis(one: CompanionRules) -> Said:
    comfort = _both(one.comfort)
    return (
        Text(zh="危机时的答复", en="Said in danger"),
        Text(
            zh=f"{comfort.zh}；{one.crisis_hours} 小时内由人接手",
            en=f"{comfort.en}; a person takes it up within {one.crisis_hours} hours",
        ),
    )


def _both(said: Text) -> Text:
    """A change of either language is a change."""
    return plain(f"{said.zh} / {said.en}")


def _each(head: Text, words: Sequence[str]) -> Iterator[Said]:
    for one in words:
        yield head, plain(one)


def _counted(head: Text, words: Sequence[str]) -> Iterator[Said]:
    if not words:
        return
    first = words[:_MOST_WORDS]
    more = " …" if len(words) > len(first) else ""
    yield (
        head,
        Text(
            zh=f"{len(words)} 个：{'、'.join(first)}{more}",
            en=f"{len(words)}: {', '.join(first)}{more}",
        ),
    )
