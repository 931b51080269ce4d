# SPDX-License-Identifier: Apache-2.0
"""What this room says when it does not do what was asked; no sentence repeats a name or a token."""

from __future__ import annotations

from guiju.kernel import Conflict, Invalid, NotFound, Refused, Text


def name_taken() -> Conflict:
    """Somebody has this login name."""
    return Conflict(
        "name-taken",
        Text(zh="此名称已被使用。", en="This name is taken."),
        Text(zh="请换一个名称。", en="Choose another one."),
        param="name",
    )


def no_such_person() -> NotFound:
    """No person has this id or name."""
    return NotFound(
        "person-unknown",
        Text(zh="没有这个账号。", en="There is no such account."),
        Text(zh="请核对账号编号（pe_…）或登录名。", en="Check the id (pe_...) or the name."),
    )


def no_such_app() -> NotFound:
    """No app has this id."""
    return NotFound(
        "app-unknown",
        Text(zh="没有这个应用。", en="There is no such app."),
        Text(zh="请核对应用编号（ap_…）。", en="Check its id (ap_...)."),
    )


def no_such_staff() -> NotFound:
    """No member has this name, or they were dismissed."""
    return NotFound(
        "staff-unknown",
        Text(zh="没有这名工作人员，或已离任。", en="There is no such member of staff any more."),
        Text(zh="运行 guiju accounts staff list 查看。", en="See guiju accounts staff list."),
    )


def not_yours() -> Refused:
    """Somebody acts on an account that is not theirs."""
    return Refused(
        "not-yours",
        Text(zh="这不是您的账号。", en="This account is not yours."),
        Text(zh="请用本人账号操作。", en="Sign in as the person it belongs to."),
    )


def bad_language() -> Invalid:
    """A language that the house does not speak."""
    return Invalid(
        "language-invalid",
        Text(zh="语言只能是 zh 或 en。", en="The language is zh or en."),
        Text(zh="请更正。", en="Choose one of them."),
        param="language",
    )


def bad_limits(measure: str, most: int) -> Invalid:
    """A limit that is none."""
    return Invalid(
        "limits-invalid",
        Text(
            zh=f"限额 {measure[:20]} 无效：应为 1 至 {most} 的整数，或没有限额。",
            en=f"The limit {measure[:20]} is invalid: a whole number from 1 to {most}, or none.",
        ),
        Text(
            zh="可设的项：requests、tokens、concurrent、day、month。",
            en="What can be limited: requests, tokens, concurrent, day, month.",
        ),
        param=measure[:20],
    )


def bad_reason() -> Invalid:
    """A standing reason that is no code."""
    return Invalid(
        "reason-code-invalid",
        Text(
            zh="原因须为代码：小写字母、数字、点和连字符，最长 60 个字符。",
            en="The reason is a code: lower-case letters, digits, dots and hyphens, up to 60.",
        ),
        Text(
            zh="例如 repeated-abuse；不要写个人信息。",
            en="For example repeated-abuse; never personal data.",
        ),
        param="reason",
    )


def standing_overtaken() -> Conflict:
    """Somebody else decided about this person at the same moment."""
    return Conflict(
        "standing-overtaken",
        Text(zh="他人刚刚处理了此账号。", en="Somebody else has just decided about it."),
        Text(zh="请查看现状后重试。", en="Look at how it stands now and try again."),
    )


# -- keys ------------------------------------------------------------------------------------------


def key_unknown() -> Refused:
    """A token that opens nothing."""
    return Refused(
        "key-unknown",
        Text(zh="密钥无效。", en="This key is not known."),
        Text(zh="请核对密钥，或在 /me 申请新的。", en="Check it, or get a new one at /me."),
        article=9,
        status=401,
    )


def key_revoked() -> Refused:
    """A token that opens nothing any more."""
    return Refused(
        "key-revoked",
        Text(zh="密钥已撤销。", en="This key has been revoked."),
        Text(zh="请改用有效的密钥，或在 /me 申请新的。", en="Use a valid one, or get one at /me."),
        article=9,
        status=401,
    )


def no_such_key() -> NotFound:
    """No key has this id, or it is somebody else's."""
    return NotFound(
        "key-not-found",
        Text(zh="没有这个密钥。", en="There is no such key."),
        Text(zh="请核对密钥编号（key_…）。", en="Check its id (key_...)."),
    )


def already_closed() -> Conflict:
    """An app that is closed cannot be closed."""
    return Conflict(
        "app-already-closed",
        Text(zh="该应用已停用。", en="This app is closed already."),
        Text(zh="无须再次停用。", en="There is nothing left to do."),
    )


def already_revoked() -> Conflict:
    """A key that was revoked before."""
    return Conflict(
        "key-already-revoked",
        Text(zh="密钥早已撤销。", en="The key was revoked before."),
        Text(zh="无须再做。", en="There is nothing left to do."),
    )


def too_many_keys(most: int) -> Conflict:
    """One owner cannot have ever more keys."""
    return Conflict(
        "keys-too-many",
        Text(zh=f"有效密钥最多 {most} 个。", en=f"At most {most} keys are valid at a time."),
        Text(zh="请先撤销不用的密钥。", en="Revoke one that is not used."),
    )


# -- standing --------------------------------------------------------------------------------------


def suspended() -> Refused:
    """A suspended person asks to be served."""
    return Refused(
        "account-suspended",
        Text(zh="账号已暂停。", en="This account is suspended."),
        _APPEAL,
        article=14,
    )


def terminated() -> Refused:
    """A person whose account was ended asks to be served."""
    return Refused(
        "account-terminated",
        Text(zh="账号已终止。", en="This account was ended."),
        _APPEAL,
        article=14,
    )


def function_restricted() -> Refused:
    """A person asks for a function that a decision has closed to them."""
    return Refused(
        "function-restricted",
        Text(zh="该功能已对本账号限制。", en="This function is closed to this account."),
        _APPEAL,
        article=14,
    )


_APPEAL = Text(
    zh="理由见 /appeals，可在该页申诉；由未参与原决定的人复核。",
    en="The page /appeals states the reasons and takes an appeal; somebody who did not "
    "take the decision will review it.",
)


# -- staff and signing in --------------------------------------------------------------------------


def roles_invalid() -> Invalid:
    """No role, or one that does not exist."""
    return Invalid(
        "roles-invalid",
        Text(zh="岗位缺失或不存在。", en="A role is missing or does not exist."),
        Text(zh="请至少指定一个已有岗位。", en="Name at least one of the known roles."),
        param="roles",
    )


def first_staff_only() -> Refused:
    """Software appoints nobody once there are people who can."""
    return Refused(
        "person-needed",
        Text(
            zh="已有工作人员，任命须由主要负责人决定。",
            en="There is staff already: the accountable person appoints.",
        ),
        Text(
            zh="请用 --as 指明主要负责人；首批人员须在同一事务中任命。",
            en="Name the accountable person with --as; the first staff is appointed in one "
            "transaction.",
        ),
    )


def wrong_sign_in() -> Refused:
    """Name or password is wrong; which of them is not said."""
    return Refused(
        "sign-in-wrong",
        Text(zh="登录名或密码有误。", en="Name or password is wrong."),
        Text(zh="请核对后重试。", en="Check them and try again."),
        status=401,
    )


def locked(minutes: int) -> Refused:
    """Too many failures for this name, whether it exists or not."""
    return Refused(
        "sign-in-locked",
        Text(zh="失败次数过多，暂停登录。", en="Too many failures; signing in is paused."),
        Text(zh=f"请在 {minutes} 分钟后重试。", en=f"Try again in {minutes} minutes."),
        status=429,
    )
