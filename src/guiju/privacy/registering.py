# SPDX-License-Identifier: Apache-2.0
"""`/console/privacy/assessments`, `/disclosures`, `/audits`: written by one, decided by another.

Each form is a step that the command line has as well (`guiju records`); rules stand in `records`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, NamedTuple

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import inventory, policies, records
from guiju.kernel import GuijuError, Invalid, Text
from guiju.measures import rule
from guiju.privacy.faces import Means
from guiju.privacy.keeping import LOOKERS
from guiju.privacy.model import HANDLER
from guiju.records import (
    BASES,
    CONTENTS,
    TRIGGERS,
    AssessmentState,
    AssessmentWritten,
    Audit,
    DisclosureAsked,
    DisclosureState,
    RecipientKind,
)
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site

_HERE = "/console/privacy"
ASSESSMENTS, DISCLOSURES, AUDITS = (
    f"{_HERE}/assessments",
    f"{_HERE}/disclosures",
    f"{_HERE}/audits",
)
WRITERS = (HANDLER, "safety-officer")
READERS = (*dict.fromkeys((*WRITERS, *LOOKERS)),)
_LONGEST = 20_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ASKED = ("recipient", "kind", "basis", "ground", "purpose", "person", "people", "assessment")
_AUDITED = ("auditor", "scope", "findings", "ended", "report")
Typed = Mapping[str, Any]


class Rule(NamedTuple):
    """A rule of the law data as a page names it."""

    id: str
    text: Text


class RegisterPages:
    """What is written, decided and put on record about the protection of information."""

    def __init__(self, means: Means, site: Site) -> None:
        """Work with these means."""
        self._database: Database = means.database
        self._site = site

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses; to be added before those of requests, which take any number."""
        routes.get(ASSESSMENTS)(self.assessments)
        routes.get(f"{ASSESSMENTS}/new")(self.blank_assessment)
        routes.post(f"{ASSESSMENTS}/new")(self.write_assessment)
        routes.get(f"{ASSESSMENTS}/{{name}}")(self.assessment)
        routes.post(f"{ASSESSMENTS}/{{name}}/review")(self.review_assessment)
        routes.get(DISCLOSURES)(self.disclosures)
        routes.get(f"{DISCLOSURES}/new")(self.blank_disclosure)
        routes.post(f"{DISCLOSURES}/new")(self.ask_disclosure)
        routes.get(f"{DISCLOSURES}/{{name}}")(self.disclosure)
        routes.post(f"{DISCLOSURES}/{{name}}/decide")(self.decide_disclosure)
        routes.post(f"{DISCLOSURES}/{{name}}/given")(self.note_given)
        routes.post(f"{DISCLOSURES}/{{name}}/end")(self.end_disclosure)
        routes.get(AUDITS)(self.audits)
        routes.post(AUDITS)(self.note_audit)

    # -- impact assessments ------------------------------------------------------------------------

    def assessments(self, request: Request) -> Response:
        """All of them, the newest first."""
        self._site.require(request, *READERS)
        with self._database.read() as tx:
            found = records.assessments(tx, _classes(tx))
            now = tx.now
        return self._page(request, "assessments", found=found, now=now)

    def blank_assessment(
        self,
        request: Request,
        after: Annotated[str, Query(max_length=40)] = "",
        bare: Annotated[bool, Query()] = False,  # noqa: FBT002 - a parameter of the address
    ) -> Response:
        """The form; `after`: in the place of that one; `bare`: of all classes that lack one."""
        self._site.require(request, *WRITERS)
        typed: dict[str, Any] = {"classes": [], "triggers": []}
        if bare:
            with self._database.read() as tx:
                due = records.due(tx, _classes(tx))
            lacking = [one.about for one in due if one.kind == "unassessed"]
            typed = {"classes": lacking, "triggers": ["sensitive"] if lacking else []}
        if after:
            with self._database.read() as tx:
                old = records.assessment(tx, after, _classes(tx))
            typed = {
                **{one: getattr(old.written, one) for one in ("title", *CONTENTS)},
                "classes": old.written.classes,
                "triggers": old.written.triggers,
                "replaces": old.id if old.state is AssessmentState.IN_FORCE else "",
            }
        return self._assessment_form(request, typed, None)

    def write_assessment(self, request: Request, form: Posted) -> Response:
        """Write one down; another person reviews it."""
        viewer = self._site.require(request, *WRITERS)
        typed: dict[str, Any] = {}
        try:
            for one in ("title", "replaces", *CONTENTS):
                typed[one] = form.text(one, longest=_LONGEST)
            typed["triggers"] = _ticked(form, "trigger", TRIGGERS)
            with self._database.write() as tx:
                classes = _classes(tx)
                typed["classes"] = _ticked(form, "class", classes)
                written = AssessmentWritten(**(typed | {"replaces": typed["replaces"] or None}))
                made = records.write_assessment(tx, viewer.actor, written, classes)
        except GuijuError as error:
            return self._assessment_form(request, typed, error)
        return self._site.go(f"{ASSESSMENTS}/{made.id}")

    def assessment(self, request: Request, name: str) -> Response:
        """One of them with its three contents."""
        return self._one_assessment(request, name)

    def review_assessment(self, request: Request, name: str, form: Posted) -> Response:
        """Stand for it or send it back; never its author."""
        viewer = self._site.require(request, *WRITERS)
        try:
            why, approve = form.text("reason", longest=_LONGEST), form.text("say") == "yes"
            with self._database.write() as tx:
                records.review_assessment(
                    tx, viewer.actor, name, why, _classes(tx), approve=approve
                )
        except GuijuError as error:
            return self._one_assessment(request, name, error)
        return self._site.go(f"{ASSESSMENTS}/{name}")

    def _one_assessment(
        self, request: Request, name: str, error: GuijuError | None = None
    ) -> Response:
        viewer = self._site.require(request, *READERS)
        with self._database.read() as tx:
            one, now = records.assessment(tx, name, _classes(tx)), tx.now
        waits = one.state is AssessmentState.WRITTEN
        return self._page(
            request,
            "assessment",
            error,
            one=one,
            now=now,
            may_review=waits and viewer.has(*WRITERS) and viewer.id != one.author,
            may_write=viewer.has(*WRITERS) and not waits,
            rules=_rules("privacy.impact-assessment.retention"),
        )

    def _assessment_form(
        self, request: Request, typed: Typed, error: GuijuError | None
    ) -> Response:
        with self._database.read() as tx:
            known = records.assessments(tx, _classes(tx))
        standing = [one for one in known if one.state is AssessmentState.IN_FORCE]
        rules = _rules("privacy.impact-assessment.triggers", "privacy.impact-assessment.contents")
        return self._page(
            request, "assessment-new", error, typed=typed, standing=standing, rules=rules
        )

    # -- disclosures -------------------------------------------------------------------------------

    def disclosures(self, request: Request) -> Response:
        """The register, the newest first."""
        self._site.require(request, *READERS)
        with self._database.read() as tx:
            found = records.disclosures(tx)
        return self._page(request, "disclosures", found=found)

    def blank_disclosure(self, request: Request) -> Response:
        """The form."""
        self._site.require(request, *WRITERS)
        return self._disclosure_form(request, {"classes": [], "people": "1"}, None)

    def ask_disclosure(self, request: Request, form: Posted) -> Response:
        """Ask whether it may go; another person decides."""
        viewer = self._site.require(request, *WRITERS)
        typed: dict[str, Any] = {}
        try:
            typed |= {one: form.text(one, longest=_LONGEST) for one in (*_ASKED, "reason")}
            typed["abroad"] = bool(form.text("abroad"))
            with self._database.write() as tx:
                typed["classes"] = _ticked(form, "class", _classes(tx))
                made = records.ask_disclosure(tx, viewer.actor, _asked(typed), typed["reason"])
        except GuijuError as error:
            return self._disclosure_form(request, typed, error)
        return self._site.go(f"{DISCLOSURES}/{made.id}")

    def disclosure(self, request: Request, name: str) -> Response:
        """One entry of the register."""
        return self._one_disclosure(request, name)

    def decide_disclosure(self, request: Request, name: str, form: Posted) -> Response:
        """Approve or refuse; never whoever asked."""
        return self._stepped(
            request,
            name,
            lambda tx, actor: records.decide_disclosure(
                tx, actor, name, form.text("reason"), approve=form.text("say") == "yes"
            ),
        )

    def note_given(self, request: Request, name: str, form: Posted) -> Response:
        """Put on record what was given, by the digest of a file; the file is not kept."""
        file = form.file("file")
        found = hashlib.sha256(file).hexdigest() if file else form.text("digest").lower()
        return self._stepped(
            request, name, lambda tx, actor: records.note_given(tx, actor, name, found)
        )

    def end_disclosure(self, request: Request, name: str, form: Posted) -> Response:
        """End an entrusting."""
        return self._stepped(
            request,
            name,
            lambda tx, actor: records.end_disclosure(tx, actor, name, form.text("reason")),
        )

    def _stepped(self, request: Request, name: str, do: Callable[[Tx, Any], object]) -> Response:
        viewer = self._site.require(request, *WRITERS)
        try:
            with self._database.write() as tx:
                do(tx, viewer.actor)
        except GuijuError as error:
            return self._one_disclosure(request, name, error)
        return self._site.go(f"{DISCLOSURES}/{name}")

    def _one_disclosure(
        self, request: Request, name: str, error: GuijuError | None = None
    ) -> Response:
        viewer = self._site.require(request, *READERS)
        with self._database.read() as tx:
            one = records.disclosure(tx, name)
        asked, approved = DisclosureState.ASKED, DisclosureState.APPROVED
        officer = viewer.has(HANDLER)
        return self._page(
            request,
            "disclosure",
            error,
            one=one,
            may_decide=one.state is asked and officer and viewer.id != one.asked_by,
            may_give=one.state is approved and viewer.has(*WRITERS),
            may_end=one.state is DisclosureState.GIVEN and officer,
            rules=_rules("privacy.transfer-records.years"),
        )

    def _disclosure_form(
        self, request: Request, typed: Typed, error: GuijuError | None
    ) -> Response:
        with self._database.read() as tx:
            known = records.assessments(tx, _classes(tx))
        return self._page(
            request,
            "disclosure-new",
            error,
            typed=typed,
            kinds=list(RecipientKind),
            bases=BASES,
            standing=[one for one in known if one.state is AssessmentState.IN_FORCE],
        )

    # -- audits ------------------------------------------------------------------------------------

    def audits(self, request: Request) -> Response:
        """Those that were made, and the form for another."""
        return self._audits(request, {"outside": True}, None)

    def note_audit(self, request: Request, form: Posted) -> Response:
        """Put one on record, by the digest of its report; the file is not kept."""
        viewer = self._site.require(request, HANDLER)
        typed: dict[str, Any] = {"outside": form.text("by") != "own"}
        try:
            typed |= {one: form.text(one, longest=_LONGEST) for one in _AUDITED}
            file = form.file("file")
            report = hashlib.sha256(file).hexdigest() if file else typed["report"].lower()
            audit = Audit(
                id="",
                auditor=typed["auditor"],
                outside=typed["outside"],
                scope=typed["scope"],
                findings=typed["findings"],
                report=_digest(report),
                ended_on=typed["ended"],
                noted_by="",
                noted_at=_EPOCH,
                due_at=_EPOCH,
            )
            with self._database.write() as tx:
                records.note_audit(tx, viewer.actor, audit)
        except GuijuError as error:
            return self._audits(request, typed, error)
        return self._site.go(AUDITS)

    def _audits(self, request: Request, typed: Typed, error: GuijuError | None) -> Response:
        viewer = self._site.require(request, *READERS)
        with self._database.read() as tx:
            found, now = records.audits(tx), tx.now
        return self._page(
            request,
            "audits",
            error,
            found=found,
            now=now,
            typed=typed,
            may_note=viewer.has(HANDLER),
            rules=_rules("privacy.audit.interval", "privacy.audit-auditor.times"),
        )

    # -- rendering ---------------------------------------------------------------------------------

    def _page(
        self, request: Request, name: str, error: GuijuError | None = None, **values: Any
    ) -> Response:
        with self._database.read() as tx:
            classes = [one for one in _classes(tx).values() if one.is_personal]
        return self._site.page(
            request,
            f"privacy/{name}.html",
            status=200 if error is None else error.status,
            error=error,
            classes=classes,
            names={one.id: one.text for one in classes},
            triggers=TRIGGERS,
            contents=CONTENTS,
            writes=self._site.viewer(request).has(*WRITERS),
            **values,
        )


