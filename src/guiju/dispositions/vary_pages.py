# SPDX-License-Identifier: Apache-2.0
"""`/console/appeals/{number}/vary`: put a lesser measure in the place of one that was appealed."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import policies
from guiju.casework import get_case
from guiju.dispositions import action_store, appeals, varying
from guiju.dispositions.appeal_kind import APPEAL
from guiju.dispositions.finding_pages import proposal_of
from guiju.dispositions.model import APPEALS, Measure
from guiju.dispositions.wording import FUNCTIONS
from guiju.kernel import GuijuError
from guiju.storage import Database
from guiju.web import Form, Posted, Site, not_for_you

_LONGEST = 20_000
_KEPT = ("measure", "days", "clause", "facts")


class VaryPages:
    """A decision on an appeal that takes more than words: which measure, for how long."""

    def __init__(self, database: Database, site: Site) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        one = "/console/appeals/{number}/vary"
        routes.get(one)(self.one)
        routes.post(one)(self.decide)

    def one(self, request: Request, number: str) -> Response:
        """The measure as it stands, and a form for a lesser one."""
        return self._shown(request, number)

    def decide(self, request: Request, number: str, form: Posted) -> Response:
        """Decide on the appeal."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                seen = form.number("version") or 0
                case = get_case(tx, APPEAL, number, seen)
                facts = form.text("facts", longest=_LONGEST)
                lesser = proposal_of(form)
                appeals.decide_appeal(tx, viewer.actor, case, "vary", facts, lesser=lesser)
        except GuijuError as error:
            return self._shown(request, number, error, form)
        return self._site.go(f"/console/cases/{number}")

    def _shown(
        self,
        request: Request,
        number: str,
        error: GuijuError | None = None,
        form: Form | None = None,
    ) -> Response:
        viewer = self._site.require(request)
        if not viewer.has(APPEALS):
            raise not_for_you((APPEALS,))
        with self._database.read() as tx:
            case = get_case(tx, APPEAL, number)
            action = action_store.find(tx, appeals.appeal_of(tx, case).against)
            possible = varying.can_be_varied(tx, case) and case.state == "admissible"
        return self._site.page(
            request,
            "dispositions/vary.html",
            status=200 if error is None else error.status,
            error=error,
            case=case,
            action=action,
            possible=possible,
            functions=FUNCTIONS,
            chosen={one for one in FUNCTIONS if form and form.text(f"function-{one}", longest=5)},
            typed={one: form.text(one, longest=_LONGEST) if form else "" for one in _KEPT},
            measures={one.value: policies.MEASURE_SAID[one.value] for one in Measure},
        )
