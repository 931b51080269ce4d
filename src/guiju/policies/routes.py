# SPDX-License-Identifier: Apache-2.0
"""`/console/policies`: the provider's rules, proposed by one person and decided by another."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from guiju.kernel import GuijuError, Invalid, PolicyActivated, Text
from guiju.measures import harms
from guiju.policies import service, urgent
from guiju.policies.body_dispositions import dispositions_said
from guiju.policies.body_identity import identity_said
from guiju.policies.body_incidents import operator_of, personal_hits_of
from guiju.policies.body_limits import limits_said
from guiju.policies.body_review import review_said
from guiju.policies.body_tiers import tiers_said
from guiju.policies.comparing import Change, changes
from guiju.policies.lists_model import PICTURES, READERS, references
from guiju.policies.model import EDITOR, OFFICER, Policy, PolicyState
from guiju.policies.saying_minors import minors_said
from guiju.policies.showing import page_parts, page_words
from guiju.policies.urgent_pages import UrgentPages
from guiju.policies.words import STATES
from guiju.policies.writing import as_toml
from guiju.storage import Database
from guiju.web import Form, Posted, Site

_MOST_SHOWN = 200
_MOST_EDITED = 2_000
_CODE = "policy-invalid"


def router(
    database: Database,
    site: Site,
    publish: Callable[[PolicyActivated], None] = lambda _: None,
) -> APIRouter:
    """The pages of policies; `publish` tells the house that another one is in force."""
    under = ("/console/policies",)
    site.offer("console", under[0], Text(zh="规则", en="Policies"), order=30, under=under)
    pages = PolicyPages(database, site, publish)
    routes = APIRouter(include_in_schema=False)
    routes.get("/console/policies")(pages.listed)
    routes.get("/console/policies/new")(pages.blank)
    routes.post("/console/policies/new")(pages.propose)
    UrgentPages(database, site, publish).add_to(routes)
    routes.get("/console/policies/{policy}")(pages.one)
    routes.post("/console/policies/{policy}/approve")(pages.approve)
    routes.post("/console/policies/{policy}/reject")(pages.reject)
    return routes


class PolicyPages:
    """List, one version with what it would change, proposing, and deciding."""

    def __init__(
        self, database: Database, site: Site, publish: Callable[[PolicyActivated], None]
    ) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._publish = publish

    def listed(self, request: Request) -> Response:
        """Every version, newest first."""
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found, waiting = service.listed(tx, _MOST_SHOWN), urgent.waiting(tx)
        return self._site.page(
            request,
            "policies/list.html",
            policies=found,
            waiting=waiting,
            states=STATES,
            may_propose=viewer.has(OFFICER, EDITOR),
        )

    def one(self, request: Request, policy: str) -> Response:
        """One version, held against the one in force."""
        return self._shown(request, policy, None)

    def blank(self, request: Request) -> Response:
        """The form to propose a version, filled with the one in force."""
        self._site.require(request, *READERS)
        with self._database.read() as tx:
            now = service.active(tx)
        return self._proposing(request, None, _draft(now), "")

    def propose(self, request: Request, form: Posted) -> Response:
        """Propose what was pasted or uploaded."""
        viewer = self._site.require(request, *READERS)
        text, note = _text(form), form.text("note", longest=2_000)
        try:
            body = _read(text)
            with self._database.write() as tx:
                made = service.propose(tx, viewer.actor, body, note)
        except GuijuError as error:
            return self._proposing(request, error, text, note)
        return self._site.go(f"/console/policies/{made.id}")

    def approve(self, request: Request, policy: str, _form: Posted) -> Response:
        """Put a version in force; refused to whoever proposed it."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                made = service.approve(tx, viewer.actor, policy)
        except GuijuError as error:
            return self._shown(request, policy, error)
        self._publish(PolicyActivated(made.digest))
        return self._site.go(f"/console/policies/{policy}")

    def reject(self, request: Request, policy: str, form: Posted) -> Response:
        """Turn a version down with a reason."""
        viewer = self._site.require(request)
        try:
            with self._database.write() as tx:
                service.reject(tx, viewer.actor, policy, form.text("reason", longest=2_000))
        except GuijuError as error:
            return self._shown(request, policy, error)
        return self._site.go(f"/console/policies/{policy}")

    def _shown(self, request: Request, policy: str, error: GuijuError | None) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found, now = service.get(tx, policy), service.active(tx)
        reads = viewer.has(*READERS)
        return self._site.page(
            request,
            "policies/one.html",
            status=200 if error is None else error.status,
            error=error,
            policy=found,
            active=now,
            reads=reads,
            changes=_compared(found, now, self._site.language(request)) if reads else None,
            decides=found.state is PolicyState.PROPOSED and viewer.has(OFFICER),
            proposed_it=found.proposer == viewer.id,
            lexicons=references(found.body),
            pictures=references(found.body, PICTURES),
            entries=found.body["screening"]["entry"][:_MOST_SHOWN] if reads else [],
            harms=harms(),
            states=STATES,
            limits=limits_said(found.body),
            dispositions=[*dispositions_said(found.body), *minors_said(found.body)],
            review=[
                *review_said(found.body),
                *identity_said(found.body),
                *tiers_said(found.body),
            ],
            operator=operator_of(found.body) if "incidents" in found.body else None,
            personal_hits=personal_hits_of(found.body),
            **page_words(),
            **page_parts(found.body),
        )

    def _proposing(
        self, request: Request, error: GuijuError | None, text: str, note: str
    ) -> Response:
        return self._site.page(
            request,
            "policies/propose.html",
            status=200 if error is None else error.status,
            error=error,
            text=text,
            note=note,
        )


def _draft(now: Policy | None) -> str:
    """What to start from; nothing when it is too long for a text box."""
    if now is None or len(now.body["screening"]["entry"]) > _MOST_EDITED:
        return ""
    return as_toml(now.body)


def _compared(found: Policy, now: Policy | None, language: str) -> list[Change] | None:
    """What `found` would change, None when nothing is in force or it is in force itself."""
    if now is None or now.id == found.id:
        return None
    return changes(now.body, found.body, language)


def _text(form: Form) -> str:
    """The uploaded file, else what was pasted."""
    uploaded = form.file("file")
    if uploaded:
        try:
            return uploaded.decode("utf-8")
        except UnicodeDecodeError as error:
            raise _unreadable("文件不是 UTF-8", "the file is not UTF-8") from error
    return form.text("body", longest=16 * 1024 * 1024)


def _read(text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _unreadable(f"不是有效的 TOML（{error}）", f"it is not TOML ({error})") from error


def _unreadable(zh: str, en: str) -> Invalid:
    return Invalid(
        _CODE,
        Text(zh=f"规则无法读取：{zh}。", en=f"The policy cannot be read: {en}."),
        Text(zh="请更正后再提出。", en="Correct it and propose again."),
        param="body",
    )
