# SPDX-License-Identifier: Apache-2.0
"""The one way in which staff, on a page or a command line, take a step of a request."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from guiju.casework import Approval, Case, Transition, advance, approvals
from guiju.kernel import Actor
from guiju.privacy import planning, reading, service, store
from guiju.privacy.kind import REQUEST
from guiju.privacy.model import HANDLER, LONGEST_CONTACT, SECONDS, Does, Outcome
from guiju.storage import PersonStore, Tx

ASK_SECOND, SAY_YES, SAY_NO = "ask-second", "say-yes", "say-no"


@dataclass(frozen=True, slots=True)
class Said:
    """What belongs to a step: words for the person, an outcome, a ground, whose account it is."""

    words: str = ""
    outcome: str = ""
    ground: str = ""
    person: str = ""


class Four(NamedTuple):
    """How it stands with the second person: who was asked, and whether there is a yes."""

    waiting: Approval | None
    granted: Approval | None


def possible(actor: Actor, case: Case, does: Sequence[Does]) -> list[Transition]:
    """The steps of the table that this member of staff may take now, and that make sense."""
    if not actor.has(HANDLER):
        return []
    lines = REQUEST.machine.possible(case.state)
    mine = [one for one in lines if one.roles or one.verb == "prepare"]
    unfit = {"prepare": Does.COPY, "erase": Does.ERASE}
    return [one for one in mine if one.verb not in unfit or unfit[one.verb] in does]


def four_eyes(tx: Tx, case: Case) -> Four:
    """What was asked of a second person in this state, and is neither used nor over."""
    standing = [
        one
        for one in approvals(tx, case)
        if one.state == case.state and one.used_at is None and one.expires_at > tx.now
    ]
    waiting = [one for one in standing if one.decided_at is None]
    granted = [one for one in standing if one.approved]
    return Four(waiting[-1] if waiting else None, granted[-1] if granted else None)


def may_approve(actor: Actor, four: Four) -> bool:
    """Whether this member of staff may say yes or no."""
    return four.waiting is not None and four.waiting.asked_by != actor.id and actor.has(*SECONDS)


def take(
    tx: Tx, actor: Actor, case: Case, verb: str, said: Said, *, stores: Sequence[PersonStore]
) -> Case:
    """Take the step `verb`.

    Raises:
        Invalid: words or an outcome that cannot be; else as the verbs of `service`.
    """
    said = replace(said, words=reading.words("words", said.words))
    if verb == "erase":
        person = store.head(tx, case.id).person or ""
        return service.erase(tx, actor, case, planning.plan(tx, stores, person), said.words)
    step = _STEPS.get(verb)
    if step is None:
        return advance(tx, actor, case, verb, reason=said.words or None)
    return step(tx, actor, case, said)


def _ask(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    return service.ask(tx, actor, case, said.words)


def _confirm(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    person = reading.words("person", said.person, LONGEST_CONTACT)
    return service.confirm(tx, actor, case, person, said.words)


def _accept(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:  # noqa: ARG001 - as steps are called
    return service.accept(tx, actor, case)


def _extend(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    return service.extend(tx, actor, case, said.words)


def _prepare(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:  # noqa: ARG001 - as above
    service.check_officer(actor)
    return service.prepare(tx, actor, case)


def _refuse(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    return service.refuse(tx, actor, case, said.words, said.ground)


def _decide(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    outcome = reading.one_of(Outcome, "outcome", said.outcome)
    return service.decide(tx, actor, case, outcome, said.words, ground=said.ground)


def _ask_second(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:  # noqa: ARG001 - as above
    return service.ask_second(tx, actor, case)


def _say_yes(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:  # noqa: ARG001 - as above
    return service.say_second(tx, actor, case, yes=True)


def _say_no(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:  # noqa: ARG001 - as above
    return service.say_second(tx, actor, case, yes=False)


_STEPS: Mapping[str, Callable[[Tx, Actor, Case, Said], Case]] = {
    "ask": _ask,
    "confirm": _confirm,
    "accept": _accept,
    "extend": _extend,
    "prepare": _prepare,
    "refuse": _refuse,
    "decide": _decide,
    ASK_SECOND: _ask_second,
    SAY_YES: _say_yes,
    SAY_NO: _say_no,
}
