# SPDX-License-Identifier: Apache-2.0
"""The statement in words, once for all who show it: page, API notice, annex, papers, command line.

What nobody has said yet makes no line, so that no reader takes silence for a statement.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from guiju.kernel import Text
from guiju.profile.model import Statement
from guiju.profile.offering import Collected, Offer
from guiju.profile.parts import Filing, ModelBehind
from guiju.profile.scope import ForeignNotice, OfferedFrom, Permit
from guiju.profile.words import (
    AUDIENCES,
    FIELDS,
    FILINGS,
    MODALITIES,
    ORIGINS,
    PLACES,
    REACHES,
    TIERS,
    USES,
    WAYS,
)


class Said(NamedTuple):
    """One particular: its name and what is said of it, line by line."""

    key: str
    head: Text
    lines: tuple[Text, ...]


def particulars(statement: Statement) -> tuple[Said, ...]:
    """All that the statement says, in the order in which a reader wants it."""
    return tuple(one for one in _all(statement) if one.lines)


def _all(s: Statement) -> Iterator[Said]:
    yield Said("provider", Text(zh="提供者", en="Provider"), (s.provider, _same(s.uscc)))
    yield Said("service", Text(zh="服务", en="Service"), (s.service,))
    yield Said("audience", Text(zh="适用人群", en="Audience"), (_audience(s),))
    yield Said("scenes", Text(zh="适用场合", en="Scenes"), (s.scenes,))
    yield Said("uses", Text(zh="用途", en="Uses"), (s.uses,))
    yield Said("limits", Text(zh="局限", en="Limits"), (s.limits,))
    yield Said("services", Text(zh="各项服务", en="Services"), tuple(map(_offer, s.services)))
    yield Said("models", Text(zh="模型", en="Models"), tuple(map(_model, s.models)))
    yield Said("algorithm", _ALGORITHM, _perhaps(s.algorithm))
    yield Said("labels", Text(zh="生成内容的标识", en="Labels"), _perhaps(s.labels))
    yield Said("collected", _COLLECTED, tuple(map(_data, s.collected)))
    yield Said("filings", Text(zh="备案与登记", en="Filings"), tuple(map(_filing, s.filings)))
    yield Said("permits", Text(zh="行政许可", en="Permits"), tuple(map(_permit, s.permits)))
    yield Said("scope", Text(zh="适用范围与级别", en="Scope and tier"), tuple(_scope(s)))
    yield Said("ownership", _OWNERSHIP, tuple(_owned(s)))
    yield Said("foreign-notices", _NOTICES, tuple(map(_notice, s.foreign_notices)))
    ways = (_pair(WAYS[one.kind], _same(one.address)) for one in s.complaint_ways)
    yield Said("complaints", Text(zh="投诉渠道", en="Ways to complain"), tuple(ways))
    yield Said("contact", Text(zh="联系", en="Contact"), (_same(s.contact),))


def _audience(s: Statement) -> Text:
    kind = AUDIENCES[s.audience_kind]
    return Text(zh=f"{kind.zh}。{s.audience.zh}", en=f"{kind.en}. {s.audience.en}")


def _offer(one: Offer) -> Text:
    ways, kinds = _listed(REACHES[way] for way in one.reach), _kinds(one)
    return Text(
        zh=f"{one.name.zh}：{kinds.zh}；经由{ways.zh}；模型 {'、'.join(one.models)}",
        en=f"{one.name.en}: {kinds.en}; by {ways.en}; models {', '.join(one.models)}",
    )


def _kinds(one: Offer) -> Text:
    return _listed(MODALITIES[kind] for kind in one.modalities)


def _model(one: ModelBehind) -> Text:
    origin = ORIGINS[one.origin]
    whose = f" · {one.supplier}" if one.supplier else ""
    number = one.filing
    filed = Text(
        zh=f"备案号 {number}" if number else "未备案",
        en=f"filing number {number}" if number else "not filed",
    )
    return Text(
        zh=f"{one.name}：{origin.zh}{whose}；{filed.zh}",
        en=f"{one.name}: {origin.en}{whose}; {filed.en}",
    )


def _data(one: Collected) -> Text:
    mark = Text(zh="（敏感个人信息）", en=" (sensitive)") if one.sensitive else Text(zh="", en="")
    return Text(
        zh=f"{one.what.zh}{mark.zh}：{one.purpose.zh}",
        en=f"{one.what.en}{mark.en}: {one.purpose.en}",
    )


def _filing(one: Filing) -> Text:
    said = _pair(FILINGS[one.kind], _same(one.number))
    return (
        said
        if one.link is None
        else Text(zh=f"{said.zh}（{one.link}）", en=f"{said.en} ({one.link})")
    )


def _permit(one: Permit) -> Text:
    until = Text(
        zh=f"，至 {one.until}" if one.until else "", en=f", until {one.until}" if one.until else ""
    )
    return Text(
        zh=f"{one.name.zh} {one.number}{until.zh}", en=f"{one.name.en} {one.number}{until.en}"
    )


def _scope(s: Statement) -> Iterator[Text]:
    if s.scope is None:
        return
    yield _pair(USES[s.scope.use], s.scope.reason)
    tier = TIERS[s.scope.tier]
    yield Text(
        zh=f"风险级别{tier.zh}：{s.scope.tier_reason.zh}",
        en=f"tier {tier.en}: {s.scope.tier_reason.en}",
    )
    if s.scope.fields:
        touched = _listed(FIELDS[one] for one in s.scope.fields)
        yield Text(zh=f"涉及的领域：{touched.zh}", en=f"fields touched: {touched.en}")


def _owned(s: Statement) -> Iterator[Text]:
    owned = s.ownership
    if owned is None:
        return
    place = PLACES[owned.offered_from]
    yield Text(zh=f"服务由{place.zh}提供", en=f"offered from {place.en}")
    if owned.offered_from is OfferedFrom.ABROAD:
        yield _FROM_ABROAD
    yield Text(
        zh="有外商投资" if owned.foreign_invested else "无外商投资",
        en="with foreign investment" if owned.foreign_invested else "without foreign investment",
    )
    yield owned.checked


def _notice(one: ForeignNotice) -> Text:
    done = one.done or Text(zh="尚未处理", en="not dealt with yet")
    return Text(
        zh=f"{one.number}（{one.received}）：{one.asks.zh} {done.zh}",
        en=f"{one.number} ({one.received}): {one.asks.en} {done.en}",
    )


def _perhaps(said: Text | None) -> tuple[Text, ...]:
    return () if said is None else (said,)


def _pair(head: Text, said: Text) -> Text:
    return Text(zh=f"{head.zh}：{said.zh}", en=f"{head.en}: {said.en}")


def _same(words: str) -> Text:
    return Text(zh=words, en=words)


def _listed(texts: Iterable[Text]) -> Text:
    every = list(texts)
    return Text(zh="、".join(one.zh for one in every), en=", ".join(one.en for one in every))


_ALGORITHM = Text(zh="模型与算法概要", en="Model and algorithm in short")
_COLLECTED = Text(zh="收集的数据与用途", en="Data collected, and what for")
_OWNERSHIP = Text(zh="来源与外商投资", en="Origin and foreign investment")
_NOTICES = Text(zh="主管部门的通知（第二十条）", en="Notices of the authorities (Article 20)")
_FROM_ABROAD = Text(
    zh="境外服务不合规定的，主管部门可通知有关机构采取措施",
    en="where a service from abroad breaks the rules, the authorities may have measures taken",
)
