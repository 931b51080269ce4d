# SPDX-License-Identifier: Apache-2.0
"""What this room says when it does not do what was asked: what holds, until when, who can help."""

from __future__ import annotations

from guiju.kernel import Conflict, Invalid, NotFound, Refused, Text
from guiju.minors.hours import local

TIME_SPENT, CURFEW = "minors.time-spent", "minors.curfew"
_MILLI = 1000


def time_spent(allowed: int, opens: int, now: int) -> Refused:
    """The budget of the day is used up; times in milliseconds."""
    minutes = allowed // 60_000
    return Refused(
        TIME_SPENT,
        Text(
            zh=f"今天的 {minutes} 分钟已用完。",
            en=f"Today's {minutes} minutes are used up.",
        ),
        Text(
            zh=f"{_at(opens)}（北京时间）再开放；监护人可在 /me/guardian 为今天放宽。",
            en=f"It opens again at {_at(opens)}, Beijing time; a guardian can allow more for "
            "today at /me/guardian.",
        ),
        article=10,
        retry_after=_seconds(opens, now),
    )


def curfew(opens: int, now: int) -> Refused:
    """It is night."""
    return Refused(
        CURFEW,
        Text(zh="夜间不提供服务。", en="The service is closed at night."),
        Text(
            zh=f"{_at(opens)}（北京时间）再开放；监护人可在 /me/guardian 为某个晚上放宽。",
            en=f"It opens again at {_at(opens)}, Beijing time; a guardian can allow a later hour "
            "for one evening at /me/guardian.",
        ),
        article=10,
        retry_after=_seconds(opens, now),
    )


def consent_needed() -> Refused:
    """Below fourteen a guardian consents first."""
    return Refused(
        "minors.guardian-consent",
        Text(
            zh="未满十四周岁，须监护人同意后才能使用。",
            en="Below fourteen, a guardian consents before the service is used.",
        ),
        Text(
            zh="请在 /me/minors 邀请监护人；监护人在 /me/guardian 表示同意。",
            en="Invite a guardian at /me/minors; the guardian consents at /me/guardian.",
        ),
        article=10,
    )


def persona_closed() -> Refused:
    """No virtual partner or relative for minors."""
    return Refused(
        "minors.persona",
        Text(
            zh="不向未成年人提供虚拟伴侣或虚拟亲属。",
            en="No virtual partner or relative is offered to minors.",
        ),
        Text(
            zh="请选择其他角色；被误认为未成年人的，可在 /me/minors 申诉。",
            en="Choose another role; who was wrongly taken for a minor can appeal at /me/minors.",
        ),
        article=10,
    )


def spending_closed() -> Refused:
    """Nobody charges a minor here."""
    return Refused(
        "minors.spending",
        Text(zh="不得向未成年人收费。", en="A minor is not charged."),
        Text(zh="请由监护人以自己的账号付费。", en="A guardian pays from an account of their own."),
        article=10,
    )


def guardian_needed() -> Refused:
    """What only a guardian may do."""
    return Refused(
        "guardian-needed",
        Text(zh="只有经核实的监护人可以这样做。", en="Only a verified guardian can do this."),
        Text(
            zh="请监护人在 /me/guardian 操作；尚未核实的，在 /me/security 用证件核验，"
            "或由工作人员在监管台核实。",
            en="The guardian does it at /me/guardian, once verified: by a document at "
            "/me/security, or by staff on the console.",
        ),
        article=10,
    )


def not_for_you() -> Refused:
    """Somebody says an age that is not theirs to say."""
    return Refused(
        "age-not-yours",
        Text(zh="不能替此人声明年龄。", en="This age is not yours to say."),
        Text(
            zh="本人、监护人、此人所属的应用可以声明。",
            en="The person, a guardian and the app whose user it is can say it.",
        ),
    )


def age_invalid() -> Invalid:
    """No age that anybody can have."""
    return Invalid(
        "age-invalid",
        Text(zh="年龄或出生日期无效。", en="This is no age or date of birth."),
        Text(
            zh="请给出 1900-01-01 以后、今天以前的日期，"
            "或年龄段：<3、3-7、8-11、12-15、16-17、adult。",
            en="Give a date since 1900-01-01 that is past, or a band: <3, 3-7, 8-11, 12-15, "
            "16-17, adult.",
        ),
        param="born",
    )


def signal_invalid() -> Invalid:
    """A header that says nothing we know."""
    return Invalid(
        "minors-signal-invalid",
        Text(
            zh="请求头 x-guiju-minors-mode 无法识别。",
            en="The header x-guiju-minors-mode says nothing that is known.",
        ),
        Text(zh="可用：on、off，或 on; band=12-15。", en="Use on, off, or on; band=12-15."),
        param="x-guiju-minors-mode",
    )


