# SPDX-License-Identifier: Apache-2.0
"""What is said to whoever cannot do something here, and what they can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guiju.kernel import BEIJING, Conflict, Invalid, NotFound, Refused, Text


def role_needed(verb: Text, roles: Sequence[str]) -> Refused:
    """The actor holds none of these roles."""
    names = " or ".join(roles)
    return Refused(
        "role-needed",
        Text(zh=f"“{verb.zh}”须由岗位 {names} 执行。", en=f"To {verb.en} takes role {names}."),
        Text(zh="请由具备该岗位的人员办理。", en="Ask someone who holds that role."),
        article=14,
    )


def no_such_finding(finding: str) -> NotFound:
    """Nothing has this id."""
    return NotFound(
        "finding-unknown",
        Text(zh=f"没有发现 {finding[:40]}。", en=f"There is no finding {finding[:40]}."),
        Text(zh="见 guiju disposition finding list。", en="See guiju disposition finding list."),
    )


def finding_overtaken() -> Conflict:
    """Somebody else has decided on it just now."""
    return Conflict(
        "finding-overtaken",
        Text(zh="这项发现刚被他人处理。", en="Somebody else has just decided on this finding."),
        Text(zh="请重新查看。", en="Look at it again."),
    )


def no_such_record(request: str) -> NotFound:
    """No exchange has this request id."""
    return NotFound(
        "exchange-not-found",
        Text(zh=f"没有交互记录 {request[:40]}。", en=f"There is no exchange {request[:40]}."),
        Text(zh="请核对请求编号。", en="Check the request id."),
    )


def held_already() -> Conflict:
    """The person is held in another case."""
    return Conflict(
        "held-already",
        Text(
            zh="该使用者已在另一案中临时暂停。", en="This person is held in another case already."
        ),
        Text(zh="请在该案中办理。", en="Decide in that case."),
    )


def no_such_clause(clause: str, version: int) -> Invalid:
    """The agreement in force does not have the clause that is to be the ground."""
    return Invalid(
        "clause-unknown",
        Text(
            zh=f"现行第 {version} 版协议没有第 {clause} 条。",
            en=f"Version {version} of the agreement, in force, has no clause {clause}.",
        ),
        Text(zh="请写明协议中的条款编号。", en="Name a clause by its number in the agreement."),
        article=14,
        param="clause",
    )


def no_agreement() -> Invalid:
    """There is no agreement to name a clause of."""
    return Invalid(
        "agreement-none",
        Text(zh="尚未发布服务协议。", en="No agreement has been published yet."),
        Text(zh="请先发布协议。", en="Publish one first."),
        article=9,
    )


def bad_measure(zh: str, en: str) -> Invalid:
    """The measure lacks something, or has too much."""
    return Invalid(
        "measure-invalid",
        Text(zh=f"处置不完整：{zh}。", en=f"The measure is not complete: {en}."),
        Text(zh="请补齐后再提出。", en="Complete it and propose it again."),
        article=14,
        param="measure",
    )


def not_lesser() -> Invalid:
    """An appeal never makes it worse."""
    return Invalid(
        "measure-not-lesser",
        Text(
            zh="新的处置须轻于原处置：措施更轻，或天数、功能更少。",
            en="The other measure must be the lesser one: milder, or for fewer days or functions.",
        ),
        Text(zh="请改选，或维持、撤销原处置。", en="Choose another, or uphold or overturn."),
        article=14,
        param="measure",
    )


def no_such_statement(statement: str) -> NotFound:
    """Nothing to this person has this id."""
    return NotFound(
        "statement-unknown",
        Text(
            zh=f"没有处置理由书 {statement[:40]}。", en=f"There is no statement {statement[:40]}."
        ),
        Text(zh="请在 /appeals 查看。", en="See /appeals."),
    )


def window_over(until: datetime | None) -> Conflict:
    """The published time for an appeal has passed."""
    at = None if until is None else until.astimezone(BEIJING)
    zh = "这项决定不能申诉" if at is None else f"申诉期限已于 {at:%Y-%m-%d %H:%M}（北京时间）届满"
    en = (
        "it cannot be appealed" if at is None else f"appeals ended at {at:%Y-%m-%d %H:%M} (Beijing)"
    )
    return Conflict(
        "appeal-window-over",
        Text(zh=f"{zh}。", en=f"Too late: {en}."),
        Text(
            zh="仍可通过首页公布的途径投诉，或向主管部门投诉。",
            en="You can still complain by the ways on the home page, or to the authorities.",
        ),
        article=14,
    )


def no_such_appeal() -> NotFound:
    """Nobody waits for a decision on an appeal here."""
    return NotFound(
        "appeal-unknown",
        Text(zh="没有待复核的申诉。", en="There is no appeal that waits here."),
        Text(zh="请在 /appeals 查看。", en="See /appeals."),
    )


def appealed_already(number: str) -> Conflict:
    """There is an appeal against the same case."""
    return Conflict(
        "appealed-already",
        Text(zh=f"已有申诉 {number}。", en=f"There is an appeal already: {number}."),
        Text(zh="请在该申诉中补充说明。", en="Add to that one what you have to say."),
        article=14,
        case=number,
    )


def bad_content(zh: str, en: str) -> Invalid:
    """What is to be removed cannot be found, or cannot be named."""
    return Invalid(
        "content-invalid",
        Text(zh=f"内容不明确：{zh}。", en=f"Which content is not clear: {en}."),
        Text(
            zh="请写明有记录的请求，或其中一个文件的编号。",
            en="Name a request that is on record, or the number of a file that it made.",
        ),
        article=14,
        param="content",
    )


def content_in_case(number: str) -> Conflict:
    """A case is open about the same content."""
    return Conflict(
        "content-in-case",
        Text(zh=f"该内容已在案件 {number} 中。", en=f"Case {number} is about it already."),
        Text(zh="请在该案中办理。", en="Decide in that case."),
        article=14,
        case=number,
    )


def content_is_free(number: str) -> Conflict:
    """Nothing was decided about the content, so nothing follows for other answers."""
    return Conflict(
        "content-free",
        Text(zh=f"案件 {number} 未限制该内容。", en=f"Case {number} keeps nothing back."),
        Text(zh="请先停止传输或消除。", en="Withhold or remove it first."),
        article=14,
        case=number,
    )


def removed(number: str) -> Refused:
    """What is asked for is not handed out."""
    return Refused(
        "content-removed",
        Text(
            zh=f"该内容已依据案件 {number} 停止提供。",
            en=f"This is not handed out any more, by case {number}.",
        ),
        Text(
            zh="内容的请求人可在 /appeals 查看理由并申诉。",
            en="Whoever asked for it finds the reasons at /appeals, and can appeal.",
        ),
        article=14,
        case=number,
    )


def content_too_short(number: str) -> Conflict:
    """Many who mean something else say the same few words."""
    return Conflict(
        "content-too-short",
        Text(
            zh=f"案件 {number} 的文字太短，同样的话别人也会说，不能按摘要从其他回答中撤下。",
            en=f"The words of case {number} are so few that others say them too: they cannot be "
            "withdrawn from other answers by their digest.",
        ),
        Text(
            zh="请决定消除；需要时用 guiju disposition content keep-from-others 撤出其中的语句。",
            en="Decide to remove it; if need be keep a passage of it from others with guiju "
            "disposition content keep-from-others.",
        ),
        article=14,
        case=number,
    )
