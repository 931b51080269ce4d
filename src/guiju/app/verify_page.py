# SPDX-License-Identifier: Apache-2.0
"""`/verify` says which label of generated content a file or a text carries (Article 12).

Open to everybody, without a script. What is sent is looked at in memory and not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from guiju import dispositions, labelling, records
from guiju.app.turns import Turns
from guiju.kernel import GuijuError, Invalid, Refused, Text, Unavailable, digest
from guiju.storage import Database, Tx
from guiju.web import Posted, Site

MOST_BYTES = 30 * 1024 * 1024
MOST_CHARACTERS = 200_000
_MOST_NAME = 300
_NUMBER = re.compile(r"[A-Za-z0-9-]{1,80}")
_NO_KEYS: labelling.Pinned = {}
Keys = Callable[[], labelling.Pinned]
_WORDS = {
    "trust": labelling.trust_in_words,
    "manifest": labelling.manifest_in_words,
    "watermark": labelling.watermark_in_words,
    "verdict": labelling.verdict_in_words,
    "reason": labelling.reason_in_words,
    "field": labelling.field_in_words,
    "label": labelling.label_in_words,
    "judgement": labelling.judgement_in_words,
}


_SAME, _CHANGED, _MARKED, _KNOWN = "same", "changed", "marked", "known"
_WITHDRAWN = "withdrawn"
_HERE = {
    _SAME: Text(
        zh="本服务以此编号交付过这个文件，字节完全一致。",
        en="This service delivered this very file under this number.",
    ),
    _CHANGED: Text(
        zh="本服务以此编号交付过另一份内容：文件已被改动，或标识被放到了别的文件上。",
        en="This service delivered other bytes under this number: the file was changed, or its"
        " label was put on another one.",
    ),
    _MARKED: Text(
        zh="本服务交付过带有这个水印的图片；这一份的标识已经丢失。",
        en="This service delivered a picture with this watermark; this copy has lost its label.",
    ),
    _WITHDRAWN: Text(
        zh="本服务以此编号交付过这份内容，后来依决定停止提供并撤下。",
        en="This service delivered this under this number, and has withdrawn it since by a"
        " decision.",
    ),
    _KNOWN: Text(
        zh="本服务以此编号交付过一段文字回答；此处无从比对内容。",
        en="This service delivered an answer in words under this number, which cannot be compared"
        " with this.",
    ),
}
_IN_WORDS = {
    **_HERE,
    _SAME: Text(
        zh="本服务以此编号交付过这段文字。",
        en="This service delivered these words under this number.",
    ),
    _CHANGED: Text(
        zh="本服务以此编号交付过另一段文字：文字被改动或截取过，或编号被用到了别的文字上。",
        en="This service delivered other words under this number: they were changed or cut, or"
        " the number was put to another text.",
    ),
}


class Examiner:
    """Looks at what was sent, by our keys and with our records."""

    def __init__(self, database: Database | None, pinned: Keys, anchors: str | None = None) -> None:
        """Nothing is kept between two looks; `anchors` vouch for who signs manifests, in PEM."""
        self._database = database
        self._pinned = pinned
        self._anchors = anchors
        self._turns = Turns()

    def checked(self, source: bytes | str, name: str = "") -> labelling.Report:
        """The verdict; of a file also whether it is the one that was delivered here.

        Raises:
            Unavailable: `checking-busy`, for files: to look for a watermark takes half a second.
        """
        if isinstance(source, str):
            report = labelling.check(source, pinned=self._pinned())
            return _with_words(report, source, self._database)
        with self._turns.turn():
            report = labelling.check(
                source, name, pinned=self._pinned(), watermark=True, anchors=self._anchors
            )
        if report.axes["format"] == "text":
            return _with_words(report, source.decode("utf-8", "replace"), self._database)
        return _with_records(report, source, self._database)

    def keys(self) -> dict[str, list[str]]:
        """The public keys, as hexadecimal text."""
        return {
            code: sorted(map(labelling.public_text, keys)) for code, keys in self._pinned().items()
        }


class Looked(NamedTuple):
    """What was looked at, and what was found; `here` is what the records of this service say."""

    name: str
    size: int
    report: labelling.Report
    here: Text | None = None


def router(
    site: Site,
    database: Database | None = None,
    pinned: Keys = lambda: _NO_KEYS,
    anchors: str | None = None,
) -> APIRouter:
    """The page, and the same for programs; with a `database` its records are asked too.

    `pinned` gives the public keys by which labels of this service are known, as they are now;
    `anchors` are the certificates by which content credentials are trusted, in PEM.
    """
    site.offer("public", "/verify", Text(zh="查验标识", en="Check a label"), order=40)
    examiner = Examiner(database, pinned, anchors)
    pages = VerifyPages(site, examiner)
    routes = APIRouter(tags=["labels"])
    routes.get("/verify", include_in_schema=False)(pages.form)
    routes.post("/verify", include_in_schema=False)(pages.look)
    api = CheckApi(examiner)
    routes.post("/api/labels/check", summary="The verdict on the labels of a file")(api.check_body)
    routes.get("/api/labels/keys", summary="Public keys by which our labels are known")(api.keys)
    return routes


class VerifyPages:
    """The form and its answer."""

    def __init__(self, site: Site, examiner: Examiner) -> None:
        """Render with `site` what `examiner` found."""
        self._site = site
        self._examiner = examiner

    def form(self, request: Request) -> Response:
        """An empty form."""
        return self._page(request)

    def look(self, request: Request, form: Posted) -> Response:
        """The verdict on what was sent, above a new form."""
        try:
            return self._page(request, looked=_looked(form, self._examiner))
        except (Invalid, Unavailable) as error:
            return self._page(request, error=error, status=error.status)

    def _page(
        self,
        request: Request,
        *,
        looked: Looked | None = None,
        error: GuijuError | None = None,
        status: int = 200,
    ) -> Response:
        told: dict[str, Any] = {"looked": looked, "error": error, "most": MOST_BYTES >> 20}
        told["keys"] = self._examiner.keys()
        return self._site.page(
            request, "app/verify.html", status=status, words=_WORDS, text="", **told
        )


def _looked(form: Posted, examiner: Examiner) -> Looked:
    data, name = form.file("file"), form.file_name("file")
    if data or name:
        report = examiner.checked(data, name)
        return Looked(name, len(data), report, _HERE.get(report.axes["ledger"]))
    text = form.text("text", longest=MOST_CHARACTERS)
    if not text:
        raise _nothing()
    report = examiner.checked(text)
    return Looked("", len(text), report, _IN_WORDS.get(report.axes["ledger"]))


class CheckApi:
    """The verdict for programs."""

    def __init__(self, examiner: Examiner) -> None:
        """`examiner` looks."""
        self._examiner = examiner

    async def check_body(self, request: Request, name: str = "") -> dict[str, object]:
        """The body is the file; `name` helps where its bytes do not tell the format."""
        data = await request.body()
        report = await run_in_threadpool(self._examiner.checked, data, name[:_MOST_NAME])
        return report.as_json()

    def keys(self) -> dict[str, list[str]]:
        """What `guiju label check --pinned` reads: by provider code, in hexadecimal."""
        return self._examiner.keys()


def _with_records(
    report: labelling.Report, data: bytes, database: Database | None
) -> labelling.Report:
    """The report, and whether this very file was delivered here under the numbers in its label."""
    if database is None or (report.label is None and report.mark is None):
        return report
    label, numbers = report.label or {}, _numbers(report)
    with database.read() as tx:
        found = [one for one in (records.made(tx, number) for number in numbers) if one]
        if not label and report.mark is not None:
            found = records.made_with_mark(tx, report.mark)
            if found:
                return _told(report, _MARKED)
        words = None if found else _answer(tx, numbers)
    if not found:
        return report if words is None else _told(report, _KNOWN)
    same = next((one for one in found if one.digest == digest(data)), None)
    if same is None:
        return _told(report, _CHANGED)
    return _told(report, _WITHDRAWN if _is_kept_back(database, same) else _SAME)


def _with_words(report: labelling.Report, text: str, database: Database | None) -> labelling.Report:
    """The report, and whether these words were delivered here under the numbers in their label."""
    numbers = _numbers(report)
    if database is None or not numbers:
        return report
    with database.read() as tx:
        answer = _answer(tx, numbers)
        other = any(records.made(tx, one) for one in numbers)
    if answer is None:
        return _told(report, _CHANGED) if other else report
    try:
        with database.write() as tx:
            delivered = records.words_delivered(tx, answer)
    except Unavailable:
        delivered = None
    if delivered is None:
        return _told(report, _KNOWN)
    said = labelling.said_in(text)
    each = [labelling.said_in(one) for one in delivered]
    if said not in {*each, "".join(each)}:
        return _told(report, _CHANGED)
    with database.read() as tx:
        kept_back = dispositions.kept_back(tx, answer.request)
    return _told(report, _SAME if kept_back is None else _WITHDRAWN)


def _is_kept_back(database: Database, made: records.MadeMedium) -> bool:
    """Whether a case keeps this file back, or withdraws all that is the same."""
    try:
        with database.read() as tx:
            dispositions.check_served(tx, made.produce_id, made.digest)
    except Refused:
        return True
    return False


def _numbers(report: labelling.Report) -> list[str]:
    """The numbers in a label that may be of this service."""
    label = report.label or {}
    said = dict.fromkeys(label.get(name, "") for name in ("ProduceID", "PropagateID"))
    return [one for one in said if _NUMBER.fullmatch(one)]


def _answer(tx: Tx, numbers: list[str]) -> records.Answered | None:
    found = (records.answered(tx, one) for one in numbers)
    return next((one for one in found if one is not None), None)


def _told(report: labelling.Report, ledger: str) -> labelling.Report:
    return replace(report, axes={**report.axes, "ledger": ledger})


def _nothing() -> Invalid:
    return Invalid(
        "nothing-to-check",
        Text(zh="没有收到文件或文本。", en="No file and no text was sent."),
        Text(zh="请选择一个文件，或粘贴文本。", en="Choose a file, or paste a text."),
        param="file",
        article=12,
    )
