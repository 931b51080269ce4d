# SPDX-License-Identifier: Apache-2.0
"""Makes controls and kinds of evidence from TOML files; refuses a check that cannot fail."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from guiju.measures.model import (
    Cadence,
    Check,
    CheckType,
    Condition,
    Control,
    How,
    Kind,
    Op,
    State,
)
from guiju.measures.reading import ROOT, Entry, collect, entries_of, read


def load_controls(root: Path = ROOT) -> dict[str, Control]:
    """Every control by id, from `controls/<room>.toml`."""
    return collect(entries_of(root, "controls", "control"), _control)


def load_kinds(root: Path = ROOT) -> dict[str, Kind]:
    """Every kind of evidence by id, from `evidence.toml`."""
    file = read(root / "evidence.toml", root)
    kinds = collect(file.entries("kind"), _kind)
    file.done()
    return kinds


def _control(entry: Entry) -> Control:
    control = Control(
        id=entry.text("id"),
        serves=entry.names("serves"),
        how=entry.word("how", How),
        state=entry.word("state", State),
        room=entry.text("room"),
        evidence=entry.names("evidence"),
        cadence=entry.word("cadence", Cadence),
        valid_days=entry.take("valid_days", int),
        title=entry.title("title"),
        what=entry.title("what"),
        docs=entry.text("docs"),
        check=_check(entry),
    )
    _control_holds_together(entry, control)
    return control


def _control_holds_together(entry: Entry, control: Control) -> None:
    file = entry.where.split(",", 1)[0]
    if file != f"controls/{control.room}.toml":
        raise entry.fault(
            f"房间 {control.room} 的控制应在 controls/{control.room}.toml 中",
            f"a control of the room {control.room} belongs into controls/{control.room}.toml",
        )
    if control.valid_days < 1:
        raise entry.fault("valid_days 至少为 1", "valid_days must be at least 1")
    if control.check is None and control.state is not State.PLANNED:
        raise entry.fault("没有 check", f"a control that is {control.state} needs a check")


def _check(entry: Entry) -> Check | None:
    table = entry.take("check", dict, needed=False)
    if table is None:
        return None
    inner = Entry(table, f"{entry.where}, check")
    check = Check(
        type=inner.word("type", CheckType),
        kinds=inner.names("kinds", needed=False),
        when=tuple(_condition(one) for one in inner.entries("when", needed=False)),
        holds=tuple(_condition(one) for one in inner.entries("holds", needed=False)),
        named=inner.take("named", bool, needed=False) or False,
        signal=inner.take("signal", str, needed=False),
    )
    inner.done()
    _check_can_fail(inner, check)
    return check


def _check_can_fail(entry: Entry, check: Check) -> None:
    lacks = {
        CheckType.EACH: not check.kinds or not check.holds,
        CheckType.PRESENT: not check.kinds,
        CheckType.SIGNAL: not check.signal,
        CheckType.ATTESTED: False,
    }
    if lacks[check.type]:
        raise entry.fault(
            f"{check.type} 检查缺少 kinds、holds 或 signal，永远不会失败",
            f"a check of type {check.type} without kinds, holds or signal could never fail",
        )


def _condition(entry: Entry) -> Condition:
    op = entry.word("op", Op)
    value = entry.take("value", (str, int, list, bool), needed=op not in _ALONE)
    if op in _ALONE and value is not None:
        raise entry.fault(f"{op} 不带 value", f"{op} takes no value")
    if wanted := _VALUES.get(op):
        value = entry.take("value", wanted)
    condition = Condition(entry.text("fact"), op, tuple(value) if op is Op.IN else value)
    entry.done()
    return condition


_ALONE = {Op.PRESENT, Op.ABSENT}
_VALUES: Mapping[Op, type] = {
    Op.IN: list,
    Op.INCLUDES: str,
    Op.AT_LEAST: int,
    Op.SAME_AS: str,
    Op.DIFFERS_FROM: str,
}


def _kind(entry: Entry) -> Kind:
    return Kind(
        id=entry.text("id"),
        text=entry.here(),
        facts=entry.names("facts", needed=False),
        general=entry.take("general", bool, needed=False) or False,
    )
