# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from tests.unit.casework.sample import ANSWER, KINDS, OBJECTION, line, said

from guiju.casework import (
    Basis,
    Effect,
    Kind,
    Kinds,
    LegalClock,
    Limit,
    Machine,
    Transition,
    Unit,
    cancels,
    meets,
    pauses,
    resumes,
    starts,
)
from guiju.kernel import GuijuError

CLOCK = LegalClock("answer", said("answer"), ANSWER)
TIMER = LegalClock("hold", said("hold"), ANSWER, then="lapse")


def kind(
    lines: Sequence[Transition],
    *clocks: LegalClock,
    opens: tuple[Effect, ...] = (),
    **more: object,
) -> Kind:
    machine = Machine("sample", "open", lines)
    values: dict[str, object] = {
        "name": "sample",
        "prefix": "SA",
        "text": said("sample"),
        "machine": machine,
        "states": {one: said(one) for one in machine.states},
        "queue": "samples",
        "roles": ("reviewer",),
        "clocks": clocks,
        "opens": opens,
    }
    return Kind(**(values | more))  # type: ignore[arg-type]


END = line("open", "end", "ended", clocks=(meets("answer"),))


@pytest.mark.parametrize(
    ("lines", "clocks", "opens", "said_so"),
    [
        ([line("open", "end", "ended")], (CLOCK,), (starts("answer"),), "may still run in the end"),
        ([END], (CLOCK,), (), "nothing starts"),
        ([END], (), (), "there is no clock 'answer'"),
        (
            [line("open", "again", "open", clocks=(starts("answer"),)), END],
            (CLOCK,),
            (starts("answer"),),
            "cannot start the clock 'answer' while running",
        ),
        (
            [
                line("open", "ask", "asked", clocks=(pauses("answer"),)),
                line("asked", "ask", "open", clocks=(pauses("answer"),)),
                END,
            ],
            (CLOCK,),
            (starts("answer"),),
            "cannot pause the clock 'answer' while paused",
        ),
        (
            [line("open", "hear", "open", clocks=(resumes("answer"),)), END],
            (CLOCK,),
            (starts("answer"),),
            "cannot resume the clock 'answer' while running",
        ),
        (
            [line("open", "end", "ended", clocks=(cancels("hold"),))],
            (TIMER,),
            (starts("hold"),),
            "may be over in 'open', where software cannot 'lapse'",
        ),
        (
            [line("open", "lapse", "ended", by_person=True)],
            (TIMER,),
            (starts("hold"),),
            "where software cannot 'lapse'",
        ),
        (
            [line("open", "lapse", "ended", decides=True)],
            (TIMER,),
            (starts("hold"),),
            "where software cannot 'lapse'",
        ),
    ],
)
def test_a_clock_that_would_go_astray_is_refused(
    lines: list[Transition],
    clocks: tuple[LegalClock, ...],
    opens: tuple[Effect, ...],
    said_so: str,
) -> None:
    """When the room is imported, and not on the day it happens."""
    with pytest.raises(ValueError, match=said_so):
        kind(lines, *clocks, opens=opens)


def test_a_timer_may_run_wherever_software_can_take_its_verb() -> None:
    """Once it is over it is off, whatever the line says."""
    lapsing = [line("open", "wait", "open"), line("open", "lapse", "ended")]
    assert kind(lapsing, TIMER, opens=(starts("hold"),)).clock("hold") is TIMER


def test_software_decides_only_what_lapses() -> None:
    """Without a timer a decision is a person's."""
    with pytest.raises(ValueError, match="no timer ends it"):
        kind([line("open", "end", "ended", decides=True)])
    kind([line("open", "end", "ended", decides=True, by_person=True)])


@pytest.mark.parametrize("more", [{"needs_outsider": True}, {"approved_by": ("reviewer",)}])
def test_another_person_is_asked_for_where_software_may_not(more: dict[str, object]) -> None:
    """Software is not a second person."""
    with pytest.raises(ValueError, match="needs a second person"):
        kind([line("open", "end", "ended", **more)])


@pytest.mark.parametrize(
    ("more", "said_so"),
    [
        ({"prefix": "s1"}, "capitals"),
        ({"states": {"open": said("open")}}, "states are"),
        ({"queues": {"elsewhere": "x"}}, "queues name elsewhere"),
        ({"opened": "policy-proposed"}, "lists 'policy-proposed'"),
        ({"clocks": (CLOCK, CLOCK)}, "a clock stands twice"),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused(more: dict[str, object], said_so: str) -> None:
    """Neither states nor queues, nor evidence that none of the controls lists."""
    with pytest.raises(ValueError, match=said_so):
        kind([line("open", "end", "ended")], **more)  # type: ignore[arg-type]


def test_a_guard_that_the_kind_does_not_have_is_refused() -> None:
    """Otherwise it would be found when somebody takes the step."""
    with pytest.raises(ValueError, match="guards name moon"):
        kind([line("open", "end", "ended", guards=("moon",))])


def test_kinds_have_names_of_their_own() -> None:
    """By name and by the prefix of numbers."""
    for twin in (OBJECTION, kind([line("open", "end", "ended")], prefix="OB")):
        with pytest.raises(ValueError, match="one name or prefix"):
            Kinds([OBJECTION, twin])
    with pytest.raises(GuijuError, match="case-kind-unknown"):
        KINDS.of("other")


def test_a_limit_is_of_the_law_published_or_ones_own() -> None:
    """The law's is read from its rule, which says how well it is known."""
    limit = Limit.by_law("incidents.report-other.hours")
    assert (limit.amount, limit.unit, limit.basis) == (4, Unit.HOURS, Basis.STATUTORY)
    assert Limit.published(10, Unit.DAYS, "p@1").basis is Basis.PUBLISHED
    with pytest.raises(GuijuError, match="unknown-rule"):
        Limit.by_law("incidents.nothing")
    with pytest.raises(ValueError, match="views"):
        Limit.by_law("incidents.grade-larger.views")


def test_a_state_may_have_a_queue_of_its_own_or_none() -> None:
    """Whatever has ended waits nowhere."""
    assert OBJECTION.queue_of("received") == "objections"
    assert OBJECTION.queue_of("proposed") == "decisions"
    assert OBJECTION.queue_of("waiting") is None
    assert OBJECTION.queue_of("decided") is None
    assert replace(OBJECTION, queues={"decided": "archive"}).queue_of("decided") == "archive"
