# SPDX-License-Identifier: Apache-2.0
"""The one way in which staff, on a page or a command line, take a step of a complaint."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from guiju.casework import Case, Ruling, Transition, advance, get_case
from guiju.complaints import reading, service, upholding
from guiju.complaints.kind import COMPLAINT
from guiju.complaints.model import DECIDED, LONGEST_CONTACT, Outcome
from guiju.kernel import Actor
from guiju.storage import Tx

WAYS = ("page", "phone", "mail", "post", "in-person")


class Said(NamedTuple):
    """What belongs to a step: words for the complainant, an outcome, a ground, how it was told.

    `harm`, `record`: which of the 31 harms was found, in the record of which number.
    """

    words: str = ""
    outcome: str = ""
    ground: str = ""
    way: str = "page"
    harm: str = ""
    record: str = ""


def possible(actor: Actor, case: Case) -> list[Transition]:
    """The steps that this member of staff may take now, but for those of the complainant's own."""
    lines = COMPLAINT.machine.possible(case.state)
    return [one for one in lines if one.roles and actor.has(*one.roles)]


def take(tx: Tx, actor: Actor, case: Case, verb: str, said: Said) -> Case:
    """Take the step `verb`.

    Raises:
        Invalid: words, outcome or way that cannot be; else as `casework.advance`.
    """
    words = reading.words("words", said.words)
    step = _STEPS.get(verb)
    if step is None:
        advance(tx, actor, case, verb, reason=words or None)
        return get_case(tx, case.kind, case.id)
    return step(tx, actor, case, said._replace(words=words))


def _ask(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    return service.ask(tx, actor, case, said.words)


def _decline(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    return service.decline(tx, actor, case, _found(Outcome.DECLINED, said))


def _decide(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    outcome = reading.one_of(DECIDED, "outcome", said.outcome)
    number = reading.line("record", said.record, LONGEST_CONTACT)
    harmed = upholding.harmed(tx, case, outcome, said.harm, number)
    return service.decide(tx, actor, case, _found(outcome, said), harmed)


def _tell(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    return service.tell(tx, actor, case, reading.word("way", said.way, WAYS))


def _answer(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    return service.answer(tx, actor, case, reading.said("words", said.words))


def _reopen(tx: Tx, actor: Actor, case: Case, said: Said) -> Case:
    return service.reopen(tx, actor, case, reading.said("words", said.words))


def _found(outcome: Outcome, said: Said) -> Ruling:
    return service.found(outcome, said.words, reading.line("ground", said.ground, LONGEST_CONTACT))


# Steps that take more than words; all others are as the table has them.
_STEPS: Mapping[str, Callable[[Tx, Actor, Case, Said], Case]] = {
    "ask": _ask,
    "decline": _decline,
    "decide": _decide,
    "tell": _tell,
    "answer": _answer,
    "reopen": _reopen,
}
