# SPDX-License-Identifier: Apache-2.0
"""What is done with the statement of the service: one proposes, another approves (Article 10).

What a new version says about scope and grade, origin and permits is evidence of its own, with both
persons in it (Articles 2, 16, 20 and 23).
"""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from guiju.kernel import Actor, Form, canonical, digest, new_id, parse
from guiju.labelling import producer_code as code_of
from guiju.ledger import append
from guiju.measures import enforces
from guiju.profile import declaring, refusing, store
from guiju.profile.model import (
    CODE,
    MACHINE,
    Proposal,
    Published,
    Statement,
    VersionState,
    check_whole,
)
from guiju.storage import Tx

_MOST_SHOWN = 100
_LONGEST_NOTE = 1_000
CONTROLS = ("service-statement",)


def propose(tx: Tx, actor: Actor, statement: Statement, note: str = "") -> Proposal:
    """Propose `statement` as the next version; nothing is public by it.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Conflict: `statement-unchanged`.
        Invalid: `statement-invalid`.
    """
    step = MACHINE.step(VersionState.DRAFT, "propose", actor)
    # A statement may have been put together without the reader: what is public was read strictly.
    statement = Statement.from_mapping(statement.to_mapping())
    check_whole(statement)
    said = _words("note", note)
    body = statement.to_mapping()
    mark = digest(canonical(body))
    now = current(tx)
    if now is not None and now.digest == mark:
        raise refusing.unchanged(now.version)
    made = Proposal(
        id=new_id("stm"),
        state=VersionState(step.target),
        digest=mark,
        note=said,
        proposer=actor.id,
        proposed_at=tx.now,
        decider=None,
        decided_at=None,
        reason=None,
        version=None,
        statement=statement,
    )
    values = {
        "id": made.id,
        "state": made.state.value,
        "body": body,
        "digest": mark,
        "note": said,
        "proposer": actor.id,
        "proposed_at": tx.now,
    }
    store.add_proposal(tx, values)
    facts = {"proposal": made.id, "digest": mark, "proposer": actor.id}
    append(tx, "statement-proposed", controls=CONTROLS, actor=actor, subject=made.id, facts=facts)
    return made


@enforces("service-statement", "limits-disclosed")
def approve(tx: Tx, actor: Actor, proposal: str) -> Published:
    """Make a proposed version the public one, at once.

    Raises:
        Refused: `second-person-needed` for the proposer, `person-needed`, `role-needed`.
        Conflict: `wrong-state`, `statement-unchanged`, `statement-overtaken`, or `already-there`
            when somebody published meanwhile.
        NotFound: `statement-unknown`.
    """
    proposed = get(tx, proposal)
    step = MACHINE.step(proposed.state, "approve", actor, earlier=(proposed.proposer,))
    now = current(tx)
    if now is not None and now.digest == proposed.digest:
        raise refusing.unchanged(now.version)
    version = 1 if now is None else now.version + 1
    decided = {
        "state": step.target,
        "body": None,
        "decider": actor.id,
        "decided_at": tx.now,
        "version": version,
    }
    body = proposed.statement.to_mapping()
    store.add(tx, version, body, proposed.digest, actor.id)
    if not store.move(tx, proposed.id, proposed.state.value, decided):
        raise refusing.overtaken()
    said = proposed.statement
    append(
        tx,
        "statement-published",
        controls=("service-statement", "limits-disclosed"),
        actor=actor,
        subject=f"statement-{version}",
        facts={
            "version": version,
            "digest": proposed.digest,
            "proposer": proposed.proposer,
            "approver": actor.id,
            "limits": digest(canonical({"zh": said.limits.zh, "en": said.limits.en})),
            "algorithm": _mark(body, "algorithm"),
        },
    )
    made = Published(version, proposed.digest, said, actor.id, tx.now)
    declaring.declare(tx, actor, proposed.proposer, made, None if now is None else now.statement)
    return made


def reject(tx: Tx, actor: Actor, proposal: str, reason: str) -> Proposal:
    """Turn a proposed version down, with a reason.

    Raises:
        Refused: `second-person-needed` for the proposer, `person-needed`, `role-needed`.
        Invalid: `reason-needed`, `statement-invalid`.
        Conflict: `wrong-state`, or `statement-overtaken` by somebody else.
        NotFound: `statement-unknown`.
    """
    proposed = get(tx, proposal)
    step = MACHINE.step(
        proposed.state, "reject", actor, earlier=(proposed.proposer,), reason=reason
    )
    words = _words("reason", step.reason or "")
    decided = {
        "state": step.target,
        "decider": actor.id,
        "decided_at": tx.now,
        "reason": words,
    }
    if not store.move(tx, proposed.id, proposed.state.value, decided):
        raise refusing.overtaken()
    append(
        tx,
        "statement-rejected",
        controls=CONTROLS,
        actor=actor,
        subject=proposed.id,
        facts={"proposal": proposed.id, "digest": proposed.digest, "decider": actor.id},
    )
    return get(tx, proposed.id)


