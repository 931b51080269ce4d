# SPDX-License-Identifier: Apache-2.0
"""What was said and filed against what runs: every difference is one line with its place. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from guiju.kernel import Text
from guiju.profile.model import Statement
from guiju.profile.offering import Modality
from guiju.profile.running import Running

# What a filing describes; the rest of a statement may change without one.
_FILED = (
    "provider",
    "uscc",
    "model_code",
    "service",
    "audience_kind",
    "audience",
    "scenes",
    "uses",
    "models",
    "services",
    "algorithm",
    "labels",
    "scope",
    "ownership",
)


class Drift(NamedTuple):
    """One difference: where, what was said or filed, what is now, and what it means."""

    place: str
    said: str
    now: str
    what: Text

    def as_report(self) -> dict[str, str]:
        """For JSON."""
        return {
            "place": self.place,
            "said": self.said,
            "now": self.now,
            "what": self.what.en,
            "what_zh": self.what.zh,
        }


def against_running(said: Statement, running: Running) -> list[Drift]:
    """Where what runs is not what the public statement says."""
    return [*_models(said, running), *_modalities(said, running)]


def since_filed(filed: Statement, now: Statement, then: Running, running: Running) -> list[Drift]:
    """What has changed since a version was filed: in the statement, and in what runs."""
    return [*_statement(filed, now), *_routes(then, running), *_labels(then, running)]


def not_shown(number: str, now: Statement) -> list[Drift]:
    """The number that the filing got, where the public page does not show it."""
    shown = [one.number for one in now.filings]
    if number in shown:
        return []
    return [Drift("filings", number, _listed(shown), _NOT_SHOWN)]


def _models(said: Statement, running: Running) -> Iterator[Drift]:
    named = {one.name for one in said.models}
    if running.models is None:
        yield Drift("models", _listed(named), "?", _UNNAMED)
        return
    for name in sorted(set(running.models) - named):
        yield Drift("models", _listed(named), name, _UNSAID_MODEL)
    for name in sorted(named - set(running.models)):
        yield Drift("models", name, "—", _GONE_MODEL)


def _modalities(said: Statement, running: Running) -> Iterator[Drift]:
    if not said.services:
        return
    for one in _in_order(running.modalities - said.modalities):
        routes = [name for name, kind in running.routes.items() if kind is one]
        yield Drift("modalities", _listed(said.modalities), _listed(routes), _UNSAID_MODALITY)
    for one in _in_order(said.modalities - running.modalities):
        yield Drift("modalities", one.value, "—", _GONE_MODALITY)


def _statement(filed: Statement, now: Statement) -> Iterator[Drift]:
    old, new = filed.to_mapping(), now.to_mapping()
    for key in _FILED:
        before, after = _flat(old.get(key), key), _flat(new.get(key), key)
        for place in dict.fromkeys((*before, *after)):
            if before.get(place) != after.get(place):
                yield Drift(place, before.get(place, "—"), after.get(place, "—"), _RESAID)


def _routes(then: Running, running: Running) -> Iterator[Drift]:
    for name in running.routes:
        if name not in then.routes:
            yield Drift("routes", "—", name, _NEW_ROUTE)
    for name in then.routes:
        if name not in running.routes:
            yield Drift("routes", name, "—", _CLOSED_ROUTE)


def _labels(then: Running, running: Running) -> Iterator[Drift]:
    for key in dict.fromkeys((*then.labels, *running.labels)):
        before, after = then.labels.get(key, "—"), running.labels.get(key, "—")
        if before != after:
            yield Drift(f"labels.{key}", before, after, _RELABELLED)


def _flat(value: Any, place: str) -> dict[str, str]:
    """Single values by their place."""
    if isinstance(value, Mapping):
        found: dict[str, str] = {}
        for key, one in value.items():
            found |= _flat(one, f"{place}.{key}")
        return found
    if isinstance(value, list):
        found = {}
        for at, one in enumerate(value):
            found |= _flat(one, f"{place}[{at}]")
        return found
    return {} if value is None else {place: str(value)}


def _in_order(kinds: Iterable[Modality]) -> list[Modality]:
    wanted = set(kinds)
    return [one for one in Modality if one in wanted]


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(str(one) for one in names)) or "—"


_UNNAMED = Text(
    zh="规则没有写明模型，上游有什么就提供什么，无法与说明比对",
    en="the policy names no models and lets the upstream say which there are, so it cannot be held"
    " against the statement",
)
_UNSAID_MODEL = Text(zh="运行中的模型，说明里没有", en="a model runs that the statement lacks")
_GONE_MODEL = Text(zh="说明里的模型没有运行", en="a model of the statement does not run")
_UNSAID_MODALITY = Text(
    zh="开放了说明里没有的内容形式", en="routes make a kind of content that the statement lacks"
)
_GONE_MODALITY = Text(zh="说明里的内容形式没有开放", en="no open route makes this kind of content")
_RESAID = Text(zh="说明自备案后有变", en="the statement has changed since it was filed")
_NEW_ROUTE = Text(zh="备案后新开放的路由", en="a route that was opened since it was filed")
_CLOSED_ROUTE = Text(zh="备案后关闭的路由", en="a route that was closed since it was filed")
_RELABELLED = Text(zh="标识方法自备案后有变", en="the way of labelling has changed since")
_NOT_SHOWN = Text(
    zh="备案编号没有在首页展示", en="the number of the filing is not shown on the first page"
)
