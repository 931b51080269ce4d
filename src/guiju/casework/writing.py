# SPDX-License-Identifier: Apache-2.0
"""Write on a case: notes for colleagues or for the person, and notices that reach the person.

Words are sealed for whom the case is about. What was written is never changed afterwards.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from guiju.casework import contacting, outbox, paper_store, refusing
from guiju.casework.case import Case
from guiju.casework.expiring import has_expired
from guiju.casework.kind import TRAIL
from guiju.casework.model import says_something
from guiju.casework.paper import (
    NOTICE_SETTLED,
    NOTICES,
    PAGE,
    Message,
    Note,
    Notice,
    NoticeState,
)
from guiju.casework.trail import happened
from guiju.kernel import Actor, ActorKind, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CASE_NOTED = "case-noted"
NOTICE_WRITTEN = "notice-written"
_LONGEST = 20_000
_BY_MAIL = "notice-waits@1"


@enforces("case-trail")
def note(tx: Tx, actor: Actor, case: Case, words: str, *, outward: bool = False) -> Case:
    """Write a note; the case one version on, so that nobody decides without having seen it.

    Staff of the kind's roles write both, the person the case is about writes outward ones.

    Raises:
        Refused: `role-needed`, or `not-yours` for another person.
        Invalid: `words-missing` or `words-too-long`.
        Conflict: `case-changed`, or `case-expired`.
    """
    _check_author(actor, case, outward=outward)
    _check_words(words)
    _check_kept(tx, case)
    name = new_id("note")
    sealed = tx.seal(case.sealed_for, words.encode(), _place("note", name))
    values = {
        "id": name,
        "case_id": case.id,
        "seq": case.version + 1,
        "outward": outward,
        "author": actor.id,
        "at": tx.now,
        "words": sealed,
    }
    paper_store.add_note(tx, values)
    facts = {"note": name, "outward": outward}
    return happened(tx, actor, case, "note", evidence=CASE_NOTED, facts=facts)


def notes(tx: Tx, case: Case, *, opened: bool = False, outward: bool = False) -> list[Note]:
    """The notes on a case; `opened`: with their words; `outward`: those only that go out.

    Raises:
        NotFound: `key-destroyed`, when the words of an erased person are to be opened.
    """
    rows = [one for one in paper_store.notes(tx, case.id) if one.outward or not outward]
    return [
        Note(
            id=row.id,
            case=row.case_id,
            seq=row.seq,
            outward=row.outward,
            author=row.author,
            at=row.at,
            words=_opened(tx, case, "note", row) if opened else None,
        )
        for row in rows
    ]


@enforces("case-trail")
def notify(tx: Tx, actor: Actor, case: Case, message: Message) -> Case:
    """Write a notice to the person; the case one version on.

    On the person's page here it stands at once, and whoever has left an address gets a mail that
    says so. Any other channel gets it through the outbox, from the handler for `notice:<channel>`,
    which calls `settle` when it knows what became of it.

    Raises:
        Invalid: `words-missing` or `words-too-long`.
        Conflict: `case-changed`, or `case-expired`.
    """
    _check_words(message.words)
    _check_kept(tx, case)
    written = _write(tx, actor, case, message)
    return announce(tx, actor, written) if message.channel == PAGE else written


def announce(tx: Tx, actor: Actor, case: Case) -> Case:
    """Have a mail say that there is something to read, if somebody wants one; the case as it is."""
    language = contacting.language_of(tx, case.sealed_for)
    if language is None:
        return case
    words = contacting.said(case).to(language)
    return _write(tx, actor, case, Message(_BY_MAIL, language, contacting.MAIL, words))


def _write(tx: Tx, actor: Actor, case: Case, message: Message) -> Case:
    name = new_id("ntc")
    here = message.channel == PAGE
    values = {
        "id": name,
        "case_id": case.id,
        "seq": case.version + 1,
        "template": message.template,
        "language": message.language,
        "channel": message.channel,
        "decision": message.decision,
        "state": (NoticeState.DELIVERED if here else NoticeState.PENDING).value,
        "written_at": tx.now,
        "settled_at": tx.now if here else None,
        "words": tx.seal(case.sealed_for, message.words.encode(), _place("notice", name)),
    }
    paper_store.add_notice(tx, values)
    if not here:
        outbox.afterwards(tx, f"notice:{message.channel}", name)
    facts = {
        "notice": name,
        "template": message.template,
        "channel": message.channel,
        "decision": message.decision,
    }
    return happened(tx, actor, case, "notify", evidence=NOTICE_WRITTEN, facts=facts)


@enforces("case-trail")
def settle(tx: Tx, actor: Actor, notice: str, verb: str) -> NoticeState:
    """Say what became of a notice: `deliver`, `bounce` or `read`; where it then stands.

    Raises:
        NotFound: `notice-unknown`.
        Conflict: `wrong-state`.
    """
    row = paper_store.find_notice(tx, notice)
    if row is None:
        raise refusing.no_such_notice(notice)
    target = str(NOTICES.step(row.state, verb, actor).target)
    if not paper_store.settle_notice(tx, notice, row.state, target):
        raise refusing.wrong_state(row.state, [])
    facts = {"notice": notice, "source": row.state, "target": target}
    append(tx, NOTICE_SETTLED, controls=(TRAIL,), actor=actor, subject=row.case_id, facts=facts)
    return NoticeState(target)


def notices(tx: Tx, case: Case, *, opened: bool = False) -> list[Notice]:
    """The notices of a case in order; `opened`: with their words.

    Raises:
        NotFound: `key-destroyed`, when the words of an erased person are to be opened.
    """
    return [_notice(tx, case, row, opened=opened) for row in paper_store.notices(tx, case.id)]


def _notice(tx: Tx, case: Case, row: Row[Any], *, opened: bool) -> Notice:
    return Notice(
        id=row.id,
        case=row.case_id,
        seq=row.seq,
        template=row.template,
        language=row.language,
        channel=row.channel,
        decision=row.decision,
        state=NoticeState(row.state),
        written_at=row.written_at,
        settled_at=row.settled_at,
        words=_opened(tx, case, "notice", row) if opened else None,
    )


def _check_author(actor: Actor, case: Case, *, outward: bool) -> None:
    if actor.kind is ActorKind.STAFF and not actor.has(*case.kind.roles):
        raise refusing.role_needed(refusing.NOTE, case.kind.roles)
    if actor.kind is ActorKind.PERSON and not (outward and actor.id == case.subject):
        raise refusing.not_yours(case.number)


def _check_words(words: str) -> None:
    if not says_something(words):
        raise refusing.words_missing()
    if len(words) > _LONGEST:
        raise refusing.words_too_long(len(words), _LONGEST)


def _check_kept(tx: Tx, case: Case) -> None:
    """No words come to a case whose words have gone: its key may have gone with them."""
    if has_expired(tx, case):
        raise refusing.words_gone(case.number)


def opened_words(tx: Tx, case: Case, row: Row[Any]) -> str:
    """The words of a notice; raises NotFound `key-destroyed`."""
    return _opened(tx, case, "notice", row)


def _opened(tx: Tx, case: Case, what: str, row: Row[Any]) -> str:
    return tx.unseal(case.sealed_for, row.words, _place(what, row.id)).decode()


def _place(what: str, name: str) -> str:
    return f"casework_{what}/{name}"
