# SPDX-License-Identifier: Apache-2.0
"""Urgent terms: in force at once on one person's word, until another confirms or time runs out.

Illegal content that was found is to be stopped at once (Article 14); a rule still takes two people
(Article 4). So a term that one person adds counts from the next second, provisionally: it lapses
unless a safety officer, who is another person, confirms it in the time that the policy gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from guiju.casework import Machine, Transition
from guiju.kernel import Conflict, NotFound, Text, Unavailable
from guiju.policies.model import EDITOR, OFFICER

MOST_URGENT = 500
"""More than a few are no additions but a lexicon: they are searched for apart from it."""
USUAL_HOURS = 24
HOURS = (1, 168)
USUAL_LEXICON = "urgent"


class UrgentState(StrEnum):
    """Where a term stands; provisional and confirmed ones are in force."""

    DRAFT = "draft"
    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    FOLDED = "folded"


URGENT = Machine(
    "urgent-term",
    UrgentState.DRAFT,
    [
        Transition(
            UrgentState.DRAFT,
            "add",
            UrgentState.PROVISIONAL,
            Text(zh="紧急添加词条", en="add a term urgently"),
            "urgent-term-added",
            roles=(OFFICER, EDITOR),
            by_person=True,
            needs_reason=True,
        ),
        Transition(
            UrgentState.PROVISIONAL,
            "confirm",
            UrgentState.CONFIRMED,
            Text(zh="确认紧急词条", en="confirm an urgent term"),
            "urgent-term-confirmed",
            roles=(OFFICER,),
            needs_other_person=True,
            by_person=True,
        ),
        # Whoever was too quick may say so; once two have agreed, the first alone may not.
        Transition(
            UrgentState.PROVISIONAL,
            "withdraw",
            UrgentState.WITHDRAWN,
            Text(zh="撤回紧急词条", en="withdraw an urgent term"),
            "urgent-term-withdrawn",
            roles=(OFFICER, EDITOR),
            by_person=True,
            needs_reason=True,
        ),
        Transition(
            UrgentState.CONFIRMED,
            "withdraw",
            UrgentState.WITHDRAWN,
            Text(zh="撤回紧急词条", en="withdraw an urgent term"),
            "urgent-term-withdrawn",
            roles=(OFFICER,),
            needs_other_person=True,
            by_person=True,
            needs_reason=True,
        ),
        Transition(
            UrgentState.PROVISIONAL,
            "lapse",
            UrgentState.LAPSED,
            Text(zh="紧急词条失效", en="let an urgent term lapse"),
            "urgent-term-lapsed",
        ),
        Transition(
            UrgentState.CONFIRMED,
            "fold",
            UrgentState.FOLDED,
            Text(zh="并入词表", en="fold an urgent term into a lexicon"),
            "urgent-term-folded",
        ),
    ],
)


@dataclass(frozen=True, slots=True)
class UrgentTerm:
    """One urgent term without its word.

    `lexicon` is where it will be folded in; `until` when it lapses if nobody confirms it;
    `folded_in` the digest of the list that was proposed with it.
    """

    id: str
    state: UrgentState
    lexicon: str
    rule: str
    harm: str
    action: str
    adder: str
    added_at: datetime
    reason: str
    until: datetime
    decider: str | None = None
    decided_at: datetime | None = None
    decision: str | None = None
    folded_in: str | None = None

    def facts(self) -> dict[str, Any]:
        """What evidence says of it: its rule, never its word."""
        return {"term": self.id, "rule": self.rule, "harm": self.harm, "action": self.action}


def time_to_confirm(body: Mapping[str, Any]) -> timedelta:
    """How long a policy lets an urgent term stand on one person's word."""
    hours = body["screening"].get("urgent", {}).get("hours", USUAL_HOURS)
    return timedelta(hours=hours)


def no_such_term(term: str) -> NotFound:
    """The error for an id that no urgent term has."""
    return NotFound(
        "urgent-term-unknown",
        Text(zh=f"没有紧急词条 {term[:60]!r}。", en=f"There is no urgent term {term[:60]!r}."),
        Text(zh="运行 guiju lexicon urgent 查看全部。", en="See all with guiju lexicon urgent."),
    )


def stands_already(other: UrgentTerm) -> Conflict:
    """The error for a word that is an urgent term already."""
    return Conflict(
        "urgent-term-stands",
        Text(
            zh=f"该词已是紧急词条 {other.id}。", en=f"This is an urgent term already: {other.id}."
        ),
        Text(
            zh="如需改动，请先撤回：guiju lexicon withdraw。",
            en="To change it, withdraw that one first: guiju lexicon withdraw.",
        ),
        article=14,
    )


def too_many() -> Conflict:
    """The error when urgent terms have become a lexicon of their own."""
    return Conflict(
        "urgent-terms-too-many",
        Text(
            zh=f"紧急词条已有 {MOST_URGENT} 条。",
            en=f"There are {MOST_URGENT} urgent terms already.",
        ),
        Text(
            zh="请并入词表：guiju lexicon fold。",
            en="Fold them into a lexicon: guiju lexicon fold.",
        ),
        article=14,
    )


def nothing_to_fold(lexicon: str) -> Conflict:
    """The error when no confirmed term waits for this lexicon."""
    return Conflict(
        "urgent-terms-none",
        Text(
            zh=f"没有已确认、待并入词表 {lexicon[:60]!r} 的紧急词条。",
            en=f"No confirmed urgent term waits for the lexicon {lexicon[:60]!r}.",
        ),
        Text(zh="运行 guiju lexicon urgent 查看全部。", en="See all with guiju lexicon urgent."),
    )


def altered_term(term: str) -> Unavailable:
    """The error for a stored word that is not what its row says."""
    return Unavailable(
        "urgent-term-altered",
        Text(
            zh=f"紧急词条 {term} 的内容与记录不符，不予采用。",
            en=f"The stored urgent term {term} is not as it was put on record.",
        ),
        Text(
            zh="请运行 guiju ledger verify，并从备份恢复。",
            en="Run guiju ledger verify and restore it from a backup.",
        ),
        article=4,
    )


def overtaken_term() -> Conflict:
    """The error when somebody else decided at the same moment."""
    return Conflict(
        "urgent-term-overtaken",
        Text(zh="他人刚刚处理了这一词条。", en="Somebody else has just decided about this term."),
        Text(zh="请查看现状后重试。", en="Look at how it stands now and try again."),
    )
