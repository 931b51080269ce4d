# SPDX-License-Identifier: Apache-2.0
"""`/console/cases/quality`: decisions that were drawn and looked at again, blind."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import exposing, look_store, looking_again
from guiju.casework.case_pages import words
from guiju.casework.evidence_pages import drawn
from guiju.casework.exposing import Covered
from guiju.casework.looking_again import OFFICERS, Look, Said
from guiju.casework.panel import Sheet, pieces
from guiju.casework.review import Review
from guiju.kernel import GuijuError
from guiju.storage import Database
from guiju.web import Posted, Site

HERE = "/console/cases/quality"
_LONGEST = 20_000
_DRAWS = 12


class QualityPages:
    """The draws with their agreement, the looks that wait, and one look."""

    def __init__(self, database: Database, site: Site, review: Review) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._review = review

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(HERE)(self.listed)
        routes.post(f"{HERE}/draw")(self.draw)
        routes.get(f"{HERE}/{{look}}")(self.one)
        routes.post(f"{HERE}/{{look}}")(self.look_again)
        routes.post(f"{HERE}/{{look}}/panels/{{panel}}")(self.uncover)
        routes.get(f"{HERE}/{{look}}/panels/{{panel}}/{{picture}}")(self.picture)

    def listed(self, request: Request) -> Response:
        """How far second looks agree, what waits for me, what was drawn and by which seed."""
        return self._listed(request)

    def draw(self, request: Request, _form: Posted) -> Response:
        """Draw now from what was closed before today."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                made = looking_again.draw(tx, viewer.actor, self._review.rules(tx))
        except GuijuError as error:
            return self._listed(request, error)
        return self._site.go(HERE) if made is not None else self._listed(request, nothing=True)

    def one(self, request: Request, look: str) -> Response:
        """A decision to look at again, without what was decided and by whom."""
        return self._shown(request, look)

    def look_again(self, request: Request, look: str, form: Posted) -> Response:
        """Say what one would have decided."""
        viewer = self._site.require(request)
        given = {name: form.text(name, longest=_LONGEST) for name in ("verb", "reason")}
        verb, _, outcome = given["verb"].partition("/")
        said = Said(verb, given["reason"], outcome)
        try:
            with self._database.write() as tx:
                exposing.cover(tx, viewer.actor)
                looking_again.look_again(tx, viewer.actor, self._review.kinds, look, said)
        except GuijuError as error:
            return self._shown(request, look, error=error, typed=given)
        return self._site.go(f"{HERE}/{look}")

    def uncover(self, request: Request, look: str, panel: str, form: Posted) -> Response:
        """The page of the look with a panel of its case open."""
        viewer, reason = self._site.require(request), form.text("reason", longest=500)
        try:
            with self._database.write() as tx:
                case = looking_again.get_look(tx, viewer.actor, self._review.kinds, look).case
                bench, rules = self._review.bench(case.kind.name), self._review.rules(tx)
                sheet = exposing.uncover(
                    tx, viewer.actor, Covered(case, bench, panel), reason, rules
                )
        except GuijuError as error:
            return self._shown(request, look, error=error, tried=f"panel-{panel}")
        return self._shown(request, look, opened=(panel, bench.mark(sheet)))

    def picture(self, request: Request, look: str, panel: str, picture: str) -> Response:
        """A picture of the panel that is open, under an address that does not name the case."""
        viewer = self._site.require(request)
        with self._database.read() as tx:
            case = looking_again.get_look(tx, viewer.actor, self._review.kinds, look).case
            bench = self._review.bench(case.kind.name)
            return drawn(*exposing.picture(tx, viewer.actor, Covered(case, bench, panel), picture))

    def _listed(
        self, request: Request, error: GuijuError | None = None, *, nothing: bool = False
    ) -> Response:
        viewer = self._site.require(request)
        kinds = self._review.readable(viewer.actor)
        with self._database.read() as tx:
            waiting = looking_again.waiting_looks(tx, viewer.actor, kinds)
            apart = looking_again.disagreements(tx, kinds) if viewer.has(*OFFICERS) else []
            quality = looking_again.quality(tx)
            draws = look_store.draws(tx, _DRAWS)
            names = self._review.names(tx, [one.reviewer for one in apart if one.reviewer])
            rules = self._review.rules(tx)
        return self._site.page(
            request,
            "casework/quality.html",
            status=200 if error is None else error.status,
            error=error,
            nothing=nothing,
            waiting=waiting,
            apart=apart,
            quality=quality,
            draws=draws,
            names=names,
            rules=rules,
            kinds={one.name: one.text for one in self._review.kinds},
            draws_now=viewer.has(*OFFICERS),
        )

    def _shown(
        self,
        request: Request,
        look: str,
        *,
        error: GuijuError | None = None,
        tried: str | None = None,
        typed: Mapping[str, str] | None = None,
        opened: tuple[str, Sheet] | None = None,
    ) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found: Look = looking_again.get_look(tx, viewer.actor, self._review.kinds, look)
            bench = self._review.bench(found.case.kind.name)
            panels = list(bench.panels(tx, found.case))
        return self._site.page(
            request,
            "casework/look.html",
            status=200 if error is None else error.status,
            error=error,
            tried=tried,
            typed=typed or {"verb": "", "reason": ""},
            look=found,
            case=found.case,
            panels=panels,
            opened=None if opened is None else opened[0],
            sheet=None if opened is None else opened[1],
            pieces=pieces,
            mine=found.reviewer == viewer.id,
            **words(self._review, found.case.kind),
        )
