# SPDX-License-Identifier: Apache-2.0
"""An assessment of what processing does to people, before it begins (PIPL, Articles 55 and 56).

Written by one person, reviewed by another, kept three years, due anew when what it is about says
something else. And the calendar of compliance audits.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from guiju.casework import Machine, Transition
from guiju.kernel import Conflict, Invalid, NotFound, Text
from guiju.records import refusing

OFFICER = "privacy-officer"
WRITERS = ("privacy-officer", "safety-officer")
CONTROLS = ("privacy-impact-assessed",)
# The kinds of evidence, by the step that each is of.
_WRITTEN = "privacy-impact-written"
_ASSESSED = "privacy-impact-assessed"
_REFUSED = "privacy-impact-refused"
_REPLACED = "privacy-impact-replaced"


class AssessmentState(StrEnum):
    """Where an assessment stands."""

    NEW = "new"
    WRITTEN = "written"
    IN_FORCE = "in-force"
    REFUSED = "refused"
    REPLACED = "replaced"

    @property
    def text(self) -> Text:
        """As people read it."""
        return _STATES[self]


_STATES = {
    AssessmentState.NEW: Text(zh="未写", en="not written"),
    AssessmentState.WRITTEN: Text(zh="待另一人复核", en="waits for another's review"),
    AssessmentState.IN_FORCE: Text(zh="有效", en="in force"),
    AssessmentState.REFUSED: Text(zh="已退回", en="refused"),
    AssessmentState.REPLACED: Text(zh="已被取代", en="replaced"),
}

TRIGGERS = {
    "sensitive": Text(zh="处理敏感个人信息", en="sensitive personal information"),
    "automated": Text(zh="自动化决策", en="automated decisions"),
    "shared": Text(zh="委托、提供或公开", en="entrusting, providing or publishing"),
    "abroad": Text(zh="向境外提供", en="sending abroad"),
    "major": Text(zh="其他重大影响", en="another major effect"),
}
"""What asks for an assessment first (rule `privacy.impact-assessment.triggers`)."""

CONTENTS = {
    "lawfulness": Text(
        zh="目的、方式是否合法、正当、必要",
        en="whether purpose and manner are lawful and necessary",
    ),
    "effects": Text(
        zh="对个人权益的影响和安全风险", en="what it does to people's rights, and the risks"
    ),
    "safeguards": Text(
        zh="保护措施是否合法、有效、与风险相称",
        en="whether safeguards are lawful, work, and suffice",
    ),
}
"""The three contents (rule `privacy.impact-assessment.contents`)."""

ASSESSMENTS = Machine(
    "impact-assessment",
    AssessmentState.NEW,
    [
        Transition(
            AssessmentState.NEW,
            "write",
            AssessmentState.WRITTEN,
            Text(zh="写下影响评估", en="write an impact assessment"),
            _WRITTEN,
            roles=WRITERS,
            by_person=True,
        ),
        Transition(
            AssessmentState.WRITTEN,
            "approve",
            AssessmentState.IN_FORCE,
            Text(zh="复核通过影响评估", en="stand for an impact assessment"),
            _ASSESSED,
            roles=WRITERS,
            by_person=True,
            needs_other_person=True,
            needs_reason=True,
        ),
        Transition(
            AssessmentState.WRITTEN,
            "refuse",
            AssessmentState.REFUSED,
            Text(zh="退回影响评估", en="refuse an impact assessment"),
            _REFUSED,
            roles=WRITERS,
            by_person=True,
            needs_other_person=True,
            needs_reason=True,
        ),
        Transition(
            AssessmentState.IN_FORCE,
            "replace",
            AssessmentState.REPLACED,
            Text(zh="以新评估取代", en="replace by a new assessment"),
            _REPLACED,
        ),
    ],
)


class AssessmentWritten(msgspec.Struct, frozen=True):
    """What is written: why it is needed, the classes of data it is about, and the three contents.

    `replaces` is the assessment that it takes the place of.
    """

    title: str
    triggers: tuple[str, ...]
    classes: tuple[str, ...]
    lawfulness: str
    effects: str
    safeguards: str
    replaces: str | None = None


class Assessment(msgspec.Struct, frozen=True):
    """One assessment. `stale`: what it is about says something else now; `due_at`: look again."""

    id: str
    state: AssessmentState
    written: AssessmentWritten
    author: str
    made_at: datetime
    reviewer: str | None
    reviewed_at: datetime | None
    review: str | None
    keep_until: datetime | None
    due_at: datetime | None
    stale: bool


class Audit(msgspec.Struct, frozen=True):
    """One compliance audit that was made: by whom, of what, until when the next is due.

    `report` is SHA-256 of the report; `ended_on` a day as YYYY-MM-DD.
    """

    id: str
    auditor: str
    outside: bool
    scope: str
    findings: str
    report: str
    ended_on: str
    noted_by: str
    noted_at: datetime
    due_at: datetime


def not_whole(field: str, zh: str, en: str) -> Invalid:
    """Something is missing or cannot be."""
    return refusing.not_whole("assessment-invalid", field, Text(zh=zh, en=en))


def no_such_assessment(name: str) -> NotFound:
    """Nothing has this id."""
    return NotFound(
        "assessment-unknown",
        Text(
            zh=f"没有编号为 {name[:40]} 的影响评估。",
            en=f"There is no impact assessment {name[:40]}.",
        ),
        Text(zh="请查看影响评估清单。", en="See the list of assessments."),
        param="assessment",
    )


def overtaken() -> Conflict:
    """Somebody else has just moved it on."""
    return refusing.overtaken("assessment-overtaken", Text(zh="这项评估", en="this assessment"))


def needed(zh: str, en: str) -> Conflict:
    """It has not been weighed, or not as it is now."""
    return Conflict(
        "assessment-needed",
        Text(zh=zh, en=en),
        Text(
            zh="请先完成个人信息保护影响评估，由另一人复核。",
            en="Have it assessed first, with another person's review.",
        ),
        article=11,
    )
