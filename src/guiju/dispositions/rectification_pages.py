# SPDX-License-Identifier: Apache-2.0
"""`/console/rectifications`: put the cause right and show that it works (Article 14).

One page has the samples, the figures before, after and again side by side, a form for each step of
the table, what is handed to a trainer, and the evidence of all of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import (
    Case,
    Kinds,
    NoteReading,
    get_case,
    open_words,
    verb_text,
)
from guiju.dispositions import findings, rectification_refusing
from guiju.dispositions import rectification as verbs
from guiju.dispositions import rectification_export as exporting
from guiju.dispositions import rectification_showing as showing
from guiju.dispositions import rectification_trying as trying
from guiju.dispositions.model import REVIEWERS
from guiju.dispositions.own_steps import cure_named
from guiju.dispositions.rectification_kind import RECTIFICATION
from guiju.dispositions.rectification_model import (
    LONGEST_TEXT,
    Expected,
    Recall,
    Wanted,
    Words,
)
from guiju.dispositions.rectification_wording import (
    CURES,
    EXPECTED,
    FORMS,
    LEFT_OUT,
    PHASES,
    SIDES,
)
from guiju.dispositions.stepping import step
from guiju.kernel import Actor, GuijuError
from guiju.screening import DIRECTIONS, Screen
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site

HERE = "/console/rectifications"
_ONE = f"{HERE}/{{number}}"
_READERS = (*REVIEWERS, "auditor")
_LONGEST = 20_000
_KEPT = ("from", "findings", "reason", "facts", "cure", "side", "expected", "request", "text")
_MORE = ("asked", "answer")
Work = Callable[[Tx, Actor, Case], object]


@dataclass(frozen=True, slots=True)
class Workbench:
    """What this room needs of others to try a cure: cases, the screen in force, old records.

    `note_reading` puts on record that somebody opens the words of a case.
    """

    kinds: Kinds
    screen: Callable[[], Screen]
    recall: Recall
    note_reading: NoteReading


class RectificationPages:
    """The list, one rectification, and each step of it."""

    def __init__(self, database: Database, site: Site, bench: Workbench) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._bench = bench

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(HERE)(self.listed)
        routes.post(HERE)(self.open)
        routes.get(_ONE)(self.one)
        for name, answer in (
            ("words", self.open_words),
            ("samples", self.keep_written),
            ("records", self.keep_recorded),
            ("regression", self.regression),
            ("steps/{verb}", self.step),
            ("export", self.export),
        ):
            routes.post(f"{_ONE}/{name}")(answer)

    def listed(
        self,
        request: Request,
        cause: Annotated[str, Query(alias="from", max_length=40)] = "",
        finding: Annotated[str, Query(max_length=40)] = "",
        *,
        every: Annotated[bool, Query()] = False,
    ) -> Response:
        """What waits, by date, or the newest of all; and a form to open one from a case."""
        typed = {"from": cause, "findings": finding}
        return self._list(request, typed, every=every)

    def open(self, request: Request, form: Posted) -> Response:
        """Open one, because of findings or of another case."""
        viewer = self._site.require(request)
        typed = {
            "from": form.text("from", longest=40),
            "findings": form.text("findings", longest=4_000),
        }
        try:
            with self._database.write() as tx:
                found = [findings.get_finding(tx, one) for one in typed["findings"].split()]
                named = typed["from"]
                cause = get_case(tx, self._bench.kinds, named) if named else None
                made = verbs.open_rectification(tx, viewer.actor, found, cause)
        except GuijuError as error:
            return self._list(request, typed, error)
        return self._site.go(f"{HERE}/{made.number}")

    def one(self, request: Request, number: str) -> Response:
        """One rectification as it stands."""
        return self._shown(request, number)

    def open_words(self, request: Request, number: str, form: Posted) -> Response:
        """Read what staff wrote, for half an hour and for a reason that goes on record."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            reason = form.text("reason", longest=500)
            open_words(tx, actor, case, reason, self._bench.note_reading)

        return self._done(request, number, form, "words", do)

    def keep_written(self, request: Request, number: str, form: Posted) -> Response:
        """Keep a sample that staff wrote."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            words = Words(*(form.text(one, longest=LONGEST_TEXT) for one in Words._fields))
            trying.keep_written(tx, actor, case, words, _wanted(form))

        return self._done(request, number, form, "samples", do)

    def keep_recorded(self, request: Request, number: str, form: Posted) -> Response:
        """Keep a sample from a record; that it is read goes on record, and it is held."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            trying.keep_recorded(
                tx,
                actor,
                case,
                form.text("request", longest=80),
                _wanted(form),
                recall=self._bench.recall,
                reason=form.text("reason", longest=500),
            )

        return self._done(request, number, form, "records", do)

    def regression(self, request: Request, number: str, form: Posted) -> Response:
        """Judge the samples by the policy in force."""
        viewer = self._site.require(request)
        try:
            with self._database.read() as tx:
                case = get_case(tx, RECTIFICATION, number)
            screen = self._bench.screen()
            judge = trying.judged_ahead(self._database, viewer.actor, case, screen.judge)
        except GuijuError as error:
            return self._shown(request, number, error)

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            trying.run_regression(tx, actor, case, judge)

        return self._done(request, number, form, "regression", do)

    def step(self, request: Request, number: str, verb: str, form: Posted) -> Response:
        """Take a step of its table."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            reason = form.text("reason", longest=_LONGEST)
            if verb == "choose":
                verbs.choose(tx, actor, case, cure_named(form.text("cure", longest=40)), reason)
            elif verb == "verify":
                verbs.verify(tx, actor, case, form.text("facts", longest=_LONGEST))
            else:
                step(tx, actor, case, verb, reason=reason)

        return self._done(request, number, form, verb, do)

    def export(self, request: Request, number: str, form: Posted) -> Response:
        """The samples with better answers as a file for a trainer; it goes on record."""
        viewer, wanted = self._site.require(request), form.text("form", longest=40)
        try:
            if wanted not in exporting.FORMS:
                raise rectification_refusing.no_such_form(wanted, list(exporting.FORMS))
            with self._database.write() as tx:
                case = get_case(tx, RECTIFICATION, number)
                made = exporting.export(tx, viewer.actor, case, wanted)
                if not made.written:
                    raise rectification_refusing.nothing_to_export(number, wanted)
        except GuijuError as error:
            return self._shown(request, number, error, "export", form)
        headers = {
            "content-disposition": f'attachment; filename="{number}-{wanted}.jsonl"',
            "cache-control": "private, no-store",
        }
        return Response(made.data, media_type="application/jsonl", headers=headers)

    # -- inside ----------------------------------------------------------------------------------

    def _done(self, request: Request, number: str, form: Form, tried: str, do: Work) -> Response:
        """Do it in one transaction, on the version of the case that was looked at."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                version = form.number("version") or 0
                do(tx, viewer.actor, get_case(tx, RECTIFICATION, number, version))
        except GuijuError as error:
            return self._shown(request, number, error, tried, form)
        return self._site.go(f"{HERE}/{number}")

    def _list(
        self,
        request: Request,
        typed: dict[str, str],
        error: GuijuError | None = None,
        *,
        every: bool = False,
    ) -> Response:
        viewer = self._site.require(request, *_READERS)
        with self._database.read() as tx:
            rows = showing.rows(tx, every=every)
            now = tx.now
        return self._site.page(
            request,
            "dispositions/rectifications.html",
            status=200 if error is None else error.status,
            error=error,
            rows=rows,
            every=every,
            most=showing.MOST,
            now=now,
            typed=typed,
            may=viewer.has(*REVIEWERS),
            states=RECTIFICATION.states,
            cures=CURES,
        )

    def _shown(
        self,
        request: Request,
        number: str,
        error: GuijuError | None = None,
        tried: str = "",
        form: Form | None = None,
    ) -> Response:
        viewer = self._site.require(request, *_READERS)
        with self._database.read() as tx:
            case = get_case(tx, RECTIFICATION, number)
            values = showing.values(tx, viewer.actor, case)
            cause = None
            if case.caused_by is not None:
                cause = get_case(tx, self._bench.kinds, case.caused_by)
        return self._site.page(
            request,
            "dispositions/rectification.html",
            status=200 if error is None else error.status,
            error=error,
            tried=tried,
            typed={one: _typed(form, one) for one in (*_KEPT, *_MORE)},
            case=case,
            cause=cause,
            may=viewer.has(*REVIEWERS),
            states=RECTIFICATION.states,
            cures=CURES,
            phases=PHASES,
            expects=EXPECTED,
            sides=SIDES,
            forms=FORMS,
            entry=showing.described(case.number),
            left_out=LEFT_OUT,
            clock_names={one.name: one.text for one in RECTIFICATION.clocks},
            verb_text=partial(verb_text, RECTIFICATION),
            **values,
        )


def _wanted(form: Form) -> Wanted:
    """Which side and what is expected; raises Invalid `sample-invalid`."""
    side, expected = form.text("side", longest=20), form.text("expected", longest=20)
    if side not in DIRECTIONS or expected not in set(Expected):
        raise rectification_refusing.bad_sample(
            "没有选择提问或回答，及应拦截或应放行",
            "it is not chosen which side it is, and what is expected",
        )
    return Wanted(side, Expected(expected))


def _typed(form: Form | None, name: str) -> str:
    try:
        return "" if form is None else form.text(name, longest=LONGEST_TEXT)
    except GuijuError:
        return ""