def confirm(tx: Tx, actor: Actor) -> Published:
    """Say that scope, grade, origin and permits still are as the version in force says.

    The law asks anew each year; whoever proposed the version does not confirm it alone.

    Raises:
        Refused: `second-person-needed`, `person-needed`, `role-needed`.
        NotFound: `statement-none`.
    """
    now = current(tx)
    if now is None:
        raise refusing.none_yet()
    behind = store.of_version(tx, now.version)
    proposer = now.published_by if behind is None else behind.proposer
    MACHINE.step(VersionState.PROPOSED, "approve", actor, earlier=(proposer,))
    declaring.declare(tx, actor, proposer, now)
    return now


def install(tx: Tx, proposer: Actor, approver: Actor, statement: Statement) -> Published:
    """Make the first statement of an empty house public, by the same two persons' path.

    Raises:
        Conflict: `statement-exists`.
    """
    if store.newest(tx, 1):
        raise refusing.exists()
    return approve(tx, approver, propose(tx, proposer, statement).id)


def current(tx: Tx) -> Published | None:
    """The public statement; raises Unavailable `statement-altered` when it was tampered with."""
    found = store.current(tx)
    return None if found is None else _read(*found)


def in_force(tx: Tx) -> Published:
    """The public statement; raises NotFound `statement-none` while there is none."""
    found = current(tx)
    if found is None:
        raise refusing.none_yet()
    return found


def published(tx: Tx, version: int) -> Published:
    """One published version; raises NotFound `statement-unknown`."""
    found = store.find(tx, version) if 0 < version < 2**31 else None
    if found is None:
        raise refusing.no_such(str(version))
    return _published(found)


def history(tx: Tx, limit: int = _MOST_SHOWN) -> list[Published]:
    """The newest versions, newest first."""
    return [_published(row) for row in store.newest(tx, limit)]


def get(tx: Tx, proposal: str) -> Proposal:
    """One version on its way or published; raises NotFound `statement-unknown`."""
    found = store.find_proposal(tx, proposal)
    if found is None:
        raise refusing.no_such(proposal)
    return _proposal(found)


def listed(tx: Tx, limit: int = _MOST_SHOWN) -> list[Proposal]:
    """The newest versions with how they stand, newest first."""
    return [_proposal(row) for row in store.proposals(tx, limit)]


def producer_code(statement: Statement) -> str:
    """The 27 characters by which labels name this provider as the one who generates."""
    return code_of(statement.uscc, model=statement.model_code)


def permits_ending(statement: Statement, today: date, days: int) -> list[tuple[str, int]]:
    """The numbers of permits that end within `days`, and in how many; ended ones too."""
    found = [
        (one.number, (date.fromisoformat(one.until) - today).days)
        for one in statement.permits
        if one.until is not None
    ]
    return [one for one in found if one[1] <= days]


@lru_cache(maxsize=4)
def _read(version: int, body: str, mark: str, by: str, at: datetime) -> Published:
    """A row whose body is still text; of the same row the same comes out, so once is enough."""
    if digest(body.encode()) != mark:
        raise refusing.altered(version)
    return Published(version, mark, Statement.from_mapping(parse(body.encode())), by, at)


def _published(row: Row[Any]) -> Published:
    if digest(canonical(row.body)) != row.digest:
        raise refusing.altered(row.version)
    statement = Statement.from_mapping(row.body)
    return Published(row.version, row.digest, statement, row.published_by, row.published_at)


def _proposal(row: Row[Any]) -> Proposal:
    body = row.published_body if row.body is None else row.body
    if body is None or digest(canonical(body)) != row.digest:
        raise refusing.altered(row.id)
    return Proposal(
        id=row.id,
        state=VersionState(row.state),
        digest=row.digest,
        note=row.note,
        proposer=row.proposer,
        proposed_at=row.proposed_at,
        decider=row.decider,
        decided_at=row.decided_at,
        reason=row.reason,
        version=row.version,
        statement=Statement.from_mapping(body),
    )


def _mark(body: dict[str, Any], key: str) -> str | None:
    return digest(canonical(body[key])) if key in body else None


def _words(place: str, words: str) -> str:
    return Form({place: words}, CODE).text(place, longest=_LONGEST_NOTE, default="").strip()
