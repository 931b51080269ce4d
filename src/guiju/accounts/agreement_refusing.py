# SPDX-License-Identifier: Apache-2.0
"""What this room says of agreements, consents and waivers when it does not do what was asked."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.kernel import Conflict, Invalid, NotFound, Refused, Text, Unavailable


def agreement_lacks(lacking: Sequence[Text]) -> Invalid:
    """A text that does not state what an agreement must."""
    zh, en = "；".join(one.zh for one in lacking), "; ".join(one.en for one in lacking)
    return Invalid(
        "agreement-lacks-particulars",
        Text(zh=f"协议没有写明：{zh}。", en=f"The agreement does not state: {en}."),
        Text(
            zh="每一项须在中英文各有一条写明；guiju agreement check 逐项说明在哪一条。",
            en="State each in one clause of either language; guiju agreement check says where.",
        ),
        article=9,
        param="zh",
    )


def not_editorial() -> Invalid:
    """An editorial change that touches clauses or figures."""
    return Invalid(
        "agreement-not-editorial",
        Text(
            zh="条款编号或数字有变，不属于文字修改。",
            en="Clauses or figures change, so this is more than editorial.",
        ),
        Text(zh="请选告知或须重新接受。", en="Call it notice or material."),
        article=9,
        param="change",
    )


def first_is_material() -> Invalid:
    """A first version that nobody would have to accept."""
    return Invalid(
        "agreement-invalid",
        Text(zh="第一版协议必须接受。", en="The first version has to be accepted."),
        Text(zh="请选须重新接受。", en="Call it material."),
        article=9,
        param="change",
    )


def agreement_exists() -> Conflict:
    """A first agreement where there is one."""
    return Conflict(
        "agreement-exists",
        Text(zh="已有协议。", en="There is an agreement already."),
        Text(zh="请用 guiju agreement propose 提出。", en="Use guiju agreement propose."),
    )


def agreement_overtaken() -> Conflict:
    """Somebody else decided about this version at the same moment."""
    return Conflict(
        "agreement-overtaken",
        Text(zh="他人刚刚处理了这一版协议。", en="Somebody else has just decided about it."),
        Text(zh="请查看现状后重试。", en="Look at how it stands now and try again."),
    )


def no_such_proposal(proposal: str) -> NotFound:
    """An id that names no version on its way."""
    return NotFound(
        "agreement-proposal-unknown",
        Text(zh=f"没有协议 {proposal[:60]!r}。", en=f"There is no agreement {proposal[:60]!r}."),
        Text(zh="运行 guiju agreement list 查看全部。", en="See all with guiju agreement list."),
    )


# -- consents --------------------------------------------------------------------------------------


def consent_not_here(purpose: str) -> Invalid:
    """What is agreed to in another way."""
    return Invalid(
        "consent-not-here",
        Text(zh=f"“{purpose}”的同意不在这里作出。", en=f"Consent to {purpose} is not given here."),
        Text(
            zh="提供服务：在 /agreement 接受协议；未满十四周岁：由监护人作出。",
            en="For the service accept the agreement at /agreement; under fourteen, the guardian"
            " answers.",
        ),
        article=11,
        param="purpose",
    )


def consent_overtaken() -> Conflict:
    """Two answers of the same moment."""
    return Conflict(
        "consent-overtaken",
        Text(zh="刚刚另有一次回答。", en="There was another answer just now."),
        Text(zh="请查看现状后重试。", en="Look at how it stands now and try again."),
        article=11,
    )


def agreement_not_accepted(version: int) -> Refused:
    """The person has not accepted the version in force."""
    return Refused(
        "agreement-not-accepted",
        Text(
            zh=f"尚未接受现行服务协议（第 {version} 版）。",
            en=f"The service agreement in force, version {version}, has not been accepted.",
        ),
        Text(
            zh="请在 /agreement 阅读并接受；应用请代最终用户调用 POST /api/agreement/acceptances。",
            en="Read and accept it at /agreement; an app calls POST /api/agreement/acceptances "
            "for its end user.",
        ),
        article=9,
    )


def waiver_not_offered() -> Invalid:
    """The policy in force has no terms on which the visible label may be left out."""
    return Invalid(
        "label-waiver-not-offered",
        Text(
            zh="本服务不提供不加显式标识的内容。",
            en="This service offers no content without its visible label.",
        ),
        Text(
            zh="请去掉请求头 x-guiju-explicit-label。",
            en="Leave the header x-guiju-explicit-label out.",
        ),
        article=12,
    )


def waiver_not_accepted() -> Refused:
    """The person has not taken over the duty to label what comes without a visible label."""
    return Refused(
        "label-waiver-not-accepted",
        Text(
            zh="尚未接受不加显式标识的约定条款。",
            en="The terms for content without a visible label have not been accepted.",
        ),
        Text(
            zh="请在 /me 阅读并接受；应用请代最终用户调用 POST /api/labels/waiver/acceptances。",
            en="Read and accept them at /me; an app calls POST /api/labels/waiver/acceptances"
            " for its end user.",
        ),
        article=12,
    )


def waiver_superseded() -> Conflict:
    """Other terms are in force than those that were read."""
    return Conflict(
        "label-waiver-superseded",
        Text(zh="条款已有更新。", en="Other terms are in force by now."),
        Text(zh="请重新阅读后再接受。", en="Read them and accept those."),
        article=12,
    )


def no_agreement() -> Unavailable:
    """There is nothing that one could accept: the door stays closed."""
    return Unavailable(
        "agreement-none",
        Text(zh="尚未发布服务协议，服务暂不开放。", en="No service agreement is published yet."),
        Text(
            zh="运营者请用 guiju agreement propose 提出，由另一人批准。",
            en="The operator proposes one with guiju agreement propose; another person approves.",
        ),
        article=9,
    )


def no_such_agreement(version: int) -> NotFound:
    """A version that was never published."""
    return NotFound(
        "agreement-unknown",
        Text(zh=f"没有第 {version} 版协议。", en=f"There is no version {version}."),
        Text(zh="现行版本见 /agreement。", en="The one in force is at /agreement."),
        param="version",
    )


def agreement_superseded(now: int) -> Conflict:
    """A version that is no longer in force."""
    return Conflict(
        "agreement-superseded",
        Text(zh="这一版协议已被取代。", en="This version is no longer in force."),
        Text(zh=f"请阅读并接受第 {now} 版。", en=f"Read and accept version {now}."),
        article=9,
        param="version",
    )


def agreement_unchanged(version: int) -> Conflict:
    """A text that is in force already."""
    return Conflict(
        "agreement-unchanged",
        Text(zh=f"与现行第 {version} 版完全相同。", en=f"This is version {version}, in force."),
        Text(zh="请先修改再提出。", en="Change something before you propose it."),
    )


def agreement_altered(version: int) -> Unavailable:
    """A stored text that is not what was published."""
    return Unavailable(
        "agreement-altered",
        Text(
            zh=f"第 {version} 版协议的文本与其摘要不符，不予采用。",
            en=f"The stored text of version {version} does not match its digest; it is not used.",
        ),
        Text(
            zh="请运行 guiju ledger verify，并从备份恢复。",
            en="Run guiju ledger verify and restore it from a backup.",
        ),
    )
