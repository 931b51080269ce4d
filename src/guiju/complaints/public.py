# SPDX-License-Identifier: Apache-2.0
"""`/complaints`: complain without an account, follow by receipt code, see the numbers (Article 15).

Plain forms, no script. The way to the authorities stands on each page (Article 18).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from guiju.casework import Case, ask_again
from guiju.complaints import attaching, entering, following, promising, reading, service
from guiju.complaints.model import (
    LONGEST_ABOUT,
    LONGEST_TEXT,
    Category,
    Channel,
    Filing,
    Outcome,
)
from guiju.complaints.statistics import LEAST, statistics
from guiju.kernel import GuijuError, Language
from guiju.policies import WAY_WORDS
from guiju.storage import Database, Tx
from guiju.web import Form, Posted, Site, address_of

FILES = tuple(f"file{at}" for at in range(1, attaching.MOST + 1))
_SHOWN = ("category", "text", "about", "contact")
_ROOM_FOR_MORE = 4
_Act = Callable[[Tx, Case], Case]


class PublicPages:
    """What anybody may do."""

    def __init__(self, database: Database, site: Site, *, sends: bool) -> None:
        """Work on `database`; `sends`: whether mail is sent at all."""
        self._sends = sends
        self._database = database
        self._site = site

    def blank(self, request: Request, about: str = "") -> Response:
        """The form; `about` may come with a link beside an answer."""
        return self._form(request, {"about": about[:LONGEST_ABOUT]}, None)

    def file(self, request: Request, form: Posted) -> Response:
        """Take a complaint in, and show its receipt code this once."""
        language = self._site.language(request)
        shown: dict[str, str] = {}
        try:
            # Kept as far as they can be shown, so that nobody types everything again.
            shown |= {
                name: form.text(name, longest=_ROOM_FOR_MORE * LONGEST_TEXT) for name in _SHOWN
            }
            filed = entering.file_from(
                self._database,
                address_of(request),
                lambda: filing_of(form, shown, language),
            )
        except GuijuError as error:
            return self._form(request, shown, error)
        with self._database.read() as tx:
            seen = following.follow(tx, filed.case)
        return self._page(request, "filed", status=201, seen=seen, code=filed.code)

    def ask_code(self, request: Request) -> Response:
        """Where the receipt code is typed."""
        return self._following(request, None, "")

    def follow(self, request: Request, form: Posted) -> Response:
        """How a complaint stands."""
        return self._after(request, form, None)

    def answer(self, request: Request, form: Posted) -> Response:
        """What the complainant adds when asked."""

        def read() -> _Act:
            words = reading.said("words", form.text("words"))
            files = attaching.read(form.file(one) for one in FILES)
            return lambda tx, case: service.answer(tx, service.COMPLAINANT, case, words, files)

        return self._after(request, form, read, "answered")

    def reopen(self, request: Request, form: Posted) -> Response:
        """Ask once for another look."""

        def read() -> _Act:
            words = reading.said("why", form.text("why"))
            return lambda tx, case: service.reopen(tx, service.COMPLAINANT, case, words)

        return self._after(request, form, read, "reopened")

    def close(self, request: Request, form: Posted) -> Response:
        """Rate the outcome."""

        def read() -> _Act:
            words = reading.words("comment", form.text("comment"))
            content = form.text("content") == "yes"
            return lambda tx, case: service.close(
                tx, service.COMPLAINANT, case, content=content, words=words
            )

        return self._after(request, form, read, "closed")

    def mail_again(self, request: Request, form: Posted) -> Response:
        """Send once more the link by which the address is confirmed."""
        language = self._site.language(request)

        def ask(tx: Tx, case: Case) -> Case:
            ask_again(tx, service.COMPLAINANT, case.id, language)
            return case

        return self._after(request, form, lambda: ask, "mailed")

    def statistics(self, request: Request) -> Response:
        """Promise and fact of a year."""
        with self._database.read() as tx:
            found = statistics(tx)
        return self._page(
            request,
            "statistics",
            found=found,
            least=LEAST,
            names={one.value: one.text for one in (*Category, *Channel, *Outcome)},
        )

    # -- rendering ---------------------------------------------------------------------------------

    def _form(self, request: Request, shown: dict[str, str], error: GuijuError | None) -> Response:
        return self._page(
            request,
            "file",
            error,
            shown=shown,
            categories=list(Category),
            files=FILES,
            kinds=attaching.KINDS,
            most_file=attaching.MOST_BYTES >> 20,
            most_text=LONGEST_TEXT,
        )

    def _after(
        self, request: Request, form: Form, read: Callable[[], _Act] | None, done: str = ""
    ) -> Response:
        """The page of a complaint, after what was read from the form was done, if anything."""
        code = form.text("receipt", longest=100)
        try:
            case = entering.look_up(self._database, address_of(request), code)
        except GuijuError as error:
            return self._following(request, error, code)
        fault = None
        try:
            if read is not None:
                entering.act_by_receipt(self._database, case, read())
        except GuijuError as caught:
            fault, done = caught, ""
        with self._database.read() as tx:
            seen = following.follow(tx, service.get_complaint(tx, case)[0])
        return self._following(request, fault, code, seen=seen, done=done, words=form.text("words"))

    def _following(
        self,
        request: Request,
        error: GuijuError | None,
        code: str,
        *,
        seen: following.Followed | None = None,
        done: str = "",
        words: str = "",
    ) -> Response:
        return self._page(
            request,
            "follow",
            error,
            seen=seen,
            code=code,
            done=done,
            words=words,
            files=FILES,
            kinds=attaching.KINDS,
            most_file=attaching.MOST_BYTES >> 20,
        )

    def _page(
        self,
        request: Request,
        page: str,
        error: GuijuError | None = None,
        *,
        status: int = 200,
        **values: Any,
    ) -> Response:
        with self._database.read() as tx:
            process = promising.in_force(tx)
        return self._site.page(
            request,
            f"complaints/{page}.html",
            status=status if error is None else error.status,
            error=error,
            process=process,
            authorities=promising.authorities(process),
            ways=WAY_WORDS,
            last_day=following.last_day,
            sends=self._sends,
            **values,
        )


def filing_of(form: Form, shown: dict[str, str], language: Language) -> Filing:
    """What stands in the form of the page."""
    return reading.filing(
        category=shown["category"],
        text=shown["text"],
        about=shown["about"],
        contact=shown["contact"],
        language=language,
        files=[form.file(one) for one in FILES],
    )
