# SPDX-License-Identifier: Apache-2.0
"""What a report to an authority is: a paper, to whom, on which basis, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from guiju.casework import Case
from guiju.kernel import Conflict, Form, Invalid, NotFound, Text, canonical, digest

OFFICER, ACCOUNTABLE, FILING = "safety-officer", "accountable-person", "filing-manager"
WRITERS = (OFFICER, ACCOUNTABLE, FILING)
SIGNERS = (OFFICER, ACCOUNTABLE)
MOST_ATTACHMENTS = 50
_CODE = "report-invalid"
_LONGEST_LINE, _LONGEST_NAME = 20_000, 200
_MOST_PARTS, _MOST_LINES = 60, 200


class Part(NamedTuple):
    """A heading with what stands under it, line by line."""

    heading: Text
    lines: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """The words of a report; the Chinese is the report, the English a reading copy."""

    title: Text
    parts: tuple[Part, ...]

    def to_mapping(self) -> dict[str, Any]:
        """Plain values, fit for JSON and for a digest."""
        return {
            "title": _both(self.title),
            "parts": [
                {"heading": _both(one.heading), "lines": [_both(line) for line in one.lines]}
                for one in self.parts
            ],
        }

    @classmethod
    def from_mapping(cls, mapping: object, *, origin: str = "") -> Paper:
        """Read what `to_mapping` gives.

        Raises:
            Invalid: `report-invalid`, with the exact place.
        """
        form = Form(mapping, _CODE, origin=origin)
        paper = cls(
            form.both("title", longest=_LONGEST_NAME),
            tuple(_part(one) for one in form.forms("parts", most=_MOST_PARTS)),
        )
        form.done()
        return paper


class Attachment(NamedTuple):
    """A file that goes with the report; it stays with whoever sends it, its digest is here."""

    name: str
    digest: str
    size: int


class Occasion(NamedTuple):
    """Why there is a report: whose it is, which of several, to whom, on which obligations."""

    room: str
    stage: str
    authority: str
    basis: tuple[str, ...]


class Sending(NamedTuple):
    """That a person has sent it: when, and by which way."""

    at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class Report:
    """A report as it stands. `digest` is over paper, attachments, addressee and basis.

    `sent_at` is when the person says that it left, `recorded_at` when they said so.
    """

    case: Case
    occasion: Occasion
    version: int
    digest: str
    author: str
    signer: str | None
    signed_at: datetime | None
    sent_by: str | None
    sent_at: datetime | None
    recorded_at: datetime | None
    channel: str | None
    number: str | None
    acknowledged_at: datetime | None


def digest_of(occasion: Occasion, paper: Paper, attachments: Sequence[Attachment]) -> str:
    """What is signed: every word of the report and the manifest of what goes with it."""
    return digest(canonical(whole(occasion, paper, attachments)))


def whole(occasion: Occasion, paper: Paper, attachments: Sequence[Attachment]) -> dict[str, Any]:
    """A report as one JSON document."""
    return {
        "room": occasion.room,
        "stage": occasion.stage,
        "authority": occasion.authority,
        "basis": list(occasion.basis),
        "paper": paper.to_mapping(),
        "attachments": [one._asdict() for one in attachments],
    }


def _part(form: Form) -> Part:
    lines = form.forms("lines", most=_MOST_LINES)
    part = Part(form.both("heading", longest=_LONGEST_NAME), tuple(_line(one) for one in lines))
    form.done()
    return part


def _line(form: Form) -> Text:
    line = Text(
        zh=form.text("zh", longest=_LONGEST_LINE), en=form.text("en", longest=_LONGEST_LINE)
    )
    form.done()
    return line


def _both(text: Text) -> Mapping[str, str]:
    return {"zh": text.zh, "en": text.en}


def no_such_report(name: str) -> NotFound:
    """No report has this number."""
    return NotFound(
        "report-unknown",
        Text(zh=f"没有编号为 {name[:40]!r} 的报告。", en=f"There is no report {name[:40]!r}."),
        Text(zh="运行 guiju report list 查看。", en="See all with guiju report list."),
    )


def not_a_draft() -> Conflict:
    """What was signed is not written on."""
    return Conflict(
        "report-signed",
        Text(zh="报告已签批，不能再改。", en="The report is signed; it is not changed any more."),
        Text(zh="请撤回后另起一份。", en="Withdraw it and begin another one."),
        article=14,
    )


def sent_when() -> Invalid:
    """It cannot have been sent then."""
    return Invalid(
        "report-sent-when",
        Text(
            zh="发出时间应在签批之后、现在之前。",
            en="It was sent after it was signed and not in the future.",
        ),
        Text(zh="请更正时间。", en="Correct the time."),
        param="sent-at",
    )


def words_needed(name: str, zh: str, en: str) -> Invalid:
    """A field that has to say something, and in few words."""
    return Invalid(
        "report-invalid",
        Text(zh=f"请写明{zh}（200 字以内）。", en=f"Say {en}, in at most 200 characters."),
        Text(zh="请补充后重试。", en="Fill it in and try again."),
        param=name,
    )


def too_many_attachments() -> Conflict:
    """A manifest that nobody reads."""
    return Conflict(
        "report-attachments-too-many",
        Text(
            zh=f"附件已达 {MOST_ATTACHMENTS} 件。",
            en=f"There are {MOST_ATTACHMENTS} attachments already.",
        ),
        Text(zh="请合并为一个文件。", en="Put them together into one file."),
    )
