# SPDX-License-Identifier: Apache-2.0
"""`/console/traffic`: what the service does just now, for staff of any role."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import records
from guiju.gateway.coverage_pages import CoveragePages
from guiju.gateway.telemetry import Gauges, Tallies
from guiju.gateway.traffic import traffic
from guiju.kernel import SystemClock, Text
from guiju.storage import Database
from guiju.web import Site

Counted = Callable[[], tuple[Tallies, Gauges]]
_ADDRESS = "/console/traffic"


def router(database: Database, site: Site, counted: Counted) -> APIRouter:
    """The pages of live traffic; `counted` gives the counts of all workers."""
    site.offer("console", _ADDRESS, Text(zh="运行", en="Traffic"), order=40, under=(_ADDRESS,))
    routes = APIRouter(include_in_schema=False)
    routes.get(_ADDRESS)(TrafficPage(database, site, counted).shown)
    CoveragePages(database, site).add_to(routes)
    return routes


class TrafficPage:
    """Counts and times of all workers since the service was started; no content, no person."""

    def __init__(self, database: Database, site: Site, counted: Counted) -> None:
        """Show what `counted` gives, and whether gaps in coverage are open."""
        self._database = database
        self._site = site
        self._counted = counted

    def shown(self, request: Request) -> Response:
        """The page; with `?live` it renews itself every ten seconds."""
        self._site.require(request)
        found = traffic(*self._counted(), SystemClock().now())
        live = "live" in request.query_params
        with self._database.read() as tx:
            gaps = records.open_gaps(tx)
        return self._site.page(request, "gateway/traffic.html", traffic=found, live=live, gaps=gaps)
