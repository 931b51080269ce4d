# SPDX-License-Identifier: Apache-2.0
"""The kind of case that a companion's number of users opens: assess it, and tell the province.

Order 21, article 22: at a million registered or a hundred thousand monthly active users.
"""

from __future__ import annotations

from guiju.casework import CASE_MOVED, Case, Kind, Machine, Origin, Severity, Transition, open_case
from guiju.kernel import Text, software
from guiju.ledger import append
from guiju.measures import enforces, rule
from guiju.minors import policy, store
from guiju.storage import Tx

OFFICERS = ("filing-manager", "accountable-person")
REGISTERED = "companion.assessment.registered-users"
ACTIVE = "companion.assessment.active-users"
_JOB = software("user-count")


def _step(source: str, verb: str, target: str, text: Text) -> Transition:
    return Transition(
        source, verb, target, text, CASE_MOVED, roles=OFFICERS, by_person=True, needs_reason=True
    )


COMPANION_ASSESSMENT = Kind(
    name="companion-assessment",
    prefix="OA",
    text=Text(zh="陪伴类服务安全评估", en="assessment of a companion service"),
    machine=Machine(
        "companion-assessment",
        "due",
        [
            _step("due", "assess", "assessed", Text(zh="登记评估完成", en="note the assessment")),
            _step(
                "assessed", "report", "reported", Text(zh="登记已报省级网信", en="note the report")
            ),
            _step(
                "due",
                "exclude",
                "excluded",
                Text(zh="登记不适用", en="note why it does not apply"),
            ),
        ],
    ),
    states={
        "due": Text(zh="应当评估", en="an assessment is due"),
        "assessed": Text(zh="已评估，待报送", en="assessed, to be reported"),
        "reported": Text(zh="已报送", en="reported"),
        "excluded": Text(zh="不适用", en="does not apply"),
    },
    queue="assessments",
    roles=OFFICERS,
    controls=("companion-assessment",),
)


@enforces("companion-assessment")
def watch(tx: Tx, registered: int, active: int) -> list[Case]:
    """Open the case of each number that is now reached for the first time.

    Nothing where no scene is a companion: customer service, work and study are outside Order 21.
    """
    if policy.companion(tx) is None:
        return []
    opened = []
    for name, count in ((REGISTERED, registered), (ACTIVE, active)):
        limit = rule(name).number
        if count < limit or store.milestone(tx, name) is not None:
            continue
        case = open_case(
            tx,
            _JOB,
            COMPANION_ASSESSMENT,
            origin=Origin.AUTOMATION,
            severity=Severity.HIGH,
            facts={"rule": name, "count": count, "limit": limit},
        )
        store.add_milestone(tx, name, case.id, count)
        _append_reached(tx, case, name, count)
        opened.append(case)
    return opened


@enforces("companion-assessment")
def count(tx: Tx, registered: int, active: int) -> list[Case]:
    """Put the day's numbers on record, and open what they ask for; raises as `watch`."""
    append(
        tx,
        "users-counted",
        controls=("companion-assessment",),
        actor=_JOB,
        facts={"registered": registered, "active": active},
    )
    return watch(tx, registered, active)


def _append_reached(tx: Tx, case: Case, name: str, count: int) -> None:
    append(
        tx,
        "user-milestone-reached",
        controls=("companion-assessment",),
        actor=_JOB,
        subject=case.id,
        facts={"rule": name, "count": count, "case": case.number},
    )
