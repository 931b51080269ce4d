# SPDX-License-Identifier: Apache-2.0
"""What a policy is, and the table of who may do what with it (Article 4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from guiju.casework import Machine, Transition
from guiju.kernel import Conflict, NotFound, Text, Unavailable

EDITOR = "policy-editor"
OFFICER = "safety-officer"


class PolicyState(StrEnum):
    """Where a version stands; a draft is a file that nobody has proposed yet."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    ACTIVE = "active"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"


MACHINE = Machine(
    "policy",
    PolicyState.DRAFT,
    [
        Transition(
            PolicyState.DRAFT,
            "propose",
            PolicyState.PROPOSED,
            Text(zh="提出规则", en="propose a policy"),
            "policy-proposed",
            roles=(OFFICER, EDITOR),
            by_person=True,
        ),
        Transition(
            PolicyState.PROPOSED,
            "approve",
            PolicyState.ACTIVE,
            Text(zh="批准规则", en="approve a policy"),
            "policy-approved",
            roles=(OFFICER,),
            needs_other_person=True,
            by_person=True,
        ),
        Transition(
            PolicyState.PROPOSED,
            "reject",
            PolicyState.REJECTED,
            Text(zh="驳回规则", en="reject a policy"),
            "policy-rejected",
            roles=(OFFICER,),
            needs_other_person=True,
            by_person=True,
            needs_reason=True,
        ),
        Transition(
            PolicyState.ACTIVE,
            "supersede",
            PolicyState.SUPERSEDED,
            Text(zh="由新版取代", en="supersede a policy"),
            "policy-activated",
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class PolicyHead:
    """A version without its body: what a list shows. Proposer and decider are staff ids."""

    id: str
    version: int
    state: PolicyState
    digest: str
    note: str
    proposer: str
    proposed_at: datetime
    decider: str | None
    decided_at: datetime | None
    reason: str | None

    @property
    def approver(self) -> str | None:
        """Who approved it; None while nobody has."""
        approved = self.state in {PolicyState.ACTIVE, PolicyState.SUPERSEDED}
        return self.decider if approved else None

    @property
    def at(self) -> datetime:
        """When it came into its present state (a superseded one: when it was approved)."""
        return self.decided_at or self.proposed_at


@dataclass(frozen=True, slots=True)
class Policy(PolicyHead):
    """A version with its body, whose digest was found to be true."""

    body: Mapping[str, Any]


def no_such(policy: str) -> NotFound:
    """The error for an id that names no policy."""
    return NotFound(
        "policy-unknown",
        Text(zh=f"没有规则 {policy[:60]!r}。", en=f"There is no policy {policy[:60]!r}."),
        Text(zh="运行 guiju policy list 查看全部。", en="See all with guiju policy list."),
    )


def none_active() -> NotFound:
    """The error while no policy is in force."""
    return NotFound(
        "policy-none-active",
        Text(zh="尚无生效的规则。", en="No policy is in force yet."),
        Text(
            zh="请先用 guiju policy propose 提出规则并由另一人批准。",
            en="Propose one with guiju policy propose and let another person approve it.",
        ),
    )


def unchanged(version: int) -> Conflict:
    """The error for a proposal that would change nothing."""
    return Conflict(
        "policy-unchanged",
        Text(
            zh=f"与现行第 {version} 版规则完全相同。",
            en=f"This is the policy in force already, version {version}.",
        ),
        Text(zh="请先修改再提出。", en="Change something before you propose it."),
    )


def overtaken() -> Conflict:
    """The error when somebody else decided at the same moment."""
    return Conflict(
        "policy-overtaken",
        Text(zh="他人刚刚处理了规则。", en="Somebody else has just decided about a policy."),
        Text(zh="请查看现状后重试。", en="Look at how it stands now and try again."),
    )


def already_installed() -> Conflict:
    """The error when the default policy would replace what people decided."""
    return Conflict(
        "policy-exists",
        Text(
            zh="已有规则，不再安装默认规则。",
            en="There is a policy already; the default is for the first hour.",
        ),
        Text(zh="请用 guiju policy propose 提出。", en="Use guiju policy propose."),
    )


def altered(policy: str) -> Unavailable:
    """The error for a stored body that is not what was approved."""
    return Unavailable(
        "policy-altered",
        Text(
            zh=f"规则 {policy} 的内容与其摘要不符，不予采用。",
            en=f"The stored body of policy {policy} does not match its digest; it is not used.",
        ),
        Text(
            zh="请运行 guiju ledger verify，并从备份恢复。",
            en="Run guiju ledger verify and restore it from a backup.",
        ),
    )
