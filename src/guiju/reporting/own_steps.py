# SPDX-License-Identifier: Apache-2.0
"""The steps of a report as programs of staff take them; sending stays a person's, outside."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from guiju.casework import Case, NothingMore, OwnStep
from guiju.kernel import BEIJING, Actor, GuijuError, Invalid, Text
from guiju.reporting import service
from guiju.reporting.model import Attachment, Paper, Report, Sending, sent_when
from guiju.storage import Tx

_Short = Annotated[str, Meta(max_length=200)]


class _Attached(msgspec.Struct, forbid_unknown_fields=True):
    name: _Short
    digest: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", description="SHA-256 of the file.")]
    size: Annotated[int, Meta(ge=0, le=2**53, description="In bytes.")]


class _Write(msgspec.Struct, forbid_unknown_fields=True):
    paper: Annotated[
        dict[str, Any] | None,
        Meta(description="The whole text, as `papers` of the case's words has it."),
    ] = None
    attachment: Annotated[
        _Attached | None, Meta(description="Or a file that goes with it; it is not kept.")
    ] = None


class _Send(msgspec.Struct, forbid_unknown_fields=True):
    channel: Annotated[_Short, Meta(description="By which way a person has sent it.")]
    sent_at: Annotated[
        str, Meta(max_length=40, description="When; Beijing time unless it says another. Or now.")
    ] = ""


class _Acknowledge(msgspec.Struct, forbid_unknown_fields=True):
    number: Annotated[_Short, Meta(description="The authority's, of its acknowledgement.")]


def _write(tx: Tx, actor: Actor, case: Case, sent: _Write) -> Report:
    if (sent.paper is None) is (sent.attachment is None):
        raise _one_of_two()
    if sent.attachment is not None:
        one = Attachment(sent.attachment.name, sent.attachment.digest, sent.attachment.size)
        return service.attach(tx, actor, case, one)
    return service.write(tx, actor, case, Paper.from_mapping(sent.paper))


def _sign(tx: Tx, actor: Actor, case: Case, _sent: object) -> Report:
    return service.sign(tx, actor, case)


def _send(tx: Tx, actor: Actor, case: Case, sent: _Send) -> Report:
    at = moment(sent.sent_at, tx.now)
    return service.mark_sent(tx, actor, case, Sending(at, sent.channel))


def _acknowledge(tx: Tx, actor: Actor, case: Case, sent: _Acknowledge) -> Report:
    return service.acknowledge(tx, actor, case, sent.number)


OWN_STEPS: Mapping[str, OwnStep] = {
    "write": OwnStep(_Write, _write),
    "sign": OwnStep(NothingMore, _sign, frozenset({"signer-named"})),
    "send": OwnStep(_Send, _send, frozenset({"sending-told"})),
    "acknowledge": OwnStep(_Acknowledge, _acknowledge, frozenset({"number-noted"})),
    "withdraw": OwnStep.reasoned(service.withdraw),
}


def words_kept(tx: Tx, case: Case) -> Mapping[str, Any] | None:
    """The report as it stands, with its digest; None once its words have expired."""
    try:
        paper = service.paper_of(tx, case)
    except GuijuError:
        return None
    report = service.report(tx, case)
    return {
        "paper": paper.to_mapping(),
        "attachments": [one._asdict() for one in service.attachments(tx, case)],
        "authority": report.occasion.authority,
        "basis": list(report.occasion.basis),
        "version": report.version,
        "digest": report.digest,
    }


def moment(said: str, now: datetime) -> datetime:
    """What was said, in Beijing time; nothing means now. Raises Invalid `report-sent-when`."""
    if not said:
        return now
    try:
        at = datetime.fromisoformat(said)
    except ValueError:
        raise sent_when() from None
    return (at if at.tzinfo else at.replace(tzinfo=BEIJING)).astimezone(UTC)


def _one_of_two() -> Invalid:
    return Invalid(
        "report-invalid",
        Text(zh="请给出 paper 或 attachment 之一。", en="Give either a paper or an attachment."),
        Text(zh="正文与附件分两步登记。", en="Text and files are written in two steps."),
        param="paper",
    )
