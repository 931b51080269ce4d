# SPDX-License-Identifier: Apache-2.0
"""`/console/findings`: what was found, confirmed or dismissed, and what is done because of it.

Withholding content, proposing to remove it and proposing a measure against the person begin here;
each goes on as a case under `/console/cases`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import policies
from guiju.casework import Case, cases_about
from guiju.dispositions import content, finding_store, findings, refusing, service
from guiju.dispositions.content_acting import about
from guiju.dispositions.content_kind import CONTENT_ACTION
from guiju.dispositions.model import (
    REVIEWERS,
    Cause,
    Finding,
    FindingState,
    Measure,
    Proposal,
)
from guiju.kernel import GuijuError, Text
from guiju.measures import harms
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site, Viewer

HERE = "/console/findings"
_MOST = 100
_LONGEST = 5_000
_STATES = {
    FindingState.RAISED: Text(zh="待研判", en="to be decided"),
    FindingState.CONFIRMED: Text(zh="已确认", en="confirmed"),
    FindingState.DISMISSED: Text(zh="已驳回", en="dismissed"),
}
_SOURCES = {
    "screening": Text(zh="审查", en="screening"),
    "complaint": Text(zh="投诉", en="complaint"),
    "staff": Text(zh="工作人员", en="staff"),
    "authority": Text(zh="主管部门", en="authority"),
}
_KEPT = ("reason", "facts", "file", "measure", "days", "clause")
Work = Callable[[Tx, Viewer, Finding], Case | Finding]


class FindingPages:
    """Findings for staff; what may be done with one is decided by the verbs of the room."""

    def __init__(self, database: Database, site: Site) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        one = f"{HERE}/{{finding}}"
        routes.get(HERE)(self.listed)
        routes.get(one)(self.one)
        routes.post(f"{one}/decide/{{verb}}")(self.decide)
        routes.post(f"{one}/withhold")(self.withhold)
        routes.post(f"{one}/remove")(self.remove)
        routes.post(f"{one}/measure")(self.measure)

    def listed(self, request: Request, state: Annotated[str, Query()] = "raised") -> Response:
        """The newest findings of a state, or of all."""
        self._site.require(request)
        wanted = FindingState(state) if state in set(FindingState) else None
        with self._database.read() as tx:
            found = finding_store.listed(tx, wanted, _MOST)
        return self._site.page(
            request,
            "dispositions/findings.html",
            found=found,
            wanted=wanted,
            most=_MOST,
            states=_STATES,
            sources=_SOURCES,
            harms=harms(),
        )

    def one(self, request: Request, finding: str) -> Response:
        """One finding, and what can be done because of it."""
        return self._shown(request, finding)

    def decide(self, request: Request, finding: str, verb: str, form: Posted) -> Response:
        """Confirm or dismiss it."""

        def work(tx: Tx, viewer: Viewer, found: Finding) -> Finding:
            reason = form.text("reason", longest=_LONGEST)
            return findings.decide_finding(tx, viewer.actor, found.id, verb, reason)

        return self._done(request, finding, form, verb, work)

    def withhold(self, request: Request, finding: str, form: Posted) -> Response:
        """Hand out no more what it names, at once."""

        def work(tx: Tx, viewer: Viewer, found: Finding) -> Case:
            facts = form.text("facts", longest=_LONGEST)
            return content.withhold(tx, viewer.actor, found, facts, _file(form))

        return self._done(request, finding, form, "withhold", work)

    def remove(self, request: Request, finding: str, form: Posted) -> Response:
        """Propose to remove it; another person decides."""

        def work(tx: Tx, viewer: Viewer, found: Finding) -> Case:
            reason = form.text("reason", longest=_LONGEST)
            return content.propose_removal(tx, viewer.actor, found, reason, _file(form))

        return self._done(request, finding, form, "remove", work)

    def measure(self, request: Request, finding: str, form: Posted) -> Response:
        """Propose a measure against the person; another one decides."""

        def work(tx: Tx, viewer: Viewer, found: Finding) -> Case:
            reason = form.text("reason", longest=_LONGEST)
            cause = Cause(found.source, (found,))
            proposal = proposal_of(form)
            return service.propose(
                tx, viewer.actor, found.person or "", proposal, reason, cause=cause
            )

        return self._done(request, finding, form, "measure", work)

    def _done(self, request: Request, finding: str, form: Form, tried: str, work: Work) -> Response:
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                made = work(tx, viewer, findings.get_finding(tx, finding))
        except GuijuError as error:
            return self._shown(request, finding, error, tried, form)
        if isinstance(made, Case):
            return self._site.go(f"/console/cases/{made.number}")
        return self._site.go(f"{HERE}/{made.id}")

    def _shown(
        self,
        request: Request,
        finding: str,
        error: GuijuError | None = None,
        tried: str = "",
        form: Form | None = None,
    ) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found = findings.get_finding(tx, finding)
            cases = [] if found.request is None else _cases(tx, found.request)
        return self._site.page(
            request,
            "dispositions/finding.html",
            status=200 if error is None else error.status,
            error=error,
            tried=tried,
            typed={one: form.text(one, longest=_LONGEST) if form else "" for one in _KEPT},
            one=found,
            cases=cases,
            may=viewer.has(*REVIEWERS),
            state=_STATES[found.state],
            source=_SOURCES[found.source.value],
            harm=harms().get(found.harm),
            measures={one.value: policies.MEASURE_SAID[one.value] for one in _SIMPLE},
        )


# To close single functions takes a list of them, so that begins on the command line.
_SIMPLE = (Measure.WARN, Measure.SUSPEND, Measure.TERMINATE)


def _cases(tx: Tx, request: str) -> list[Case]:
    """What is done about the text of this record."""
    return cases_about(tx, CONTENT_ACTION, about(request, None))


def _file(form: Form) -> str:
    return form.text("file", longest=80)


def proposal_of(form: Form) -> Proposal:
    """The measure as it was written; what it lacks is said by who proposes it."""
    said, days = form.text("measure", longest=20), form.text("days", longest=5)
    if said not in set(Measure):
        raise refusing.bad_measure("没有选择处置", "no measure was chosen")
    if days and not (days.isascii() and days.isdecimal()):
        raise refusing.bad_measure("天数须为整数", "days are a whole number")
    closed = tuple(one for one in policies.FUNCTIONS if form.text(f"function-{one}", longest=5))
    clause = form.text("clause", longest=12)
    return Proposal(Measure(said), int(days) if days else None, clause, closed)
