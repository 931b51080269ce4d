# SPDX-License-Identifier: Apache-2.0
"""Impact assessments and audits: written, reviewed by another, kept, and due again in time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import Row

from guiju.inventory import DataClass, as_shipped, class_named, register_digest
from guiju.kernel import BEIJING, Actor, Refused, Text, new_id
from guiju.ledger import append
from guiju.measures import enforces, rule
from guiju.records import assessment_store as store
from guiju.records.assessment_model import (
    ASSESSMENTS,
    CONTENTS,
    CONTROLS,
    OFFICER,
    TRIGGERS,
    Assessment,
    AssessmentState,
    AssessmentWritten,
    Audit,
    needed,
    no_such_assessment,
    not_whole,
    overtaken,
)
from guiju.storage import Tx

_LONGEST_TITLE = 200
_LEAST, _LONGEST = 20, 20_000
_MOST_LISTED = 200
_DAYS_OF_A_YEAR = 366
_REVIEW_DAYS = 365
"""Ours: an assessment is looked at again within a year, whatever has changed."""

Classes = Mapping[str, DataClass]


@enforces("privacy-impact-assessed")
def write_assessment(
    tx: Tx, actor: Actor, written: AssessmentWritten, classes: Classes
) -> Assessment:
    """Write one down; it counts once another person has reviewed it. `classes` as they stand now.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `assessment-invalid` with the field: each of the three contents says something.
        NotFound: `data-class-unknown`, or `assessment-unknown`.
    """
    step = ASSESSMENTS.step(AssessmentState.NEW, "write", actor)
    _check(tx, written)
    name = new_id("pia")
    values = {
        "id": name,
        "state": str(step.target),
        "title": written.title.strip(),
        "triggers": list(written.triggers),
        "about": list(written.classes),
        "register": register_digest(classes, list(written.classes)),
        "lawfulness": written.lawfulness.strip(),
        "effects": written.effects.strip(),
        "safeguards": written.safeguards.strip(),
        "replaces": written.replaces,
        "author": actor.id,
        "made_at": tx.now,
    }
    store.add(tx, values)
    _told(tx, actor, name, step.transition.evidence, {"triggers": list(written.triggers)})
    return assessment(tx, name, classes)


@enforces("privacy-impact-assessed")
def review_assessment(
    tx: Tx, actor: Actor, name: str, reason: str, classes: Classes, *, approve: bool
) -> Assessment:
    """Stand for it or refuse it; never its author. From then on it is kept three years at least.

    Raises:
        Refused: `person-needed`, `role-needed`, or `second-person-needed`.
        Invalid: `reason-needed`.
        NotFound: `assessment-unknown`.
        Conflict: `wrong-state`, `assessment-overtaken`, or `assessment-needed` when what it is
            about has changed since it was written.
    """
    found = assessment(tx, name, classes)
    verb = "approve" if approve else "refuse"
    step = ASSESSMENTS.step(found.state, verb, actor, earlier=(found.author,), reason=reason)
    if approve and found.stale:
        raise needed(
            "评估写成后，所涉数据类别已变更。", "The classes it is about have changed since."
        )
    years = int(rule("privacy.impact-assessment.retention").number)
    changes = {
        "state": str(step.target),
        "reviewer": actor.id,
        "reviewed_at": tx.now,
        "review": (step.reason or "")[:_LONGEST],
        "keep_until": tx.now + timedelta(days=years * _DAYS_OF_A_YEAR),
        "due_at": tx.now + timedelta(days=_REVIEW_DAYS) if approve else None,
    }
    if not store.change(tx, name, found.state.value, changes):
        raise overtaken()
    facts = {"author": found.author, "reviewer": actor.id, "contents": list(CONTENTS)}
    _told(tx, actor, name, step.transition.evidence, facts)
    if approve and found.written.replaces is not None:
        _replace(tx, actor, found.written.replaces, name)
    return assessment(tx, name, classes)


def _replace(tx: Tx, actor: Actor, old: str, new: str) -> None:
    state = AssessmentState.IN_FORCE
    step = ASSESSMENTS.step(state, "replace", actor)
    if store.change(tx, old, state.value, {"state": str(step.target), "due_at": None}):
        _told(tx, actor, old, step.transition.evidence, {"by": new})


def check_weighed(tx: Tx, name: str | None, wanted: list[str]) -> None:
    """See that an assessment in force has weighed these classes.

    Raises:
        NotFound: `assessment-unknown`.
        Conflict: `assessment-needed`.
    """
    if name is None:
        raise needed("这类提供须先评估影响。", "What goes there has to be assessed first.")
    found = assessment(tx, name, as_shipped())
    if found.state is not AssessmentState.IN_FORCE:
        raise needed("所引的评估尚未生效。", "The assessment that is named is not in force.")
    if missing := sorted(set(wanted) - set(found.written.classes)):
        listed = ", ".join(missing)
        raise needed(f"评估未涉及：{listed}。", f"The assessment is not about: {listed}.")


def assessment(tx: Tx, name: str, classes: Classes) -> Assessment:
    """The assessment with this id; raises NotFound `assessment-unknown`."""
    row = store.find(tx, name) if name.isascii() and name.isprintable() else None
    if row is None:
        raise no_such_assessment(name)
    return _of(row, classes)


def assessments(tx: Tx, classes: Classes) -> list[Assessment]:
    """The newest of all."""
    return [_of(row, classes) for row in store.newest(tx, _MOST_LISTED)]


class Due(msgspec.Struct, frozen=True):
    """Something that somebody has to do: `kind` is `unassessed`, `stale`, `old` or `audit`."""

    kind: str
    about: str
    since: datetime | None


def due(tx: Tx, classes: Classes) -> list[Due]:
    """What is to be assessed or audited now: by class, by assessment, by calendar.

    A class with sensitive information, or of children, asks for an assessment in force; one whose
    purpose, ground or columns have changed since asks for a new one.
    """
    standing = [_of(row, classes) for row in store.in_state(tx, AssessmentState.IN_FORCE.value)]
    covered = {name for one in standing for name in one.written.classes}
    found = [
        Due("unassessed", name, None)
        for name, one in classes.items()
        if one.sensitive and name not in covered
    ]
    for one in standing:
        if one.stale:
            found.append(Due("stale", one.id, one.reviewed_at))
        elif one.due_at is not None and one.due_at <= tx.now:
            found.append(Due("old", one.id, one.due_at))
    last = audits(tx)
    if not last or last[0].due_at <= tx.now:
        found.append(Due("audit", "audit", last[0].due_at if last else None))
    return found


@enforces("privacy-impact-assessed")
def note_audit(tx: Tx, actor: Actor, audit: Audit) -> Audit:
    """Put a compliance audit on record; the next is due by the rule (two years), from its end.

    Raises:
        Refused: `role-needed`, or `auditor-too-often`: nobody from outside audits the same body
            more often in a row than the rule allows.
        Invalid: `assessment-invalid` with the field.
    """
    if not actor.has(OFFICER):
        raise Refused("role-needed", _NOT_YOURS, _ASK, article=11)
    ended = _day(audit.ended_on)
    for field in ("auditor", "scope", "findings"):
        if not getattr(audit, field).strip():
            raise not_whole(field, "此项不能为空。", "This must not be empty.")
    most = int(rule("privacy.audit-auditor.times").number)
    before = [one.auditor for one in audits(tx)[:most]]
    if audit.outside and before == [audit.auditor] * most:
        raise Refused("auditor-too-often", _too_often(most), _ANOTHER, article=11)
    years = int(rule("privacy.audit.interval").number)
    due_at = datetime.combine(ended, time(), BEIJING) + timedelta(
        days=years * (_DAYS_OF_A_YEAR - 1)
    )
    made = msgspec.structs.replace(
        audit, id=new_id("aud"), noted_by=actor.id, noted_at=tx.now, due_at=due_at
    )
    store.add_audit(tx, msgspec.structs.asdict(made))
    append(
        tx,
        "privacy-audited",
        controls=CONTROLS,
        actor=actor,
        subject=made.id,
        facts={"audit": made.id, "report": made.report, "ended_on": made.ended_on},
    )
    return made


def audits(tx: Tx) -> list[Audit]:
    """The audits that were made, the newest first."""
    rows = store.audits(tx, _MOST_LISTED)
    return [Audit(**dict(row._mapping)) for row in rows]  # noqa: SLF001 - SQLAlchemy's documented accessor


def _check(tx: Tx, written: AssessmentWritten) -> None:
    if not written.title.strip() or len(written.title) > _LONGEST_TITLE:
        raise not_whole("title", "请写明评估的是什么。", "Say what is assessed.")
    if not written.triggers or not set(written.triggers) <= set(TRIGGERS):
        raise not_whole("triggers", "请选择须评估的情形。", "Choose why an assessment is needed.")
    if not written.classes:
        raise not_whole("classes", "请选择数据类别。", "Choose the classes of data.")
    for name in written.classes:
        class_named(name)
    for name, text in CONTENTS.items():
        if not _LEAST <= len(getattr(written, name).strip()) <= _LONGEST:
            raise not_whole(
                name,
                f"“{text.zh}”须写 {_LEAST} 至 {_LONGEST} 字。",
                f"Say in {_LEAST} to {_LONGEST} characters {text.en}.",
            )
    if written.replaces is not None and store.find(tx, written.replaces) is None:
        raise no_such_assessment(written.replaces)


def _told(tx: Tx, actor: Actor, name: str, kind: str, facts: dict[str, Any]) -> None:
    append(
        tx, kind, controls=CONTROLS, actor=actor, subject=name, facts={"assessment": name, **facts}
    )


def _of(row: Row[Any], classes: Classes) -> Assessment:
    about = list(row.about)
    return Assessment(
        id=row.id,
        state=AssessmentState(row.state),
        written=AssessmentWritten(
            title=row.title,
            triggers=tuple(row.triggers),
            classes=tuple(about),
            lawfulness=row.lawfulness,
            effects=row.effects,
            safeguards=row.safeguards,
            replaces=row.replaces,
        ),
        author=row.author,
        made_at=row.made_at,
        reviewer=row.reviewer,
        reviewed_at=row.reviewed_at,
        review=row.review,
        keep_until=row.keep_until,
        due_at=row.due_at,
        stale=row.register != register_digest(classes, about),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise not_whole("ended_on", "日期应如 2026-11-30。", "Give a day as 2026-11-30.") from error


def _too_often(most: int) -> Text:
    return Text(
        zh=f"同一审计机构已连续审计 {most} 次。",
        en=f"The same auditor has made the last {most} audits.",
    )


_ANOTHER = Text(zh="请另请审计机构。", en="Have another auditor do it.")
_NOT_YOURS = Text(
    zh="只有个人信息保护负责人可以登记审计。", en="Only a privacy officer may note an audit."
)
_ASK = Text(zh="请由该岗位登记。", en="Ask the privacy officer.")
