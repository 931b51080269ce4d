# SPDX-License-Identifier: Apache-2.0
"""`/console/incidents` and `/status`: what came to light, how long there is, what was stopped."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import accounts, policies
from guiju.casework import Kinds, NoteReading, get_case
from guiju.incidents import announcing, containing, service, telling
from guiju.incidents.breach_pages import BREACHES, BreachPages
from guiju.incidents.case_pages import HERE, CasePages
from guiju.incidents.kind import HANDLERS, INCIDENT
from guiju.incidents.model import Category, Cause, Statement
from guiju.incidents.refusing import discovered_at
from guiju.incidents.showing import left
from guiju.kernel import GuijuError, Invalid, PartsChanged, Text
from guiju.policies import DIRECT, RESUMERS, STOPPERS, StopKind, Target
from guiju.policies.upstreams import models_of
from guiju.storage import Database, PersonStore, Tx
from guiju.web import Posted, Site

STOPS = f"{HERE}/stops"
_LONGEST = 4_000
_NOTHING_TYPED = {"category": "", "from": "", "summary": "", "discovered": "", "why": ""}
_DIRECT = Text(zh="个人密钥直接使用", en="people with keys of their own")


def router(
    database: Database,
    site: Site,
    publish: Callable[[PartsChanged], None],
    routes: Collection[str],
    kinds: Kinds,
    *,
    note_reading: NoteReading,
    stores: Sequence[PersonStore] = (),
) -> APIRouter:
    """The pages; `publish` tells the house that stops have changed, `routes` can be stopped.

    `kinds`: of the cases in which an incident can come to light; `note_reading` puts on record
    that somebody opens the words of one. `stores`: what there is of people, for breaches.
    """
    site.offer(
        "console",
        HERE,
        Text(zh="事件", en="Incidents"),
        order=45,
        under=(HERE, BREACHES, "/console/reports"),
    )
    site.offer("public", "/status", Text(zh="服务状况", en="Status"), order=50)
    site.offer("me", "/me/notices", Text(zh="告知", en="Notices"), order=30)
    pages = IncidentPages(database, site, publish, routes, kinds)
    found = APIRouter(include_in_schema=False)
    found.get("/status")(pages.status)
    found.get("/me/notices")(pages.notices)
    found.get(HERE)(pages.listed)
    found.post(HERE)(pages.open)
    found.get(STOPS)(pages.stops)
    found.post(STOPS)(pages.stop)
    found.post(f"{STOPS}/{{stop}}/resume")(pages.resume)
    BreachPages(database, site, stores).add_to(found)
    CasePages(database, site, pages.parts, note_reading).add_to(found)
    return found


class IncidentPages:
    """The list, the switches, and what the public reads."""

    def __init__(
        self,
        database: Database,
        site: Site,
        publish: Callable[[PartsChanged], None],
        routes: Collection[str],
        kinds: Kinds,
    ) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._publish = publish
        self._routes = routes
        self._kinds = kinds

    def status(self, request: Request) -> Response:
        """What a person has said in public, and what is stopped."""
        with self._database.read() as tx:
            entries, stops = announcing.entries(tx), policies.stops_in_force(tx)
        return self._site.page(request, "incidents/status.html", entries=entries, stops=stops)

    def notices(self, request: Request) -> Response:
        """What the person who looks was told."""
        viewer = self._site.require_person(request)
        with self._database.read() as tx:
            found = telling.notices_of(tx, viewer.id)
        return self._site.page(request, "incidents/notices.html", notices=found)

    def listed(
        self, request: Request, found_in: Annotated[str, Query(alias="from", max_length=40)] = ""
    ) -> Response:
        """The newest incidents; `from` is the case out of which one is to be opened."""
        return self._list(request, _NOTHING_TYPED | {"from": found_in})

    def open(self, request: Request, form: Posted) -> Response:
        """Open one by hand; its clock starts."""
        viewer = self._site.require(request)
        typed = dict(_NOTHING_TYPED)
        try:
            typed["category"] = form.text("category")
            typed["from"] = form.text("from", longest=40).strip()
            typed["summary"] = form.text("summary", longest=_LONGEST)
            typed["discovered"] = form.text("discovered", longest=40)
            typed["why"] = form.text("why", longest=_LONGEST)
            statement = Statement.from_mapping({"words": {"summary": typed["summary"]}})
            category = Category(typed["category"])
            with self._database.write() as tx:
                source = get_case(tx, self._kinds, typed["from"]) if typed["from"] else None
                cause = Cause(
                    category,
                    statement.words["summary"],
                    found_in=source,
                    discovered=discovered_at(typed["discovered"]),
                    why=typed["why"],
                )
                made = service.open_by_staff(tx, viewer.actor, cause)
        except ValueError:
            return self._list(request, typed, _no_such_category())
        except GuijuError as error:
            return self._list(request, typed, error)
        return self._site.go(f"{HERE}/{made.case.number}")

    def stops(self, request: Request) -> Response:
        """What is stopped, and what was."""
        return self._stops(request)

    def stop(self, request: Request, form: Posted) -> Response:
        """Stop a part, at once and everywhere."""
        viewer, number = self._site.require(request), form.text("case")
        kind, _, name = form.text("part").partition(" ")
        try:
            if kind not in {one.value for one in StopKind}:
                raise _no_such_kind()
            with self._database.write() as tx:
                case = service.find_case(tx, number) if number else None
                containing.stop(
                    tx,
                    viewer.actor,
                    Target(StopKind(kind), name),
                    form.text("stop-reason", longest=1_000),
                    routes=self._routes,
                    case=case,
                )
        except GuijuError as error:
            return self._stops(request, error)
        self._publish(PartsChanged())
        return self._site.go(f"{HERE}/{number}" if number else STOPS)

    def resume(self, request: Request, stop: str, form: Posted) -> Response:
        """Let what was stopped run again."""
        viewer, back = self._site.require(request), form.text("back")
        try:
            with self._database.write() as tx:
                reason = form.text("reason", longest=1_000)
                policies.resume_part(tx, viewer.actor, stop, reason)
        except GuijuError as error:
            return self._stops(request, error)
        self._publish(PartsChanged())
        # Only to one of our own pages, whatever was sent.
        return self._site.go(back if back.startswith(f"{HERE}/IN-") else STOPS)

    def parts(self, request: Request, tx: Tx) -> dict[str, Any]:
        """What the form of a stop offers."""
        viewer = self._site.require(request)
        policy = policies.active(tx)
        models = None if policy is None else models_of(policy.body)
        language = self._site.language(request)
        apps = [(one.id, one.id) for one in accounts.apps(tx)]
        return {
            "routes": self._routes,
            "models": () if models is None else tuple(models.models),
            "scenes": [(DIRECT, _DIRECT.to(language)), *apps],
            "may_stop": viewer.has(*STOPPERS),
            "may_resume": viewer.has(*RESUMERS),
        }

    def _list(
        self, request: Request, typed: Mapping[str, str], error: GuijuError | None = None
    ) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found, stopped = service.incidents(tx), len(policies.stops_in_force(tx))
        return self._site.page(
            request,
            "incidents/list.html",
            status=200 if error is None else error.status,
            error=error,
            typed=typed,
            incidents=found,
            stopped=stopped,
            states=INCIDENT.states,
            categories=list(Category),
            now=self._database.clock.now(),
            left=left,
            may_open=viewer.has(*HANDLERS),
        )

    def _stops(self, request: Request, error: GuijuError | None = None) -> Response:
        self._site.require(request)
        with self._database.read() as tx:
            found, parts = policies.stops(tx), self.parts(request, tx)
        status = 200 if error is None else error.status
        return self._site.page(
            request, "incidents/stops.html", status=status, error=error, stops=found, **parts
        )


def _no_such_category() -> Invalid:
    return Invalid(
        "incident-category-unknown",
        Text(zh="没有这种事件类型。", en="There is no such type of incident."),
        Text(zh="请从列表中选择。", en="Choose one of the list."),
        param="category",
    )


def _no_such_kind() -> Invalid:
    return Invalid(
        "part-unknown",
        Text(zh="没有选择要停用的部分。", en="It does not say what to stop."),
        Text(zh="请从列表中选择。", en="Choose one of the list."),
        param="part",
    )
