# SPDX-License-Identifier: Apache-2.0
"""What falls due by itself in the keeping of people's data, with its day (Article 11).

Assessments and audits that are due or will be, disclosures that somebody began and nobody ended,
and papers whose time of keeping is over. Nothing is changed here.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from guiju.records.assessing import Classes, assessments, audits, due
from guiju.records.assessment_model import AssessmentState
from guiju.records.disclosure_model import DisclosureState
from guiju.records.disclosures import disclosures
from guiju.storage import Tx

WITHIN = timedelta(days=14)
"""Ours: so long may an assessment wait for its review, or a disclosure for a decision."""
_ASSESS, _AUDIT = "privacy.impact-assessment.triggers", "privacy.audit.interval"
_KEEP_ASSESSMENT = "privacy.impact-assessment.retention"
_KEEP_DISCLOSURE = "privacy.transfer-records.years"


class Dated(msgspec.Struct, frozen=True):
    """Something that falls due. `at` None: now.

    `kind`: `unassessed` (a class of data), `stale`, `old`, `unreviewed` (an assessment),
    `undecided`, `unrecorded` (a disclosure), `kept` (either, once its time of keeping is over),
    `audit`. `about`: the id, or the class. `name`: as staff wrote it. `rule`: whose day it is, of
    the law data; empty: ours.
    """

    kind: str
    about: str
    name: str
    at: datetime | None
    rule: str

    @property
    def thing(self) -> str:
        """What it is, once for each round: what falls due again has another day.

        Classes without an assessment are one thing together: one assessment may be about all.
        """
        if self.kind == "unassessed":
            return self.kind
        day = "" if self.at is None or self.kind not in _ROUNDS else f":{self.at:%Y%m%d}"
        return f"{self.kind}:{self.about}{day}"


_ROUNDS = frozenset({"old", "audit"})


def calendar(tx: Tx, classes: Classes) -> list[Dated]:
    """All of it, what is due now first, then by day."""
    found = [*_assessments(tx, classes), *_disclosures(tx)]
    return sorted(found, key=lambda one: (one.at is not None, one.at or tx.now, one.thing))


def _assessments(tx: Tx, classes: Classes) -> list[Dated]:
    found = [
        Dated(one.kind, one.about, "", None, _ASSESS)
        for one in due(tx, classes)
        if one.kind == "unassessed"
    ]
    for one in assessments(tx, classes):
        name = one.written.title
        if one.state is AssessmentState.WRITTEN:
            found.append(Dated("unreviewed", one.id, name, one.made_at + WITHIN, ""))
        elif one.state is AssessmentState.IN_FORCE and one.stale:
            found.append(Dated("stale", one.id, name, None, _ASSESS))
        elif one.state is AssessmentState.IN_FORCE:
            found.append(Dated("old", one.id, name, one.due_at, ""))
        elif one.keep_until is not None:
            found.append(Dated("kept", one.id, name, one.keep_until, _KEEP_ASSESSMENT))
    last = audits(tx)
    found.append(Dated("audit", "audit", "", last[0].due_at if last else None, _AUDIT))
    return found


def _disclosures(tx: Tx) -> list[Dated]:
    found = []
    for one in disclosures(tx):
        name = one.asked.recipient
        if one.state is DisclosureState.ASKED:
            found.append(Dated("undecided", one.id, name, one.asked_at + WITHIN, ""))
        elif one.state is DisclosureState.APPROVED and one.decided_at is not None:
            found.append(Dated("unrecorded", one.id, name, one.decided_at + WITHIN, ""))
        elif one.keep_until is not None:
            found.append(Dated("kept", one.id, name, one.keep_until, _KEEP_DISCLOSURE))
    return found
