# SPDX-License-Identifier: Apache-2.0
"""What the house knows of a lexicon without its words, and what can go wrong (Article 4)."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from guiju.kernel import Conflict, Invalid, NotFound, Refused, Text, Unavailable
from guiju.policies.model import EDITOR, OFFICER, PolicyHead

READERS = (OFFICER, EDITOR)
"""Entries may be as hurtful as what they stop: only those who decide about them read them."""


@dataclass(frozen=True, slots=True)
class LexiconHead:
    """A stored lexicon without its entries; `digest` names it by what it says.

    `days` are those on which other entries count than the day before, in order, as 2026-01-31.
    """

    digest: str
    entries: int
    days: tuple[str, ...]
    stored_by: str
    stored_at: datetime


def since(days: Sequence[str], today: date) -> date | None:
    """Of `days` the one since which the entries of `today` count; None when they always do."""
    if not days:
        return None
    begun = bisect_right(days, today.isoformat())
    return date.fromisoformat(days[begun - 1]) if begun else date.min


@dataclass(frozen=True, slots=True)
class Reference:
    """How a policy names a lexicon: under a name of the operator's, by its digest."""

    name: str
    digest: str
    entries: int

    def plain(self) -> dict[str, Any]:
        """As it stands in a policy's body."""
        return {"name": self.name, "digest": self.digest, "entries": self.entries}


@dataclass(frozen=True, slots=True)
class Use:
    """A lexicon in one version of the policy."""

    reference: Reference
    policy: PolicyHead


def references(body: Mapping[str, Any]) -> tuple[Reference, ...]:
    """The lexicons that a policy's body names."""
    return tuple(Reference(**one) for one in body["screening"].get("lexicon", ()))


def reference(body: Mapping[str, Any], name: str) -> Reference | None:
    """The lexicon of this name in a policy's body."""
    return next((one for one in references(body) if one.name == name), None)


def with_lexicon(body: Mapping[str, Any], name: str, to: Reference | None) -> dict[str, Any]:
    """The body with another lexicon under `name`, or with none."""
    others = [one for one in references(body) if one.name != name]
    wanted = [*others, to] if to is not None else others
    screening = {key: value for key, value in body["screening"].items() if key != "lexicon"}
    if wanted:
        wanted.sort(key=lambda one: one.name)
        screening["lexicon"] = [one.plain() for one in wanted]
    return {**body, "screening": screening}


def facts_of(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What evidence says of a policy's lexicons: digests and counts, no names and no words."""
    return [{"digest": one.digest, "entries": one.entries} for one in references(body)]


def no_such_lexicon(name: str) -> NotFound:
    """The error for a name that no lexicon has."""
    return NotFound(
        "lexicon-unknown",
        Text(zh=f"没有词表 {name[:60]!r}。", en=f"There is no lexicon {name[:60]!r}."),
        Text(zh="运行 guiju lexicon list 查看全部。", en="See all with guiju lexicon list."),
    )


def not_stored(one: Reference) -> Invalid:
    """The error for a policy that names a lexicon nobody imported here."""
    what = f"{one.name} ({one.digest[:12]})"
    return Invalid(
        "lexicon-not-stored",
        Text(zh=f"词表 {what} 未曾导入。", en=f"The lexicon {what} was never imported here."),
        Text(zh="请先用 guiju lexicon import 导入。", en="Import it with guiju lexicon import."),
        article=4,
    )


def no_earlier(name: str) -> Conflict:
    """The error when there is nothing to go back to."""
    return Conflict(
        "lexicon-no-earlier",
        Text(
            zh=f"词表 {name[:60]!r} 没有更早的版本。",
            en=f"The lexicon {name[:60]!r} has no earlier version.",
        ),
        Text(
            zh="如需停用，请运行 guiju lexicon remove。",
            en="To take it out of force, run guiju lexicon remove.",
        ),
    )


def altered_lexicon(digest: str) -> Unavailable:
    """The error for stored entries that are not what their digest says, or are gone."""
    return Unavailable(
        "lexicon-altered",
        Text(
            zh=f"词表 {digest[:12]} 的内容缺失或与其摘要不符，不予采用。",
            en=f"The stored lexicon {digest[:12]} is gone or does not match its digest.",
        ),
        Text(
            zh="请运行 guiju ledger verify，并从备份恢复。",
            en="Run guiju ledger verify and restore it from a backup.",
        ),
        article=4,
    )


def readers_only() -> Refused:
    """The refusal to show words to whoever does not decide about them."""
    return Refused(
        "role-needed",
        Text(
            zh="词条内容只对内容安全负责人和规则编辑显示。",
            en="Entries are shown to safety officers and policy editors only.",
        ),
        Text(
            zh=f"请由岗位 {' 或 '.join(READERS)} 的人员操作。",
            en=f"Let somebody with the role {' or '.join(READERS)} do it.",
        ),
        article=4,
    )
