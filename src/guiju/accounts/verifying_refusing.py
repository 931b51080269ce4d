# SPDX-License-Identifier: Apache-2.0
"""The errors of verifying an identity; no number that somebody gave is repeated."""

from __future__ import annotations

from guiju.kernel import Invalid, NotFound, Refused, Text, Unavailable
from guiju.policies import LEVEL_SAID, LEVELS


def not_verified(level: int) -> Refused:
    """The service, or this function of it, takes a person who is better known."""
    said = LEVEL_SAID[LEVELS[level]]
    return Refused(
        "identity-not-verified",
        Text(
            zh=f"使用此功能须先核验：{said.zh}。",
            en=f"This takes a verification that has not been done or has run out: {said.en}.",
        ),
        Text(
            zh="请在 /me/security 核验；应用请代最终用户调用 POST /api/verifications。",
            en="Do it at /me/security; an app calls POST /api/verifications for its end user.",
        ),
        article=9,
    )


def no_such_verifier() -> NotFound:
    """Nobody here verifies by that."""
    return NotFound(
        "verifier-unknown",
        Text(zh="本服务不提供这种核验。", en="This service does not verify by that."),
        Text(zh="可用的方式见 /me/security。", en="See /me/security for what there is."),
    )


def given_refused() -> Invalid:
    """The provider says that this cannot be a number of that kind."""
    return Invalid(
        "verification-number-invalid",
        Text(zh="号码无效。", en="This number cannot be verified."),
        Text(zh="请核对后重试。", en="Check it and try again."),
        param="given",
    )


def wrong_answer() -> Refused:
    """What was typed is not what the provider asked for."""
    return Refused(
        "verification-wrong",
        Text(zh="核验未通过。", en="That was not right; nothing was verified."),
        Text(zh="请重新开始一次核验。", en="Begin the verification again."),
    )


def too_many(minutes: int) -> Refused:
    """One person has begun too many."""
    return Refused(
        "verifications-too-many",
        Text(zh="核验次数过多。", en="Too many verifications were begun."),
        Text(zh=f"请在 {minutes} 分钟后重试。", en=f"Try again in {minutes} minutes."),
        status=429,
        retry_after=minutes * 60,
    )


def verifier_away() -> Unavailable:
    """Whoever verifies cannot be reached, or says what nobody can read."""
    return Unavailable(
        "verifier-unavailable",
        Text(zh="暂时无法核验，未作任何更改。", en="Nothing can be verified now."),
        Text(zh="请稍后重试。", en="Try again later."),
    )


def no_such_verification() -> NotFound:
    """No verification of this person has this id."""
    return NotFound(
        "verification-not-found",
        Text(zh="没有这项核验，或已撤回。", en="There is no such verification any more."),
        Text(zh="请核对编号（ver_…）。", en="Check its id (ver_...)."),
    )


def bad_report(param: str) -> Invalid:
    """What an app reports cannot be kept."""
    return Invalid(
        "verification-invalid",
        Text(zh=f"{param} 缺失或无效。", en=f"{param} is missing or invalid."),
        Text(
            zh="proof 为 sms、eid、network-id 或 uscc；"
            "assertion 为提供方的核验编号，不得是号码本身。",
            en="proof is sms, eid, network-id or uscc; assertion is the provider's number for it, "
            "never the number that was verified.",
        ),
        param=param,
    )


def bad_verifiers(name: str) -> Invalid:
    """A setting that names no kind of proof."""
    return Invalid(
        "verifiers-invalid",
        Text(zh=f"设置 verifiers 有误：{name[:40]}。", en=f"Setting verifiers: {name[:40]}."),
        Text(
            zh="格式：sms=https://… eid=… network-id=… uscc=…，以空格分隔。",
            en="Write sms=https://... eid=... network-id=... uscc=..., with spaces between.",
        ),
    )


def no_secret() -> Invalid:
    """A bridge without the secret that it knows us by."""
    return Invalid(
        "verifiers-invalid",
        Text(zh="缺少 GUIJU_VERIFIER_SECRET。", en="GUIJU_VERIFIER_SECRET is not set."),
        Text(zh="请在环境变量中设置。", en="Set it in the environment."),
    )
