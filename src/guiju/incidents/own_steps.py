# SPDX-License-Identifier: Apache-2.0
"""The steps of an incident as programs of staff take them; each is the verb of its page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from guiju.casework import Case, Facts, NothingMore, OwnStep
from guiju.incidents import breaching, service
from guiju.incidents.breach_model import Breach, Choice, Told
from guiju.incidents.grading import reportable
from guiju.incidents.model import WORDS, Grade, Incident, Measure, Statement
from guiju.incidents.refusing import grade_of_other_step
from guiju.kernel import Actor, GuijuError
from guiju.storage import Tx

_LONGEST = 4_000
_LET_GO = frozenset({"let-go"})


class _Grading(msgspec.Struct, forbid_unknown_fields=True):
    grade: Annotated[
        str, Meta(max_length=20, description=f"One of {', '.join(one.value for one in Grade)}.")
    ]
    facts: Facts


class _State(msgspec.Struct, forbid_unknown_fields=True):
    numbers: Annotated[
        dict[str, int],
        Meta(description=f"Of {', '.join(one.value for one in Measure)}; unknown: left out."),
    ] = {}
    words: Annotated[
        dict[str, Annotated[str, Meta(max_length=_LONGEST)]],
        Meta(description=f"Of {', '.join(WORDS)}; sealed."),
    ] = {}


def _graded(verb: str) -> OwnStep:
    def take(tx: Tx, actor: Actor, case: Case, sent: _Grading) -> Incident:
        mine = [one for one in Grade if reportable(one) is (verb == "grade")]
        wanted = next((one for one in mine if one.value == sent.grade), None)
        if wanted is None:
            raise grade_of_other_step(verb, [one.value for one in mine])
        # The service picks the verb by state: the table says so where this one starts elsewhere.
        if service.grading_verb(case, wanted) != verb:
            case.kind.machine.step(case.state, verb, actor, reason=sent.facts)
        return service.grade(tx, actor, case, wanted, sent.facts)

    return OwnStep(_Grading, take)


def _state(tx: Tx, actor: Actor, case: Case, sent: _State) -> Incident:
    newer = Statement.from_mapping({"facts": sent.numbers, "words": sent.words})
    return service.state_more(tx, actor, case, newer)


def _close(tx: Tx, actor: Actor, case: Case, _sent: object) -> Incident:
    return service.close(tx, actor, case)


OWN_STEPS: Mapping[str, OwnStep] = {
    **{verb: _graded(verb) for verb in ("grade", "decline", "downgrade")},
    "contain": OwnStep.reasoned(service.contain, _LET_GO),
    "recover": OwnStep.reasoned(service.recover, _LET_GO),
    "reconsider": OwnStep.reasoned(service.reconsider, _LET_GO),
    "review": OwnStep.reasoned(service.review, _LET_GO),
    "dismiss": OwnStep.reasoned(service.dismiss, _LET_GO),
    "state": OwnStep(_State, _state),
    "close": OwnStep(NothingMore, _close, _LET_GO),
}


class _Why(msgspec.Struct, forbid_unknown_fields=True):
    facts: Facts


def _decided(whom: str, told: Told) -> OwnStep:
    def take(tx: Tx, actor: Actor, case: Case, sent: _Why) -> Breach:
        return breaching.decide(tx, actor, case, Choice(whom, told), sent.facts)

    return OwnStep(_Why, take)


def _close_breach(tx: Tx, actor: Actor, case: Case, _sent: object) -> Breach:
    return breaching.close(tx, actor, case)


# To find whom it concerns, and to tell them, take many transactions: that is done on the page.
BREACH_STEPS: Mapping[str, OwnStep] = {
    **{
        f"{verb}-{whom}": _decided(whom, told)
        for whom in ("authority", "people")
        for verb, told in (("tell", Told.TOLD), ("spare", Told.SPARED))
    },
    "close": OwnStep(NothingMore, _close_breach),
}


def words_kept(tx: Tx, case: Case) -> Mapping[str, Any] | None:
    """What is stated now; None once it has expired."""
    try:
        stated = service.stated(tx, case).to_mapping()
    except GuijuError:
        return None
    return {"numbers": stated["facts"], "words": stated["words"]}
