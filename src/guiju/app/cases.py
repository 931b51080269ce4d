# SPDX-License-Identifier: Apache-2.0
"""Which kinds of cases there are, and who does what follows from them outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from guiju import accounts, complaints, dispositions, minors
from guiju.casework import Handler, Kinds
from guiju.incidents import BREACH, INCIDENT, NOTICE
from guiju.kernel import ConsentWithdrawn, Event, StandingChanged, software
from guiju.privacy import DUTY, REQUEST, WITHDRAWN
from guiju.reporting import REPORT
from guiju.storage import Database

_DESK = software("complaints")

# Each room that has kinds of its own adds them here.
KINDS = Kinds(
    [
        complaints.COMPLAINT,
        INCIDENT,
        BREACH,
        NOTICE,
        REPORT,
        REQUEST,
        DUTY,
        dispositions.USER_ACTION,
        dispositions.CONTENT_ACTION,
        dispositions.RECTIFICATION,
        dispositions.APPEAL,
        minors.AGE_APPEAL,
        minors.CRISIS,
        minors.COMPANION_ASSESSMENT,
    ]
)


def handlers(publish: Callable[[Event], None]) -> Mapping[str, Handler]:
    """What is done after a step has committed, by topic of the outbox."""

    def standing_changed(_: Database, person: str) -> None:
        publish(StandingChanged(person))

    def consent_withdrawn(_: Database, said: str) -> None:
        person, purpose = said.split()
        publish(ConsentWithdrawn(person, purpose))

    def complaint_upheld(database: Database, case: str) -> None:
        with database.write() as tx:
            event = complaints.upheld(tx, case)
            if event is not None and event.harmed is not None:
                harm, request = event.harmed
                source, number = dispositions.Source.COMPLAINT, event.number
                dispositions.bring_finding(tx, _DESK, source, harm, request, reference=number)
        if event is not None:
            publish(event)

    return {
        "standing-changed": standing_changed,
        complaints.UPHELD: complaint_upheld,
        accounts.SENSITIVE_WITHDRAWN: minors.forget_said,
        WITHDRAWN: consent_withdrawn,
    }
