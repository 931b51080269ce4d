# SPDX-License-Identifier: Apache-2.0
"""How old somebody is who registers: asked once, a band and never a date (Articles 9 and 10)."""

from __future__ import annotations

from guiju import minors, profile
from guiju.accounts import Person, Question
from guiju.kernel import Invalid, Refused, Text
from guiju.storage import Tx

_FIELD = "band"


def age_question() -> Question:
    """The question as the form to register puts it.

    Whoever says that they are a minor is in the minors' mode from the first request on; a service
    for adults takes them not at all, and nothing is kept of them.
    """
    return Question(
        _FIELD,
        Text(zh="年龄", en="Your age"),
        Text(
            zh="只记年龄段，不要出生日期。未成年人适用未成年人模式。",
            en="A band only, no date of birth. For minors the minors' mode is on.",
        ),
        [(one.value, one.text) for one in reversed(minors.Stage)],
        _keep,
    )


def _keep(tx: Tx, person: Person, answer: str) -> str:
    stage = minors.stage_named(answer)
    if stage is None:
        raise _unsaid()
    said = profile.current(tx)
    adults = profile.AudienceKind.ADULTS
    if stage.is_minor and said is not None and said.statement.audience_kind is adults:
        raise _adults_only()
    minors.assert_age(tx, person.actor, person.id, minors.Source.SELF, stage=stage)
    return "/me/minors?done=age" if stage.is_minor else ""


def _unsaid() -> Invalid:
    return Invalid(
        "age-unsaid",
        Text(zh="没有选择年龄段。", en="It is not said how old you are."),
        Text(zh="请选择一项。", en="Choose one."),
        article=10,
        param=_FIELD,
    )


def _adults_only() -> Refused:
    error = Refused(
        "registration-adults-only",
        Text(
            zh="本服务仅面向成年人，没有建立账号。",
            en="This service is for adults; no account was made.",
        ),
        Text(
            zh="填错的请更正；未成年人请勿使用本服务。",
            en="Correct it if it was a slip; minors please do not use this service.",
        ),
        article=10,
    )
    error.param = _FIELD
    return error
