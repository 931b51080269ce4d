# SPDX-License-Identifier: Apache-2.0
"""The roles that staff hold; who may do what is decided by role and never by name (Article 9)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from guiju.kernel import Actor, ActorKind, Refused, Text
from guiju.measures import enforces


class Role(StrEnum):
    """What somebody was appointed to."""

    SAFETY_OFFICER = "safety-officer"
    PRIVACY_OFFICER = "privacy-officer"
    REVIEWER = "reviewer"
    APPEALS_OFFICER = "appeals-officer"
    POLICY_EDITOR = "policy-editor"
    AGREEMENT_MANAGER = "agreement-manager"
    FILING_MANAGER = "filing-manager"
    ACCOUNTABLE_PERSON = "accountable-person"
    AUDITOR = "auditor"
    DATA_STEWARD = "data-steward"
    ANNOTATION_LEAD = "annotation-lead"
    CUSTODIAN = "custodian"
    OPERATOR = "operator"

    @property
    def text(self) -> Text:
        """The role's name for people."""
        return _TEXT[self]


_TEXT = {
    Role.SAFETY_OFFICER: Text(zh="内容安全负责人", en="safety officer"),
    Role.PRIVACY_OFFICER: Text(zh="个人信息保护负责人", en="privacy officer"),
    Role.REVIEWER: Text(zh="审核员", en="reviewer"),
    Role.APPEALS_OFFICER: Text(zh="申诉复核员", en="appeals officer"),
    Role.POLICY_EDITOR: Text(zh="规则编辑", en="policy editor"),
    Role.AGREEMENT_MANAGER: Text(zh="协议负责人", en="agreement manager"),
    Role.FILING_MANAGER: Text(zh="备案专员", en="filing manager"),
    Role.ACCOUNTABLE_PERSON: Text(zh="主要负责人", en="accountable person"),
    Role.AUDITOR: Text(zh="内部审计", en="auditor"),
    Role.DATA_STEWARD: Text(zh="语料负责人", en="data steward"),
    Role.ANNOTATION_LEAD: Text(zh="标注负责人", en="annotation lead"),
    Role.CUSTODIAN: Text(zh="身份保管人", en="custodian"),
    Role.OPERATOR: Text(zh="运维", en="operator"),
}

# Who may open and close accounts and keys for others.
KEEPERS = (Role.OPERATOR, Role.SAFETY_OFFICER, Role.ACCOUNTABLE_PERSON)


@enforces("staff-roles")
def requires_role(actor: Actor, *roles: Role) -> None:
    """Pass staff who hold one of `roles`; raises Refused `role-needed` for everybody else."""
    if actor.kind is not ActorKind.STAFF or not actor.has(*roles):
        raise Refused(
            "role-needed",
            Text(
                zh=f"此操作须由{'或'.join(one.text.zh for one in roles)}执行。",
                en=f"This takes the role {' or '.join(one.text.en for one in roles)}.",
            ),
            Text(zh="请由具备该岗位的人员办理。", en="Ask someone who holds that role."),
        )


def in_order(roles: Iterable[str]) -> tuple[Role, ...]:
    """Each role once, in the order above; raises ValueError for an unknown one."""
    wanted = {Role(one) for one in roles}
    return tuple(one for one in Role if one in wanted)
