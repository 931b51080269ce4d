# SPDX-License-Identifier: Apache-2.0
"""`/console/privacy/disclosures`: asked by one, decided by another, given, ended."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju import records
from guiju.kernel import Actor, GuijuError
from guiju.privacy.model import HANDLER
from guiju.privacy.registers import (
    LONGEST,
    READERS,
    REGISTERS,
    WRITERS,
    RegisterPages,
    Typed,
    classes_in_force,
    file_digest,
    rules_named,
    ticked,
    unreadable,
)
from guiju.records import BASES, AssessmentState, DisclosureAsked, DisclosureState, RecipientKind
from guiju.storage import Tx
from guiju.web import Posted

DISCLOSURES = f"{REGISTERS}/disclosures"
_ASKED = ("recipient", "kind", "basis", "ground", "purpose", "person", "people", "assessment")


class DisclosurePages(RegisterPages):
    """The register of what is provided to others, one entry with its steps, the form."""

    def add_to(self, routes: APIRouter) -> None:
        """Answer these addresses."""
        routes.get(DISCLOSURES)(self.listed)
        routes.get(f"{DISCLOSURES}/new")(self.blank)
        routes.post(f"{DISCLOSURES}/new")(self.ask)
        routes.get(f"{DISCLOSURES}/{{name}}")(self.one)
        routes.post(f"{DISCLOSURES}/{{name}}/decide")(self.decide)
        routes.post(f"{DISCLOSURES}/{{name}}/given")(self.note_given)
        routes.post(f"{DISCLOSURES}/{{name}}/end")(self.end)

    def listed(self, request: Request) -> Response:
        """The register, the newest first."""
        self.site.require(request, *READERS)
        with self.database.read() as tx:
            found = records.disclosures(tx)
        return self.page(request, "disclosures", found=found)

    def blank(self, request: Request) -> Response:
        """The form."""
        self.site.require(request, *WRITERS)
        return self._form(request, {"classes": [], "people": "1"}, None)

    def ask(self, request: Request, form: Posted) -> Response:
        """Ask whether it may go; another person decides."""
        viewer = self.site.require(request, *WRITERS)
        typed: dict[str, Any] = {}
        try:
            typed |= {one: form.text(one, longest=LONGEST) for one in (*_ASKED, "reason")}
            typed["abroad"] = bool(form.text("abroad"))
            with self.database.write() as tx:
                typed["classes"] = ticked(form, "class", classes_in_force(tx))
                made = records.ask_disclosure(tx, viewer.actor, _asked(typed), typed["reason"])
        except GuijuError as error:
            return self._form(request, typed, error)
        return self.site.go(f"{DISCLOSURES}/{made.id}")

    def one(self, request: Request, name: str) -> Response:
        """One entry of the register."""
        return self._one(request, name)

    def decide(self, request: Request, name: str, form: Posted) -> Response:
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
        found = file_digest(form) or form.text("digest").lower()
        return self._stepped(
            request, name, lambda tx, actor: records.note_given(tx, actor, name, found)
        )

    def end(self, request: Request, name: str, form: Posted) -> Response:
        """End an entrusting."""
        return self._stepped(
            request,
            name,
            lambda tx, actor: records.end_disclosure(tx, actor, name, form.text("reason")),
        )

    def _stepped(self, request: Request, name: str, do: Callable[[Tx, Actor], object]) -> Response:
        viewer = self.site.require(request, *WRITERS)
        try:
            with self.database.write() as tx:
                do(tx, viewer.actor)
        except GuijuError as error:
            return self._one(request, name, error)
        return self.site.go(f"{DISCLOSURES}/{name}")

    def _one(self, request: Request, name: str, error: GuijuError | None = None) -> Response:
        viewer = self.site.require(request, *READERS)
        with self.database.read() as tx:
            one = records.disclosure(tx, name)
        asked, approved = DisclosureState.ASKED, DisclosureState.APPROVED
        officer = viewer.has(HANDLER)
        return self.page(
            request,
            "disclosure",
            error,
            one=one,
            may_decide=one.state is asked and officer and viewer.id != one.asked_by,
            may_give=one.state is approved and viewer.has(*WRITERS),
            may_end=one.state is DisclosureState.GIVEN and officer,
            rules=rules_named("privacy.transfer-records.years"),
        )

    def _form(self, request: Request, typed: Typed, error: GuijuError | None) -> Response:
        with self.database.read() as tx:
            known = records.assessments(tx, classes_in_force(tx))
        return self.page(
            request,
            "disclosure-new",
            error,
            typed=typed,
            kinds=list(RecipientKind),
            bases=BASES,
            standing=[one for one in known if one.state is AssessmentState.IN_FORCE],
        )


def _asked(typed: Typed) -> DisclosureAsked:
    people = typed["people"].replace(",", "")
    if not (people.isascii() and people.isdecimal()):
        raise unreadable("people", "人数应为数字。", "How many persons is a number.")
    if typed["kind"] not in set(RecipientKind):
        raise unreadable("kind", "请选择接收方种类。", "Choose what sort of recipient it is.")
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
