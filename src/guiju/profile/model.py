# SPDX-License-Identifier: Apache-2.0
"""The public statement of the service, read strictly, and who may publish it.

Article 10 wants audience, scenes and uses public; Article 15 the ways to complain; Articles 12
and 17 the codes and numbers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from guiju.casework import Machine, Transition
from guiju.kernel import Conflict, Form, GuijuError, Text, Unavailable
from guiju.labelling import check_uscc
from guiju.profile.parts import AudienceKind, ComplaintWay, Filing, ModelBehind

PUBLISHERS = ("safety-officer", "filing-manager")
CODE = "statement-invalid"
LANGUAGES = ("zh", "en")
_MOST = 50
_NAME = 200
_MODEL_CODE = re.compile(r"[0-9A-Z]{4}")


@dataclass(frozen=True, slots=True)
class Statement:
    """What the provider says about its service; make one with `Statement.from_mapping`."""

    provider: Text
    uscc: str
    model_code: str
    service: Text
    audience_kind: AudienceKind
    audience: Text
    scenes: Text
    uses: Text
    limits: Text
    models: tuple[ModelBehind, ...]
    filings: tuple[Filing, ...]
    complaint_ways: tuple[ComplaintWay, ...]
    contact: str
    languages: tuple[str, ...]

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], *, origin: str = "") -> Statement:
        """Read what `to_mapping` gives; `origin` is the file it came from.

        Raises:
            Invalid: `statement-invalid`, with the exact place, e.g. `filings[0].link`.
        """
        form = Form(mapping, CODE, origin=origin)
        read = cls(
            provider=form.both("provider", longest=_NAME),
            uscc=_uscc(form),
            model_code=_model_code(form),
            service=form.both("service", longest=_NAME),
            audience_kind=AudienceKind(form.word("audience_kind", list(AudienceKind))),
            audience=form.both("audience"),
            scenes=form.both("scenes"),
            uses=form.both("uses"),
            limits=form.both("limits"),
            models=tuple(map(ModelBehind.from_form, form.forms("models", most=_MOST))),
            filings=tuple(map(Filing.from_form, form.forms("filings", most=_MOST))),
            complaint_ways=tuple(
                map(ComplaintWay.from_form, form.forms("complaint_ways", most=_MOST))
            ),
            contact=form.text("contact", longest=500),
            languages=tuple(form.words("languages", LANGUAGES, default=LANGUAGES)),
        )
        form.done()
        _complete(form, read)
        return read

    def to_mapping(self) -> dict[str, Any]:
        """Plain values, fit for JSON and for a digest; what is not there is left out."""
        return {key: _plain(value) for key, value in asdict(self).items()}


@dataclass(frozen=True, slots=True)
class Published:
    """A published version of the statement; `published_by` is a staff id."""

    version: int
    digest: str
    statement: Statement
    published_by: str
    published_at: datetime


MACHINE = Machine(
    "statement",
    "draft",
    [
        Transition(
            "draft",
            "publish",
            "published",
            Text(zh="发布服务说明", en="publish the statement of the service"),
            "statement-published",
            roles=PUBLISHERS,
            by_person=True,
        ),
    ],
)


def unchanged(version: int) -> Conflict:
    """The error for a statement that would say nothing new."""
    return Conflict(
        "statement-unchanged",
        Text(
            zh=f"与现行第 {version} 版说明完全相同。",
            en=f"This is what version {version} says already.",
        ),
        Text(zh="请先修改再发布。", en="Change something before you publish it."),
    )


def altered(version: int) -> Unavailable:
    """The error for a stored statement that is not what was published."""
    return Unavailable(
        "statement-altered",
        Text(
            zh=f"第 {version} 版服务说明的内容与其摘要不符，不予展示。",
            en=f"Statement version {version} does not match its digest; it is not shown.",
        ),
        Text(
            zh="请运行 guiju ledger verify，并从备份恢复。",
            en="Run guiju ledger verify and restore it from a backup.",
        ),
    )


def _complete(form: Form, read: Statement) -> None:
    """Two lists without which the public would miss what the Measures promise it."""
    if not read.models:
        raise form.fault("models", "至少写明一个模型", "must name at least one model")
    if not read.complaint_ways:
        raise form.fault(
            "complaint_ways",
            "至少一种投诉渠道",
            "must name at least one way to complain",
            Text(zh="第十五条要求公开投诉渠道。", en="Article 15 wants one made public."),
        )


def _uscc(form: Form) -> str:
    code = form.text("uscc", longest=40)
    try:
        check_uscc(code)
    except GuijuError as error:
        zh, en = error.what.zh.rstrip("。"), error.what.en.rstrip(".")
        raise form.fault("uscc", zh, en, error.remedy) from error
    return code


def _model_code(form: Form) -> str:
    code = form.text("model_code", longest=40)
    if not _MODEL_CODE.fullmatch(code):
        raise form.fault(
            "model_code", "应为 4 位数字或大写字母", "must be 4 characters of 0-9 and A-Z"
        )
    return code


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value.value if isinstance(value, StrEnum) else value
