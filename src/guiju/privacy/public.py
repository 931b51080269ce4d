# SPDX-License-Identifier: Apache-2.0
"""`/privacy`: the rules in words, ask without an account, follow by receipt code (Article 11).

Plain forms, no script. The way to complain stands on each page (Articles 15 and 18).
"""

from __future__ import annotations

import io
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from guiju import policies
from guiju.casework import Case, get_case
from guiju.kernel import Actor, GuijuError
from guiju.privacy import (
    certifying,
    entering,
    flood,
    following,
    packing,
    reading,
    refusing,
    service,
    store,
)
from guiju.privacy.faces import Means
from guiju.privacy.kind import ANSWER, CAP, REQUEST
from guiju.privacy.model import LONGEST_TEXT, Wish
from guiju.storage import Tx
from guiju.web import Form, Posted, Site, address_of

_SHOWN = ("wish", "text", "contact")
ZIP = {"content-security-policy": "default-src 'none'; sandbox", "cache-control": "no-store"}


class PublicPages:
    """What anybody may do."""

    def __init__(self, means: Means, site: Site) -> None:
        """Work with these means."""
        self._means = means
        self._database = means.database
        self._site = site

    def rules(self, request: Request) -> Response:
        """The rules in words, and the form."""
        return self._form(request, {}, None)

    def file(self, request: Request, form: Posted) -> Response:
        """Take a request in, and show its receipt code this once."""
        shown: dict[str, str] = {}
        language = self._site.language(request)
        try:
            shown |= {name: form.text(name, longest=2 * LONGEST_TEXT) for name in _SHOWN}
            filed = entering.file_from(
                self._database,
                address_of(request),
                lambda: reading.asking(
                    wish=shown["wish"],
                    text=shown["text"],
                    contact=shown["contact"],
                    language=language,
                ),
            )
        except GuijuError as error:
            return self._form(request, shown, error)
        with self._database.read() as tx:
            seen = following.follow(tx, filed.case)
        return self._page(request, "filed", status=201, seen=seen, code=filed.code, mine=False)

    def ask_code(self, request: Request) -> Response:
        """Where the receipt code is typed."""
        return self._page(request, "follow", seen=None, code="", done="", token="")

    def follow(self, request: Request, form: Posted) -> Response:
        """How a request stands, after what was asked of it was done."""
        code = form.text("receipt", longest=100)
        try:
            case = entering.look_up(self._database, address_of(request), code)
        except GuijuError as error:
            return self._page(request, "follow", error, seen=None, code=code, done="", token="")
        done, token, fault = form.text("do", longest=20), "", None
        try:
            if done == "certificate":
                return certificate(self._means, case)
            token = self._do(case, done, form)
        except GuijuError as caught:
            fault, done = caught, ""
        with self._database.read() as tx:
            seen = following.follow(tx, get_case(tx, REQUEST, case))
        return self._page(request, "follow", fault, seen=seen, code=code, done=done, token=token)

    def _do(self, name: str, verb: str, form: Form) -> str:
        with self._database.write() as tx:
            case = get_case(tx, REQUEST, name)
            return act(tx, service.REQUESTER, case, verb, form)

    def package(self, request: Request, token: str) -> Response:
        """The page behind a link: the copy is fetched by a button, as a link may be looked at."""
        return self._page(request, "package", token=token)

    def fetch(self, request: Request, form: Posted) -> Response:
        """The copy itself; the link is spent."""
        token = form.text("token", longest=100)
        try:
            with self._database.read() as tx:
                flood.admit_code(tx, address_of(request))
            return sent(*self._means.packer.fetch(token))
        except GuijuError as error:
            if error.code == "package-gone":
                with self._database.write() as tx:
                    flood.count_wrong_code(tx, address_of(request))
            return self._page(request, "package", error, token="")

    # -- rendering ---------------------------------------------------------------------------------

    def _form(self, request: Request, shown: dict[str, str], error: GuijuError | None) -> Response:
        return self._page(request, "rules", error, shown=shown)

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
            policy = policies.active(tx)
        return self._site.page(
            request,
            f"privacy/{page}.html",
            status=status if error is None else error.status,
            error=error,
            last_day=following.last_day,
            wishes=list(Wish),
            stores=sorted(self._means.stores, key=lambda one: one.stage),
            names=following.names(self._means.stores),
            answer=REQUEST.clock(ANSWER).limit,
            cap=REQUEST.clock(CAP).limit,
            days=None if policy is None else policy.body["records"],
            most_text=LONGEST_TEXT,
            **values,
        )


def act(tx: Tx, actor: Actor, case: Case, verb: str, form: Form) -> str:
    """What whoever asked does on the page of a request; a link's token, if one was asked for.

    Raises:
        Invalid: words that are missing or too long; else as the verbs of `service`.
    """
    if verb == "answer":
        service.answer(tx, actor, case, reading.words("words", form.text("words")))
    elif verb == "take-back":
        service.take_back(tx, actor, case)
    elif verb == "link":
        return packing.link(tx, case)
    return ""


def sent(name: str, pieces: Iterator[bytes]) -> Response:
    """A copy as it leaves, piece by piece."""
    headers = {"content-disposition": f'attachment; filename="{name}"', **ZIP}
    return StreamingResponse(pieces, media_type="application/zip", headers=headers)


def certificate(means: Means, name: str) -> Response:
    """The certificate with the bundle that proves it, as one zip."""
    with means.database.read() as tx:
        case = get_case(tx, REQUEST, name)
        if store.certificate(tx, case.id) is None:
            raise refusing.not_certified(case.number)
    with tempfile.TemporaryDirectory() as folder:
        out = certifying.write(means.database, means.tiles, case, Path(folder) / "bundle")
        data = io.BytesIO()
        with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as book:
            for one in sorted(out.rglob("*")):
                if one.is_file():
                    book.write(one, str(one.relative_to(out)))
    headers = {"content-disposition": f'attachment; filename="{case.number}-erasure.zip"', **ZIP}
    return Response(data.getvalue(), media_type="application/zip", headers=headers)
