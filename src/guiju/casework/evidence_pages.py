# SPDX-License-Identifier: Apache-2.0
"""Evidence beside a case: uncovered for a reason, pictures served to who has it open, covered."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import exposing
from guiju.casework.case_pages import CasePages
from guiju.casework.exposing import Covered
from guiju.casework.review import Review
from guiju.kernel import GuijuError
from guiju.storage import Database
from guiju.web import Posted, Site, safe_path

HERE = "/console/cases"


class EvidencePages:
    """Uncover, look, cover."""

    def __init__(self, database: Database, site: Site, review: Review, cases: CasePages) -> None:
        """Work on `database`; what is uncovered is shown on the page of its case."""
        self._database = database
        self._site = site
        self._review = review
        self._cases = cases

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        one = f"{HERE}/{{number}}"
        routes.post(f"{HERE}/cover")(self.cover)
        routes.post(f"{one}/panels/{{panel}}")(self.uncover)
        routes.get(f"{one}/panels/{{panel}}/{{picture}}")(self.picture)

    def uncover(self, request: Request, number: str, panel: str, form: Posted) -> Response:
        """The page of the case with this panel open; who looks and why goes on record first."""
        viewer, reason = self._site.require(request), form.text("reason", longest=500)
        try:
            with self._database.write() as tx:
                case = self._cases.find(tx, viewer, number)
                bench, rules = self._review.bench(case.kind.name), self._review.rules(tx)
                sheet = exposing.uncover(
                    tx, viewer.actor, Covered(case, bench, panel), reason, rules
                )
        except GuijuError as error:
            return self._cases.shown(request, number, error=error, tried=f"panel-{panel}")
        return self._cases.shown(request, number, opened=(panel, bench.mark(sheet)))

    def cover(self, request: Request, form: Posted) -> Response:
        """Cover whatever is open; it counts no longer."""
        viewer = self._site.require(request)
        with self._database.write() as tx:
            exposing.cover(tx, viewer.actor)
        return self._site.go(safe_path(form.text("back", longest=300), HERE))

    def picture(self, request: Request, number: str, panel: str, picture: str) -> Response:
        """A picture of the panel that the reviewer has open now, and of no other."""
        viewer = self._site.require(request)
        with self._database.read() as tx:
            case = self._cases.find(tx, viewer, number)
            bench = self._review.bench(case.kind.name)
            return drawn(*exposing.picture(tx, viewer.actor, Covered(case, bench, panel), picture))


def drawn(data: bytes, kind: str) -> Response:
    """A picture for one page, kept nowhere on the way."""
    return Response(data, media_type=kind, headers={"content-disposition": "inline"})
