# SPDX-License-Identifier: Apache-2.0
"""What is said to whoever cannot ask so, and what they can do instead."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.kernel import Conflict, Invalid, NotFound, Refused, Text, Unavailable
from guiju.privacy.model import Proof, Wish


def unknown_choice(param: str, known: Sequence[str]) -> Invalid:
    """A word that is none of those that can be."""
    return Invalid(
        "choice-unknown",
        Text(zh=f"{param} 的取值无法识别。", en=f"{param} is none of the values it can have."),
        Text(zh=f"可用：{'、'.join(known)}。", en=f"Known are {', '.join(known)}."),
        param=param,
        article=11,
    )


def words_missing(wish: Wish) -> Invalid:
    """A request that cannot be understood without words."""
    return Invalid(
        "words-missing",
        Text(zh="还没有写明要什么。", en="It does not say yet what you ask for."),
        Text(zh=wish.terms.hint.zh, en=wish.terms.hint.en),
        param="text",
        article=11,
    )


def too_long(param: str, most: int) -> Invalid:
    """A field that holds too much."""
    return Invalid(
        "field-too-long",
        Text(zh=f"{param} 过长。", en=f"{param} is too long."),
        Text(zh=f"最多 {most} 个字符。", en=f"At most {most} characters."),
        param=param,
    )


def password_wrong() -> Refused:
    """The password that was to prove who asks is not theirs."""
    return Refused(
        "password-wrong",
        Text(zh="密码不对。", en="That is not the password."),
        Text(zh="请重新输入当前账号的密码。", en="Type the password of this account again."),
        param="password",
        article=11,
    )


def proof_needed(needed: Proof) -> Refused:
    """What they ask for needs a better proof of who they are."""
    return Refused(
        "proof-needed",
        Text(zh=f"这项请求需要：{needed.text.zh}。", en=f"This request needs {needed.text.en}."),
        Text(
            zh="请输入账号密码；无法登录的，可不登录提交，由工作人员核对身份。",
            en="Give the password of the account; who cannot sign in asks without, and staff looks"
            " at another proof.",
        ),
        param="password",
        article=11,
    )


def already_asked(number: str) -> Conflict:
    """The same is under way."""
    return Conflict(
        "request-under-way",
        Text(zh=f"相同的请求 {number} 正在办理。", en=f"The same request, {number}, is under way."),
        Text(zh="请等待其办结，或先撤回。", en="Wait until it is answered, or take it back first."),
        article=11,
    )


def too_many(seconds: int) -> Refused:
    """So many requests came from one address."""
    return Refused(
        "privacy-requests-too-many",
        Text(zh="来自此地址的请求过多。", en="Too many requests came from this address."),
        Text(zh="请一小时后再试，或登录后提交。", en="Try again in an hour, or sign in first."),
        status=429,
        retry_after=seconds,
        article=11,
    )


def too_many_codes(seconds: int) -> Refused:
    """So many wrong codes."""
    return Refused(
        "receipts-too-many",
        Text(zh="错误的查询码过多。", en="Too many wrong receipt codes."),
        Text(zh="请一小时后再试。", en="Try again in an hour."),
        status=429,
        retry_after=seconds,
    )


def receipt_unknown() -> NotFound:
    """No request has this code."""
    return NotFound(
        "receipt-unknown",
        Text(zh="没有此查询码对应的请求。", en="No request has this receipt code."),
        Text(zh="请核对，或重新提交。", en="Look at it again, or ask anew."),
        param="receipt",
    )


def not_an_officer() -> Refused:
    """Not a privacy officer."""
    return Refused(
        "role-needed",
        Text(zh="此操作须由个人信息保护负责人执行。", en="This takes the role privacy officer."),
        Text(zh="请由具备该岗位的人员办理。", en="Ask someone who holds that role."),
        article=11,
    )


def person_unknown() -> NotFound:
    """Nobody has this name or pseudonym."""
    return NotFound(
        "person-unknown",
        Text(zh="没有这样的账号。", en="There is no such account."),
        Text(zh="请核对登录名或化名编号。", en="Check the login name or the pseudonym."),
        param="person",
    )


def not_by_words() -> Conflict:
    """A wish that is carried out by software cannot be called done by hand."""
    return Conflict(
        "wish-not-carried-out",
        Text(
            zh="副本和删除须实际执行，不能只写“已照办”。",
            en="A copy or an erasure is carried out; it cannot be called done in words.",
        ),
        Text(
            zh="请准备副本、执行删除，或写明理由不予照办。",
            en="Prepare the copy, carry the erasure out, or refuse with reasons.",
        ),
        param="outcome",
        article=11,
    )


def no_package() -> NotFound:
    """There is no copy behind a link, or its time is over, or it was used."""
    return NotFound(
        "package-gone",
        Text(
            zh="此下载链接无效、已使用或已过期。",
            en="This link is not valid, was used, or its time is over.",
        ),
        Text(
            zh="请在请求页面重新取得链接；过期的副本请重新申请。",
            en="Get a new link on the page of the request; ask anew once the copy has expired.",
        ),
        article=11,
    )


def package_not_ready() -> Conflict:
    """A copy that is still being made."""
    return Conflict(
        "package-not-ready",
        Text(zh="副本还在准备。", en="The copy is still being made."),
        Text(zh="请稍后再来。", en="Come back a little later."),
        article=11,
    )


def package_too_large(most: int) -> Unavailable:
    """A copy beyond the bound."""
    return Unavailable(
        "package-too-large",
        Text(zh=f"副本超过 {most} MB。", en=f"The copy is larger than {most} MB."),
        Text(zh="由工作人员分次提供。", en="Staff hands it over in parts."),
        article=11,
    )


def not_certified(number: str) -> NotFound:
    """No certificate stands for this request."""
    return NotFound(
        "certificate-none",
        Text(zh=f"请求 {number[:40]} 没有删除证明。", en=f"{number[:40]} has no certificate."),
        Text(zh="删除完成后才有证明。", en="There is one once the erasure is finished."),
        article=11,
    )


def still_found(store: str) -> Unavailable:
    """Something was found that should be gone."""
    return Unavailable(
        "still-found",
        Text(zh=f"复查时 {store} 中仍有数据。", en=f"{store} still holds something."),
        Text(zh="各存储将重新执行一遍。", en="All stores are worked through again."),
        article=11,
    )


def not_yours(number: str) -> NotFound:
    """A request of somebody else, or none."""
    return NotFound(
        "case-unknown",
        Text(zh=f"没有你的请求 {number[:40]}。", en=f"You have no request {number[:40]}."),
        Text(zh="请核对编号。", en="Check its number."),
        article=11,
    )


def no_record(number: str) -> NotFound:
    """A record of somebody else, or none."""
    return NotFound(
        "exchange-not-found",
        Text(zh=f"没有你的记录 {number[:40]}。", en=f"You have no record {number[:40]}."),
        Text(zh="请从列表中打开。", en="Open it from the list."),
        article=11,
    )


def file_exists(name: str) -> Conflict:
    """Something is there already."""
    return Conflict(
        "file-exists",
        Text(zh=f"{name} 已存在。", en=f"{name} is there already."),
        Text(zh="请换一个文件名。", en="Name another file."),
        param="out",
    )


def copy_failed(trouble: str) -> Unavailable:
    """A copy that could not be made now."""
    return Unavailable(
        "copy-failed",
        Text(zh=f"副本未能完成（{trouble}）。", en=f"The copy could not be made ({trouble})."),
        Text(
            zh="请求仍在，服务会自动重试。",
            en="The request stands, and the service tries again by itself.",
        ),
        article=11,
    )


def data_not_open() -> Unavailable:
    """No data folder is open."""
    return Unavailable(
        "data-not-open",
        Text(zh="没有打开数据目录。", en="No data folder is open."),
        Text(zh="请给出 --data。", en="Give --data."),
    )
