# SPDX-License-Identifier: Apache-2.0
"""The kind of case `authority-report`: written, signed by another person, sent and acknowledged.

Every step is a person's. Software writes a draft when it is asked to and sends nothing, ever: who
has sent the signed paper says so here, and keeps the number that the authority gave.
"""

from __future__ import annotations

from collections.abc import Callable

from guiju.casework import (
    Case,
    Guard,
    Kind,
    LegalClock,
    Machine,
    Retention,
    Transition,
    cancels,
    meets,
    starts,
)
from guiju.kernel import Text
from guiju.reporting import store
from guiju.reporting.model import SIGNERS, WRITERS
from guiju.storage import Tx

DUE = "due"
OPENED, DRAFT, SIGNED, SENT = "opened", "draft", "signed", "sent"
ACKNOWLEDGED, WITHDRAWN = "acknowledged", "withdrawn"
WRITTEN = "authority-report-written"
SIGNED_BY = "authority-report-signed"
SENT_BY = "authority-report-sent"
TAKEN = "authority-report-acknowledged"
GIVEN_UP = "authority-report-withdrawn"
_WRITE = Text(zh="起草报告", en="write the report")
_WITHDRAW = Text(zh="撤回报告", en="withdraw the report")


def _line(source: str, verb: str, target: str, text: Text, **more: object) -> Transition:
    values = {"roles": WRITERS, "by_person": True, "evidence": WRITTEN, **more}
    return Transition(source, verb, target, text, **values)  # type: ignore[arg-type]


def _withdraw(source: str) -> Transition:
    return _line(
        source,
        "withdraw",
        WITHDRAWN,
        _WITHDRAW,
        evidence=GIVEN_UP,
        needs_reason=True,
        clocks=(cancels(DUE),),
    )


MACHINE = Machine(
    "authority-report",
    OPENED,
    [
        _line(OPENED, "write", DRAFT, _WRITE),
        _line(DRAFT, "write", DRAFT, _WRITE),
        _line(
            DRAFT,
            "sign",
            SIGNED,
            Text(zh="签批报告", en="sign the report"),
            evidence=SIGNED_BY,
            roles=SIGNERS,
            needs_other_person=True,
            guards=("signer-named",),
        ),
        _line(
            SIGNED,
            "send",
            SENT,
            Text(zh="登记已报送", en="say that it was sent"),
            evidence=SENT_BY,
            guards=("sending-told",),
            clocks=(meets(DUE),),
        ),
        _line(
            SENT,
            "acknowledge",
            ACKNOWLEDGED,
            Text(zh="登记回执", en="note the acknowledgement"),
            evidence=TAKEN,
            guards=("number-noted",),
        ),
        _withdraw(DRAFT),
        _withdraw(SIGNED),
    ],
)


def _noted(name: str) -> Callable[[Tx, Case], bool]:
    """Whether the report says so: a bare step of the case alone would leave it empty."""

    def holds(tx: Tx, case: Case) -> bool:
        row = store.find(tx, case.id)
        return row is not None and getattr(row, name) is not None

    return holds


REPORT = Kind(
    name="authority-report",
    prefix="AR",
    text=Text(zh="向主管部门的报告", en="report to an authority"),
    machine=MACHINE,
    states={
        OPENED: Text(zh="待起草", en="to be written"),
        DRAFT: Text(zh="草稿，待他人签批", en="draft, to be signed by another person"),
        SIGNED: Text(zh="已签批，待报送", en="signed, to be sent by a person"),
        SENT: Text(zh="已报送，待回执", en="sent, not acknowledged yet"),
        ACKNOWLEDGED: Text(zh="已有回执", en="acknowledged"),
        WITHDRAWN: Text(zh="已撤回", en="withdrawn"),
    },
    queue="authority-reports",
    roles=WRITERS,
    controls=("authority-reports",),
    clocks=(LegalClock(DUE, Text(zh="报送", en="send the report")),),
    opens=(starts(DUE),),
    guards=(
        Guard("signer-named", Text(zh="写明签批人", en="the signer is named"), _noted("signer")),
        Guard(
            "sending-told",
            Text(zh="写明报送时间与方式", en="it is told when and how it was sent"),
            _noted("sent_at"),
        ),
        Guard("number-noted", Text(zh="写明回执编号", en="the number is noted"), _noted("number")),
    ),
    retention=Retention.INCIDENTS,
    forget=lambda tx, case: store.forgotten(tx, case.id),
)
