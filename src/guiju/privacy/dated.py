# SPDX-License-Identifier: Apache-2.0
"""The calendar of the privacy officer as a page shows it: what is due, by when, where to go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from guiju import inventory, policies, records
from guiju.inventory import DataClass
from guiju.kernel import Text
from guiju.privacy.duty_kind import POOL, TEXTS
from guiju.privacy.reminding import Duty, duties
from guiju.records import Dated
from guiju.storage import Tx

_HERE, _BARE = "/console/privacy", "unassessed"
_PLACES = {
    _BARE: f"{_HERE}/assessments/new?bare=true",
    "stale": f"{_HERE}/assessments/new?after={{}}",
    "old": f"{_HERE}/assessments/{{}}",
    "unreviewed": f"{_HERE}/assessments/{{}}",
    "undecided": f"{_HERE}/disclosures/{{}}",
    "unrecorded": f"{_HERE}/disclosures/{{}}",
    "audit": f"{_HERE}/audits",
}


class Entry(NamedTuple):
    """One line. `at` None: now. `rule`: whose day it is, empty where it is ours.

    `number` and `due`: of the case that it has opened, while that is open.
    """

    text: Text
    name: Text
    at: datetime | None
    rule: str
    address: str
    number: str
    due: datetime | None


def entries(tx: Tx) -> list[Entry]:
    """All that falls due, what is due now first; then pools that are to be made anew."""
    policy = policies.active(tx)
    classes = inventory.classes(None if policy is None else policy.body)
    standing = duties(tx)
    dated = records.calendar(tx, classes)
    bare = [one.about for one in dated if one.kind == _BARE]
    found = [_entry(one, _name(one, bare, classes), standing) for one in _once(dated)]
    pools = [one for one in standing.values() if one.kind == POOL and one.case.is_open]
    return [*found, *map(_pool, pools)]


def _once(dated: Iterable[Dated]) -> list[Dated]:
    """Each thing once: classes without an assessment are one thing, as one may be about all."""
    return list({one.thing: one for one in dated}.values())


def _name(one: Dated, bare: Sequence[str], classes: Mapping[str, DataClass]) -> Text:
    if one.kind != _BARE:
        return Text(zh=one.name, en=one.name)
    texts = [classes[name].text for name in bare]
    return Text(zh="、".join(t.zh for t in texts), en=", ".join(t.en for t in texts))


def _entry(one: Dated, name: Text, standing: Mapping[str, Duty]) -> Entry:
    duty = standing.get(one.thing)
    is_open = duty is not None and duty.case.is_open
    return Entry(
        TEXTS[one.kind],
        name,
        one.at,
        one.rule,
        _place(one),
        duty.case.number if duty is not None and is_open else "",
        duty.case.due if duty is not None and is_open else None,
    )


def _place(one: Dated) -> str:
    """Where it is seen to; what was kept long enough stands under its own id."""
    if one.kind == "kept":
        register = "disclosures" if one.about.startswith("dis_") else "assessments"
        return f"{_HERE}/{register}/{one.about}"
    return _PLACES[one.kind].format(one.about)


def _pool(one: Duty) -> Entry:
    name = Text(zh=one.about, en=one.about)
    case = one.case
    return Entry(one.text, name, None, "", "/console/records#pools", case.number, case.due)
