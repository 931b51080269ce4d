# SPDX-License-Identifier: Apache-2.0
"""What is said to whoever may not take a step, and what they can do about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from guiju.kernel import BEIJING, Conflict, Invalid, NotFound, Refused, Text, isoformat

TAKE = Text(zh="领取案件", en="take a case in hand")
NOTE = Text(zh="填写记录", en="write on a case")
ROUTE = Text(zh="转派案件", en="route a case")
LINK = Text(zh="关联案件", en="link cases")
HOLD = Text(zh="保全材料", en="hold what a case is about")
READ = Text(zh="查看案件内容", en="read the words of a case")


def wrong_state(state: str, possible: Sequence[Text]) -> Conflict:
    """The thing stands where this verb does not start."""
    if not possible:
        remedy = Text(zh="此状态已是终点。", en="Nothing more can be done with it.")
    else:
        remedy = Text(
            zh=f"现在可以：{'、'.join(one.zh for one in possible)}。",
            en=f"Possible now: {', '.join(one.en for one in possible)}.",
        )
    what = Text(zh=f"当前状态为 {state}，不能如此操作。", en=f"Its state is {state}: not possible.")
    return Conflict("wrong-state", what, remedy)


def role_needed(verb: Text, roles: Sequence[str]) -> Refused:
    """The actor holds none of the roles that may do this."""
    what = Text(
        zh=f"“{verb.zh}”须由{_any(roles).zh}执行。",
        en=f"To {verb.en} takes {_any(roles).en}.",
    )
    remedy = Text(zh="请由具备该岗位的人员办理。", en="Ask someone who holds that role.")
    return Refused("role-needed", what, remedy)


def second_person_needed(verb: Text, roles: Sequence[str]) -> Refused:
    """The actor has acted here before, and this needs other eyes."""
    what = Text(
        zh=f"“{verb.zh}”须由另一人执行，前面经手的人不得再办。",
        en=f"To {verb.en} takes a second person: you have acted here before.",
    )
    remedy = Text(
        zh=f"请由另一位{_any(roles).zh}办理。", en=f"Ask another person with {_any(roles).en}."
    )
    return Refused("second-person-needed", what, remedy)


def person_needed(verb: Text, roles: Sequence[str]) -> Refused:
    """Software asked for what a named person must decide."""
    what = Text(
        zh=f"“{verb.zh}”须由具名的人决定，软件不得代为决定。",
        en=f"To {verb.en} is a decision of a named person; software may not take it.",
    )
    remedy = Text(zh=f"请由{_any(roles).zh}办理。", en=f"Ask a person with {_any(roles).en}.")
    return Refused("person-needed", what, remedy)


def reason_needed(verb: Text) -> Invalid:
    """A decision without a reason."""
    what = Text(zh=f"“{verb.zh}”须写明理由。", en=f"To {verb.en} takes a reason.")
    remedy = Text(zh="请用一句话写明理由。", en="Give the reason in a sentence.")
    return Invalid("reason-needed", what, remedy, param="reason")


def _any(roles: Sequence[str]) -> Text:
    if not roles:
        return Text(zh="任一人员", en="any role")
    return Text(zh=f"岗位 {' 或 '.join(roles)} ", en=f"role {' or '.join(roles)}")


def no_such_case(name: str) -> NotFound:
    """Nothing has this number, or it is of another kind."""
    return NotFound(
        "case-unknown",
        Text(zh=f"没有编号为 {name[:40]} 的案件。", en=f"There is no case {name[:40]}."),
        Text(zh="请核对编号，或用 guiju case list 查看。", en="Check it, or see guiju case list."),
    )


def overtaken(number: str) -> Conflict:
    """It is not as it was when it was looked at."""
    return Conflict(
        "case-changed",
        Text(
            zh=f"案件 {number} 在您查看之后已有变化。",
            en=f"Case {number} has changed since you looked at it.",
        ),
        Text(zh="请重新查看后再办。", en="Look at it again and decide anew."),
        case=number,
    )


def in_other_hands(number: str, until: datetime) -> Conflict:
    """Somebody else is working on it."""
    at = until.astimezone(BEIJING)
    return Conflict(
        "case-claimed",
        Text(
            zh=f"案件 {number} 正由他人办理，至 {at:%H:%M}（北京时间）。",
            en=f"Somebody else has case {number} in hand until {at:%H:%M} (Beijing).",
        ),
        Text(zh="请另取一件，或稍后再试。", en="Take another one, or try again later."),
        case=number,
    )


def not_waiting(number: str) -> Conflict:
    """It waits for nobody, so nobody takes it."""
    return Conflict(
        "case-not-waiting",
        Text(zh=f"案件 {number} 不在待办队列中。", en=f"Case {number} waits in no queue."),
        Text(zh="请从队列中另取一件。", en="Take one from a queue."),
        case=number,
    )


def guard_fails(verb: Text, condition: Text) -> Conflict:
    """What the table asks for besides does not hold."""
    return Conflict(
        "guard-fails",
        Text(
            zh=f"“{verb.zh}”的前提是{condition.zh}，目前不成立。",
            en=f"To {verb.en} asks that {condition.en}; that is not so.",
        ),
        Text(zh="请先满足该前提。", en="See to that first."),
    )


def too_early(verb: Text, until: datetime | None) -> Conflict:
    """The timer that this verb belongs to is not over."""
    zh, en = "计时尚未开始或已暂停", "its timer does not run"
    if until is not None:
        at = isoformat(until.replace(microsecond=0))[:19]
        zh, en = f"计时到 {at}Z 为止", f"its timer runs until {at}Z"
    return Conflict(
        "too-early",
        Text(zh=f"“{verb.zh}”尚不能进行：{zh}。", en=f"Too early to {verb.en}: {en}."),
        Text(zh="期满时由系统自动办理。", en="Software does it when the time is over."),
    )


def outsider_needed(verb: Text) -> Refused:
    """The actor has acted in what this case came from."""
    return Refused(
        "outsider-needed",
        Text(
            zh=f"“{verb.zh}”须由未参与原案的人办理。",
            en=f"To {verb.en} takes somebody who had no part in the case this one came from.",
        ),
        Text(zh="请由另一位有此岗位的人员办理。", en="Ask another person who holds the role."),
    )


def approval_needed(verb: Text, roles: Sequence[str]) -> Refused:
    """A second person has not said yes."""
    return Refused(
        "approval-needed",
        Text(
            zh=f"“{verb.zh}”须先经另一人批准（{_any(roles).zh}）。",
            en=f"To {verb.en} takes the approval of another person with {_any(roles).en}.",
        ),
        Text(zh="请先提请批准。", en="Ask for the approval first."),
    )


def approval_over() -> Conflict:
    """It was decided before, or it is too late."""
    return Conflict(
        "approval-over",
        Text(zh="此项批准请求已办结或已过期。", en="This request was answered or has expired."),
        Text(zh="如仍需要，请重新提请。", en="Ask anew if it is still needed."),
    )


def no_such_approval(name: str) -> NotFound:
    """Nothing has this id."""
    return NotFound(
        "approval-unknown",
        Text(zh=f"没有批准请求 {name[:40]}。", en=f"There is no request {name[:40]}."),
        Text(zh="请在案件中查看。", en="See the case."),
    )


def ruling_needed(verb: Text) -> Invalid:
    """A decision that does not say what it stands on."""
    return Invalid(
        "ruling-needed",
        Text(
            zh=f"“{verb.zh}”须写明结论、依据和事实。",
            en=f"To {verb.en} takes an outcome, at least one ground, and the facts.",
        ),
        Text(zh="请补齐后再决定。", en="Complete them and decide again."),
        param="ruling",
    )


def no_such_notice(name: str) -> NotFound:
    """Nothing has this id."""
    return NotFound(
        "notice-unknown",
        Text(zh=f"没有通知 {name[:40]}。", en=f"There is no notice {name[:40]}."),
        Text(zh="请在案件中查看。", en="See the case."),
    )


def no_such_hold(name: str) -> NotFound:
    """Nothing has this id, or it was released."""
    return NotFound(
        "case-hold-unknown",
        Text(zh=f"没有生效中的保全 {name[:40]}。", en=f"No hold {name[:40]} stands."),
        Text(zh="请在案件中查看。", en="See the case."),
    )


def not_yours(number: str) -> Refused:
    """A person writes on the case of another, or what only colleagues read."""
    return Refused(
        "not-yours",
        Text(zh="此处不能由您填写。", en="This is not for you to write."),
        Text(zh="请从您自己的案件页面填写。", en="Write on the page of your own case."),
        case=number,
    )


def words_missing() -> Invalid:
    """Nothing is said."""
    return Invalid(
        "words-missing",
        Text(zh="没有写任何文字。", en="Nothing is said."),
        Text(zh="请写明内容。", en="Write what there is to say."),
        param="words",
    )


def words_too_long(length: int, longest: int) -> Invalid:
    """More than anybody reads."""
    return Invalid(
        "words-too-long",
        Text(
            zh=f"共 {length} 个字符，上限为 {longest}。",
            en=f"{length} characters; the limit is {longest}.",
        ),
        Text(zh="请缩短，或分成几条。", en="Say it shorter, or in several pieces."),
        param="words",
    )


def tied_to_itself(number: str) -> Invalid:
    """A case hangs on itself, or on one that hangs on it."""
    return Invalid(
        "case-tied-to-itself",
        Text(
            zh=f"案件 {number} 不能直接或间接关联到自身。",
            en=f"Case {number} cannot hang on itself, nor on one that hangs on it.",
        ),
        Text(zh="请核对两个编号。", en="Check the two numbers."),
        param="other",
    )


def words_gone(number: str) -> Conflict:
    """Its words were deleted at their limit."""
    return Conflict(
        "case-expired",
        Text(
            zh=f"案件 {number} 的文字已到留存期限并删除。",
            en=f"The words of case {number} were deleted at their limit.",
        ),
        Text(zh="如有新情况，请另行立案。", en="If there is something new, open another case."),
        article=11,
    )