def _classes(tx: Tx) -> records.Classes:
    policy = policies.active(tx)
    return inventory.classes(None if policy is None else policy.body)


def _ticked(form: Form, prefix: str, known: Mapping[str, object]) -> tuple[str, ...]:
    return tuple(one for one in known if form.text(f"{prefix}-{one}"))


def _asked(typed: Typed) -> DisclosureAsked:
    people = typed["people"].replace(",", "")
    if not (people.isascii() and people.isdecimal()):
        raise _unreadable("people", "人数应为数字。", "How many persons is a number.")
    if typed["kind"] not in set(RecipientKind):
        raise _unreadable("kind", "请选择接收方种类。", "Choose what sort of recipient it is.")
    return DisclosureAsked(
        recipient_kind=RecipientKind(typed["kind"]),
        recipient=typed["recipient"],
        basis=typed["basis"],
        ground=typed["ground"],
        purpose=typed["purpose"],
        classes=typed["classes"],
        people=int(people),
        person=typed["person"].strip() or None,
        abroad=typed["abroad"],
        assessment=typed["assessment"] or None,
    )


def _digest(found: str) -> str:
    if len(found) != 64 or any(one not in "0123456789abcdef" for one in found):  # noqa: PLR2004 - SHA-256
        raise _unreadable(
            "report",
            "请选择报告文件，或填写其 SHA-256（64 位十六进制）。",
            "Choose the file of the report, or give its SHA-256 in hex.",
        )
    return found


def _unreadable(field: str, zh: str, en: str) -> Invalid:
    return Invalid(
        "field-unreadable",
        Text(zh=zh, en=en),
        Text(zh="请更正后重试。", en="Correct it and try again."),
        article=11,
        param=field,
    )


def _rules(*names: str) -> list[Rule]:
    return [Rule(one, rule(one).text) for one in names]
