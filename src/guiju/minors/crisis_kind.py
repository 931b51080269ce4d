# SPDX-License-Identifier: Apache-2.0
"""The kind of case in which a person looks after somebody who may be in danger (Order 21, art 13).

It is opened by the operator's own words in what somebody said to a companion. Software comforts
with the operator's text and names the helpline; whether a guardian or emergency contact is called,
a person decides.
"""

from __future__ import annotations

from guiju.casework import (
    CASE_MOVED,
    Case,
    Kind,
    LegalClock,
    Machine,
    Origin,
    Severity,
    Transition,
    cases_of,
    meets,
    open_case,
    starts,
)
from guiju.kernel import Text, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.minors import policy
from guiju.storage import Tx

ANSWER = "answer"
HELPERS = ("reviewer", "safety-officer")
_GATEWAY = software("gateway")


def _step(source: str, verb: str, target: str, text: Text, **more: object) -> Transition:
    values = {"roles": HELPERS, "by_person": True, "evidence": CASE_MOVED, **more}
    return Transition(source, verb, target, text, **values)  # type: ignore[arg-type]


_CONTACT = Text(zh="登记已联系", en="note whom was contacted")
_CLOSE = Text(zh="结案", en="close it")

CRISIS = Kind(
    name="crisis",
    prefix="CR",
    text=Text(zh="危机关怀", en="somebody in danger"),
    machine=Machine(
        "crisis",
        "noticed",
        [
            _step(
                "noticed",
                "take",
                "answered",
                Text(zh="由人接手", en="take it up in person"),
                clocks=(meets(ANSWER),),
            ),
            _step("answered", "contact", "answered", _CONTACT, needs_reason=True),
            _step("answered", "close", "closed", _CLOSE, needs_reason=True),
            _step(
                "noticed",
                "dismiss",
                "closed",
                Text(zh="确认无危险", en="find that there is no danger"),
                needs_reason=True,
                clocks=(meets(ANSWER),),
            ),
        ],
    ),
    states={
        "noticed": Text(zh="待接手", en="nobody has taken it up"),
        "answered": Text(zh="已由人接手", en="a person looks after it"),
        "closed": Text(zh="已结案", en="closed"),
    },
    queue="crisis",
    roles=HELPERS,
    controls=("companion-crisis",),
    clocks=(LegalClock(ANSWER, Text(zh="接手期限", en="take it up")),),
    opens=(starts(ANSWER),),
)


@enforces("companion-crisis")
def notice(tx: Tx, person: str, request: str) -> Case | None:
    """Open a case about somebody who may be in danger; None: one is open, and is looked after."""
    if any(one.closed_at is None for one in cases_of(tx, CRISIS, person)):
        return None
    case = open_case(
        tx,
        _GATEWAY,
        CRISIS,
        origin=Origin.AUTOMATION,
        severity=Severity.CRITICAL,
        subject=person,
        about=request,
        limits={ANSWER: policy.to_answer(tx)},
        facts={"request": request},
    )
    append(
        tx,
        "crisis-noticed",
        controls=("companion-crisis",),
        actor=_GATEWAY,
        subject=person,
        facts={"case": case.number, "request": request},
    )
    return case


@enforces("companion-exit")
def ended(tx: Tx, person: str, request: str) -> None:
    """Put on record that somebody was let go at once, without a model being asked."""
    append(
        tx,
        "companion-ended",
        controls=("companion-exit",),
        actor=_GATEWAY,
        subject=person,
        facts={"request": request, "asked_model": False},
    )
