# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guiju.casework import Machine, Transition
from guiju.kernel import Actor, ActorKind, Conflict, GuijuError, Invalid, Refused, Text, software

EDITOR = Actor(ActorKind.STAFF, "staff_a", frozenset({"editor"}))
OFFICER = Actor(ActorKind.STAFF, "staff_b", frozenset({"officer"}))
BOTH = Actor(ActorKind.STAFF, "staff_c", frozenset({"editor", "officer"}))


def line(source: str, verb: str, target: str, **more: object) -> Transition:
    values: dict[str, object] = {
        "source": source,
        "verb": verb,
        "target": target,
        "text": Text(zh=verb, en=verb),
        "evidence": "decision-made",
    }
    return Transition(**(values | more))  # type: ignore[arg-type]


TABLE = (
    line("draft", "propose", "open", roles=("editor", "officer"), by_person=True),
    line("open", "approve", "done", roles=("officer",), by_person=True, needs_other_person=True),
    line("open", "reject", "dead", roles=("officer",), by_person=True, needs_reason=True),
    line("open", "lapse", "dead"),
)
MACHINE = Machine("sample", "draft", TABLE)


def refusal(state: str, verb: str, actor: Actor, **more: object) -> GuijuError:
    with pytest.raises(GuijuError) as caught:
        MACHINE.step(state, verb, actor, **more)  # type: ignore[arg-type]
    return caught.value


def test_a_step_leads_where_the_table_says() -> None:
    """The target, the line and the trimmed reason come back."""
    step = MACHINE.step("open", "reject", OFFICER, reason="  the term is too short ")
    assert (step.target, step.reason) == ("dead", "the term is too short")
    assert step.transition is TABLE[2]


def test_another_verb_than_the_possible_ones_is_a_conflict_that_names_them() -> None:
    """Whoever comes too late learns what can still be done."""
    error = refusal("open", "propose", EDITOR)
    assert isinstance(error, Conflict)
    assert error.code == "wrong-state"
    assert "approve, reject, lapse" in error.remedy.en
    assert "approve、reject、lapse" in error.remedy.zh


def test_nothing_is_possible_at_an_end() -> None:
    """An end says so instead of listing nothing."""
    error = refusal("done", "approve", OFFICER)
    assert error.code == "wrong-state"
    assert "Nothing more" in error.remedy.en


def test_a_missing_role_is_named() -> None:
    """The refusal says which role it takes."""
    error = refusal("draft", "propose", Actor(ActorKind.STAFF, "staff_d"))
    assert isinstance(error, Refused)
    assert error.code == "role-needed"
    assert "editor or officer" in error.what.en
    assert "editor 或 officer" in error.what.zh


def test_the_second_person_is_asked_for_before_the_role() -> None:
    """A proposer without the approver's role learns that another person is needed at all."""
    for actor in (EDITOR, OFFICER, BOTH):
        error = refusal("open", "approve", actor, earlier=(actor.id,))
        assert isinstance(error, Refused)
        assert error.code == "second-person-needed"
        assert "another person with role officer" in error.remedy.en
        assert "officer" in error.remedy.zh


@pytest.mark.parametrize("actor", [software("worker"), Actor(ActorKind.APP, "app_1")])
def test_software_does_not_decide_whatever_roles_it_claims(actor: Actor) -> None:
    """A role given to a program or a key makes no person of it."""
    claiming = Actor(actor.kind, actor.id, frozenset({"officer", "editor"}))
    error = refusal("open", "approve", claiming)
    assert isinstance(error, Refused)
    assert error.code == "person-needed"


def test_software_may_where_no_person_is_needed() -> None:
    """A lapse is nobody's decision."""
    assert MACHINE.step("open", "lapse", software("worker")).target == "dead"


@pytest.mark.parametrize("reason", [None, "", "   ", "...", "？！", "\u200b\u200b", "\n\t"])
def test_a_reason_says_something(reason: str | None) -> None:
    """Blanks, dots and invisible characters are no reason."""
    error = refusal("open", "reject", OFFICER, reason=reason)
    assert isinstance(error, Invalid)
    assert (error.code, error.param) == ("reason-needed", "reason")


def test_an_unknown_state_is_a_fault_of_the_code() -> None:
    """A state that the table does not know is never quietly an end."""
    with pytest.raises(ValueError, match="no state 'opne'"):
        MACHINE.step("opne", "approve", OFFICER)
    with pytest.raises(ValueError, match="no state"):
        MACHINE.possible("")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([line("a", "go", "b"), line("a", "go", "c")], "stands twice"),
        ([line("a", "go", "b"), line("x", "go", "b")], "'x' is never reached"),
        ([line("a", "go", "b"), line("b", "back", "a")], "no state is an end"),
        (
            [line("a", "go", "b"), line("a", "loop", "c"), line("c", "stay", "c")],
            "'c' leads to no end",
        ),
        ([line("a", "go", "b", needs_other_person=True)], "by_person"),
    ],
)
def test_a_table_that_contradicts_itself_is_never_used(
    lines: Sequence[Transition], said: str
) -> None:
    """Each fault is found when the table is made, not when a case hangs."""
    with pytest.raises(ValueError, match=said):
        Machine("broken", "a", lines)


actors = st.builds(
    Actor,
    st.sampled_from(ActorKind),
    st.sampled_from(["one", "two", "three"]),
    st.frozensets(st.sampled_from(["editor", "officer", "guest"])),
)
moves = st.tuples(actors, st.sampled_from(["propose", "approve", "reject", "lapse", "fly"]))


@given(st.lists(moves, max_size=12))
def test_no_walk_leaves_the_table(walk: list[tuple[Actor, str]]) -> None:
    """However people and software push, each step taken is a line whose conditions held."""
    state = MACHINE.start
    earlier: set[str] = set()
    for actor, verb in walk:
        try:
            step = MACHINE.step(state, verb, actor, earlier=earlier, reason="because")
        except GuijuError:
            continue
        taken = step.transition
        assert (taken.source, taken.verb, taken.target) == (state, verb, step.target)
        assert not taken.roles or actor.has(*taken.roles)
        assert not (taken.by_person and actor.kind in {ActorKind.SOFTWARE, ActorKind.APP})
        assert not (taken.needs_other_person and actor.id in earlier)
        state = step.target
        earlier.add(actor.id)


names = st.sampled_from(["a", "b", "c", "d", "e"])
tables = st.lists(st.builds(line, names, st.sampled_from(["go", "run"]), names), max_size=8)


@given(tables)
def test_every_table_that_is_accepted_can_be_finished(lines: list[Transition]) -> None:
    """In an accepted table each state is reached from the start and an end from each state."""
    try:
        machine = Machine("random", "a", lines)
    except ValueError:
        return
    for state in machine.states:
        assert _walks(machine, "a", {state})
        assert _walks(machine, state, machine.ends)


def _walks(machine: Machine, start: str, wanted: set[str] | frozenset[str]) -> bool:
    """Whether some walk of at most as many steps as there are states gets there."""
    at = {start}
    for _ in machine.states:
        if at & wanted:
            return True
        at |= {one.target for state in at for one in machine.possible(state)}
    return bool(at & wanted)
