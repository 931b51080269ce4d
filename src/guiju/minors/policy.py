# SPDX-License-Identifier: Apache-2.0
"""The provider's rules about minors that are in force; the usual ones while no policy says any."""

from __future__ import annotations

from guiju import policies
from guiju.casework import Limit, Unit
from guiju.policies import CompanionRules, MinorRules
from guiju.storage import Tx


def now(tx: Tx) -> MinorRules:
    """How time is reckoned and when software takes somebody for a minor."""
    found = policies.active(tx)
    return policies.minor_rules({} if found is None else found.body)


def companion(tx: Tx) -> CompanionRules | None:
    """The companion profile, if it is switched on."""
    found = policies.active(tx)
    return None if found is None else policies.companion_rules(found.body)


def to_decide(tx: Tx) -> Limit:
    """Within which a wrong classification is decided about."""
    days = now(tx).appeal_working_days
    return Limit.published(days, Unit.WORKING_DAYS, _name(tx, "minors"))


def to_answer(tx: Tx) -> Limit:
    """Within which a person answers somebody who may be in danger."""
    rules = companion(tx)
    hours = 1 if rules is None else rules.crisis_hours
    return Limit.published(hours, Unit.HOURS, _name(tx, "companion"))


def _name(tx: Tx, part: str) -> str:
    head = policies.active_head(tx)
    return f"policy:{'built-in' if head is None else head.digest}#{part}"