def persona_invalid(known: str) -> Invalid:
    """A persona that nobody knows."""
    return Invalid(
        "persona-invalid",
        Text(zh="请求头 x-guiju-persona 无法识别。", en="The header x-guiju-persona is unknown."),
        Text(zh=f"可用：{known}。", en=f"Known are {known}."),
        param="x-guiju-persona",
    )


def hours_invalid(param: str) -> Invalid:
    """No limit that can be set."""
    return Invalid(
        "hours-invalid",
        Text(zh="时长或时刻无效。", en="This is no number of minutes or time of day."),
        Text(
            zh="分钟为 0 至 1440；时刻如 22:30；日期为今天起 31 天内。",
            en="Minutes are 0 to 1440; a time is like 22:30; a day lies within the next 31.",
        ),
        param=param,
    )


def code_wrong() -> Invalid:
    """A code that invites nobody, or no longer."""
    return Invalid(
        "guardian-code-wrong",
        Text(zh="邀请码无效或已过期。", en="This code is wrong or has expired."),
        Text(zh="请让孩子重新生成。", en="Have a new one made."),
        param="code",
    )


def own_guardian() -> Refused:
    """Nobody guards themselves, and no ward guards others."""
    return Refused(
        "guardian-unfit",
        Text(
            zh="未成年人账号不能做监护人，也不能做自己的监护人。",
            en="A minor's account guards nobody, and nobody guards themselves.",
        ),
        Text(zh="请用成年监护人的账号。", en="Use the account of a grown-up guardian."),
    )


def too_many_guardians(most: int) -> Conflict:
    """More guardians than anybody has."""
    return Conflict(
        "guardians-too-many",
        Text(zh=f"最多 {most} 名监护人。", en=f"At most {most} guardians."),
        Text(zh="请先解除一个。", en="End one of the links first."),
    )


def no_such_link() -> NotFound:
    """No guardian and ward are linked by this, or it is somebody else's."""
    return NotFound(
        "guardian-link-unknown",
        Text(zh="没有这个监护关系。", en="There is no such link."),
        Text(zh="请在 /me/minors 或 /me/guardian 查看。", en="See /me/minors or /me/guardian."),
    )


def link_moved() -> Conflict:
    """A link that stands otherwise."""
    return Conflict(
        "guardian-link-moved",
        Text(zh="监护关系已变化。", en="This link stands otherwise by now."),
        Text(zh="请刷新后重试。", en="Reload and try again."),
    )


def nothing_to_appeal() -> Conflict:
    """Nobody takes this person for a minor by a guess."""
    return Conflict(
        "age-appeal-empty",
        Text(zh="没有可以申诉的未成年人认定。", en="Nobody takes you for a minor here."),
        Text(zh="年龄变化请在 /me/minors 填写。", en="Say your age at /me/minors."),
    )


def appealed_already(number: str) -> Conflict:
    """An appeal waits."""
    return Conflict(
        "age-appealed-already",
        Text(zh=f"申诉 {number} 正在处理。", en=f"Your appeal {number} is being dealt with."),
        Text(zh="请等待答复。", en="Wait for its answer."),
        case=number,
    )


def proof_invalid() -> Invalid:
    """A verification that says nothing about this person's age now."""
    return Invalid(
        "age-verification-invalid",
        Text(
            zh="没有这项核验，或它已失效、不是证件核验。",
            en="There is no such verification of this person that holds and is by a document.",
        ),
        Text(
            zh="请给出 POST /api/verifications 返回的编号（ver_…），方式为 eid 或 network-id。",
            en="Give the id (ver_...) from POST /api/verifications, with the proof eid or "
            "network-id.",
        ),
        param="verification",
    )


def decided_already(number: str) -> Conflict:
    """An app says again what a person has just decided about."""
    return Conflict(
        "age-decided-already",
        Text(
            zh=f"案件 {number} 已就此作出决定或由本人撤回。",
            en=f"This was decided, or taken back by the person, in {number}.",
        ),
        Text(
            zh="三十天内须有新的证件核验；本人可随时在 /me/minors 申诉。",
            en="Within thirty days give a new verification by a document; the person can appeal at "
            "/me/minors at any time.",
        ),
        case=number,
    )


def mode_already(*, on: bool) -> Conflict:
    """The mode stands so already."""
    return Conflict(
        "minors-mode-unchanged",
        Text(
            zh="未成年人模式本来就已开启。" if on else "未成年人模式本来就未开启。",
            en="Minors' mode is on already." if on else "Minors' mode is off already.",
        ),
        Text(zh="无须再做。", en="There is nothing left to do."),
    )


def _at(moment: int) -> str:
    return f"{local(moment):%m-%d %H:%M}"


def _seconds(until: int, now: int) -> int:
    return max(1, -(-(until - now) // _MILLI))
