# SPDX-License-Identifier: Apache-2.0
"""`/console/upstreams`: which model is answered by whom, and how they stand (Article 13)."""

from __future__ import annotations

from typing import NamedTuple

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import policies
from guiju.accounts import Role
from guiju.gateway.upstreams import keys, viewing
from guiju.gateway.upstreams.fleet import Fleet
from guiju.kernel import Text, monotonic
from guiju.policies.upstreams import ModelsConfig, models_of, models_said
from guiju.storage import Database
from guiju.web import Site

_PLACE = "/console/upstreams"
# Where a model is asked is for those who decide about it and those who run it.
_READERS = (Role.SAFETY_OFFICER, Role.POLICY_EDITOR, Role.OPERATOR, Role.ACCOUNTABLE_PERSON)


class Start(NamedTuple):
    """What the settings say: one address for all models, None for the demo model; processes."""

    upstream: str | None
    workers: int


def router(database: Database, site: Site, fleet: Fleet, start: Start) -> APIRouter:
    """The page of upstreams."""
    site.offer("console", _PLACE, Text(zh="模型服务", en="Upstreams"), order=45)
    routes = APIRouter(include_in_schema=False)
    routes.get(_PLACE)(UpstreamPage(database, site, fleet, start).shown)
    return routes


class UpstreamPage:
    """One page: models, upstreams, keys."""

    def __init__(self, database: Database, site: Site, fleet: Fleet, start: Start) -> None:
        """Show what `fleet` has seen in this process."""
        self._database = database
        self._site = site
        self._fleet = fleet
        self._start = start

    def shown(self, request: Request) -> Response:
        """How they stand now."""
        viewer = self._site.require(request)
        with self._database.read() as tx:
            policy, sealed = policies.active(tx), keys.sealed_keys(tx)
        body = {} if policy is None else policy.body
        models = models_of(body) or ModelsConfig()
        now = monotonic()
        endpoints = list(self._fleet.endpoints())
        found = viewing.seen(endpoints, now)
        return self._site.page(
            request,
            "gateway/upstreams.html",
            policy=policy,
            models=models.models.values(),
            said={one.name: one for one in models_said(body)},
            upstreams=found,
            looks=viewing.looks(found),
            unserved=viewing.unserved(models.models.values(), endpoints, now),
            sealed={one.name: one for one in sealed},
            start=self._start,
            reads=viewer.has(*_READERS),
        )
