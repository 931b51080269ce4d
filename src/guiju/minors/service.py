# SPDX-License-Identifier: Apache-2.0
"""The verbs of this room, by what they are about."""

from __future__ import annotations

from guiju.minors.appeals import decide, file_appeal, mine, withdraw
from guiju.minors.asserting import assert_age, consent, enter_mode, infer, leave_mode, remind
from guiju.minors.assessment_kind import count, watch
from guiju.minors.crisis_kind import ended, notice
from guiju.minors.forgetting import forget_said, forget_withdrawn
from guiju.minors.guarding import (
    accept,
    allow,
    confirm,
    end,
    guardians_of,
    invite,
    set_hours,
    take_back,
    verify,
    wards_of,
)
from guiju.minors.hearing import hear
from guiju.minors.refusing import CURFEW, TIME_SPENT
from guiju.minors.spending import check_spending
from guiju.minors.standing import guards, ward_of
from guiju.minors.using import (
    Begun,
    Entry,
    Stretch,
    begin,
    forget_old,
    go_on,
    look_again,
    spent,
    summary,
)

__all__ = [
    "CURFEW",
    "TIME_SPENT",
    "Begun",
    "Entry",
    "Stretch",
    "accept",
    "allow",
    "assert_age",
    "begin",
    "check_spending",
    "confirm",
    "consent",
    "count",
    "decide",
    "end",
    "ended",
    "enter_mode",
    "file_appeal",
    "forget_old",
    "forget_said",
    "forget_withdrawn",
    "go_on",
    "guardians_of",
    "guards",
    "hear",
    "infer",
    "invite",
    "leave_mode",
    "look_again",
    "mine",
    "notice",
    "remind",
    "set_hours",
    "spent",
    "summary",
    "take_back",
    "verify",
    "ward_of",
    "wards_of",
    "watch",
    "withdraw",
]
