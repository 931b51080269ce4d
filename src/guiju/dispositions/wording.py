# SPDX-License-Identifier: Apache-2.0
"""A statement of reasons in words, Chinese and English: the same data, line by line. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from guiju.kernel import BEIJING, Text
from guiju.measures import harms, law

TRIGGERS = {
    "abuse.in-a-row": Text(zh="连续输入被拦截的内容", en="inputs stopped one after the other"),
    "abuse.in-a-day": Text(zh="一天内多次输入被拦截的内容", en="inputs stopped within one day"),
    "complaint": Text(zh="投诉举报", en="a complaint"),
    "authority": Text(zh="主管部门通报", en="word of an authority"),
    "staff": Text(zh="工作人员发现", en="found by staff"),
    "screening": Text(zh="内容审查发现", en="found by screening"),
    "same-content": Text(
        zh="同样的内容已在另一回答中被认定违法",
        en="the same content was decided on in another answer",
    ),
}
_VISIBILITY = {
    "withheld": Text(zh="内容停止提供，待人工确认", en="Content withheld until a person confirms"),
    "removed": Text(zh="内容已消除", en="Content removed"),
    "withdrawn": Text(
        zh="内容已消除，并从各处撤下", en="Content removed, and withdrawn everywhere"
    ),
}
_ALL_OF_IT = Text(zh="该请求的文字回答", en="the text that answered the request")
_PROVISION = {
    None: Text(zh="不受影响", en="not affected"),
    "partial-suspension": Text(zh="部分功能暂停", en="some functions suspended"),
    "total-suspension": Text(zh="全部暂停", en="suspended"),
    "total-termination": Text(zh="终止", en="ended"),
}
_ACCOUNT = {
    None: Text(zh="不受影响", en="not affected"),
    "suspended": Text(zh="暂停", en="suspended"),
    "terminated": Text(zh="终止", en="ended"),
}
_SOURCES = {
    "own-initiative": Text(zh="本服务自行发现", en="found by the service itself"),
    "notice": Text(zh="他人投诉举报", en="a notice by somebody else"),
    "authority": Text(zh="主管部门通报", en="an authority"),
}
FUNCTIONS = {
    "text": Text(zh="文字", en="text"),
    "images": Text(zh="图片", en="images"),
    "audio": Text(zh="语音", en="speech"),
    "video": Text(zh="视频", en="video"),
    "embeddings": Text(zh="向量", en="embeddings"),
}
_UNLIMITED = Text(zh="无期限，直至解除", en="until it is lifted")
_MEASURES = Text(
    zh="《生成式人工智能服务管理暂行办法》", en="Interim Measures for Generative AI Services"
)
_NEVER = Text(zh="不能申诉", en="cannot be appealed")


class Line(NamedTuple):
    """One line of a statement: what it is about, and what is said."""

    head: Text
    said: Text


def lines(said: Mapping[str, Any]) -> list[Line]:
    """The whole statement, in the order in which people ask."""
    return [*_measure(said), *_why(said), *_how(said), *_until(said)]


def title(said: Mapping[str, Any]) -> Text:
    """What was done, in a few words."""
    if said["visibility"]:
        return _VISIBILITY[said["visibility"]]
    if said["warning"]:
        return Text(zh="警示", en="Warning")
    if said["provisional"]:
        return Text(zh="临时暂停，待人工确认", en="Held provisionally, to be confirmed by a person")
    return {
        "partial-suspension": Text(zh="限制功能", en="Functions restricted"),
        "total-suspension": Text(zh="暂停服务", en="Service suspended"),
        "total-termination": Text(zh="终止服务", en="Service ended"),
    }[said["provision"]]


def as_text(said: Mapping[str, Any], language: str) -> str:
    """The statement as it is told in a notice."""
    rows = [f"{one.head.to(language)}: {one.said.to(language)}" for one in lines(said)]
    return "\n".join([title(said).to(language), "", *rows])


def moment(written: str) -> Text:
    """A moment as evidence writes it, in Beijing time."""
    at = datetime.fromisoformat(written).astimezone(BEIJING)
    return Text(zh=f"{at:%Y-%m-%d %H:%M}（北京时间）", en=f"{at:%Y-%m-%d %H:%M} (Beijing)")


def _measure(said: Mapping[str, Any]) -> Iterator[Line]:
    if said["visibility"]:
        number = said["content"]
        which = Text(zh=number, en=number) if number else _ALL_OF_IT
        yield Line(Text(zh="内容", en="Content"), which)
    yield Line(Text(zh="服务", en="Service"), _PROVISION[said["provision"]])
    yield Line(Text(zh="账号", en="Account"), _ACCOUNT[said["account"]])
    if said["functions"]:
        zh = "、".join(FUNCTIONS[one].zh for one in said["functions"])
        en = ", ".join(FUNCTIONS[one].en for one in said["functions"])
        yield Line(Text(zh="限制的功能", en="Functions closed"), Text(zh=zh, en=en))
    yield Line(Text(zh="自", en="From"), moment(said["from"]))
    until = _UNLIMITED if said["until"] is None else moment(said["until"])
    if said["provisional"]:
        until = Text(
            zh=f"{until.zh}；届时无人确认即自动恢复",
            en=f"{until.en}; it lapses then unless a person confirms",
        )
    yield Line(Text(zh="至", en="Until"), until)


def _why(said: Mapping[str, Any]) -> Iterator[Line]:
    for kind, reference in said["grounds"]:
        yield _law(reference) if kind == "law" else _clause(reference)
    facts = said["facts"]
    trigger = TRIGGERS[facts["trigger"]]
    if facts["first"]:
        first, last = moment(facts["first"]), moment(facts["last"])
        trigger = Text(
            zh=f"{trigger.zh}，{facts['count']} 次，{_span(first.zh, last.zh, '至')}",
            en=f"{trigger.en}, {facts['count']} times, {_span(first.en, last.en, 'to')}",
        )
    yield Line(Text(zh="事实", en="Facts"), trigger)
    if facts["harms"]:
        known = harms()
        named = [known[one].text for one in facts["harms"] if one in known]
        yield Line(
            Text(zh="涉及的风险", en="Harms concerned"),
            Text(zh="；".join(one.zh for one in named), en="; ".join(one.en for one in named)),
        )
    if facts["requests"]:
        ids = ", ".join(facts["requests"])
        yield Line(Text(zh="有关请求", en="Requests concerned"), Text(zh=ids, en=ids))
    if said["words"] and not said["automated_decision"]:
        yield Line(Text(zh="说明", en="In words"), Text(zh=said["words"], en=said["words"]))


def _span(first: str, last: str, to: str) -> str:
    return first if first == last else f"{first} {to} {last}"


def _law(reference: str) -> Line:
    obligation = reference.partition(":")[2]
    article, _, paragraph = obligation.partition(".")
    found = law().obligations[obligation]
    return Line(
        Text(zh="法律依据", en="Ground in law"),
        Text(
            zh=f"{_MEASURES.zh}第 {article} 条第 {paragraph[:1]} 款：{found.text.zh}",
            en=f"{_MEASURES.en}, Article {article}, paragraph {paragraph[:1]}: {found.text.en}",
        ),
    )


def _clause(reference: str) -> Line:
    which, _, clause = reference.partition(":")
    version = which.partition("@")[2]
    return Line(
        Text(zh="约定依据", en="Ground in the agreement"),
        Text(
            zh=f"服务协议第 {version} 版第 {clause} 条",
            en=f"Service agreement, version {version}, clause {clause}",
        ),
    )


def _how(said: Mapping[str, Any]) -> Iterator[Line]:
    yield Line(Text(zh="来源", en="Source"), _SOURCES[said["source"]])
    yield Line(Text(zh="由软件发现", en="Found by software"), _yes(said["automated_detection"]))
    yield Line(Text(zh="由软件决定", en="Decided by software"), _yes(said["automated_decision"]))


def _until(said: Mapping[str, Any]) -> Iterator[Line]:
    until = said["appeal_until"]
    yield Line(Text(zh="申诉期限", en="Appeal until"), _NEVER if until is None else moment(until))
    yield Line(Text(zh="案件编号", en="Case"), Text(zh=said["case"], en=said["case"]))
    yield Line(Text(zh="理由书编号", en="Statement"), Text(zh=said["id"], en=said["id"]))


def _yes(value: bool) -> Text:  # noqa: FBT001 - the value that is said
    return Text(zh="是", en="yes") if value else Text(zh="否", en="no")
