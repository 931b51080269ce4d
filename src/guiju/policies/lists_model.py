# SPDX-License-Identifier: Apache-2.0
"""What the house knows of a list without its lines, and what can go wrong (Article 4).

Lists are lexicons and hashes of known pictures: stored once under the digest of what they say.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from guiju.kernel import Conflict, Invalid, NotFound, Refused, Text, Unavailable
from guiju.policies.model import EDITOR, OFFICER, PolicyHead

READERS = (OFFICER, EDITOR)
"""Entries may be as hurtful as what they stop: only those who decide about them read them."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A kind of list: its key in a policy's `screening` table, its name, its group of commands.

    `code` begins the codes of errors about such a list.
    """

    key: str
    code: str
    text: Text
    command: str


LEXICONS = Shelf("lexicon", "lexicon", Text(zh="词表", en="lexicon"), "guiju lexicon")
PICTURES = Shelf("hash_list", "picture-list", Text(zh="图片表", en="picture list"), "guiju images")
SHELVES = (LEXICONS, PICTURES)


class ListName(NamedTuple):
    """Which list: a name of the operator's among those of its kind."""

    shelf: Shelf
    name: str


class Prepared(NamedTuple):
    """A list ready to be stored; made before a transaction, which should be short."""

    digest: str
    entries: int
    days: tuple[str, ...]
    packed: bytes


@dataclass(frozen=True, slots=True)
class ListHead:
    """A stored list without its lines; `digest` names it by what it says.

    `days` are those on which other entries count than the day before, in order, as 2026-01-31.
    """

    digest: str
    entries: int
    days: tuple[str, ...]
    stored_by: str
    stored_at: datetime


class Reading(NamedTuple):
    """Somebody is about to read the words of the list with this digest."""

    id: str
    digest: str
    purpose: str
    reader: str
    reason: str


def since(days: Sequence[str], today: date) -> date | None:
    """Of `days` the one since which the entries of `today` count; None when they always do."""
    if not days:
        return None
    begun = bisect_right(days, today.isoformat())
    return date.fromisoformat(days[begun - 1]) if begun else date.min


@dataclass(frozen=True, slots=True)
class Reference:
    """How a policy names a list: under a name of the operator's, by its digest."""

    name: str
    digest: str
    entries: int

    def plain(self) -> dict[str, Any]:
        """As it stands in a policy's body."""
        return {"name": self.name, "digest": self.digest, "entries": self.entries}


@dataclass(frozen=True, slots=True)
class Use:
    """A list in one version of the policy."""

    reference: Reference
    policy: PolicyHead


def references(body: Mapping[str, Any], shelf: Shelf = LEXICONS) -> tuple[Reference, ...]:
    """The lists of this kind that a policy's body names."""
    return tuple(Reference(**one) for one in body["screening"].get(shelf.key, ()))


def reference(body: Mapping[str, Any], which: ListName) -> Reference | None:
    """The list of this name in a policy's body."""
    named = references(body, which.shelf)
    return next((one for one in named if one.name == which.name), None)


def with_list(body: Mapping[str, Any], which: ListName, to: Reference | None) -> dict[str, Any]:
    """The body with another list under that name, or with none."""
    shelf, name = which
    others = [one for one in references(body, shelf) if one.name != name]
    wanted = [*others, to] if to is not None else others
    screening = {key: value for key, value in body["screening"].items() if key != shelf.key}
    if wanted:
        wanted.sort(key=lambda one: one.name)
        screening[shelf.key] = [one.plain() for one in wanted]
    return {**body, "screening": screening}


def facts_of(body: Mapping[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """What evidence says of a policy's lists: digests and counts, no names and no words."""
    return {
        fact: [{"digest": one.digest, "entries": one.entries} for one in named]
        for fact, shelf in (("lexicons", LEXICONS), ("pictures", PICTURES))
        if (named := references(body, shelf))
    }


def no_such_list(which: ListName) -> NotFound:
    """The error for a name that no list has."""
    shelf, name = which
    zh, en = shelf.text.zh, shelf.text.en
    return NotFound(
        f"{shelf.code}-unknown",
        Text(zh=f"没有{zh} {name[:60]!r}。", en=f"There is no {en} {name[:60]!r}."),
        Text(zh=f"运行 {shelf.command} list 查看全部。", en=f"See all with {shelf.command} list."),
    )


def not_stored(shelf: Shelf, one: Reference) -> Invalid:
    """The error for a policy that names a list nobody imported here."""
    what = f"{one.name} ({one.digest[:12]})"
    zh, en = shelf.text.zh, shelf.text.en
    return Invalid(
        f"{shelf.code}-not-stored",
        Text(zh=f"{zh} {what} 未曾导入。", en=f"The {en} {what} was never imported here."),
        Text(
            zh=f"请先用 {shelf.command} import 导入。", en=f"Import it with {shelf.command} import."
        ),
        article=4,
    )


def no_earlier(which: ListName) -> Conflict:
    """The error when there is nothing to go back to."""
    shelf, name = which
    zh, en = shelf.text.zh, shelf.text.en
    return Conflict(
        f"{shelf.code}-no-earlier",
        Text(
            zh=f"{zh} {name[:60]!r} 没有更早的版本。",
            en=f"The {en} {name[:60]!r} has no earlier version.",
        ),
        Text(
            zh=f"如需停用，请运行 {shelf.command} remove。",
            en=f"To take it out of force, run {shelf.command} remove.",
        ),
    )


def altered_list(shelf: Shelf, digest: str) -> Unavailable:
    """The error for stored lines that are not what their digest says, or are gone."""
    zh, en = shelf.text.zh, shelf.text.en
    return Unavailable(
        f"{shelf.code}-altered",
        Text(
            zh=f"{zh} {digest[:12]} 的内容缺失或与其摘要不符，不予采用。",
            en=f"The stored {en} {digest[:12]} is gone or does not match its digest.",
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
