# SPDX-License-Identifier: Apache-2.0
"""A kind of case with one of everything, for tests: objections to something, decided by people."""

from __future__ import annotations

from guiju.casework import (
    Ground,
    GroundKind,
    Guard,
    Kind,
    Kinds,
    LegalClock,
    Limit,
    Machine,
    Ruling,
    Transition,
    Unit,
    cancels,
    meets,
    pauses,
    resumes,
    starts,
)
from guiju.kernel import Actor, ActorKind, Text, software

CLERK = Actor(ActorKind.STAFF, "staff_clerk", frozenset({"reviewer"}))
OTHER = Actor(ActorKind.STAFF, "staff_other", frozenset({"reviewer"}))
OFFICER = Actor(ActorKind.STAFF, "staff_officer", frozenset({"safety-officer"}))
SECOND = Actor(ActorKind.STAFF, "staff_second", frozenset({"safety-officer", "reviewer"}))
PERSON = Actor(ActorKind.PERSON, "person_a")
KEEPER = software("keeper")


def said(name: str) -> Text:
    return Text(zh=name, en=name)


def line(source: str, verb: str, target: str, **more: object) -> Transition:
    values: dict[str, object] = {
        "source": source,
        "verb": verb,
        "target": target,
        "text": said(verb),
        "evidence": "case-moved",
    }
    return Transition(**(values | more))  # type: ignore[arg-type]


REVIEWER, SAFETY = ("reviewer",), ("safety-officer",)
MACHINE = Machine(
    "objection",
    "received",
    [
        line("received", "accept", "handling", roles=REVIEWER, by_person=True),
        line(
            "received",
            "hold",
            "held",
            decides=True,
            clocks=(starts("confirm"),),
        ),
        line("held", "lapse", "handling"),
        line(
            "held",
            "confirm",
            "handling",
            roles=SAFETY,
            by_person=True,
            decides=True,
            clocks=(meets("confirm"),),
        ),
        line(
            "handling",
            "ask",
            "waiting",
            roles=REVIEWER,
            by_person=True,
            clocks=(pauses("answer"),),
        ),
        line("waiting", "hear", "handling", clocks=(resumes("answer"),)),
        line(
            "handling",
            "propose",
            "proposed",
            roles=REVIEWER,
            by_person=True,
            needs_reason=True,
            guards=("open-door",),
        ),
        line(
            "proposed",
            "decide",
            "decided",
            roles=SAFETY,
            by_person=True,
            needs_other_person=True,
            decides=True,
            clocks=(meets("answer"),),
        ),
        line(
            "proposed",
            "end",
            "ended",
            roles=SAFETY,
            by_person=True,
            needs_outsider=True,
            decides=True,
            approved_by=SAFETY,
            clocks=(meets("answer"),),
        ),
        line(
            "handling",
            "drop",
            "dropped",
            by_person=True,
            needs_reason=True,
            clocks=(cancels("answer"),),
        ),
    ],
)
STATES = {one: said(one) for one in MACHINE.states}
RULING = Ruling(
    outcome="unfounded",
    grounds=(Ground(GroundKind.LAW, "order15:15.1"),),
    facts="What was said to have happened did not.",
    found_by_software=False,
    appeal=Limit.published(10, Unit.WORKING_DAYS, "appeals@1"),
)
ANSWER = Limit.published(10, Unit.WORKING_DAYS, "objections@1")
CONFIRM = Limit.internal(24, Unit.HOURS, "confirm-or-lapse")
CLOCKS = (
    LegalClock("answer", said("answer"), ANSWER),
    LegalClock("confirm", said("confirm or lapse"), CONFIRM, then="lapse"),
)
OPEN_DOOR = Guard("open-door", said("the case is not urgent"), lambda _, case: case.severity > 1)
OBJECTION = Kind(
    name="objection",
    prefix="OB",
    text=said("objection"),
    machine=MACHINE,
    states=STATES,
    queue="objections",
    roles=("reviewer", "safety-officer"),
    clocks=CLOCKS,
    opens=(starts("answer"),),
    queues={"waiting": None, "proposed": "decisions"},
    guards=(OPEN_DOOR,),
)
KINDS = Kinds([OBJECTION])
