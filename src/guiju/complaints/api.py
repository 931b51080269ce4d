# SPDX-License-Identifier: Apache-2.0
"""Complaints for programs: file one, follow it, answer. No key is needed, as on the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Body
from pydantic import Base64Bytes, BaseModel, ConfigDict, Field
from starlette.requests import Request

from guiju.casework import Case, RunningClock
from guiju.complaints import attaching, entering, following, promising, reading, service
from guiju.complaints.model import LONGEST_ABOUT, LONGEST_CONTACT, LONGEST_TEXT, Channel, Process
from guiju.complaints.statistics import Pace, Row, Statistics, statistics
from guiju.kernel import isoformat
from guiju.storage import Database, Tx
from guiju.web import address_of

_STRICT = ConfigDict(extra="forbid")


class ComplaintIn(BaseModel):
    """What a complaint says."""

    model_config = _STRICT
    category: str = Field(max_length=20, description="A1 to A5, minors, service or other.")
    text: str = Field(max_length=LONGEST_TEXT)
    about: str = Field(
        default="", max_length=LONGEST_ABOUT, description="Number of an answer or content, or URL."
    )
    contact: str = Field(default="", max_length=LONGEST_CONTACT, description="Sealed; optional.")
    language: str = Field(default="zh", max_length=2)
    attachments: list[Base64Bytes] = Field(default=[], max_length=attaching.MOST)


class ReceiptIn(BaseModel):
    """Whose complaint it is."""

    model_config = _STRICT
    receipt: str = Field(max_length=100)


class AnswerIn(ReceiptIn):
    """What the complainant adds when asked."""

    text: str = Field(max_length=LONGEST_TEXT)
    attachments: list[Base64Bytes] = Field(default=[], max_length=attaching.MOST)


class ReopenIn(ReceiptIn):
    """Why somebody else should look again."""

    text: str = Field(max_length=LONGEST_TEXT)


class RatingIn(ReceiptIn):
    """What the complainant thinks of the outcome."""

    content: bool
    text: str = Field(default="", max_length=LONGEST_TEXT)


class ComplaintApi:
    """The same as the pages, as JSON."""

    def __init__(self, database: Database) -> None:
        """Work on `database`."""
        self._database = database

    def process(self) -> dict[str, Any]:
        """What is promised, and where else one may turn."""
        with self._database.read() as tx:
            return process_shown(promising.in_force(tx))

    def file(self, request: Request, body: Annotated[ComplaintIn, Body()]) -> dict[str, Any]:
        """Take one in; the receipt code is in this answer and nowhere else."""
        filed = entering.file_from(
            self._database,
            address_of(request),
            lambda: reading.filing(
                category=body.category,
                text=body.text,
                about=body.about,
                contact=body.contact,
                language=body.language,
                channel=Channel.API,
                files=body.attachments,
            ),
        )
        with self._database.read() as tx:
            return {"receipt": filed.code, **shown(following.follow(tx, filed.case))}

    def follow(self, request: Request, body: Annotated[ReceiptIn, Body()]) -> dict[str, Any]:
        """How it stands."""
        return self._after(request, body.receipt, None)

    def answer(self, request: Request, body: Annotated[AnswerIn, Body()]) -> dict[str, Any]:
        """Answer what was asked."""
        words = reading.said("text", body.text)
        files = attaching.read(body.attachments)

        def act(tx: Tx, case: Case) -> Case:
            return service.answer(tx, service.COMPLAINANT, case, words, files)

        return self._after(request, body.receipt, act)

    def reopen(self, request: Request, body: Annotated[ReopenIn, Body()]) -> dict[str, Any]:
        """Ask once for another look."""
        words = reading.said("text", body.text)

        def act(tx: Tx, case: Case) -> Case:
            return service.reopen(tx, service.COMPLAINANT, case, words)

        return self._after(request, body.receipt, act)

    def rate(self, request: Request, body: Annotated[RatingIn, Body()]) -> dict[str, Any]:
        """Rate the outcome, and close."""
        words = reading.words("text", body.text)

        def act(tx: Tx, case: Case) -> Case:
            return service.close(tx, service.COMPLAINANT, case, content=body.content, words=words)

        return self._after(request, body.receipt, act)

    def statistics(self) -> dict[str, Any]:
        """Promise and fact of a year."""
        with self._database.read() as tx:
            return statistics_shown(statistics(tx))

    def _after(
        self, request: Request, code: str, act: Callable[[Tx, Case], Case] | None
    ) -> dict[str, Any]:
        case = entering.look_up(self._database, address_of(request), code)
        if act is not None:
            entering.act_by_receipt(self._database, case, act)
        with self._database.read() as tx:
            return shown(following.follow(tx, service.get_complaint(tx, case)[0]))


def shown(seen: following.Followed) -> dict[str, Any]:
    """What the complainant sees, as JSON."""
    return {
        "number": seen.case.number,
        "state": seen.case.state,
        "said_of_state": {"zh": seen.state.zh, "en": seen.state.en},
        "category": seen.category.value,
        "outcome": seen.outcome.value if seen.outcome else None,
        "acceptance": _clock(seen.acceptance),
        "feedback": _clock(seen.feedback),
        "said": [
            {"at": isoformat(one.at), "by": "provider" if one.ours else "you", "words": one.words}
            for one in seen.said
        ],
        "attachments": len(seen.files),
        "may": sorted(seen.may),
        "mail": seen.mail,
    }


def statistics_shown(found: Statistics) -> dict[str, Any]:
    """Promise and fact, as JSON; null where a number is too small to be shown."""
    return {
        "since": isoformat(found.since),
        "until": isoformat(found.until),
        "process": process_shown(found.process)["process"],
        "received": found.received,
        "reopened": found.reopened,
        "acceptance": _pace(found.acceptance),
        "feedback": _pace(found.feedback),
        "categories": [_row(one) for one in found.categories],
        "channels": [_row(one) for one in found.channels],
        "outcomes": [_row(one) for one in found.outcomes],
    }


def process_shown(process: Process | None) -> dict[str, Any]:
    """What is promised, as JSON; Article 18 is part of it whatever is promised."""
    return {
        "process": None
        if process is None
        else {
            "version": process.version,
            "digest": process.digest,
            "text": {"zh": process.text.zh, "en": process.text.en},
            "acceptance_working_days": process.acceptance_days,
            "feedback_working_days": process.feedback_days,
            "channels": [one._asdict() for one in process.ways],
        },
        "authorities": [
            {"name": {"zh": one.name.zh, "en": one.name.en}, "phone": one.phone, "link": one.link}
            for one in promising.authorities(process)
        ],
    }


def _clock(one: RunningClock | None) -> dict[str, Any] | None:
    if one is None:
        return None
    return {
        "due": isoformat(one.due) if one.due else None,
        "provisional": one.provisional,
        "done": isoformat(one.ended_at) if one.outcome == "met" and one.ended_at else None,
        "late": one.late_at is not None,
    }


def _pace(one: Pace) -> dict[str, Any] | None:
    if one.p50 is None:
        return None
    return {"done": one.done, "p50": one.p50, "p95": one.p95, "max": one.most, "late": one.late}


def _row(one: Row) -> dict[str, Any]:
    return {"name": one.name, "count": one.count}
