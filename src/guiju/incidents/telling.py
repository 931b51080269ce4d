# SPDX-License-Identifier: Apache-2.0
"""Tell the persons concerned about an incident: each gets a case and a notice of their own.

Their words are sealed by their own keys, so who is erased takes theirs along (Articles 9 and 11).
"""

from __future__ import annotations

from collections.abc import Sequence

from guiju import accounts
from guiju.casework import (
    PAGE,
    Case,
    Kind,
    Machine,
    Message,
    Notice,
    Origin,
    Retention,
    Tie,
    Transition,
    advance,
    cases_of,
    linked,
    notices,
    notify,
    open_case,
)
from guiju.incidents import breach_store
from guiju.incidents.kind import OFFICERS
from guiju.incidents.refusing import nobody_to_tell
from guiju.kernel import Actor, Text
from guiju.measures import enforces
from guiju.storage import Tx

BREACH_NOTIFIED = "breach-notified"
TELLERS = (*OFFICERS, "privacy-officer")
MOST_PERSONS = 500
_TEMPLATE = "incident-notice@1"
_DUE, _TOLD = "due", "told"

NOTICE = Kind(
    name="incident-notice",
    prefix="IT",
    text=Text(zh="事件告知", en="notice of an incident"),
    machine=Machine(
        "incident-notice",
        _DUE,
        [
            Transition(
                _DUE,
                "tell",
                _TOLD,
                Text(zh="告知当事人", en="tell the person"),
                BREACH_NOTIFIED,
                roles=TELLERS,
                by_person=True,
            )
        ],
    ),
    states={
        _DUE: Text(zh="待告知", en="to be told"),
        _TOLD: Text(zh="已告知", en="told"),
    },
    queue="incident-notices",
    roles=TELLERS,
    controls=("breach-notified",),
    retention=Retention.INCIDENTS,
    read_at="/me/notices",
)


@enforces("breach-notified")
def tell_persons(
    tx: Tx, actor: Actor, case: Case, persons: Sequence[str], words: Text
) -> list[Case]:
    """Write the same notice to each of these persons, by id, in their language; a case for each.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `notice-persons-needed` or `words-missing`.
        NotFound: `person-unknown`: then nobody was told.
    """
    named = list(dict.fromkeys(one.strip() for one in persons if one.strip()))
    if not named or len(named) > MOST_PERSONS:
        raise nobody_to_tell()
    standing = [
        one.case_id for one in breach_store.of_incident(tx, case.id) if one.closed_at is None
    ]
    made = [_told(tx, actor, case, one, words) for one in named]
    for breach in standing:
        for one in named:
            breach_store.note_told(tx, breach, one)
    return made


def told(tx: Tx, case: Case) -> list[Case]:
    """The notices about an incident, newest first, 200 at most."""
    return linked(tx, NOTICE, Tie.PARENT, case)


def notices_of(tx: Tx, person: str) -> list[Notice]:
    """What a person was told, newest first, with the words: for them alone."""
    found = [one for case in cases_of(tx, NOTICE, person) for one in notices(tx, case, opened=True)]
    return sorted(found, key=lambda one: one.written_at, reverse=True)


def _told(tx: Tx, actor: Actor, case: Case, person: str, words: Text) -> Case:
    found = accounts.get_person(tx, person)
    made = open_case(
        tx,
        actor,
        NOTICE,
        origin=Origin.STAFF,
        severity=case.severity,
        subject=found.id,
        parent=case,
    )
    message = Message(_TEMPLATE, found.language, PAGE, words.to(found.language))
    written = notify(tx, actor, made, message)
    facts = {"incident": case.number, "officer": actor.id}
    return advance(tx, actor, written, "tell", facts=facts)
