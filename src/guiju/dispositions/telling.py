# SPDX-License-Identifier: Apache-2.0
"""Notices to the person: on their page here, in the language of their account."""

from __future__ import annotations

from guiju import accounts
from guiju.casework import PAGE, Case, Message, afterwards, contact_of, get_case, notify
from guiju.dispositions import wording
from guiju.dispositions.model import Statement
from guiju.kernel import Actor, Text
from guiju.measures import enforces
from guiju.storage import Tx

STATEMENT_MAIL = "mail:statement"
"""The topic under which the outbox holds statements that a mail is to tell of, by their ids."""


@enforces("statements-of-reasons")
def stated(tx: Tx, actor: Actor, case: Case, made: Statement, decision: str) -> None:
    """Tell the person what was decided about them, and why."""
    language = _language(tx, made.person)
    words = wording.as_text(made.said, language)
    _tell(tx, actor, case, Message("statement@1", language, PAGE, words, decision))


def stated_elsewhere(tx: Tx, made: Statement) -> None:
    """Tell somebody else whom a case concerns: by mail, if they want any, that it is on their page.

    A notice of the case itself is sealed for whom it is about.
    """
    if contact_of(tx, made.person) is not None:
        afterwards(tx, STATEMENT_MAIL, made.id)


def ended(tx: Tx, actor: Actor, case: Case) -> None:
    """Tell the person that something is over."""
    said = case.kind.states[case.state]
    text = Text(
        zh=f"案件 {case.number}：{said.zh}。该案对你账号的限制不再有效。",
        en=f"Case {case.number}: {said.en}. What it closed to you is open again.",
    )
    _say(tx, actor, case, "ended@1", text)


def content_free(tx: Tx, actor: Actor, case: Case) -> None:
    """Tell the person that what they asked for is handed out again."""
    said = case.kind.states[case.state]
    text = Text(
        zh=f"案件 {case.number}：{said.zh}。有关内容恢复提供。",
        en=f"Case {case.number}: {said.en}. What was kept back is handed out again.",
    )
    _say(tx, actor, case, "content-free@1", text)


def appeal_asks(tx: Tx, actor: Actor, case: Case, words: str) -> None:
    """Ask the person for more, and say where to answer."""
    text = Text(
        zh=f"申诉 {case.number}：请补充：{words} 补充前复核时限暂停；"
        "逾期未补充的，按现有材料复核。",
        en=f"Appeal {case.number}: please add to it: {words} Until you do, the limit stands still; "
        "if you do not in time, it is decided on what there is.",
    )
    _say(tx, actor, case, "appeal-asks@1", text)


def appeal_decided(tx: Tx, actor: Actor, case: Case, words: str) -> None:
    """Tell the person what became of their appeal, and why."""
    said = case.kind.states[case.state]
    text = Text(
        zh=f"申诉 {case.number}：{said.zh}。理由：{words}",
        en=f"Appeal {case.number}: {said.en}. Reason: {words}",
    )
    _say(tx, actor, case, "appeal@1", text)


def _say(tx: Tx, actor: Actor, case: Case, template: str, text: Text) -> None:
    language = _language(tx, case.subject or "")
    _tell(tx, actor, case, Message(template, language, PAGE, text.to(language)))


def _tell(tx: Tx, actor: Actor, case: Case, message: Message) -> None:
    # The case may have moved on meanwhile: another notice, or what followed from the same step.
    notify(tx, actor, get_case(tx, case.kind, case.id), message)


def _language(tx: Tx, person: str) -> str:
    return accounts.get_person(tx, person).language
