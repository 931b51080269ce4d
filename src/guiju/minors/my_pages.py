# SPDX-License-Identifier: Apache-2.0
"""`/me/minors` and `/me/guardian`: one's own protection, and that of whom one looks after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju.kernel import Actor, GuijuError, StandingChanged
from guiju.minors import refusing, service, showing
from guiju.minors.ages import Source, stage_named
from guiju.minors.model import MOST_AHEAD_DAYS, Link, LinkState, Publish, Setting
from guiju.minors.standing import today
from guiju.storage import Database, Tx
from guiju.web import Posted, Site

MINE, GUARDIAN = "/me/minors", "/me/guardian"
BANDS = ("<3", "3-7", "8-11", "12-15", "16-17", "adult")
_LONGEST = 5_000
_WEEKS = 14
_DIGITS = 4


class MyPages:
    """What one says of one's own age, who guards one, and what a guardian sees and allows."""

    def __init__(self, database: Database, site: Site, publish: Publish) -> None:
        """Work on `database`; `publish` lets caches forget whose protection has changed."""
        self._database = database
        self._site = site
        self._publish = publish

    # -- one's own ---------------------------------------------------------------------------------

    def mine(self, request: Request, done: Annotated[str, Query()] = "") -> Response:
        """The mode, the day, the guardians, and how to say that it is wrong."""
        return self._mine(request, done=done)

    def age(self, request: Request, form: Posted) -> Response:
        """Say one's age."""

        def say(tx: Tx, person: str) -> None:
            stage = stage_named(form.text("band"))
            born = _day(form.text("born"), "born") if form.text("born") else None
            actor = self._actor(request)
            service.assert_age(tx, actor, person, Source.SELF, born=born, stage=stage)

        return self._own(request, say, "age")

    def invite(self, request: Request, _form: Posted) -> Response:
        """Make a code for a guardian; it is on this one page and nowhere else."""
        viewer = self._site.require_person(request)
        try:
            with self._database.write() as tx:
                made = service.invite(tx, viewer.actor, viewer.id)
        except GuijuError as error:
            return self._mine(request, error=error)
        return self._mine(request, code=made.code)

    def confirm(self, request: Request, link: str, _form: Posted) -> Response:
        """Confirm who accepted."""

        def confirm(tx: Tx, _person: str) -> None:
            service.confirm(tx, self._actor(request), link)

        return self._own(request, confirm, "confirmed")

    def end(self, request: Request, link: str, _form: Posted) -> Response:
        """End a link, from either side."""
        viewer = self._site.require_person(request)
        try:
            with self._database.write() as tx:
                ended = service.end(tx, viewer.actor, link)
        except GuijuError as error:
            return self._mine(request, error=error)
        back = GUARDIAN if ended.guardian == viewer.id else MINE
        return self._site.go(f"{back}?done=ended")

    def remind(self, request: Request, form: Posted) -> Response:
        """Choose reminders, or end them."""

        def choose(tx: Tx, person: str) -> None:
            service.remind(tx, self._actor(request), person, on=form.text("on") == "yes")

        return self._own(request, choose, "reminders")

    def appeal(self, request: Request, form: Posted) -> Response:
        """Say that one is no minor."""

        def file(tx: Tx, person: str) -> None:
            service.file_appeal(tx, person, form.text("words", longest=_LONGEST))

        return self._own(request, file, "appealed")

    def withdraw(self, request: Request, _form: Posted) -> Response:
        """Take one's appeal back."""
        return self._own(request, service.withdraw, "withdrawn")

    def _own(self, request: Request, work: Callable[[Tx, str], None], done: str) -> Response:
        viewer = self._site.require_person(request)
        try:
            with self._database.write() as tx:
                work(tx, viewer.id)
        except GuijuError as error:
            return self._mine(request, error=error)
        self._publish(StandingChanged(viewer.id))
        return self._site.go(f"{MINE}?done={done}")

    def _mine(
        self,
        request: Request,
        *,
        done: str = "",
        code: str = "",
        error: GuijuError | None = None,
    ) -> Response:
        viewer = self._site.require_person(request)
        with self._database.read() as tx:
            shown = showing.of(tx, viewer.id)
            links = service.guardians_of(tx, viewer.id)
            names = {one.guardian: showing.name(tx, one.guardian) for one in links if one.guardian}
            appeals = service.mine(tx, viewer.id)
            companion = showing.interaction(tx, viewer.id)
            now = tx.now
        return self._site.page(
            request,
            "minors/mine.html",
            status=200 if error is None else error.status,
            shown=shown,
            links=[one for one in links if _stands(one, now)],
            names=names,
            appeals=appeals,
            waits=any(one.case.state == "filed" for one in appeals),
            bands=BANDS,
            companion=companion,
            code=code,
            done=done,
            error=error,
        )

    # -- the guardian's ----------------------------------------------------------------------------

    def wards(self, request: Request, done: Annotated[str, Query()] = "") -> Response:
        """Whom one looks after, and where to enter a code."""
        return self._wards(request, done=done)

    def accept(self, request: Request, form: Posted) -> Response:
        """Say yes to a code."""
        viewer = self._site.require_person(request)
        try:
            with self._database.write() as tx:
                service.accept(tx, viewer.actor, form.text("code", longest=40))
        except GuijuError as error:
            return self._wards(request, error=error)
        return self._site.go(f"{GUARDIAN}?done=accepted")

    def _wards(
        self, request: Request, *, done: str = "", error: GuijuError | None = None
    ) -> Response:
        viewer = self._site.require_person(request)
        with self._database.read() as tx:
            links = service.wards_of(tx, viewer.id)
            names = {one.ward: showing.name(tx, one.ward) for one in links}
            shown = {
                one.ward: showing.of(tx, one.ward) for one in links if one.state is LinkState.ACTIVE
            }
        return self._site.page(
            request,
            "minors/wards.html",
            status=200 if error is None else error.status,
            links=links,
            names=names,
            shown=shown,
            done=done,
            error=error,
        )

    def ward(self, request: Request, ward: str, done: Annotated[str, Query()] = "") -> Response:
        """The use of a ward, and what is allowed."""
        return self._ward(request, ward, done=done)

    def allow(self, request: Request, ward: str, form: Posted) -> Response:
        """Allow more for one evening."""

        def allow(tx: Tx) -> None:
            service.allow(
                tx,
                self._actor(request),
                ward,
                _day(form.text("day"), "day"),
                minutes=_minutes(form.text("minutes"), "minutes"),
                until=_time(form.text("until"), "until"),
            )

        return self._guard(request, ward, allow, "allowed")

    def take_back(self, request: Request, ward: str, form: Posted) -> Response:
        """Take it back."""

        def take(tx: Tx) -> None:
            service.take_back(tx, self._actor(request), ward, _day(form.text("day"), "day"))

        return self._guard(request, ward, take, "taken-back")

    def set_hours(self, request: Request, ward: str, form: Posted) -> Response:
        """Set other limits than the usual."""

        def put(tx: Tx) -> None:
            setting = Setting(
                _minutes(form.text("day_minutes"), "day_minutes"),
                _minutes(form.text("break_minutes"), "break_minutes"),
                _time(form.text("closes"), "closes"),
                _time(form.text("opens"), "opens"),
            )
            service.set_hours(tx, self._actor(request), ward, setting)

        return self._guard(request, ward, put, "hours")

    def consent(self, request: Request, ward: str, form: Posted) -> Response:
        """Consent for a child below fourteen, or take it back."""

        def say(tx: Tx) -> None:
            given = form.text("given") == "yes"
            service.consent(tx, self._actor(request), ward, given=given)

        return self._guard(request, ward, say, "consent")

    def mode(self, request: Request, ward: str, form: Posted) -> Response:
        """End the mode, or put it on again."""

        def switch(tx: Tx) -> None:
            turn = service.enter_mode if form.text("mode") == "on" else service.leave_mode
            turn(tx, self._actor(request), ward)

        return self._guard(request, ward, switch, "mode")

    def _guard(
        self, request: Request, ward: str, work: Callable[[Tx], None], done: str
    ) -> Response:
        self._site.require_person(request)
        try:
            with self._database.write() as tx:
                work(tx)
        except GuijuError as error:
            return self._ward(request, ward, error=error)
        self._publish(StandingChanged(ward))
        return self._site.go(f"{GUARDIAN}/{ward}?done={done}")

    def _ward(
        self, request: Request, ward: str, *, done: str = "", error: GuijuError | None = None
    ) -> Response:
        viewer = self._site.require_person(request)
        with self._database.read() as tx:
            if not service.guards(tx, viewer.id, ward):
                raise refusing.no_such_link()
            shown = showing.of(tx, ward)
            days = service.summary(tx, ward, _WEEKS)
            first = today(tx)
            named = showing.name(tx, ward)
            verified = service.guards(tx, viewer.id, ward, verified=True)
        return self._site.page(
            request,
            "minors/ward.html",
            status=200 if error is None else error.status,
            shown=shown,
            ward=ward,
            named=named,
            days=days,
            verified=verified,
            today=first.isoformat(),
            last=date.fromordinal(first.toordinal() + MOST_AHEAD_DAYS).isoformat(),
            done=done,
            error=error,
        )

    def _actor(self, request: Request) -> Actor:
        return self._site.require_person(request).actor


def _stands(link: Link, now: datetime) -> bool:
    return link.state is not LinkState.INVITED or link.expires_at > now


def _day(text: str, param: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        wrong = refusing.age_invalid() if param == "born" else refusing.hours_invalid(param)
        raise wrong from None


def _time(text: str, param: str) -> time | None:
    if not text:
        return None
    try:
        return time.fromisoformat(text)
    except ValueError:
        raise refusing.hours_invalid(param) from None


def _minutes(text: str, param: str) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise refusing.hours_invalid(param)
    return int(text)
