# SPDX-License-Identifier: Apache-2.0
"""The public first page: who provides what to whom, its limits, how to complain (Article 10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.kernel import NotFound, Text, isoformat
from guiju.profile import service
from guiju.profile.console import ProfilePages
from guiju.profile.model import Published
from guiju.profile.parts import WayKind
from guiju.profile.running import LookAround
from guiju.profile.saying import Said, particulars
from guiju.profile.words import AUDIENCES, FILINGS, ORIGINS, WAYS
from guiju.storage import Database
from guiju.web import Site

_SCHEMES = {WayKind.PHONE: "tel:", WayKind.SMS: "sms:", WayKind.EMAIL: "mailto:", WayKind.WEB: ""}
# What the first page says in a way of its own.
_ELSEWHERE = frozenset(
    {
        "provider",
        "service",
        "audience",
        "scenes",
        "uses",
        "limits",
        "models",
        "filings",
        "complaints",
        "contact",
    }
)


def router(
    database: Database,
    site: Site,
    promised: Callable[[], Text | None] | None = None,
    running: LookAround | None = None,
    may_register: Callable[[], bool] = lambda: False,
) -> APIRouter:
    """The public page, its content as JSON, and the console's pages.

    `promised` says by when complaints are answered; None: nobody takes complaints on a page here.
    `running` says what runs; without it nothing is compared. `may_register`: whether people do so
    by themselves.
    """
    site.offer("public", "/", Text(zh="本服务", en="This service"), order=10)
    pages = StatementPages(database, site, promised, may_register)
    routes = APIRouter(tags=["profile"])
    routes.get("/", include_in_schema=False)(pages.first)
    routes.get("/api/profile", summary="The public statement of the service")(pages.plain)
    ProfilePages(database, site, running).add_to(routes)
    return routes


class StatementPages:
    """What the public may read of the service."""

    def __init__(
        self,
        database: Database,
        site: Site,
        promised: Callable[[], Text | None] | None,
        may_register: Callable[[], bool],
    ) -> None:
        """Read the statement from `database`."""
        self._database = database
        self._promised = promised
        self._may_register = may_register
        self._site = site

    def first(self, request: Request) -> Response:
        """What this service is, and for whom."""
        found = self._current()
        return self._site.page(
            request,
            "profile/first.html",
            published=found,
            more=[] if found is None else _more(found),
            audiences=AUDIENCES,
            origins=ORIGINS,
            filings=FILINGS,
            ways=WAYS,
            way_address=_way_address,
            takes_complaints=self._promised is not None,
            promised=self._promised() if self._promised else None,
            may_register=self._may_register(),
        )

    def plain(self) -> dict[str, Any]:
        """The same as JSON."""
        found = self._current()
        if found is None:
            raise _none_yet()
        return {
            "version": found.version,
            "digest": found.digest,
            "published_at": isoformat(found.published_at),
            "statement": found.statement.to_mapping(),
        }

    def _current(self) -> Published | None:
        with self._database.read() as tx:
            return service.current(tx)


def _more(found: Published) -> list[Said]:
    return [one for one in particulars(found.statement) if one.key not in _ELSEWHERE]


def _way_address(kind: WayKind, address: str) -> str | None:
    """What a browser does with a way to complain; None for what it can only show."""
    scheme = _SCHEMES.get(kind)
    return None if scheme is None else f"{scheme}{address}"


def _none_yet() -> NotFound:
    return NotFound(
        "statement-none",
        Text(zh="尚未发布服务说明。", en="No statement has been published yet."),
        Text(zh="请稍后再来。", en="Please come back later."),
        article=10,
    )
