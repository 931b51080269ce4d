# SPDX-License-Identifier: Apache-2.0
"""`/console/upstreams`: which model is answered by whom, and how they stand (Article 13)."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import policies
from guiju.accounts import Role
from guiju.gateway.telemetry import Gauges, Tallies
from guiju.gateway.upstreams import keys, viewing
from guiju.kernel import SystemClock, Text, micros
from guiju.policies.upstreams import ModelsConfig, models_of, models_said
from guiju.storage import Database
from guiju.web import Site

Counted = Callable[[], tuple[Tallies, Gauges]]
_PLACE = "/console/upstreams"
# Where a model is asked is for those who decide about it and those who run it.
_READERS = (Role.SAFETY_OFFICER, Role.POLICY_EDITOR, Role.OPERATOR, Role.ACCOUNTABLE_PERSON)


def router(
    database: Database, site: Site, counted: Counted, otherwise: str | None = None
) -> APIRouter:
    """The page of upstreams; `counted` gives what all workers have seen.

    `otherwise` is the one address that is asked where the policy names no models; None stands for
    the demo model.
    """
    site.offer("console", _PLACE, Text(zh="模型服务", en="Upstreams"), order=45)
    routes = APIRouter(include_in_schema=False)
    routes.get(_PLACE)(UpstreamPage(database, site, counted, otherwise).shown)
    return routes


class UpstreamPage:
    """One page: models, upstreams, keys."""

    def __init__(
        self, database: Database, site: Site, counted: Counted, otherwise: str | None
    ) -> None:
        """Show what `counted` gives."""
        self._database = database
        self._site = site
        self._counted = counted
        self._otherwise = otherwise

    def shown(self, request: Request) -> Response:
        """How they stand now."""
        viewer = self._site.require(request)
        with self._database.read() as tx:
            policy, sealed = policies.active(tx), keys.sealed_keys(tx)
        body = {} if policy is None else policy.body
        models = models_of(body) or ModelsConfig()
        tallies, gauges = self._counted()
        return self._site.page(
            request,
            "gateway/upstreams.html",
            policy=policy,
            models=models.models.values(),
            said={one.name: one for one in models_said(body)},
            upstreams=viewing.seen(models, tallies, gauges, micros(SystemClock().now())),
            unserved=viewing.unserved(models.models.values(), gauges),
            sealed={one.name: one for one in sealed},
            otherwise=self._otherwise,
            reads=viewer.has(*_READERS),
        )
