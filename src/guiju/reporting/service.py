# SPDX-License-Identifier: Apache-2.0
"""Write a report to an authority, sign it, say that it was sent and acknowledged (Article 14).

Nothing here sends anything: the signed paper is handed out, and a person says what became of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from guiju.casework import (
    Case,
    Limit,
    Origin,
    Severity,
    advance,
    get_case,
    open_case,
    words_gone,
)
from guiju.kernel import Actor, canonical, isoformat, parse
from guiju.measures import enforces
from guiju.reporting import store
from guiju.reporting.following import tell
from guiju.reporting.kind import DRAFT, DUE, REPORT
from guiju.reporting.model import (
    MOST_ATTACHMENTS,
    Attachment,
    Occasion,
    Paper,
    Report,
    Sending,
    digest_of,
    no_such_report,
    not_a_draft,
    sent_when,
    too_many_attachments,
    words_needed,
)
from guiju.storage import Tx

_MOST_LISTED = 200
_SHORT = 200
_FIRST = 1


@enforces("authority-reports")
def open_report(
    tx: Tx,
    actor: Actor,
    occasion: Occasion,
    paper: Paper,
    *,
    cause: Case | None = None,
    limit: Limit | None = None,
) -> Report:
    """Begin a report with a first draft; `cause` is the case that it is about.

    `limit`: until when it is to be sent, where no clock of the cause says so already.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `report-invalid`.
    """
    _check_short("authority", occasion.authority, "报送对象", "to whom it goes")
    case = open_case(
        tx,
        actor,
        REPORT,
        origin=Origin.STAFF,
        severity=Severity.HIGH if cause is None else cause.severity,
        parent=cause,
        limits={DUE: limit},
    )
    seal = digest_of(occasion, paper, ())
    row = {
        "case_id": case.id,
        "cause": None if cause is None else cause.id,
        "room": occasion.room,
        "stage": occasion.stage,
        "authority": occasion.authority,
        "basis": list(occasion.basis),
        "version": _FIRST,
        "digest": seal,
        "author": actor.id,
    }
    store.add(tx, row)
    _keep_words(tx, actor, case, _FIRST, paper)
    return _taken(tx, actor, case, "write", _written(occasion, _FIRST, seal))


@enforces("authority-reports")
def write(tx: Tx, actor: Actor, case: Case, paper: Paper) -> Report:
    """Write the next version of a draft.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Conflict: `report-signed` or `case-changed`.
    """
    before = report(tx, case)
    if case.state != DRAFT:
        raise not_a_draft()
    version = before.version + 1
    seal = digest_of(before.occasion, paper, store.attachments(tx, case.id))
    store.change(tx, case.id, {"version": version, "digest": seal, "author": actor.id})
    _keep_words(tx, actor, case, version, paper)
    return _taken(tx, actor, case, "write", _written(before.occasion, version, seal))


@enforces("authority-reports")
def attach(tx: Tx, actor: Actor, case: Case, one: Attachment) -> Report:
    """Name a file that goes with the draft, by its digest; the file stays where it is.

    Raises:
        Conflict: `report-signed`, `report-attachments-too-many` or `case-changed`.
    """
    before, paper = report(tx, case), paper_of(tx, case)
    known = store.attachments(tx, case.id)
    if case.state != DRAFT:
        raise not_a_draft()
    if len(known) >= MOST_ATTACHMENTS:
        raise too_many_attachments()
    _check_short("name", one.name, "文件名", "the name of the file")
    store.add_attachment(tx, case.id, len(known) + 1, one)
    seal = digest_of(before.occasion, paper, [*known, one])
    store.change(tx, case.id, {"digest": seal})
    facts = _written(before.occasion, before.version, seal) | {"attached": one.digest}
    return _taken(tx, actor, case, "write", facts)


@enforces("authority-reports")
def sign(tx: Tx, actor: Actor, case: Case) -> Report:
    """Sign what stands there now; nobody who wrote on it may.

    Raises:
        Refused: `person-needed`, `role-needed` or `second-person-needed`.
        Conflict: `wrong-state` or `case-changed`.
    """
    before = report(tx, case)
    store.change(tx, case.id, {"signer": actor.id, "signed_at": tx.now})
    facts = _signed(before) | {"signer": actor.id}
    return _taken(tx, actor, case, "sign", facts)


@enforces("authority-reports")
def mark_sent(tx: Tx, actor: Actor, case: Case, sending: Sending) -> Report:
    """Say that one has sent it, when, and by which way; whoever waits for it is told.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `report-sent-when` or `report-invalid`.
        Conflict: `wrong-state` or `case-changed`.
    """
    before = report(tx, case)
    _check_short("channel", sending.channel, "报送方式", "by which way it went")
    # In another state the table says what is wrong.
    if before.signed_at is not None and not before.signed_at <= sending.at <= tx.now:
        raise sent_when()
    store.change(
        tx,
        case.id,
        {
            "sent_by": actor.id,
            "sent_at": sending.at,
            "recorded_at": tx.now,
            "channel": sending.channel,
        },
    )
    facts = _signed(before) | {"signer": before.signer, "sent_at": isoformat(sending.at)}
    made = _taken(tx, actor, case, "send", facts)
    tell(tx, actor, made)
    return made


@enforces("authority-reports")
def acknowledge(tx: Tx, actor: Actor, case: Case, number: str) -> Report:
    """Note the number under which the authority took it.

    Raises:
        Invalid: `report-invalid`.
        Conflict: `wrong-state` or `case-changed`.
    """
    before = report(tx, case)
    _check_short("number", number, "回执编号", "the number of the acknowledgement")
    store.change(tx, case.id, {"number": number.strip(), "acknowledged_at": tx.now})
    return _taken(tx, actor, case, "acknowledge", _signed(before))


def withdraw(tx: Tx, actor: Actor, case: Case, reason: str) -> Report:
    """Give a report up that was not sent; another one may be begun.

    Raises:
        Invalid: `reason-needed`.
        Conflict: `wrong-state` or `case-changed`.
    """
    advance(tx, actor, case, "withdraw", reason=reason, facts=_signed(report(tx, case)))
    return report(tx, get_case(tx, REPORT, case.id))


# -- reading ---------------------------------------------------------------------------------------


def find_case(tx: Tx, name: str, version: int | None = None) -> Case:
    """The case of the report with this number; raises NotFound `report-unknown`."""
    return get_case(tx, REPORT, name, version, no_such_report)


def report(tx: Tx, case: Case) -> Report:
    """The report of a case."""
    row = store.find(tx, case.id)
    if row is None:
        raise no_such_report(case.number)
    return _report(case, row)


def reports(tx: Tx, cause: Case | None = None) -> list[Report]:
    """The newest reports; those of one cause in order."""
    rows = store.newest(tx, _MOST_LISTED, None if cause is None else cause.id)
    return [_report(get_case(tx, REPORT, row.case_id), row) for row in rows]


def paper_of(tx: Tx, case: Case, version: int | None = None) -> Paper:
    """The words of a report, as they stand or at an earlier version.

    Raises:
        NotFound: `report-unknown`.
        Conflict: `case-expired`.
    """
    number = version or report(tx, case).version
    sealed = store.words(tx, case.id, number)
    if sealed is None:
        raise no_such_report(case.number)
    if not sealed:
        raise words_gone(case.number)
    return Paper.from_mapping(parse(tx.unseal(case.sealed_for, sealed, _place(case.id, number))))


def attachments(tx: Tx, case: Case) -> list[Attachment]:
    """The manifest of what goes with it."""
    return store.attachments(tx, case.id)


# -- what each step has in common ------------------------------------------------------------------


def _taken(tx: Tx, actor: Actor, case: Case, verb: str, facts: Mapping[str, Any]) -> Report:
    return report(tx, advance(tx, actor, case, verb, facts=facts))


def _written(occasion: Occasion, version: int, seal: str) -> dict[str, Any]:
    return {"room": occasion.room, "stage": occasion.stage, "version": version, "digest": seal}


def _signed(one: Report) -> dict[str, Any]:
    said = _written(one.occasion, one.version, one.digest)
    return said | {"author": one.author}


def _keep_words(tx: Tx, actor: Actor, case: Case, version: int, paper: Paper) -> None:
    plain = canonical(paper.to_mapping())
    sealed = tx.seal(case.sealed_for, plain, _place(case.id, version))
    store.add_words(tx, case.id, version, actor.id, sealed)


def _report(case: Case, row: Row[Any]) -> Report:
    occasion = Occasion(row.room, row.stage, row.authority, tuple(row.basis))
    names = [one for one in Report.__slots__ if one not in {"case", "occasion"}]
    return Report(case=case, occasion=occasion, **{name: getattr(row, name) for name in names})


def _check_short(name: str, words: str, zh: str, en: str) -> None:
    if not any(one.isalnum() for one in words) or len(words) > _SHORT:
        raise words_needed(name, zh, en)


def _place(case: str, version: int) -> str:
    return f"authority_report/{case}/{version}"
