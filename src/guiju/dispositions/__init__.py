# SPDX-License-Identifier: Apache-2.0
"""What is done about content and people that break the law, and what they can say against it.

Article 14. The gateway's recorder counts what was stopped with `Watch`; people decide in cases of
the kinds `USER_ACTION`, `CONTENT_ACTION` and `APPEAL`, whose tables say who may do what. Each
decision about a person or what they were given comes with a statement of reasons, and can be
appealed. Whoever hands out something that was made asks `check_served` before; what is made anew is
held against `Withdrawn`. In a case of the
kind `RECTIFICATION` the cause is put right, in the rules or in the model.
"""

from guiju.dispositions.action_kind import USER_ACTION
from guiju.dispositions.appeal_kind import APPEAL
from guiju.dispositions.content import content_of, remove, withdraw
from guiju.dispositions.content_acting import check_served
from guiju.dispositions.content_kind import CONTENT_ACTION
from guiju.dispositions.findings import bring_finding, findings_in, findings_of, open_finding
from guiju.dispositions.mailing import statement_mail
from guiju.dispositions.mine import restored_to
from guiju.dispositions.model import Finding, FindingState, Measure, Proposal, Source
from guiju.dispositions.own_steps import OWN_STEPS
from guiju.dispositions.rectification_kind import RECTIFICATION
from guiju.dispositions.rectification_trying import rests_on
from guiju.dispositions.service import action_of, approve
from guiju.dispositions.telling import STATEMENT_MAIL
from guiju.dispositions.watching import Watch
from guiju.dispositions.withdrawal_store import Stage
from guiju.dispositions.withdrawing import MOST_COUNTED, Elsewhere, elsewhere, kept_back, spread
from guiju.dispositions.withdrawn import Entry, Withdrawn, take_up_withdrawn

__all__ = [
    "APPEAL",
    "CONTENT_ACTION",
    "MOST_COUNTED",
    "OWN_STEPS",
    "RECTIFICATION",
    "STATEMENT_MAIL",
    "USER_ACTION",
    "Elsewhere",
    "Entry",
    "Finding",
    "FindingState",
    "Measure",
    "Proposal",
    "Source",
    "Stage",
    "Watch",
    "Withdrawn",
    "action_of",
    "approve",
    "bring_finding",
    "check_served",
    "content_of",
    "elsewhere",
    "findings_in",
    "findings_of",
    "kept_back",
    "open_finding",
    "remove",
    "restored_to",
    "rests_on",
    "spread",
    "statement_mail",
    "take_up_withdrawn",
    "withdraw",
]
