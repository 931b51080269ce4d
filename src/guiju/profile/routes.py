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
from guiju.profile.model import Published
from guiju.profile.parts import AudienceKind, FilingKind, Origin, WayKind
from guiju.storage import Database
from guiju.web import Site

AUDIENCES = {
    AudienceKind.PUBLIC: Text(zh="公众", en="the public"),
    AudienceKind.ADULTS: Text(zh="成年人", en="adults"),
    AudienceKind.ORGANISATIONS: Text(zh="单位用户", en="organisations"),
}
ORIGINS = {
    Origin.OWN: Text(zh="自有模型", en="own model"),
    Origin.TUNED: Text(zh="在他方模型上调优", en="tuned from another's model"),
    Origin.THIRD_PARTY: Text(zh="第三方模型", en="another party's model"),
}
FILINGS = {
    FilingKind.GENAI_FILING: Text(
        zh="生成式人工智能服务备案号", en="Filing number of the generative AI service"
    ),
    FilingKind.GENAI_REGISTRATION: Text(
        zh="生成式人工智能应用登记号", en="Registration number of the generative AI application"
    ),
    FilingKind.ALGORITHM_FILING: Text(zh="算法备案号", en="Algorithm filing number"),
    FilingKind.ICP: Text(zh="ICP 备案号", en="ICP number"),
    FilingKind.PERMIT: Text(zh="行政许可", en="Permit"),
}
WAYS = {
    WayKind.PHONE: Text(zh="电话", en="Telephone"),
    WayKind.EMAIL: Text(zh="电子邮件", en="E-mail"),
    WayKind.WEB: Text(zh="网上", en="On the web"),
    WayKind.SMS: Text(zh="短信", en="Text message"),
    WayKind.POST: Text(zh="信函", en="Post"),
}
_SCHEMES = {WayKind.PHONE: "tel:", WayKind.SMS: "sms:", WayKind.EMAIL: "mailto:", WayKind.WEB: ""}


def router(
    database: Database, site: Site, promised: Callable[[], Text | None] | None = None
) -> APIRouter:
    """The public page and its content as JSON.

    `promised` says by when complaints are answered; None: nobody takes complaints on a page here.
    """
    site.offer("public", "/", Text(zh="本服务", en="This service"), order=10)
    pages = StatementPages(database, site, promised)
    routes = APIRouter(tags=["profile"])
    routes.get("/", include_in_schema=False)(pages.first)
    routes.get("/api/profile", summary="The public statement of the service")(pages.plain)
    return routes


class StatementPages:
    """What the public may read of the service."""

    def __init__(
        self, database: Database, site: Site, promised: Callable[[], Text | None] | None
    ) -> None:
        """Read the statement from `database`."""
        self._database = database
        self._promised = promised
        self._site = site

    def first(self, request: Request) -> Response:
        """What this service is, and for whom."""
        return self._site.page(
            request,
            "profile/first.html",
            published=self._current(),
            audiences=AUDIENCES,
            origins=ORIGINS,
            filings=FILINGS,
            ways=WAYS,
            way_address=_way_address,
            takes_complaints=self._promised is not None,
            promised=self._promised() if self._promised else None,
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
