# SPDX-License-Identifier: Apache-2.0
"""`/verify` says which label of generated content a file or a text carries (Article 12).

Open to everybody, without a script. What is sent is looked at in memory and not kept.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from guiju import labelling
from guiju.kernel import Invalid, Text
from guiju.web import Posted, Site

MOST_BYTES = 30 * 1024 * 1024
MOST_CHARACTERS = 200_000
_MOST_NAME = 300
_WORDS = {
    "verdict": labelling.verdict_in_words,
    "reason": labelling.reason_in_words,
    "field": labelling.field_in_words,
    "label": labelling.label_in_words,
}


class Looked(NamedTuple):
    """What was looked at, and what was found."""

    name: str
    size: int
    report: labelling.Report


def router(site: Site) -> APIRouter:
    """The page, and the same for programs."""
    site.offer("public", "/verify", Text(zh="查验标识", en="Check a label"), order=40)
    pages = VerifyPages(site)
    routes = APIRouter(tags=["labels"])
    routes.get("/verify", include_in_schema=False)(pages.form)
    routes.post("/verify", include_in_schema=False)(pages.look)
    routes.post("/api/labels/check", summary="The verdict on the labels of a file")(check_body)
    return routes


class VerifyPages:
    """The form and its answer."""

    def __init__(self, site: Site) -> None:
        """Render with `site`."""
        self._site = site

    def form(self, request: Request) -> Response:
        """An empty form."""
        return self._page(request)

    def look(self, request: Request, form: Posted) -> Response:
        """The verdict on what was sent, above a new form."""
        try:
            return self._page(request, looked=_looked(form))
        except Invalid as error:
            return self._page(request, error=error, status=error.status)

    def _page(
        self,
        request: Request,
        *,
        looked: Looked | None = None,
        error: Invalid | None = None,
        status: int = 200,
    ) -> Response:
        told: dict[str, Any] = {"looked": looked, "error": error, "most": MOST_BYTES >> 20}
        return self._site.page(
            request, "app/verify.html", status=status, words=_WORDS, text="", **told
        )


def _looked(form: Posted) -> Looked:
    data, name = form.file("file"), form.file_name("file")
    if data or name:
        return Looked(name, len(data), labelling.check(data, name))
    text = form.text("text", longest=MOST_CHARACTERS)
    if not text:
        raise _nothing()
    return Looked("", len(text), labelling.check(text))


async def check_body(request: Request, name: str = "") -> dict[str, object]:
    """The body is the file; `name` helps where its bytes do not tell the format."""
    data = await request.body()
    report = await run_in_threadpool(labelling.check, data, name[:_MOST_NAME])
    return report.as_json()


def _nothing() -> Invalid:
    return Invalid(
        "nothing-to-check",
        Text(zh="没有收到文件或文本。", en="No file and no text was sent."),
        Text(zh="请选择一个文件，或粘贴文本。", en="Choose a file, or paste a text."),
        param="file",
        article=12,
    )
