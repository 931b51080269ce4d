# SPDX-License-Identifier: Apache-2.0
"""What is done with urgent terms: added, confirmed, withdrawn, lapsed.

Each verb changes the table and appends evidence in the same transaction (Articles 4 and 14).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import msgspec

from guiju.kernel import Actor, Invalid, Text, canonical, isoformat, new_id, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.policies import body as bodies
from guiju.policies import lexicons, service, urgent_store
from guiju.policies.lists_model import Reference
from guiju.policies.part import CODE, Part
from guiju.policies.urgent_model import (
    MOST_URGENT,
    URGENT,
    UrgentState,
    UrgentTerm,
    altered_term,
    no_such_term,
    overtaken_term,
    stands_already,
    time_to_confirm,
    too_many,
)
from guiju.screening import Entry, hopeless, importing, read_entry, rule_of, write_entry
from guiju.storage import Tx

_CONTROLS = ("urgent-terms",)
_SOFTWARE = software("policies")


@enforces("urgent-terms")
def add(tx: Tx, actor: Actor, entry: Entry, lexicon: str, reason: str) -> UrgentTerm:
    """Let `entry` count from now on, until it is confirmed or its time runs out.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `reason-needed`, `lexicon-entry-hopeless`, or `policy-invalid` for a name of a
            lexicon that cannot be one.
        NotFound: `policy-none-active`.
        Conflict: `urgent-term-stands` or `urgent-terms-too-many`.
    """
    step = URGENT.step(UrgentState.DRAFT, "add", actor, reason=reason)
    why = hopeless(entry)
    if why is not None:
        raise _hopeless(why)
    body = service.in_force(tx).body
    standing, rule = urgent_store.in_force(tx), rule_of(entry)
    other = next((one for one in standing if one.rule == rule), None)
    if other is not None:
        raise stands_already(other)
    if len(standing) >= MOST_URGENT:
        raise too_many()
    term = UrgentTerm(
        id=new_id("urgent"),
        state=UrgentState(step.target),
        lexicon=Part({"name": lexicon}, CODE).name({}),
        rule=rule,
        harm=entry.harm,
        action=entry.action.value,
        adder=actor.id,
        added_at=tx.now,
        reason=bodies.checked_words("reason", step.reason or ""),
        until=tx.now + time_to_confirm(body),
    )
    # The id goes with the finding, so that it can be traced to who added the word.
    line = canonical(write_entry(replace(entry, id=entry.id or term.id)))
    urgent_store.add(tx, term, line)
    append(
        tx,
        "urgent-term-added",
        controls=_CONTROLS,
        actor=actor,
        subject=term.id,
        facts={**term.facts(), "adder": term.adder, "until": _moment(term)},
    )
    return term


def add_urgent_term(tx: Tx, actor: Actor, entry: Entry, lexicon: str, reason: str) -> str:
    """As `add`, for other rooms: the id of the term."""
    return add(tx, actor, entry, lexicon, reason).id


@enforces("urgent-terms")
def confirm(tx: Tx, actor: Actor, term: str) -> UrgentTerm:
    """Let a provisional term stay, until it is folded into its lexicon.

    Raises:
        Refused: `second-person-needed` for whoever added it, `person-needed`, `role-needed`.
        Conflict: `wrong-state`, also when its time has run out; `urgent-term-overtaken`.
        NotFound: `urgent-term-unknown`.
    """
    found = get(tx, term)
    step = URGENT.step(found.state, "confirm", actor, earlier=(found.adder,))
    decided = _decided(tx, found, step.target, actor)
    append(
        tx,
        "urgent-term-confirmed",
        controls=_CONTROLS,
        actor=actor,
        subject=found.id,
        facts={**found.facts(), "adder": found.adder, "confirmer": actor.id},
    )
    return decided


def withdraw(tx: Tx, actor: Actor, term: str, reason: str) -> UrgentTerm:
    """Take a term out of force, with a reason; a confirmed one not by whoever added it.

    Raises:
        Refused: `second-person-needed`, `person-needed` or `role-needed`.
        Invalid: `reason-needed`.
        Conflict: `wrong-state` or `urgent-term-overtaken`.
        NotFound: `urgent-term-unknown`.
    """
    found = get(tx, term)
    step = URGENT.step(found.state, "withdraw", actor, earlier=(found.adder,), reason=reason)
    decided = _decided(tx, found, step.target, actor, step.reason or "")
    append(
        tx,
        "urgent-term-withdrawn",
        controls=_CONTROLS,
        actor=actor,
        subject=found.id,
        facts={**found.facts(), "adder": found.adder, "decider": actor.id},
    )
    return decided


@enforces("urgent-terms")
def lapse(tx: Tx) -> list[UrgentTerm]:
    """Put on record which provisional terms nobody confirmed in time; they count no more already.

    Whoever else does the same at the same moment leaves nothing to do here.
    """
    done = []
    for term in urgent_store.due(tx):
        step = URGENT.step(term.state, "lapse", _SOFTWARE)
        if urgent_store.move(tx, term, step.target, decided_at=tx.now):
            append(
                tx,
                "urgent-term-lapsed",
                controls=_CONTROLS,
                actor=_SOFTWARE,
                subject=term.id,
                facts={**term.facts(), "adder": term.adder, "until": _moment(term)},
            )
            done.append(term)
    return done


def is_due(tx: Tx) -> bool:
    """Whether there is anything for `lapse` to do."""
    return bool(urgent_store.due(tx))


def get(tx: Tx, term: str) -> UrgentTerm:
    """One term as it stands now: one whose time has run out counts as lapsed."""
    found = urgent_store.find(tx, term)
    if found is None:
        raise no_such_term(term)
    return _as_of(found, tx.now)


def listed(tx: Tx, limit: int = 100) -> list[UrgentTerm]:
    """The newest terms without their words."""
    return [_as_of(one, tx.now) for one in urgent_store.newest(tx, limit)]


def _as_of(term: UrgentTerm, now: datetime) -> UrgentTerm:
    expired = term.state is UrgentState.PROVISIONAL and term.until <= now
    return replace(term, state=UrgentState.LAPSED) if expired else term


def waiting(tx: Tx) -> int:
    """How many terms wait to be confirmed."""
    return sum(one.state is UrgentState.PROVISIONAL for one in urgent_store.in_force(tx))


def read_words(tx: Tx, actor: Actor, reason: str) -> dict[str, str]:
    """The words of all terms that count; nothing may be shown before `tx` is committed.

    Raises:
        Refused: `role-needed` or `reason-needed`.
        Unavailable: `urgent-term-altered`.
    """
    terms = urgent_store.in_force(tx)
    found = entries(tx, terms)
    # Of the ids: a digest of few and short words would give them away to whoever guesses.
    digest = importing.digest_of(sorted(one.id.encode() for one in terms))
    lexicons.check_reason(reason)
    lexicons.note_reading(tx, actor, "urgent", Reference("", digest, len(terms)), reason)
    return {term.id: one.term for term, one in zip(terms, found, strict=True)}


def mark(tx: Tx) -> tuple[str, ...]:
    """What is the same as long as the same terms count."""
    return urgent_store.mark(tx)


def entries(tx: Tx, terms: Sequence[UrgentTerm] | None = None) -> list[Entry]:
    """The entries of these terms, or of all that count now.

    Raises:
        Unavailable: `urgent-term-altered`.
    """
    wanted = urgent_store.in_force(tx) if terms is None else terms
    return [_entry(term, line) for term, line in _lines(tx, wanted)]


def _lines(tx: Tx, terms: Sequence[UrgentTerm]) -> list[tuple[UrgentTerm, bytes]]:
    try:
        return urgent_store.lines(tx, terms)
    except Invalid as error:
        raise altered_term(terms[0].id) from error


def _entry(term: UrgentTerm, line: bytes) -> Entry:
    entry = read_entry(msgspec.json.decode(line), term.id)
    if (rule_of(entry), entry.harm, entry.action.value) != (term.rule, term.harm, term.action):
        raise altered_term(term.id)
    return entry


def _decided(
    tx: Tx, term: UrgentTerm, target: str, actor: Actor, reason: str | None = None
) -> UrgentTerm:
    words = None if reason is None else bodies.checked_words("reason", reason)
    changes = {"decider": actor.id, "decided_at": tx.now, "decision": words}
    if not urgent_store.move(tx, term, target, **changes):
        raise overtaken_term()
    return replace(
        term,
        state=UrgentState(target),
        decider=actor.id,
        decided_at=tx.now,
        decision=words,
    )


def _moment(term: UrgentTerm) -> str:
    return isoformat(term.until)


def _hopeless(why: Text) -> Invalid:
    return Invalid(
        "lexicon-entry-hopeless",
        Text(zh=f"该词条不可用：{why.zh}。", en=f"This entry cannot work: {why.en}."),
        Text(zh="请写成一行内更长的词。", en="Write a longer term on one line."),
        article=4,
    )
