# SPDX-License-Identifier: Apache-2.0
"""What a version of the agreement is on its way, and the table of who may do what with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from guiju.accounts.roles import Role
from guiju.casework import Machine, Transition
from guiju.kernel import Text

PROPOSERS = (Role.AGREEMENT_MANAGER, Role.ACCOUNTABLE_PERSON)
# Operations: a version is published by the agreement manager together with another officer.
APPROVERS = (
    Role.AGREEMENT_MANAGER,
    Role.SAFETY_OFFICER,
    Role.PRIVACY_OFFICER,
    Role.ACCOUNTABLE_PERSON,
)


class Change(StrEnum):
    """What a new version asks of those who accepted an earlier one.

    Editorial: nothing. Notice: they are told, and may go on. Material: they accept it anew, within
    the grace that the policy gives.
    """

    EDITORIAL = "editorial"
    NOTICE = "notice"
    MATERIAL = "material"

    @property
    def text(self) -> Text:
        """Its name for people."""
        return _CHANGES[self]


_CHANGES = {
    Change.EDITORIAL: Text(zh="文字修改", en="editorial"),
    Change.NOTICE: Text(zh="告知即可", en="notice"),
    Change.MATERIAL: Text(zh="须重新接受", en="material"),
}


class AgreementState(StrEnum):
    """Where a version stands; a draft is a file that nobody has proposed yet."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    REJECTED = "rejected"

    @property
    def text(self) -> Text:
        """Its name for people."""
        return _STATES[self]


_STATES = {
    AgreementState.DRAFT: Text(zh="草稿", en="draft"),
    AgreementState.PROPOSED: Text(zh="待批准", en="waits for approval"),
    AgreementState.PUBLISHED: Text(zh="已发布", en="published"),
    AgreementState.REJECTED: Text(zh="已驳回", en="rejected"),
}

REVIEW = Machine(
    "agreement",
    AgreementState.DRAFT,
    [
        Transition(
            AgreementState.DRAFT,
            "propose",
            AgreementState.PROPOSED,
            Text(zh="提出协议", en="propose an agreement"),
            "agreement-proposed",
            roles=PROPOSERS,
            by_person=True,
        ),
        Transition(
            AgreementState.PROPOSED,
            "approve",
            AgreementState.PUBLISHED,
            Text(zh="批准并发布协议", en="approve and publish the agreement"),
            "agreement-published",
            roles=APPROVERS,
            needs_other_person=True,
            by_person=True,
        ),
        Transition(
            AgreementState.PROPOSED,
            "reject",
            AgreementState.REJECTED,
            Text(zh="驳回协议", en="reject the agreement"),
            "agreement-rejected",
            roles=APPROVERS,
            needs_other_person=True,
            by_person=True,
            needs_reason=True,
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody proposes: both texts, what kind of change it is, and what changes."""

    text: Text
    change: Change
    note: str = ""


@dataclass(frozen=True, slots=True)
class AgreementProposal:
    """A version on its way; `version` is its number once it is published."""

    id: str
    version: int | None
    state: AgreementState
    change: Change
    text: Text
    digest: str
    note: str
    proposer: str
    proposed_at: datetime
    decider: str | None
    decided_at: datetime | None
    reason: str | None


class Served(NamedTuple):
    """Which text was shown to whom: version, language, with which annex, how and when."""

    person: str
    version: int
    language: str
    way: str
    digest: str
    annex: str | None
    at: datetime
