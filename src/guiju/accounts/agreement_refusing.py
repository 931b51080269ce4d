# SPDX-License-Identifier: Apache-2.0
"""What this room says about agreements and consents when it does not do what was asked."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.kernel import Conflict, Invalid, NotFound, Text


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
