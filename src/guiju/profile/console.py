# SPDX-License-Identifier: Apache-2.0
"""`/console/profile`: versions of the statement, what was filed, what has drifted (Art. 10, 17)."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.kernel import BEIJING, GuijuError, Invalid, Text
from guiju.profile import comparing, filing, service
from guiju.profile.filing import Compared
from guiju.profile.model import APPROVERS, CODE, PUBLISHERS, VersionState
from guiju.profile.parts import FilingKind
from guiju.profile.reading import as_text, read_text
from guiju.profile.running import LookAround
from guiju.profile.saying import particulars
from guiju.profile.words import FILINGS, STATES
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site

_HERE = "/console/profile"
_LONGEST = 200_000
# So long before a permit ends the page begins to say so.
PERMIT_DAYS = 60


class ProfilePages:
    """List with drift, one version with what it would change, proposing, deciding, marking."""

    def __init__(self, database: Database, site: Site, running: LookAround | None) -> None:
        """Work on `database`; without `running` nothing is compared."""
        self._database = database
        self._site = site
        self._running = running

    def add_to(self, routes: APIRouter) -> None:
        """The addresses, and the entry in the console's menu."""
        said = Text(zh="服务说明", en="Profile")
        self._site.offer("console", _HERE, said, order=31, under=(_HERE,))
        pages = APIRouter(include_in_schema=False)
        pages.get(_HERE)(self.listed)
        pages.get(f"{_HERE}/new")(self.blank)
        pages.post(f"{_HERE}/new")(self.propose)
        pages.post(f"{_HERE}/confirm")(self.confirm)
        pages.post(f"{_HERE}/filed")(self.mark_filed)
        pages.get(f"{_HERE}/{{proposal}}")(self.one)
        pages.post(f"{_HERE}/{{proposal}}/approve")(self.approve)
        pages.post(f"{_HERE}/{{proposal}}/reject")(self.reject)
        routes.include_router(pages)

    def listed(self, request: Request, done: str = "") -> Response:
        """What is in force, whether it still is so, and every version."""
        return self._listed(request, None, done)

    def one(self, request: Request, proposal: str) -> Response:
        """One version, held against the one in force."""
        return self._one(request, proposal, None)

    def blank(self, request: Request) -> Response:
        """The form to propose a version, filled with the one in force."""
        self._site.require(request, *PUBLISHERS)
        with self._database.read() as tx:
            now = service.current(tx)
        return self._proposing(request, None, "" if now is None else as_text(now.statement), "")

    def propose(self, request: Request, form: Posted) -> Response:
        """Propose what was pasted."""
        viewer = self._site.require(request, *PUBLISHERS)
        text, note = form.text("body", longest=_LONGEST), form.text("note", longest=2_000)
        try:
            statement = read_text(text)
            with self._database.write() as tx:
                made = service.propose(tx, viewer.actor, statement, note)
        except GuijuError as error:
            return self._proposing(request, error, text, note)
        return self._site.go(f"{_HERE}/{made.id}")

    def approve(self, request: Request, proposal: str, _form: Posted) -> Response:
        """Make a version public; refused to whoever proposed it."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                service.approve(tx, viewer.actor, proposal)
        except GuijuError as error:
            return self._one(request, proposal, error)
        return self._site.go(f"{_HERE}/{proposal}")

    def reject(self, request: Request, proposal: str, form: Posted) -> Response:
        """Turn a version down with a reason."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                service.reject(tx, viewer.actor, proposal, form.text("reason", longest=2_000))
        except GuijuError as error:
            return self._one(request, proposal, error)
        return self._site.go(f"{_HERE}/{proposal}")

    def confirm(self, request: Request, _form: Posted) -> Response:
        """Say that scope, tier, origin and permits still are so."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                service.confirm(tx, viewer.actor)
        except GuijuError as error:
            return self._listed(request, error, "")
        return self._site.go(f"{_HERE}?done=confirmed")

    def mark_filed(self, request: Request, form: Posted) -> Response:
        """Keep that a version was filed, with what runs now."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                if self._running is None:
                    raise _nothing_known()
                number = form.text("number", longest=400)
                mark = filing.Mark(_version(form), _kind(form), number, _day(form))
                filing.mark_filed(tx, viewer.actor, mark, self._running(tx))
        except GuijuError as error:
            return self._listed(request, error, "")
        return self._site.go(f"{_HERE}?done=filed")

    def _listed(self, request: Request, error: GuijuError | None, done: str) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            now, versions, marks = service.current(tx), service.listed(tx), filing.filed(tx)
            compared = self._compared(tx)
            today = tx.now.astimezone(BEIJING).date()
        said = None if now is None else now.statement
        return self._site.page(
            request,
            "profile/list.html",
            status=200 if error is None else error.status,
            error=error,
            done=done,
            now=now,
            code=None if said is None else service.producer_code(said),
            said=() if said is None else particulars(said),
            versions=versions,
            marks=marks,
            compared=compared,
            ending=() if said is None else service.permits_ending(said, today, PERMIT_DAYS),
            states=STATES,
            filings=FILINGS,
            kinds=filing.KINDS,
            today=today.isoformat(),
            may_propose=viewer.has(*PUBLISHERS),
            may_decide=viewer.has(*APPROVERS),
        )

    def _one(self, request: Request, proposal: str, error: GuijuError | None) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found, now = service.get(tx, proposal), service.current(tx)
        differs = None
        if now is not None and now.version != found.version:
            differs = comparing.changes(now.statement, found.statement)
        return self._site.page(
            request,
            "profile/one.html",
            status=200 if error is None else error.status,
            error=error,
            proposal=found,
            now=now,
            changes=differs,
            said=particulars(found.statement),
            states=STATES,
            decides=found.state is VersionState.PROPOSED and viewer.has(*APPROVERS),
            proposed_it=found.proposer == viewer.id,
        )

    def _compared(self, tx: Tx) -> Compared | None:
        if self._running is None:
            return None
        try:
            return filing.compare(tx, self._running(tx))
        except GuijuError:
            # Nothing is public yet, or it was tampered with: the page says so in its own place.
            return None

    def _proposing(
        self, request: Request, error: GuijuError | None, text: str, note: str
    ) -> Response:
        return self._site.page(
            request,
            "profile/propose.html",
            status=200 if error is None else error.status,
            error=error,
            text=text,
            note=note,
        )


def _version(form: Form) -> int:
    text = form.text("version", longest=20)
    if not text.isascii() or not text.isdigit() or len(text) > len("2147483647"):
        raise _field("version", "版本应为数字", "the version must be a number")
    return int(text)


def _kind(form: Form) -> FilingKind:
    try:
        return FilingKind(form.text("kind", longest=40))
    except ValueError as error:
        raise _field("kind", "没有这种备案", "there is no such kind of filing") from error


def _day(form: Form) -> date:
    try:
        return date.fromisoformat(form.text("filed_on", longest=20))
    except ValueError as error:
        raise _field("filed_on", "日期应如 2026-11-30", "a day is like 2026-11-30") from error


def _field(name: str, zh: str, en: str) -> Invalid:
    said = Text(zh=f"{zh}。", en=f"{en[0].upper()}{en[1:]}.")
    return Invalid(CODE, said, Text(zh="请更正。", en="Correct it."), param=name)


def _nothing_known() -> Invalid:
    return Invalid(
        "running-unknown",
        Text(zh="无法得知实际运行的内容。", en="What runs cannot be found out here."),
        Text(zh="请用 guiju up 启动。", en="Start the service with guiju up."),
    )
