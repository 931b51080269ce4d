# SPDX-License-Identifier: Apache-2.0
"""Whether the Measures reach the service, how much is at stake, and who stands behind it.

Article 2: use inside an organisation is outside the Measures, and some fields have rules of their
own; Article 16: supervision goes by class and grade; Articles 20 and 23: services from abroad,
foreign investment and permits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from guiju.kernel import Form, Text
from guiju.profile.reading_fields import day, flag

_NAME = 200
_MOST = 50
_REASON = 2_000


class Use(StrEnum):
    """Whom the service is offered to: the public, or the provider's own people only."""

    PUBLIC = "public"
    INTERNAL = "internal"


class Tier(StrEnum):
    """How much is at stake; the policy says what follows from it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class SpecialField(StrEnum):
    """A field with rules of its own, or one that asks for more protection."""

    NEWS = "news"
    FILM = "film"
    PUBLISHING = "publishing"
    CRITICAL_INFRASTRUCTURE = "critical-infrastructure"
    CONTROL = "control"
    MEDICINE = "medicine"
    PSYCHOLOGY = "psychology"
    FINANCE = "finance"


class OfferedFrom(StrEnum):
    """Where the service is offered from."""

    MAINLAND = "mainland"
    ABROAD = "abroad"


@dataclass(frozen=True, slots=True)
class Scope:
    """What somebody decided about the reach of the Measures and the grade, and why.

    `evidence` says where the proof lies, such as the number of a document: internal use needs it.
    """

    use: Use
    reason: Text
    evidence: str | None
    tier: Tier
    tier_reason: Text
    fields: tuple[SpecialField, ...]

    @classmethod
    def from_form(cls, form: Form) -> Scope:
        """Read `{ use, reason, evidence?, tier, tier_reason, fields? }`."""
        use = Use(form.word("use", list(Use)))
        touched = form.has("fields") and form.value("fields") != []
        fields = form.words("fields", list(SpecialField)) if touched else []
        read = cls(
            use=use,
            reason=form.both("reason", longest=_REASON),
            evidence=form.text("evidence", longest=500) if form.has("evidence") else None,
            tier=Tier(form.word("tier", list(Tier))),
            tier_reason=form.both("tier_reason", longest=_REASON),
            fields=tuple(SpecialField(one) for one in fields),
        )
        form.done()
        if use is Use.INTERNAL and read.evidence is None:
            raise form.fault(
                "evidence",
                "内部使用须写明依据在哪里",
                "is missing: internal use says where its proof lies",
                Text(
                    zh="第二条：未向境内公众提供服务的不适用本办法，由你举证。",
                    en="Article 2 leaves out what the public is not offered; the proof is yours.",
                ),
            )
        return read


@dataclass(frozen=True, slots=True)
class Permit:
    """An administrative permit and the day on which it ends; None: it has no end."""

    name: Text
    number: str
    until: str | None

    @classmethod
    def from_form(cls, form: Form) -> Permit:
        """Read `{ name, number, until? }`."""
        read = cls(
            name=form.both("name", longest=_NAME),
            number=form.text("number", longest=_NAME),
            until=day(form, "until") if form.has("until") else None,
        )
        form.done()
        return read


@dataclass(frozen=True, slots=True)
class Ownership:
    """Where the service comes from and whether foreigners have invested in its provider.

    `checked` says what a lawyer found about the rules on foreign investment.
    """

    offered_from: OfferedFrom
    foreign_invested: bool
    checked: Text

    @classmethod
    def from_form(cls, form: Form) -> Ownership:
        """Read `{ offered_from, foreign_invested, checked }`."""
        read = cls(
            offered_from=OfferedFrom(form.word("offered_from", list(OfferedFrom))),
            foreign_invested=flag(form, "foreign_invested"),
            checked=form.both("checked", longest=_REASON),
        )
        form.done()
        return read


@dataclass(frozen=True, slots=True)
class ForeignNotice:
    """What an authority asked of a service from abroad, and what was done (Article 20)."""

    number: str
    received: str
    asks: Text
    done: Text | None

    @classmethod
    def from_form(cls, form: Form) -> ForeignNotice:
        """Read `{ number, received, asks, done? }`."""
        read = cls(
            number=form.text("number", longest=_NAME),
            received=day(form, "received"),
            asks=form.both("asks", longest=_REASON),
            done=form.both("done", longest=_REASON) if form.has("done") else None,
        )
        form.done()
        return read


def permits(form: Form) -> tuple[Permit, ...]:
    """The permits at `permits`."""
    return tuple(map(Permit.from_form, form.forms("permits", most=_MOST)))


def foreign_notices(form: Form) -> tuple[ForeignNotice, ...]:
    """The notices at `foreign_notices`."""
    return tuple(map(ForeignNotice.from_form, form.forms("foreign_notices", most=_MOST)))
