# SPDX-License-Identifier: Apache-2.0
"""The errors of coming in: registering, signing in, passkeys, other providers, recovery."""

from __future__ import annotations

from guiju.kernel import Conflict, Invalid, NotFound, Refused, Text

_STATUS = 429


class SecondFactorNeeded(Refused):
    """The first step was right; `ticket` lets the same browser do the second."""

    def __init__(self, ticket: str) -> None:
        """Remember the ticket."""
        super().__init__(
            "second-factor-needed",
            Text(zh="还需要通行密钥。", en="A passkey is needed as well."),
            Text(zh="请用已登记的通行密钥确认。", en="Confirm with a passkey that is registered."),
            status=401,
        )
        self.ticket = ticket


def address_paused(minutes: int) -> Refused:
    """Too many failures came from one network address."""
    return Refused(
        "sign-in-paused",
        Text(
            zh="来自此网络地址的失败次数过多，暂停登录。",
            en="Too many failures came from this network address; signing in is paused.",
        ),
        Text(
            zh=f"请在 {minutes} 分钟后重试，或用通行密钥登录。",
            en=f"Try again in {minutes} minutes, or sign in with a passkey.",
        ),
        status=_STATUS,
        retry_after=minutes * 60,
    )


def too_many_registrations(minutes: int) -> Refused:
    """Too many accounts were made from one network address."""
    return Refused(
        "registrations-too-many",
        Text(
            zh="来自此网络地址的注册过多，本次未受理。",
            en="Too many registrations came from this network address; this one was not taken.",
        ),
        Text(zh=f"请在 {minutes} 分钟后重试。", en=f"Try again in {minutes} minutes."),
        status=_STATUS,
        retry_after=minutes * 60,
    )


def step_expired() -> Refused:
    """A step of a sign-in came too late, twice, or from another browser."""
    return Refused(
        "sign-in-step-expired",
        Text(zh="这一步已失效，未作任何更改。", en="This step has expired; nothing was changed."),
        Text(zh="请从头再来一次。", en="Begin again."),
    )


def passkey_refused() -> Refused:
    """An answer of an authenticator that does not hold; which part, is not said."""
    return Refused(
        "passkey-refused",
        Text(zh="通行密钥未能通过核验。", en="The passkey could not be verified."),
        Text(
            zh="请重试；仍不行时，请用密码或恢复码登录。",
            en="Try again; if that does not help, use the password or a recovery code.",
        ),
        status=401,
    )


def passkey_unreadable() -> Invalid:
    """An answer that is none, or too long."""
    return Invalid(
        "passkey-unreadable",
        Text(zh="无法读取通行密钥的回应。", en="The passkey's answer cannot be read."),
        Text(zh="请刷新页面后重试。", en="Reload the page and try again."),
        param="answer",
    )


def passkey_known() -> Conflict:
    """This authenticator is registered already."""
    return Conflict(
        "passkey-known",
        Text(zh="此通行密钥已登记。", en="This passkey is registered already."),
        Text(zh="无须再次登记。", en="There is nothing left to do."),
    )


def passkeys_too_many(most: int) -> Conflict:
    """One owner cannot have ever more."""
    return Conflict(
        "passkeys-too-many",
        Text(zh=f"通行密钥最多 {most} 个。", en=f"At most {most} passkeys are kept."),
        Text(zh="请先移除不用的。", en="Remove one that is not used."),
    )


def no_such_passkey() -> NotFound:
    """No passkey of this owner has this id."""
    return NotFound(
        "passkey-not-found",
        Text(zh="没有这个通行密钥。", en="There is no such passkey."),
        Text(zh="请刷新页面查看现有的通行密钥。", en="Reload the page to see those there are."),
    )


def last_way_in() -> Conflict:
    """Without it nobody could sign in to this account any more."""
    return Conflict(
        "sign-in-last-way",
        Text(
            zh="这是登录此账号的唯一方式，未予移除。",
            en="This is the only way to sign in to this account; it was not removed.",
        ),
        Text(zh="请先添加另一种登录方式。", en="Add another way to sign in first."),
    )


def no_such_session() -> NotFound:
    """No session of this owner has this id."""
    return NotFound(
        "session-not-found",
        Text(zh="没有这个会话，或已结束。", en="There is no such session, or it has ended."),
        Text(zh="请刷新页面查看现有会话。", en="Reload the page to see those there are."),
    )


def wrong_recovery() -> Refused:
    """Name or code is wrong; which of them is not said."""
    return Refused(
        "recovery-wrong",
        Text(zh="登录名或恢复码有误。", en="Name or recovery code is wrong."),
        Text(
            zh="请核对后重试；恢复码用尽时，请联系提供者。",
            en="Check them and try again; when no code is left, ask the provider.",
        ),
        status=401,
    )


def no_such_recovery() -> NotFound:
    """No request for recovery has this id, or it is no longer open."""
    return NotFound(
        "recovery-not-found",
        Text(zh="没有这项恢复申请，或已办结。", en="There is no such open request for recovery."),
        Text(zh="请核对编号（rec_…）。", en="Check its id (rec_...)."),
    )


def agreement_to_accept() -> Invalid:
    """Registering takes the agreement."""
    return Invalid(
        "agreement-to-accept",
        Text(
            zh="注册须阅读并接受服务协议。",
            en="Registering takes having read and accepted the service agreement.",
        ),
        Text(zh="请阅读协议并勾选。", en="Read it, and tick the box."),
        article=9,
        param="agree",
    )


def registration_closed() -> Refused:
    """People do not register themselves here, or not yet."""
    return Refused(
        "registration-closed",
        Text(zh="本服务未开放自行注册。", en="This service takes no registrations here."),
        Text(
            zh="请联系提供者开通账号，联系方式见首页。",
            en="Ask the provider for an account; the first page says how to reach them.",
        ),
    )


def page_expired() -> Refused:
    """What was sent is not of a page that showed the agreement, in this browser, in time, once."""
    return Refused(
        "registration-page-expired",
        Text(
            zh="注册页已失效，未作任何更改。",
            en="The page to register has expired; nothing was changed.",
        ),
        Text(
            zh="请重新阅读下面的协议，再填一次。",
            en="Read the agreement below again, and fill the form in once more.",
        ),
        article=9,
    )


def no_such_grant() -> NotFound:
    """No roles that were asked for have this id, or they were decided about."""
    return NotFound(
        "grant-not-found",
        Text(zh="没有这项岗位申请，或已办结。", en="There is no such open request for roles."),
        Text(zh="请核对编号（rgr_…）。", en="Check its id (rgr_...)."),
    )


def app_key_needed() -> Refused:
    """Only an app of the provider's own may say this."""
    return Refused(
        "app-key-needed",
        Text(zh="须使用应用密钥。", en="This takes the key of an app."),
        Text(zh="请使用 gj-app-… 密钥。", en="Use a key gj-app-..."),
    )


def second_person_needed() -> Refused:
    """Whoever asked cannot allow it, nor can the one it is for."""
    return Refused(
        "second-person-needed",
        Text(
            zh="须由另一人批准：不是提出的人，也不是本人。",
            en="Somebody else decides: neither who asked nor whom it is for.",
        ),
        Text(zh="请另一名有权人员办理。", en="Ask another member of staff who may."),
    )
