# SPDX-License-Identifier: Apache-2.0
"""The provider's own rules for Articles 4, 10 and 14: proposed by one person, approved by another.

A policy says which terms are screened and how, what a refused person reads, how text is labelled
and how long records are kept. Each version is digested and stands in the ledger; one is active.
"""

from guiju.policies.body import checked, default_body, read_file
from guiju.policies.body_agreement import grace_days
from guiju.policies.body_complaints import WAY_WORDS
from guiju.policies.body_dispositions import (
    FUNCTIONS,
    MEASURE_SAID,
    DispositionRules,
    LadderStep,
    disposition_rules,
)
from guiju.policies.body_identity import LEVEL_SAID, LEVELS, IdentityRules, identity_rules
from guiju.policies.body_incidents import Operator, operator_of, personal_hits_of
from guiju.policies.body_limits import MEASURE_WORDS, plan_of
from guiju.policies.body_minors import (
    CLOSE_PERSONAS,
    PERSONAS,
    CompanionRules,
    MinorRules,
    companion_rules,
    minor_rules,
)
from guiju.policies.body_records import case_days
from guiju.policies.body_review import review_rules
from guiju.policies.body_tiers import TierRules, dispositions_at, tier_rules
from guiju.policies.dry_running import Said
from guiju.policies.model import MACHINE, Policy, PolicyHead, PolicyState
from guiju.policies.pictures import PictureLists
from guiju.policies.screens import Screens, today
from guiju.policies.service import (
    active,
    active_head,
    approve,
    get,
    install_default,
    listed,
    propose,
    reject,
    with_digest,
)
from guiju.policies.stop_model import (
    DIRECT,
    RESUMERS,
    STOPPERS,
    STOPS,
    Stop,
    StopKind,
    Stopped,
    StopState,
    Target,
)
from guiju.policies.stopping import (
    get_stop,
    resume_part,
    stop_part,
    stops,
    stops_in_force,
    take_up_stops,
)
from guiju.policies.urgent import add_urgent_term
from guiju.policies.urgent import is_due as urgent_terms_due
from guiju.policies.urgent import lapse as lapse_urgent_terms
from guiju.policies.urgent import mark as urgent_mark

__all__ = [
    "CLOSE_PERSONAS",
    "DIRECT",
    "FUNCTIONS",
    "LEVELS",
    "LEVEL_SAID",
    "MACHINE",
    "MEASURE_SAID",
    "MEASURE_WORDS",
    "PERSONAS",
    "RESUMERS",
    "STOPPERS",
    "STOPS",
    "WAY_WORDS",
    "CompanionRules",
    "DispositionRules",
    "IdentityRules",
    "LadderStep",
    "MinorRules",
    "Operator",
    "PictureLists",
    "Policy",
    "PolicyHead",
    "PolicyState",
    "Said",
    "Screens",
    "Stop",
    "StopKind",
    "StopState",
    "Stopped",
    "Target",
    "TierRules",
    "active",
    "active_head",
    "add_urgent_term",
    "approve",
    "case_days",
    "checked",
    "companion_rules",
    "default_body",
    "disposition_rules",
    "dispositions_at",
    "get",
    "get_stop",
    "grace_days",
    "identity_rules",
    "install_default",
    "lapse_urgent_terms",
    "listed",
    "minor_rules",
    "operator_of",
    "personal_hits_of",
    "plan_of",
    "propose",
    "read_file",
    "reject",
    "resume_part",
    "review_rules",
    "stop_part",
    "stops",
    "stops_in_force",
    "take_up_stops",
    "tier_rules",
    "today",
    "urgent_mark",
    "urgent_terms_due",
    "with_digest",
]
