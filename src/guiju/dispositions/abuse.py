# SPDX-License-Identifier: Apache-2.0
"""When has a person abused the service so often that it has consequences? Pure (Article 14).

TC260-003 names three illegal inputs in a row or five in a day; the provider's policy may say other
numbers. Only what was stopped for a harm that the policy counts, and has had no consequence yet.
"""

from __future__ import annotations

from collections.abc import Sequence

from guiju.dispositions.model import Finding, FindingState, Trigger
from guiju.kernel import BEIJING
from guiju.policies import DispositionRules

IN_A_ROW, IN_A_DAY = "abuse.in-a-row", "abuse.in-a-day"


def counts(rules: DispositionRules, finding: Finding) -> bool:
    """Whether a finding counts: an input, stopped for such a harm, without consequence so far."""
    return (
        finding.direction == "input"
        and finding.action in rules.actions
        and finding.harm in rules.harms
        and finding.case is None
        and finding.state is not FindingState.DISMISSED
    )


def reached(
    rules: DispositionRules, findings: Sequence[Finding], latest: Sequence[str]
) -> Trigger | None:
    """What the rule says of somebody's findings, newest first, and their `latest` requests."""
    if not rules.abuse or not findings:
        return None
    by_request = {one.request: one for one in findings if counts(rules, one)}
    row = [by_request[one] for one in latest[: rules.in_a_row] if one in by_request]
    if len(row) == rules.in_a_row:
        return Trigger(IN_A_ROW, tuple(row))
    today = findings[0].raised_at.astimezone(BEIJING).date()
    day = [one for one in by_request.values() if one.raised_at.astimezone(BEIJING).date() == today]
    return Trigger(IN_A_DAY, tuple(day)) if len(day) >= rules.in_a_day else None
