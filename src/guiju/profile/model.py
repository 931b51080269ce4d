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
from guiju.kernel import Form, GuijuError, Text
from guiju.labelling import check_uscc
from guiju.profile.offering import Collected, Modality, Offer, collected, offers
from guiju.profile.parts import AudienceKind, ComplaintWay, Filing, ModelBehind
from guiju.profile.scope import (
    ForeignNotice,
    OfferedFrom,
    Ownership,
    Permit,
    Scope,
    Tier,
    Use,
    foreign_notices,
    permits,
)

PUBLISHERS = ("safety-officer", "filing-manager")
APPROVERS = (*PUBLISHERS, "accountable-person")
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
    services: tuple[Offer, ...] = ()
    algorithm: Text | None = None
    labels: Text | None = None
    collected: tuple[Collected, ...] = ()
    scope: Scope | None = None
    permits: tuple[Permit, ...] = ()
    ownership: Ownership | None = None
    foreign_notices: tuple[ForeignNotice, ...] = ()

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], *, origin: str = "") -> Statement:
        """Read what `to_mapping` gives; `origin` is the file it came from.

        Raises:
            Invalid: `statement-invalid`, with the exact place, e.g. `filings[0].link`.
        """
        form = Form(mapping, CODE, origin=origin)
        behind = tuple(map(ModelBehind.from_form, form.forms("models", most=_MOST)))
        if not behind:
            raise form.fault("models", "至少写明一个模型", "must name at least one model")
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
            models=behind,
            filings=tuple(map(Filing.from_form, form.forms("filings", most=_MOST))),
            complaint_ways=tuple(
                map(ComplaintWay.from_form, form.forms("complaint_ways", most=_MOST))
            ),
            contact=form.text("contact", longest=500),
            languages=tuple(form.words("languages", LANGUAGES, default=LANGUAGES)),
            services=offers(form, tuple(one.name for one in behind)),
            algorithm=form.both("algorithm") if form.has("algorithm") else None,
            labels=form.both("labels") if form.has("labels") else None,
            collected=collected(form),
            scope=Scope.from_form(form.form("scope")) if form.has("scope") else None,
            permits=permits(form),
            ownership=_ownership(form),
            foreign_notices=foreign_notices(form),
        )
        form.done()
        _complete(form, read)
        return read

    def to_mapping(self) -> dict[str, Any]:
        """Plain values, fit for JSON and for a digest.

        What came later and is not there is left out, so that earlier versions keep their digests.
        """
        said = {key: _plain(value) for key, value in asdict(self).items()}
        return {key: value for key, value in said.items() if key not in _LATER or value}

    @property
    def modalities(self) -> frozenset[Modality]:
        """The kinds of content that any of the services makes."""
        return frozenset(kind for one in self.services for kind in one.modalities)

    @property
    def tier(self) -> Tier:
        """The grade; the lowest where a version from before it could be said says nothing."""
        return Tier.LOW if self.scope is None else self.scope.tier

    @property
    def is_internal(self) -> bool:
        """Whether it is said to be for the provider's own people only (Article 2)."""
        return self.scope is not None and self.scope.use is Use.INTERNAL


@dataclass(frozen=True, slots=True)
class Published:
    """A published version of the statement; `published_by` is the staff id of who approved it."""

    version: int
    digest: str
    statement: Statement
    published_by: str
    published_at: datetime


class VersionState(StrEnum):
    """Where a version stands; a draft is a file that nobody has proposed yet."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Proposal:
    """A version on its way: `version` is its number once it is published."""

    id: str
    state: VersionState
    digest: str
    note: str
    proposer: str
    proposed_at: datetime
    decider: str | None
    decided_at: datetime | None
    reason: str | None
    version: int | None
    statement: Statement


MACHINE = Machine(
    "statement",
    VersionState.DRAFT,
    [
        Transition(
            VersionState.DRAFT,
            "propose",
            VersionState.PROPOSED,
            Text(zh="提出服务说明", en="propose a statement of the service"),
            "statement-proposed",
            roles=PUBLISHERS,
            by_person=True,
        ),
        Transition(
            VersionState.PROPOSED,
            "approve",
            VersionState.PUBLISHED,
            Text(zh="批准并公布服务说明", en="approve and publish the statement"),
            "statement-published",
            roles=APPROVERS,
            needs_other_person=True,
            by_person=True,
        ),
        Transition(
            VersionState.PROPOSED,
            "reject",
            VersionState.REJECTED,
            Text(zh="驳回服务说明", en="reject the statement"),
            "statement-rejected",
            roles=APPROVERS,
            needs_other_person=True,
            by_person=True,
            needs_reason=True,
        ),
    ],
)

# What a version from before these could be said does not have.
_LATER = (
    "services",
    "algorithm",
    "labels",
    "collected",
    "scope",
    "permits",
    "ownership",
    "foreign_notices",
)


def check_whole(statement: Statement, *, origin: str = "") -> None:
    """Pass a statement that says all that a new version must; older ones may say less.

    Raises:
        Invalid: `statement-invalid`, with what is missing.
    """
    form = Form(statement.to_mapping(), CODE, origin=origin)
    for key, remedy in _NEEDED.items():
        if not getattr(statement, key):
            raise form.fault(key, "缺少此项", "is missing", remedy)


_NEEDED = {
    "scope": Text(
        zh="第二条、第十六条：写明面向公众还是内部、理由和级别。",
        en="Articles 2 and 16: say public or internal, why, and the tier.",
    ),
    "services": Text(
        zh="写明各项服务、内容形式和所用模型。",
        en="Name the services, what they make and the models behind them.",
    ),
    "algorithm": Text(
        zh="第四条第五项：公开模型与算法概要。",
        en="Article 4, item 5: sum up model and algorithm for the public.",
    ),
    "labels": Text(
        zh="第十二条：写明标识的方法与样式。",
        en="Article 12: say how and in which style content is labelled.",
    ),
    "collected": Text(
        zh="第十一条：写明收集的数据及用途。",
        en="Article 11: say which data are collected and what for.",
    ),
    "ownership": Text(
        zh="第二十条、第二十三条：写明服务提供地与外商投资情况。",
        en="Articles 20 and 23: say where it is offered from and who has invested.",
    ),
}


def _ownership(form: Form) -> Ownership | None:
    if not form.has("ownership"):
        return None
    return Ownership.from_form(form.form("ownership"))


def _complete(form: Form, read: Statement) -> None:
    """What the public would miss, and what does not fit together."""
    if not read.complaint_ways:
        raise form.fault(
            "complaint_ways",
            "至少一种投诉渠道",
            "must name at least one way to complain",
            Text(zh="第十五条要求公开投诉渠道。", en="Article 15 wants one made public."),
        )
    abroad = read.ownership and read.ownership.offered_from is OfferedFrom.ABROAD
    if read.foreign_notices and not abroad:
        raise form.fault(
            "foreign_notices",
            "只用于境外提供的服务",
            "is for services that are offered from abroad",
            Text(
                zh="请在 ownership.offered_from 写 abroad，或删去此项。",
                en="Write abroad at ownership.offered_from, or leave it out.",
            ),
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
