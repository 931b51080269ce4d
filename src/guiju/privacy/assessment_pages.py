# SPDX-License-Identifier: Apache-2.0
"""`/console/privacy/assessments`: impact assessments, written by one and reviewed by another."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import records
from guiju.kernel import GuijuError
from guiju.privacy.registers import (
    LONGEST,
    READERS,
    REGISTERS,
    WRITERS,
    RegisterPages,
    Typed,
    classes_in_force,
    rules_named,
    ticked,
)
from guiju.records import CONTENTS, TRIGGERS, AssessmentState, AssessmentWritten
from guiju.web import Posted

ASSESSMENTS = f"{REGISTERS}/assessments"


class AssessmentPages(RegisterPages):
    """All of them, one of them, the form, the review."""

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(ASSESSMENTS)(self.listed)
        routes.get(f"{ASSESSMENTS}/new")(self.blank)
        routes.post(f"{ASSESSMENTS}/new")(self.write)
        routes.get(f"{ASSESSMENTS}/{{name}}")(self.one)
        routes.post(f"{ASSESSMENTS}/{{name}}/review")(self.review)

    def listed(self, request: Request) -> Response:
        """All of them, the newest first."""
        self.site.require(request, *READERS)
        with self.database.read() as tx:
            found = records.assessments(tx, classes_in_force(tx))
            now = tx.now
        return self.page(request, "assessments", found=found, now=now)

    def blank(
        self,
        request: Request,
        after: Annotated[str, Query(max_length=40)] = "",
        bare: Annotated[bool, Query()] = False,  # noqa: FBT002 - a parameter of the address
    ) -> Response:
        """The form; `after`: in the place of that one; `bare`: of all classes that lack one."""
        self.site.require(request, *WRITERS)
        typed: dict[str, Any] = {"classes": [], "triggers": []}
        if bare:
            with self.database.read() as tx:
                due = records.due(tx, classes_in_force(tx))
            lacking = [one.about for one in due if one.kind == "unassessed"]
            typed = {"classes": lacking, "triggers": ["sensitive"] if lacking else []}
        if after:
            with self.database.read() as tx:
                old = records.assessment(tx, after, classes_in_force(tx))
            typed = {
                **{one: getattr(old.written, one) for one in ("title", *CONTENTS)},
                "classes": old.written.classes,
                "triggers": old.written.triggers,
                "replaces": old.id if old.state is AssessmentState.IN_FORCE else "",
            }
        return self._form(request, typed, None)

    def write(self, request: Request, form: Posted) -> Response:
        """Write one down; another person reviews it."""
        viewer = self.site.require(request, *WRITERS)
        typed: dict[str, Any] = {}
        try:
            for one in ("title", "replaces", *CONTENTS):
                typed[one] = form.text(one, longest=LONGEST)
            typed["triggers"] = ticked(form, "trigger", TRIGGERS)
            with self.database.write() as tx:
                classes = classes_in_force(tx)
                typed["classes"] = ticked(form, "class", classes)
                written = AssessmentWritten(**(typed | {"replaces": typed["replaces"] or None}))
                made = records.write_assessment(tx, viewer.actor, written, classes)
        except GuijuError as error:
            return self._form(request, typed, error)
        return self.site.go(f"{ASSESSMENTS}/{made.id}")

    def one(self, request: Request, name: str) -> Response:
        """One of them with its three contents."""
        return self._one(request, name)

    def review(self, request: Request, name: str, form: Posted) -> Response:
        """Stand for it or send it back; never its author."""
        viewer = self.site.require(request, *WRITERS)
        try:
            why, approve = form.text("reason", longest=LONGEST), form.text("say") == "yes"
            with self.database.write() as tx:
                records.review_assessment(
                    tx, viewer.actor, name, why, classes_in_force(tx), approve=approve
                )
        except GuijuError as error:
            return self._one(request, name, error)
        return self.site.go(f"{ASSESSMENTS}/{name}")

    def _one(self, request: Request, name: str, error: GuijuError | None = None) -> Response:
        viewer = self.site.require(request, *READERS)
        with self.database.read() as tx:
            one, now = records.assessment(tx, name, classes_in_force(tx)), tx.now
        waits = one.state is AssessmentState.WRITTEN
        return self.page(
            request,
            "assessment",
            error,
            one=one,
            now=now,
            may_review=waits and viewer.has(*WRITERS) and viewer.id != one.author,
            may_write=viewer.has(*WRITERS) and not waits,
            rules=rules_named("privacy.impact-assessment.retention"),
        )

    def _form(self, request: Request, typed: Typed, error: GuijuError | None) -> Response:
        with self.database.read() as tx:
            known = records.assessments(tx, classes_in_force(tx))
        standing = [one for one in known if one.state is AssessmentState.IN_FORCE]
        rules = rules_named(
            "privacy.impact-assessment.triggers", "privacy.impact-assessment.contents"
        )
        return self.page(
            request, "assessment-new", error, typed=typed, standing=standing, rules=rules
        )
