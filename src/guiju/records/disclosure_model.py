# SPDX-License-Identifier: Apache-2.0
"""A disclosure: personal data go to somebody else, on a ground, once two people agree (Article 11).

Asked by one, decided by another, carried out and put on record with the digest of what was given.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import msgspec

from guiju.casework import Machine, Transition
from guiju.kernel import Conflict, Invalid, NotFound, Text
from guiju.records import refusing

OFFICER = "privacy-officer"
ASKERS = ("privacy-officer", "safety-officer")
CONTROLS = ("disclosure-approved",)
# The kinds of evidence, by the step that each is of.
_ASKED = "disclosure-asked"
_DECIDED = "disclosure-decided"
_MADE = "disclosure-made"
_ENDED = "disclosure-ended"


class DisclosureState(StrEnum):
    """Where a disclosure stands."""

    NEW = "new"
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    GIVEN = "given"
    ENDED = "ended"

    @property
    def text(self) -> Text:
        """As people read it."""
        return _STATES[self]


_STATES = {
    DisclosureState.NEW: Text(zh="未申请", en="not asked for"),
    DisclosureState.ASKED: Text(zh="待批准", en="asked for"),
    DisclosureState.APPROVED: Text(zh="已批准，未提供", en="approved, not given yet"),
    DisclosureState.REFUSED: Text(zh="已拒绝", en="refused"),
    DisclosureState.GIVEN: Text(zh="已提供", en="given"),
    DisclosureState.ENDED: Text(zh="已结束", en="ended"),
}


class RecipientKind(StrEnum):
    """Who gets it: an authority, who processes for us, or who does on their own account."""

    AUTHORITY = "authority"
    PROCESSOR = "processor"
    RECIPIENT = "recipient"

    @property
    def text(self) -> Text:
        """As people read it."""
        return RECIPIENTS[self]


RECIPIENTS = {
    RecipientKind.AUTHORITY: Text(zh="主管部门", en="an authority"),
    RecipientKind.PROCESSOR: Text(zh="受托处理者", en="an entrusted processor"),
    RecipientKind.RECIPIENT: Text(zh="其他接收方", en="another recipient"),
}
BASES = {
    "consent": Text(zh="单独同意", en="separate consent"),
    "contract": Text(zh="履行合同所必需", en="needed for the contract"),
    "legal-duty": Text(zh="法定义务", en="a legal duty"),
    "emergency": Text(zh="紧急情况", en="an emergency"),
}
"""On which grounds personal data may go to others."""

DISCLOSURES = Machine(
    "disclosure",
    DisclosureState.NEW,
    [
        Transition(
            DisclosureState.NEW,
            "ask",
            DisclosureState.ASKED,
            Text(zh="申请对外提供", en="ask for a disclosure"),
            _ASKED,
            roles=ASKERS,
            by_person=True,
            needs_reason=True,
        ),
        Transition(
            DisclosureState.ASKED,
            "approve",
            DisclosureState.APPROVED,
            Text(zh="批准对外提供", en="approve a disclosure"),
            _DECIDED,
            roles=(OFFICER,),
            by_person=True,
            needs_other_person=True,
            needs_reason=True,
        ),
        Transition(
            DisclosureState.ASKED,
            "refuse",
            DisclosureState.REFUSED,
            Text(zh="拒绝对外提供", en="refuse a disclosure"),
            _DECIDED,
            roles=(OFFICER,),
            by_person=True,
            needs_other_person=True,
            needs_reason=True,
        ),
        Transition(
            DisclosureState.APPROVED,
            "give",
            DisclosureState.GIVEN,
            Text(zh="登记已提供", en="note what was given"),
            _MADE,
            roles=ASKERS,
            by_person=True,
        ),
        Transition(
            DisclosureState.GIVEN,
            "end",
            DisclosureState.ENDED,
            Text(zh="结束委托", en="end an entrusting"),
            _ENDED,
            roles=(OFFICER,),
            by_person=True,
            needs_reason=True,
        ),
    ],
)


class DisclosureAsked(msgspec.Struct, frozen=True):
    """What is asked for: to whom, on which ground, for what, which classes of data, of whom.

    `person` None: of many, `people` says how many. `abroad`: beyond the mainland. `assessment` is
    the impact assessment that has weighed it.
    """

    recipient_kind: RecipientKind
    recipient: str
    basis: str
    ground: str
    purpose: str
    classes: tuple[str, ...]
    person: str | None = None
    people: int = 1
    case: str | None = None
    abroad: bool = False
    assessment: str | None = None

    @property
    def basis_text(self) -> Text:
        """Its ground as people read it."""
        return BASES[self.basis]


class Disclosure(msgspec.Struct, frozen=True):
    """One entry of the register."""

    id: str
    state: DisclosureState
    asked: DisclosureAsked
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    given_by: str | None
    given_at: datetime | None
    digest: str | None
    keep_until: datetime | None


def not_whole(field: str, zh: str, en: str) -> Invalid:
    """Something is missing or cannot be."""
    return refusing.not_whole("disclosure-invalid", field, Text(zh=zh, en=en))


def no_such_disclosure(name: str) -> NotFound:
    """Nothing has this id."""
    return NotFound(
        "disclosure-unknown",
        Text(zh=f"没有编号为 {name[:40]} 的对外提供。", en=f"There is no disclosure {name[:40]}."),
        Text(zh="请查看登记簿。", en="See the register."),
    )


def overtaken() -> Conflict:
    """Somebody else has just moved it on."""
    return refusing.overtaken("disclosure-overtaken", Text(zh="这项对外提供", en="this disclosure"))
