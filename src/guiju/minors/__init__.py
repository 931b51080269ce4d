# SPDX-License-Identifier: Apache-2.0
"""Minors and companions: who is protected, for how long they are served, and who decides.

Article 10, the minors' mode guide of 2024 and CAC Order 21. The gateway asks `Wards` how a person
is protected, `begin` whether they may be served now, and tells `go_on` what was used. Ages come
from `assert_age`, `infer`, apps and, through `Proving`, verified identities; a wrong one is decided
about by a person in a case of the kind `AGE_APPEAL`. A companion's crisis and its number of users
open the kinds `CRISIS` and `COMPANION_ASSESSMENT`.
"""

from guiju.minors.ages import Source, Stage, stage_named
from guiju.minors.appeal_kind import AGE_APPEAL
from guiju.minors.assessment_kind import COMPANION_ASSESSMENT
from guiju.minors.companion import Companion, check_declared
from guiju.minors.crisis_kind import CRISIS
from guiju.minors.model import Mode, Ward
from guiju.minors.proving import Proving
from guiju.minors.refusing import CURFEW, TIME_SPENT, consent_needed, signal_invalid
from guiju.minors.service import (
    Begun,
    Entry,
    Stretch,
    assert_age,
    begin,
    ended,
    forget_old,
    forget_said,
    go_on,
    infer,
    look_again,
    notice,
    ward_of,
)
from guiju.minors.wards import Wards

__all__ = [
    "AGE_APPEAL",
    "COMPANION_ASSESSMENT",
    "CRISIS",
    "CURFEW",
    "TIME_SPENT",
    "Begun",
    "Companion",
    "Entry",
    "Mode",
    "Proving",
    "Source",
    "Stage",
    "Stretch",
    "Ward",
    "Wards",
    "assert_age",
    "begin",
    "check_declared",
    "consent_needed",
    "ended",
    "forget_old",
    "forget_said",
    "go_on",
    "infer",
    "look_again",
    "notice",
    "signal_invalid",
    "stage_named",
    "ward_of",
]
