# SPDX-License-Identifier: Apache-2.0
"""Begin a report on an incident, drafted from what is on record of it (Articles 13 and 14)."""

from __future__ import annotations

from guiju import policies, profile, reporting
from guiju.casework import Case, history
from guiju.incidents.drafting import ADDRESSEES, STAGES, Dossier, draft
from guiju.incidents.grading import assess
from guiju.incidents.kind import ROOM
from guiju.incidents.model import no_such_stage
from guiju.incidents.service import incident, stated
from guiju.kernel import Actor, Text
from guiju.reporting import Occasion, Report
from guiju.storage import Tx

BASIS = ("incident-2025:clock", "incident-2025:content", "order15:13.1")
_NOBODY = Text(zh="（尚未发布服务说明）", en="(no statement of the service is published)")


def draft_report(
    tx: Tx, actor: Actor, case: Case, stage: str, authority: str | None = None
) -> Report:
    """Draft a first report, a supplement or a final report; nobody has signed it.

    `authority`: to whom it goes; left out, as the class of operator wants.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `report-stage-unknown` or `report-invalid`.
    """
    if stage not in STAGES:
        raise no_such_stage(stage, STAGES)
    paper = draft(stage, _dossier(tx, case))
    to = authority or ADDRESSEES[incident(tx, case).operator].zh
    return reporting.open_report(tx, actor, Occasion(ROOM, stage, to, BASIS), paper, cause=case)


def _dossier(tx: Tx, case: Case) -> Dossier:
    published, statement = profile.current(tx), stated(tx, case)
    said = None if published is None else published.statement
    return Dossier(
        incident=incident(tx, case),
        statement=statement,
        assessment=assess(statement.facts),
        provider=_NOBODY if said is None else said.provider,
        contact="-" if said is None else said.contact,
        stops=policies.stops(tx, case.number),
        history=history(tx, case, opened=True),
    )
