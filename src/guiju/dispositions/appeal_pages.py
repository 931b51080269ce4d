# SPDX-License-Identifier: Apache-2.0
"""`/appeals`: what was done about one's account and why, and what one can say against it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from guiju.dispositions import appeals, mine, policy, wording
from guiju.dispositions.appeal_kind import APPEAL
from guiju.kernel import GuijuError, canonical
from guiju.storage import Database, Tx
from guiju.web import Posted, Site

_LONGEST = 5_000


class AppealPages:
    """One's statements of reasons and appeals; the rules about them are for everybody."""

    def __init__(self, database: Database, site: Site) -> None:
        """Work on `database`."""
        self._database = database
        self._site = site

    def listed(self, request: Request) -> Response:
        """How appeals work here, and for who is signed in: what there is about them."""
        viewer = self._site.viewer(request)
        with self._database.read() as tx:
            rules = policy.now(tx).rules
            found = mine.mine(tx, viewer.id) if viewer.kind == "person" else []
        return self._site.page(
            request,
            "dispositions/appeals.html",
            rules=rules,
            mine=found,
            title_of=wording.title,
            appeal_states=APPEAL.states,
        )

    def one(self, request: Request, statement: str) -> Response:
        """A statement of reasons, and the appeal against it."""
        return self._shown(request, statement, None)

    def data(self, request: Request, statement: str) -> Response:
        """The statement as data: the SHA-256 of these bytes is the digest in the ledger."""
        viewer = self._site.require_person(request)
        with self._database.read() as tx:
            found = mine.one_of_mine(tx, viewer.id, statement)
        return Response(
            canonical(dict(found.statement.said)),
            media_type="application/json",
            headers={"content-disposition": f'attachment; filename="{found.statement.id}.json"'},
        )

    def file(self, request: Request, statement: str, form: Posted) -> Response:
        """Bring an appeal."""
        viewer, words = self._site.require_person(request), form.text("words", longest=_LONGEST)
        return self._done(
            request, statement, lambda tx: appeals.file_appeal(tx, viewer.id, statement, words)
        )

    def explain(self, request: Request, statement: str, form: Posted) -> Response:
        """Add to one's appeal."""
        viewer, words = self._site.require_person(request), form.text("words", longest=_LONGEST)

        def add(tx: Tx) -> None:
            case = appeals.current(tx, viewer.id, statement)
            appeals.explain(tx, viewer.id, case, words)

        return self._done(request, statement, add)

    def withdraw(self, request: Request, statement: str, _form: Posted) -> Response:
        """Take one's appeal back."""
        viewer = self._site.require_person(request)

        def take_back(tx: Tx) -> None:
            appeals.withdraw(tx, viewer.id, appeals.current(tx, viewer.id, statement))

        return self._done(request, statement, take_back)

    def _done(self, request: Request, statement: str, work: Callable[[Tx], object]) -> Response:
        try:
            with self._database.write() as tx:
                work(tx)
        except GuijuError as error:
            return self._shown(request, statement, error)
        return self._site.go(f"/appeals/{statement}")

    def _shown(self, request: Request, statement: str, error: GuijuError | None) -> Response:
        viewer = self._site.require_person(request)
        with self._database.read() as tx:
            found = mine.one_of_mine(tx, viewer.id, statement)
        return self._site.page(
            request,
            "dispositions/statement.html",
            status=200 if error is None else error.status,
            error=error,
            one=found,
            title=wording.title(found.statement.said),
            lines=wording.lines(found.statement.said),
            appeal_states=APPEAL.states,
        )
