# SPDX-License-Identifier: Apache-2.0
"""The evidence beside cases of every kind; steps that need more than a form lead to their own page.

Beside a complaint lie its words and files and, where it names one, the record it is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from guiju import complaints, incidents, minors, policies, reporting
from guiju.app import panels
from guiju.casework import Bench, Case, Kind, Panel, Row, Sheet
from guiju.dispositions import Source, findings_in
from guiju.kernel import BEIJING, Actor, Text
from guiju.privacy import DUTY, REQUEST, duty
from guiju.reporting import REPORT
from guiju.storage import Database, Tx

_WORDS = "words"
_OF_THE_COMPLAINANT = Text(
    zh="只能由投诉人凭回执在 /complaints/follow 办理。",
    en="Only the complainant takes it, with the receipt, at /complaints/follow.",
)
_OF_WHOEVER_ASKED = Text(
    zh="只能由提出请求的本人在 /privacy 办理。", en="Only whoever asked takes it, at /privacy."
)
# What follows from a report that was sent, and is no step of its own.
_OF_A_REPORT = Text(
    zh="在 /console/reports 登记报告已报送时随之发生。",
    en="It follows when a report of the incident is said to be sent, at /console/reports.",
)
_OF_THE_APPELLANT = Text(
    zh="只能由申诉人在 /me/minors 办理。", en="Only who has appealed takes it, at /me/minors."
)


def benches(database: Database, screens: policies.Screens) -> Mapping[str, Bench]:
    """What lies beside the cases of each kind."""
    return {
        **panels.benches(database, screens),
        complaints.COMPLAINT.name: Bench(
            panels=of_complaint,
            uncover=uncover,
            mark=panels.Marking(database, screens).mark,
            picture=picture,
            hides=dict.fromkeys(("answer", "close", "reopen"), _OF_THE_COMPLAINANT),
            elsewhere=_steps(complaints.COMPLAINT, "/console/complaints/{number}"),
            own=complaints.OWN_STEPS,
            papers=complaints.words_kept,
        ),
        incidents.INCIDENT.name: Bench(
            panels=of_incident,
            hides=dict.fromkeys(("report", "supplement", "conclude"), _OF_A_REPORT),
            elsewhere=_steps(incidents.INCIDENT, "/console/incidents/{number}"),
            own=incidents.OWN_STEPS,
            papers=incidents.words_kept,
        ),
        incidents.BREACH.name: Bench(
            panels=of_breach,
            hides={"authority-told": _OF_A_REPORT},
            elsewhere=_steps(incidents.BREACH, "/console/breaches/{number}"),
            own=incidents.BREACH_STEPS,
        ),
        REQUEST.name: Bench(
            hides=dict.fromkeys(("answer", "take-back"), _OF_WHOEVER_ASKED),
            elsewhere=_steps(REQUEST, "/console/privacy/{number}"),
        ),
        DUTY.name: Bench(panels=of_duty),
        REPORT.name: Bench(
            elsewhere=_steps(REPORT, "/console/reports/{number}"),
            own=reporting.OWN_STEPS,
            papers=reporting.words_kept,
        ),
        minors.AGE_APPEAL.name: Bench(
            hides=dict.fromkeys(("explain", "withdraw"), _OF_THE_APPELLANT)
        ),
    }


def of_complaint(tx: Tx, case: Case) -> Sequence[Panel]:
    """What was said, and the exchange it is about, with what was found in it since."""
    request = complaints.recorded(tx, case)
    laid = complaints.panels(tx, case)
    if request is None:
        return laid
    found = findings_in(tx, request, Source.COMPLAINT, case.number)
    return [*laid, panels.exchange_panel(tx, request, found)]


def uncover(tx: Tx, actor: Actor, case: Case, panel: str, reason: str) -> Sheet:
    """One of the two, each a reading that goes on record."""
    if panel == _WORDS:
        return complaints.uncover(tx, actor, case, reason)
    return panels.uncover(tx, actor, case, panel, reason)


def picture(tx: Tx, case: Case, panel: str, picture: str) -> tuple[bytes, str]:
    """A picture that was attached, or that the exchange made."""
    if panel == _WORDS:
        return complaints.picture(tx, case, picture)
    return panels.picture(tx, case, panel, picture)


def of_incident(tx: Tx, case: Case) -> Sequence[Panel]:
    """What it is; facts, clocks and stops stand on its own page."""
    one = incidents.incident(tx, case)
    grade = Text(zh="待定级", en="to be graded") if one.grade is None else one.grade.text
    rows = (
        Row(Text(zh="种类", en="Kind"), one.category.text),
        Row(Text(zh="级别", en="Grade"), grade),
        Row(
            Text(zh="发现", en="Came to light"),
            f"{one.found_at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}",
        ),
        Row(
            Text(zh="办理", en="Handling"),
            Text(zh="事件页", en="page of the incident"),
            f"/console/incidents/{case.number}",
        ),
    )
    return [Panel("incident", Text(zh="事件", en="Incident"), "incident", rows=rows)]


def of_breach(tx: Tx, case: Case) -> Sequence[Panel]:
    """What happened to the information and how many it concerns; the rest is on its own page."""
    one = incidents.breach(tx, case)
    natures = [nature.text for nature in one.natures]
    rows = (
        Row(
            Text(zh="情形", en="What happened"),
            Text(zh="、".join(t.zh for t in natures), en=", ".join(t.en for t in natures)),
        ),
        Row(Text(zh="涉及人数", en="Persons concerned"), f"{one.concerned:,}"),
        Row(Text(zh="已通知", en="Told"), f"{one.told:,}"),
        Row(
            Text(zh="办理", en="Handling"),
            Text(zh="处置页", en="page of the breach"),
            f"/console/breaches/{case.number}",
        ),
    )
    return [Panel("breach", Text(zh="个人信息泄露", en="Breach"), "breach", rows=rows)]


def of_duty(tx: Tx, case: Case) -> Sequence[Panel]:
    """What fell due, of which thing, on which day, and where it is seen to."""
    one = duty(tx, case)
    if one is None:
        return []
    day = "-" if one.at is None else f"{one.at.astimezone(BEIJING):%Y-%m-%d}"
    rows = (
        Row(Text(zh="事项", en="What"), one.text),
        Row(Text(zh="关于", en="About"), one.about),
        Row(Text(zh="到期日", en="Its day"), day),
        Row(
            Text(zh="办理", en="Handling"),
            Text(zh="个人信息日历", en="calendar of privacy"),
            "/console/privacy#calendar",
        ),
    )
    return [Panel("duty", Text(zh="到期事项", en="Duty"), "duty", rows=rows)]


def _steps(kind: Kind, address: str) -> Mapping[str, str]:
    """Every step that staff take: each needs more than words, or a clock chosen by class."""
    return {str(one.verb): address for one in kind.machine.transitions if one.roles}
