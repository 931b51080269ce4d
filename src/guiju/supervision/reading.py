# SPDX-License-Identifier: Apache-2.0
"""Words for what law data and leaves hold, and leaves fetched by their place in the ledger."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from guiju import ledger
from guiju.kernel import Text
from guiju.measures import Control, Duty, How, State
from guiju.storage import Database

DUTIES: Mapping[Duty, Text] = {
    Duty.PROVIDER: Text(zh="提供者", en="provider"),
    Duty.USER: Text(zh="使用者", en="user"),
    Duty.AUTHORITY: Text(zh="主管部门", en="authority"),
    Duty.STATE: Text(zh="国家", en="State"),
    Duty.NONE: Text(zh="不设义务", en="no duty"),
}
HOWS: Mapping[str, Text] = {
    How.SOFTWARE.value: Text(zh="由软件执行", en="by software"),
    How.PERSON.value: Text(zh="由人执行", en="by a person"),
}
STATES: Mapping[str, Text] = {
    State.BUILT.value: Text(zh="已建成", en="built"),
    State.PLANNED.value: Text(zh="计划中", en="planned"),
    State.EXTERNAL.value: Text(zh="在系统外执行", en="done outside this system"),
}
ACTORS: Mapping[str, Text] = {
    "person": Text(zh="使用者", en="person"),
    "staff": Text(zh="工作人员", en="staff"),
    "app": Text(zh="提供者的应用", en="app of the provider"),
    "software": Text(zh="软件", en="software"),
}
CADENCES: Mapping[str, Text] = {
    "continuous": Text(zh="持续", en="continuous"),
    "daily": Text(zh="每日", en="daily"),
    "weekly": Text(zh="每周", en="weekly"),
    "monthly": Text(zh="每月", en="monthly"),
    "yearly": Text(zh="每年", en="yearly"),
    "once": Text(zh="一次", en="once"),
    "on-event": Text(zh="逢事件", en="on each event"),
}
_CHECKS: Mapping[str, Text] = {
    "each": Text(zh="逐条检查下列每一条凭证", en="Each piece of this evidence is looked at"),
    "present": Text(zh="有效期内至少有一条凭证", en="There is such evidence that is still valid"),
    "signal": Text(zh="系统实时测得", en="Measured live"),
    "attested": Text(zh="有权人员签署的声明", en="A statement signed by a person in a role"),
}
_OPS: Mapping[str, Text] = {
    "present": Text(zh="存在", en="is present"),
    "absent": Text(zh="不存在", en="is absent"),
    "equals": Text(zh="等于", en="equals"),
    "in": Text(zh="属于", en="is one of"),
    "includes": Text(zh="包含", en="includes"),
    "at-least": Text(zh="不少于", en="is at least"),
    "same-as": Text(zh="等于另一事实", en="is the same as"),
    "differs-from": Text(zh="不同于", en="differs from"),
}


def check_words(control: Control) -> Text | None:
    """How the standing of a control is found; None for one that has no check yet."""
    return None if control.check is None else _CHECKS[control.check.type.value]


def conditions(control: Control) -> list[tuple[Text, str, Text, str]]:
    """What its check asks, line by line: which part, which fact, how, and of what."""
    check = control.check
    if check is None:
        return []
    counted = Text(zh="计入的凭证", en="counts if")
    asked = Text(zh="须成立", en="must hold")
    parts = [(counted, one) for one in check.when] + [(asked, one) for one in check.holds]
    return [(part, one.fact, _OPS[one.op.value], _plain(one.value)) for part, one in parts]


def _plain(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def leaves_at(database: Database, places: Iterable[int]) -> list[dict[str, Any]]:
    """The leaves at these places, in this order; neighbours are read together."""
    wanted = list(places)
    found: dict[int, dict[str, Any]] = {}
    with database.read() as tx:
        for first, last in _runs(sorted(wanted)):
            for leaf in ledger.leaves(tx, first, last - first + 1):
                found[leaf["index"]] = leaf
    return [found[place] for place in wanted if place in found]


def _runs(places: Sequence[int]) -> list[tuple[int, int]]:
    """Stretches without a gap as (first, last)."""
    runs: list[tuple[int, int]] = []
    for place in places:
        if runs and place == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], place)
        else:
            runs.append((place, place))
    return runs
