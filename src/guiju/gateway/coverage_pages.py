# SPDX-License-Identifier: Apache-2.0
"""`/console/traffic/coverage`: what was delivered without a verdict, and who closed the case."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import records
from guiju.kernel import GuijuError
from guiju.storage import Database
from guiju.web import Posted, Site

HERE = "/console/traffic/coverage"
_LONGEST = 2_000


class CoveragePages:
    """Incidents of coverage, open ones first; a safety officer closes them with a reason."""

    def __init__(self, database: Database, site: Site) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(HERE)(self.listed)
        routes.post(f"{HERE}/{{gap}}/close")(self.close)

    def listed(self, request: Request) -> Response:
        """What was delivered without a verdict, by incident; no content."""
        return self._shown(request)

    def close(self, request: Request, gap: str, form: Posted) -> Response:
        """Close one, with a reason that stays on record."""
        viewer = self._site.require(request, records.GAP_OFFICER)
        reason = form.text("reason", longest=_LONGEST)
        try:
            with self._database.write() as tx:
                records.close_gap(tx, viewer.actor, gap, reason)
        except GuijuError as error:
            return self._shown(request, error)
        return self._site.go(HERE)

    def _shown(self, request: Request, error: GuijuError | None = None) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found = records.gaps(tx)
        return self._site.page(
            request,
            "gateway/coverage.html",
            status=200 if error is None else error.status,
            error=error,
            gaps=found,
            may=viewer.has(records.GAP_OFFICER),
        )
