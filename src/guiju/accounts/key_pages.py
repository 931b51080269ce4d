# SPDX-License-Identifier: Apache-2.0
"""`/console/keys`: who has which key, what it may use and has used, and what staff do about it.

Numbers and times only: what a key was used for stands in the records, whose reading is logged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from guiju import limits, policies
from guiju.accounts import limiting, service
from guiju.accounts.model import Key, Publish
from guiju.accounts.roles import KEEPERS
from guiju.kernel import GuijuError, Invalid, StandingChanged, Text
from guiju.limits import MEASURES, Limits
from guiju.storage import Database
from guiju.web import Form, Paging, Posted, Site

_NONE = ("none", "无", "不限")
_LONGEST_LIST = 12_000


class KeyPages:
    """All keys, and one of them."""

    def __init__(self, database: Database, site: Site, publish: Publish) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site
        self._publish = publish

    def listed(
        self,
        request: Request,
        q: Annotated[str, Query(max_length=80)] = "",
        page: Annotated[int, Query(ge=1)] = 1,
    ) -> Response:
        """Every key, the live ones first, newest first."""
        return self._listed(request, q, page)

    def _listed(
        self, request: Request, q: str = "", page: int = 1, error: GuijuError | None = None
    ) -> Response:
        viewer = self._site.require(request)
        wanted = q.strip().removeprefix("…")
        with self._database.read() as tx:
            total, _ = service.keys_like(tx, wanted, 0, 0)
            paging = Paging.of(page, total, "/console/keys", q=wanted)
            _, keys = service.keys_like(tx, wanted, paging.start, paging.per_page)
            subjects = [one for key in keys for one in _subjects(key)]
            found: dict[str, Any] = {
                "force": service.limits_in_force(tx, subjects),
                "own": service.own_limits(tx, subjects),
                "used": limits.used(tx, [limits.SERVICE, *(one.id for one in keys)]),
                "apps": service.app_names(tx, [one.app for one in keys if one.app is not None]),
                "only": service.models_of(tx, [one.id for one in keys]),
            }
        return self._site.page(
            request,
            "accounts/keys.html",
            status=200 if error is None else error.status,
            error=error,
            may=viewer.has(*KEEPERS),
            keys=keys,
            tight={
                one.id: _tightest(found["force"][sub] for sub in _subjects(one)) for one in keys
            },
            q=wanted,
            paging=paging,
            service=found["used"][limits.SERVICE],
            measures=policies.MEASURE_WORDS,
            **found,
        )

    def one(self, request: Request, key: str, done: Annotated[str, Query()] = "") -> Response:
        """One key with its limits and those of its person, beside what was used."""
        return self._shown(request, key, done=done)

    def issue(self, request: Request, form: Posted) -> Response:
        """A new key for a person or an app; its token is on this one page and nowhere else."""
        viewer = self._site.require(request, *KEEPERS)
        owner, label = form.text("owner").strip(), form.text("label")
        try:
            changes = _changes(form)
            with self._database.write() as tx:
                issue = service.issue_app_key if owner.startswith("ap_") else service.issue_key
                issued = issue(tx, viewer.actor, owner, label)
                if changes:
                    service.set_limits(tx, viewer.actor, issued.key.id, changes, "issued")
        except GuijuError as error:
            return self._listed(request, error=error)
        return self._shown(request, issued.key.id, token=issued.token)

    def models(self, request: Request, key: str, form: Posted) -> Response:
        """Let the key ask for some models only, one a line; nothing: for all."""
        viewer = self._site.require(request, *KEEPERS)
        names = form.text("models", longest=_LONGEST_LIST).split()
        try:
            with self._database.write() as tx:
                service.set_models(tx, viewer.actor, key, names, form.text("reason"))
        except GuijuError as error:
            return self._shown(request, key, error=error)
        self._publish(StandingChanged(key))
        return self._site.go(f"/console/keys/{key}?done=models")

    def revoke(self, request: Request, key: str, form: Posted) -> Response:
        """Let the key open nothing any more; whoever takes it from somebody says why."""
        viewer = self._site.require(request, *KEEPERS)
        try:
            with self._database.write() as tx:
                # What is empty is no code, and told so.
                reason = form.text("reason").strip() or "-"
                revoked = service.revoke_key(tx, viewer.actor, key, reason)
        except GuijuError as error:
            return self._shown(request, key, error=error)
        self._publish(StandingChanged(revoked.owner))
        return self._site.go(f"/console/keys/{key}?done=revoked")

    def limit(self, request: Request, key: str, form: Posted) -> Response:
        """Give the key, or the person behind it, limits that differ from the policy's."""
        viewer = self._site.require(request, *KEEPERS)
        try:
            changes = _changes(form)
            with self._database.write() as tx:
                subjects = _subjects(service.get_key(tx, key))
                subject = subjects[-1] if form.text("subject") == "person" else key
                service.set_limits(tx, viewer.actor, subject, changes, form.text("reason"))
        except GuijuError as error:
            return self._shown(request, key, error=error)
        self._publish(StandingChanged(subject))
        return self._site.go(f"/console/keys/{key}?done=limited")

    def _shown(
        self,
        request: Request,
        key: str,
        *,
        done: str = "",
        token: str | None = None,
        error: GuijuError | None = None,
    ) -> Response:
        viewer = self._site.require(request)
        with self._database.read() as tx:
            found = service.get_key(tx, key)
            subjects = _subjects(found)
            force = service.limits_in_force(tx, subjects)
            own = service.own_limits(tx, subjects)
            used = limits.used(tx, subjects)
            apps = service.app_names(tx, [found.app] if found.app is not None else [])
            only = service.models_of(tx, [key]).get(key, ())
        return self._site.page(
            request,
            "accounts/key.html",
            status=200 if error is None else error.status,
            key=found,
            subjects=subjects,
            force=force,
            own=own,
            used=used,
            apps=apps,
            done=done,
            token=token,
            only=only,
            error=error,
            may=viewer.has(*KEEPERS),
            measures=policies.MEASURE_WORDS,
        )


def _subjects(key: Key) -> list[str]:
    """Who is counted for a request with this key: itself, and the person whose it is."""
    return [key.id] if key.person is None else [key.id, key.person]


def _tightest(several: Iterable[Limits]) -> Mapping[str, int]:
    """The lower limit of each measure that is limited at all."""
    every = list(several)
    found: dict[str, int] = {}
    for name in MEASURES:
        given = [limit for one in every if (limit := getattr(one, name)) is not None]
        if given:
            found[name] = min(given)
    return found


def _changes(form: Form) -> dict[str, Any]:
    """What was filled in: numbers, or no limit; what is empty is as the policy has it."""
    changes: dict[str, Any] = {}
    for name in MEASURES:
        text = form.text(name, longest=40).replace(",", "").replace("，", "").replace(" ", "")
        if text in _NONE:
            changes[name] = None
        elif text.isascii() and text.isdigit():
            changes[name] = int(text)
        elif text:
            raise _no_number(name)
    return changes


def _no_number(name: str) -> Invalid:
    return Invalid(
        "limits-invalid",
        Text(zh="限额应为整数。", en="A limit is a whole number."),
        Text(
            zh=f"请填 1 至 {limiting.MOST} 的整数；不限请填“无”；留空则按规则。",
            en=f"Give a number from 1 to {limiting.MOST}, none for no limit, or leave it empty.",
        ),
        param=name,
    )
