# SPDX-License-Identifier: Apache-2.0
"""Nothing is collected that nobody said what for: checked by software, looked at by a person."""

from __future__ import annotations

from guiju.inventory import fields
from guiju.kernel import Actor, Conflict, Invalid, Refused, Text, canonical, digest
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx, metadata

_REVIEWER = "privacy-officer"
_CONTROLS = ("collection-minimised",)


def columns() -> dict[str, list[str]]:
    """Every column that this process keeps, by table."""
    return {
        str(table.name): [str(one.name) for one in table.columns]
        for table in metadata.tables.values()
    }


@enforces("collection-minimised")
def review_collection(tx: Tx, actor: Actor, said: str, found: list[str]) -> int:
    """Put on record that a person went through every field and its purpose; how many there are.

    `found` is what the check of the register says, see `inventory.faults`; `said` what was looked
    at and what is to change.

    Raises:
        Refused: `role-needed`.
        Invalid: `reason-needed`.
        Conflict: `fields-without-purpose`, as long as the check finds any.
    """
    if not actor.has(_REVIEWER):
        raise Refused("role-needed", _NOT_YOURS, _ASK, article=11)
    if not said.strip():
        raise Invalid("reason-needed", _NOTHING_SAID, _SAY, article=11, param="said")
    if found:
        raise Conflict(
            "fields-without-purpose",
            Text(
                zh=f"有 {len(found)} 处字段没有用途，例如：{found[0]}。",
                en=f"{len(found)} fields have no purpose, such as: {found[0]}.",
            ),
            _MEND,
            article=11,
        )
    register = [[one.table, one.column, one.held] for one in fields()]
    append(
        tx,
        "collection-reviewed",
        controls=_CONTROLS,
        actor=actor,
        facts={
            "fields": len(register),
            "register": digest(canonical(register)),
            "said": digest(said.strip().encode()),
        },
    )
    return len(register)


_NOT_YOURS = Text(
    zh="只有个人信息保护负责人可以复核。", en="Only a privacy officer may review the fields."
)
_ASK = Text(zh="请由该岗位复核。", en="Ask the privacy officer.")
_NOTHING_SAID = Text(zh="复核须写明结论。", en="A review says what it came to.")
_SAY = Text(zh="请写明后重试。", en="State it and try again.")
_MEND = Text(
    zh="请在 inventory/fields.toml 中写明用途，或删去该字段。",
    en="Give them a purpose in inventory/fields.toml, or drop them.",
)
