# SPDX-License-Identifier: Apache-2.0
"""An app or a document says how old somebody is: taken up at once, or decided by a person first.

Whatever makes stricter counts at once. That somebody is grown up who is held for a minor overrules
an age downwards, and that takes a named person: an app proves nothing by saying it, and the
document may be a parent's. Until then the mode stays.
"""

from __future__ import annotations

from datetime import date, timedelta

from guiju import accounts
from guiju.accounts import Verification
from guiju.casework import PAGE, Case, Message, Origin, get_case, notify, open_case
from guiju.kernel import Actor, Text
from guiju.measures import enforces
from guiju.minors import policy, refusing, store
from guiju.minors.ages import Source, Stage
from guiju.minors.appeal_kind import AGE_APPEAL, ANSWER
from guiju.minors.asserting import assert_age, check_may_say, read_age
from guiju.minors.model import LinkState, Mode
from guiju.minors.standing import today, ward_of
from guiju.storage import Tx

QUIET = timedelta(days=30)
"""A policy of the house: so long an app is not heard again by the same word after it was decided
on. The person and the guardian are, at any time."""
_GUESSES = frozenset({Source.INFERRED, Source.DEVICE})


@enforces("minors-mode", "age-appeals")
def hear(
    tx: Tx,
    actor: Actor,
    person: str,
    source: Source,
    *,
    born: date | None = None,
    stage: Stage | None = None,
    proof: Verification | None = None,
) -> Case | None:
    """Take up an age; the case in which a person decides first, where one must; None: it counts.

    Afterwards caches must be told of the person.

    Raises:
        Refused: `age-not-yours`.
        Invalid: `age-invalid`.
        Conflict: `age-decided-already`.
        NotFound: `person-unknown`.
    """
    check_may_say(tx, actor, person, source)
    said, _ = read_age(tx, born, stage)
    if said is Stage.ADULT and _overrules(tx, person, source):
        return _to_a_person(tx, actor, person, source, proof)
    assert_age(tx, actor, person, source, born=born, stage=stage, proof=proof)
    return None


def _overrules(tx: Tx, person: str, source: Source) -> bool:
    """Whether "grown up" would end what protects somebody, and this source may not do that.

    Proof corrects a guess of software or a device. An app corrects nothing by its word.
    """
    ward = ward_of(tx, person)
    if ward is None or not ward.is_minor or source not in {Source.APP, Source.VERIFICATION}:
        return False
    return source is Source.APP or not _only_guessed(tx, person)


def _only_guessed(tx: Tx, person: str) -> bool:
    """Whether nobody but software or a device takes this person for a minor."""
    claims, _ = store.claims_of(tx, person, today(tx))
    minors = {one.source for one in claims if one.stage.is_minor}
    guarded = any(
        one.ward == person and one.state is LinkState.ACTIVE for one in store.links_of(tx, person)
    )
    stand = store.find_stand(tx, person)
    provisional = stand is not None and stand.mode is Mode.PROVISIONAL
    return not guarded and minors <= _GUESSES and (provisional or bool(minors))


def _to_a_person(
    tx: Tx, actor: Actor, person: str, source: Source, proof: Verification | None
) -> Case:
    waiting = store.open_appeal(tx, person)
    if waiting is not None:
        return get_case(tx, AGE_APPEAL, waiting)
    about = None if proof is None else proof.id
    _check_quiet(tx, actor, person, about)
    case = open_case(
        tx,
        actor,
        AGE_APPEAL,
        origin=Origin.AUTOMATION,
        subject=person,
        about=about,
        limits={ANSWER: policy.to_decide(tx)},
        facts={"asserted_by": source.value, "level": 0 if proof is None else proof.level},
    )
    store.add_appeal(tx, case.id, person)
    text = _TOLD[source]
    language = accounts.get_person(tx, person).language
    notify(tx, actor, case, Message("age-assertion@1", language, PAGE, text.to(language)))
    return case


def _check_quiet(tx: Tx, actor: Actor, person: str, about: str | None) -> None:
    for one in store.appeals_of(tx, person, 1):
        case = get_case(tx, AGE_APPEAL, one)
        same = case.opened_by == actor.id and case.about == about
        if same and case.closed_at is not None and tx.now - case.closed_at < QUIET:
            raise refusing.decided_already(case.number)


_TOLD = {
    Source.APP: Text(
        zh="你使用的应用称你已成年。由人决定之前，未成年人模式不变；"
        "如果不对，可在 /me/minors 撤回。",
        en="An app that you use says you are grown up. Until a person has decided, minors' mode"
        " stays; take it back at /me/minors if that is wrong.",
    ),
    Source.VERIFICATION: Text(
        zh="核验结果称你已成年。由人决定之前，未成年人模式不变；如果不对，可在 /me/minors 撤回。",
        en="A verification says you are grown up. Until a person has decided, minors' mode stays;"
        " take it back at /me/minors if that is wrong.",
    ),
}
