# SPDX-License-Identifier: Apache-2.0
"""`/console/reports`: reports to the authorities; the signed paper is handed out, never sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import Case, FormSteps, NoteReading, open_words, reads_until
from guiju.kernel import Actor, GuijuError, Invalid, NotFound, Refused, Text
from guiju.reporting import service
from guiju.reporting.kind import REPORT
from guiju.reporting.model import SIGNERS, WRITERS, Attachment, Paper, Report, Sending
from guiju.reporting.own_steps import moment
from guiju.reporting.rendering import FORMS, rendered
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site

HERE = "/console/reports"
_ONE = f"{HERE}/{{number}}"
_READERS = (*WRITERS, "auditor")
_LONGEST_PAPER = 1_000_000
CauseOf = Callable[[Tx, Report], str | None]


def router(
    database: Database, site: Site, cause_of: CauseOf, note_reading: NoteReading
) -> APIRouter:
    """The pages; `cause_of` says the number of the incident that a report is about.

    `note_reading` puts on record that somebody opens the text of one.
    """
    pages = ReportPages(database, site, cause_of, note_reading)
    routes = APIRouter(include_in_schema=False)
    routes.get(HERE)(pages.listed)
    routes.get(_ONE)(pages.one)
    routes.get(f"{_ONE}/paper.{{form}}")(pages.paper)
    for name, page in (
        ("words", pages.open_words),
        ("write", pages.write),
        ("attach", pages.attach),
        ("sign", pages.sign),
        ("sent", pages.sent),
        ("acknowledged", pages.acknowledged),
        ("withdraw", pages.withdraw),
    ):
        routes.post(f"{_ONE}/{name}")(page)
    return routes


class ReportPages:
    """The list, one report, its files, and each step."""

    def __init__(
        self, database: Database, site: Site, cause_of: CauseOf, note_reading: NoteReading
    ) -> None:
        """Work on `database`."""
        self._note_reading = note_reading
        self._database = database
        self._site = site
        self._done = FormSteps(database, site, service.find_case, HERE, self._shown)
        self._cause_of = cause_of

    def listed(self, request: Request) -> Response:
        """The newest reports."""
        self._site.require(request, *_READERS)
        with self._database.read() as tx:
            found = service.reports(tx)
        return self._site.page(request, "reporting/list.html", reports=found, states=REPORT.states)

    def one(self, request: Request, number: str) -> Response:
        """A report as it stands."""
        return self._shown(request, number)

    def paper(self, request: Request, number: str, form: str) -> Response:
        """The paper as a file, for who has its text open; a draft says that it is one."""
        viewer = self._site.require(request, *_READERS)
        if form not in FORMS:
            raise _no_such_form()
        language = "en" if request.query_params.get("language") == "en" else "zh"
        with self._database.read() as tx:
            case = service.find_case(tx, number)
            if reads_until(tx, viewer.actor, case) is None:
                raise _covered()
            report, paper = service.report(tx, case), service.paper_of(tx, case)
            data = rendered(report, paper, service.attachments(tx, case), form, language)
        named = f'attachment; filename="{case.number}-{report.version}-{language}.{form}"'
        headers = {"content-disposition": named, "cache-control": "private, no-store"}
        return Response(data, media_type=FORMS[form], headers=headers)

    def open_words(self, request: Request, number: str, form: Posted) -> Response:
        """Read the text, for half an hour and for a reason that goes on record."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            open_words(tx, actor, case, form.text("reason", longest=500), self._note_reading)

        return self._done(request, number, form, do)

    def write(self, request: Request, number: str, form: Posted) -> Response:
        """Keep the next version of a draft."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            service.write(tx, actor, case, _paper(form))

        return self._done(request, number, form, do)

    def attach(self, request: Request, number: str, form: Posted) -> Response:
        """Name a file by its digest; it is not kept."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            data = form.file("file")
            seal = hashlib.sha256(data).hexdigest()
            service.attach(tx, actor, case, Attachment(form.file_name("file"), seal, len(data)))

        return self._done(request, number, form, do)

    def sign(self, request: Request, number: str, form: Posted) -> Response:
        """Sign what was looked at."""
        return self._done(request, number, form, service.sign)

    def sent(self, request: Request, number: str, form: Posted) -> Response:
        """Say that it was sent."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            at = moment(form.text("sent-at", longest=40), tx.now)
            service.mark_sent(tx, actor, case, Sending(at, form.text("channel", longest=200)))

        return self._done(request, number, form, do)

    def acknowledged(self, request: Request, number: str, form: Posted) -> Response:
        """Note the number of the acknowledgement."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            service.acknowledge(tx, actor, case, form.text("number", longest=200))

        return self._done(request, number, form, do)

    def withdraw(self, request: Request, number: str, form: Posted) -> Response:
        """Give it up."""

        def do(tx: Tx, actor: Actor, case: Case) -> None:
            service.withdraw(tx, actor, case, form.text("reason", longest=2_000))

        return self._done(request, number, form, do)

    def _shown(self, request: Request, number: str, error: GuijuError | None = None) -> Response:
        viewer = self._site.require(request, *_READERS)
        with self._database.read() as tx:
            case = service.find_case(tx, number)
            until = reads_until(tx, viewer.actor, case)
            report = service.report(tx, case)
            paper = None if until is None else service.paper_of(tx, case)
            attached, cause = service.attachments(tx, case), self._cause_of(tx, report)
        return self._site.page(
            request,
            "reporting/one.html",
            status=200 if error is None else error.status,
            error=error,
            case=case,
            cause=cause,
            report=report,
            paper=paper,
            attached=attached,
            source=paper and json.dumps(paper.to_mapping(), ensure_ascii=False, indent=2),
            may_read=viewer.has(*REPORT.roles),
            reads_until=until,
            states=REPORT.states,
            forms=FORMS,
            me=viewer.id,
            may_sign=viewer.has(*SIGNERS),
            may_write=viewer.has(*WRITERS),
        )


def _paper(form: Form) -> Paper:
    try:
        return Paper.from_mapping(json.loads(form.text("paper", longest=_LONGEST_PAPER)))
    except ValueError as error:
        raise Invalid(
            "report-invalid",
            Text(zh="正文不是有效的 JSON。", en="The text is no valid JSON."),
            Text(zh="请更正后重试。", en="Correct it and try again."),
            param="paper",
        ) from error


def _covered() -> Refused:
    return Refused(
        "reason-needed",
        Text(zh="报告正文加密封存，尚未打开。", en="The text of the report is not open."),
        Text(
            zh="请在报告页面说明理由后打开，再下载。",
            en="Open it for a reason on the page of the report, then download it.",
        ),
        article=11,
    )


def _no_such_form() -> NotFound:
    return NotFound(
        "report-form-unknown",
        Text(zh="没有这种文件格式。", en="There is no such form of the paper."),
        Text(zh="可用 json、md、html。", en="There are json, md and html."),
    )
