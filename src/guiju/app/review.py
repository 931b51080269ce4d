# SPDX-License-Identifier: Apache-2.0
"""What reviewers of cases are shown and spared: benches, rules of the policy, names of staff."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from guiju import accounts, complaints, dispositions, policies, profile, records
from guiju.app.desks import benches
from guiju.casework import Lead, Review, ReviewRules
from guiju.incidents import INCIDENT
from guiju.kernel import Actor, GuijuError, Text
from guiju.profile import Tier

if TYPE_CHECKING:
    from guiju.app.house import House
    from guiju.storage import Tx

QUEUES: Mapping[str, Text] = {
    "age-appeals": Text(zh="年龄申诉", en="Appeals about an age"),
    "appeals": Text(zh="申诉", en="Appeals"),
    "assessments": Text(zh="陪伴类服务评估", en="Assessments of companions"),
    "authority-reports": Text(zh="向主管部门报告", en="Reports to authorities"),
    "complaints": Text(zh="投诉举报", en="Complaints"),
    "content": Text(zh="对内容的处置", en="Measures about content"),
    "crisis": Text(zh="危机关怀", en="Somebody in danger"),
    "incident-notices": Text(zh="事件通知", en="Notices of incidents"),
    "incidents": Text(zh="事件", en="Incidents"),
    "privacy": Text(zh="个人信息请求", en="Privacy requests"),
    "rectification": Text(zh="整改", en="Rectification"),
    "users": Text(zh="对使用者的处置", en="Measures against users"),
}


LEADS = (
    Lead(
        "/console/rectifications?from={number}#open",
        Text(zh="由此立案整改", en="Put the cause right"),
        kinds=(
            complaints.COMPLAINT.name,
            dispositions.CONTENT_ACTION.name,
            dispositions.USER_ACTION.name,
            INCIDENT.name,
        ),
        roles=dispositions.RECTIFICATION.roles,
    ),
    Lead(
        "/console/incidents?from={number}#open",
        Text(zh="由此登记事件", en="Open an incident from it"),
        kinds=(
            complaints.COMPLAINT.name,
            dispositions.CONTENT_ACTION.name,
            dispositions.USER_ACTION.name,
        ),
        roles=INCIDENT.roles,
    ),
)


def review_of(house: House) -> Review:
    """The console's view of the rooms that are wired here."""
    screens = policies.Screens(house.settings.lexicons, house.database.keys)
    beside = benches(house.database, screens)
    return Review(house.kinds, beside, rules, names, QUEUES, LEADS, note_reading)


def note_reading(tx: Tx, actor: Actor, thing: str, reason: str, subject: str) -> None:
    """Put on record, beside the readings of records, that somebody opens the words of a case."""
    records.note_reading(tx, actor, thing, reason, subject=subject, purpose="case-work")


class _InForce:
    """Part `review` of the policy in force, with what the tier of the service adds to it.

    Read again only when policy or statement is another.
    """

    def __init__(self) -> None:
        self._known: tuple[tuple[str, Tier], ReviewRules] | None = None

    def __call__(self, tx: Tx) -> ReviewRules:
        """The rules; nothing is limited while no policy is in force."""
        head = policies.active_head(tx)
        if head is None:
            return ReviewRules()
        said = profile.current(tx)
        mark = (head.digest, Tier.LOW if said is None else said.statement.tier)
        known = self._known
        if known is None or known[0] != mark:
            known = self._known = (mark, _of_tier(policies.get(tx, head.id).body, mark[1]))
        return known[1]


def _of_tier(body: Mapping[str, Any], tier: Tier) -> ReviewRules:
    """The rules of a policy; a graver service never looks again at fewer decisions."""
    usual = policies.review_rules(body)
    least = policies.tier_rules(body, tier.value).sampled
    return replace(usual, sampled=max(usual.sampled, least))


rules = _InForce()


def names(tx: Tx, staff: Collection[str]) -> Mapping[str, str]:
    """How members of staff are called; who has gone keeps the name."""
    found = {}
    for one in staff:
        try:
            found[one] = accounts.get_staff(tx, one).display
        except GuijuError:
            continue
    return found
