# SPDX-License-Identifier: Apache-2.0
"""`/console`: the Measures with their standing first, then down to control, evidence and proof."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import measures
from guiju.kernel import NotFound, Text
from guiju.measures import Control, Law
from guiju.storage import Database
from guiju.supervision import reading
from guiju.supervision.evidence import EvidencePages
from guiju.supervision.model import (
    LOOKS,
    STRENGTHS,
    chapters,
    control_standing,
    line,
    standing_of,
    worst_first,
)
from guiju.supervision.model import tallies as counted
from guiju.supervision.service import StandingBoard
from guiju.web import Site

_DAYS = 30
_LAST = 10


def router(
    database: Database, site: Site, board: StandingBoard, tiles: Path | None = None
) -> APIRouter:
    """The pages of the console and the standing as JSON, for staff of any role.

    `tiles` is the folder of the published ledger, which makes proofs cheap however long it grows.
    """
    _offer(site)
    routes = APIRouter(tags=["supervision"])
    law = LawPages(site, board, database)
    evidence = EvidencePages(site, board, database, tiles)
    routes.get("/console", include_in_schema=False)(law.board)
    routes.get("/console/articles/{number}", include_in_schema=False)(law.article)
    routes.get("/console/controls/{name}", include_in_schema=False)(law.control)
    routes.get("/console/evidence", include_in_schema=False)(evidence.listed)
    routes.get("/console/evidence/{place}", include_in_schema=False)(evidence.leaf)
    routes.get("/api/law/standing", summary="How each article stands, by evidence")(law.standing)
    return routes


def _offer(site: Site) -> None:
    law, list_ = ("/console/articles", "/console/controls"), "/console/evidence"
    site.offer("console", "/console", Text(zh="现状", en="Standing"), order=10, under=law)
    site.offer("console", list_, Text(zh="凭证", en="Evidence"), order=20, under=(list_,))


class LawPages:
    """From the 24 articles down to one control."""

    def __init__(self, site: Site, board: StandingBoard, database: Database) -> None:
        """Read from `board`; `database` gives the last evidence of a control."""
        self._site = site
        self._board = board
        self._database = database
        self._law: Law = measures.law()

    def board(self, request: Request, outcome: Annotated[str | None, Query()] = None) -> Response:
        """The first page: every article of the Measures and how it stands."""
        self._site.require(request)
        report = self._board.report(_DAYS)
        only = outcome if outcome in LOOKS else None
        return self._site.page(
            request,
            "supervision/board.html",
            report=report,
            chapters=chapters(report, self._law, only),
            every=chapters(report, self._law),
            tallies=counted(one["outcome"] for one in report["articles"]),
            only=only,
            line=line,
            worst_first=worst_first,
            looks=LOOKS,
        )

    def article(self, request: Request, number: int) -> Response:
        """One article: its obligations in our words, and the controls that serve them."""
        self._site.require(request)
        article = self._law.articles.get(number)
        if article is None:
            raise _no_article(number)
        report = self._board.report(_DAYS)
        standing = standing_of(report, number)
        return self._site.page(
            request,
            "supervision/article.html",
            report=report,
            article=article,
            standing=standing,
            outcomes={one["id"]: one["outcome"] for one in standing["obligations"]},
            controls=worst_first(standing["controls"]),
            serving={one.id: self._law.controls_for(one.id) for one in article.obligations},
            duties=reading.DUTIES,
            hows=reading.HOWS,
            elsewhere=self._elsewhere(self._law.controls_of(number)),
            tallies=counted(one["outcome"] for one in standing["controls"]),
            line=line,
            looks=LOOKS,
            strengths=STRENGTHS,
            before=self._law.articles.get(number - 1),
            after=self._law.articles.get(number + 1),
        )

    def control(self, request: Request, name: str) -> Response:
        """One control: what it is, whom it takes, what it asks of evidence, and the last of it."""
        self._site.require(request)
        control = self._law.controls.get(name)
        if control is None:
            raise _no_control(name)
        report = self._board.report(_DAYS)
        dates, values = self._board.by_day(name, _DAYS)
        return self._site.page(
            request,
            "supervision/control.html",
            report=report,
            control=control,
            standing=control_standing(report, name),
            reading=reading,
            serves=[self._law.obligations[one] for one in control.serves],
            kinds=[self._law.kinds[one] for one in control.evidence],
            enforced=measures.enforcers().get(name, ()),
            last=self._last(name),
            seen_total=self._board.count("control", name),
            dates=dates,
            values=values,
            looks=LOOKS,
            strengths=STRENGTHS,
            law=self._law,
            elsewhere=self._elsewhere([control]),
        )

    def standing(
        self,
        request: Request,
        window_days: Annotated[int, Query(ge=1, le=3660)] = _DAYS,
    ) -> Response:
        """The same document as `guiju law standing --json`."""
        self._site.require(request)
        document = msgspec.json.encode(self._board.report(window_days))
        return Response(document, media_type="application/json")

    def _last(self, control: str) -> list[dict[str, Any]]:
        places = self._board.find(None, control)[:_LAST]
        return reading.leaves_at(self._database, places)

    def _elsewhere(self, controls: Any) -> list[tuple[Text, str, Text]]:
        """What other instruments ask that these controls serve too."""
        mine = {one.id for one in controls if isinstance(one, Control)}
        return [
            (instrument.title, duty.clause, duty.text)
            for instrument in self._law.instruments.values()
            for duty in instrument.obligations
            if not mine.isdisjoint(duty.controls)
        ]


def _no_article(number: int) -> NotFound:
    return NotFound(
        "unknown-article",
        Text(zh=f"办法没有第 {number} 条。", en=f"The Measures have no article {number}."),
        Text(zh="请从现状页进入。", en="Start from the standing page."),
    )


def _no_control(name: str) -> NotFound:
    return NotFound(
        "unknown-control",
        Text(zh=f"没有控制 {name[:60]}。", en=f"There is no control {name[:60]}."),
        Text(zh="请从现状页进入。", en="Start from the standing page."),
    )
