# SPDX-License-Identifier: Apache-2.0
"""Papers of a case: notes among colleagues, notes to the person, and notices that are delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from guiju.casework.model import Machine, Transition
from guiju.kernel import Text

NOTICE_SETTLED = "notice-settled"
# The person's own page here: what is written stands there as soon as it is committed.
PAGE = "page"


@dataclass(frozen=True, slots=True)
class Note:
    """Words on a case; `outward`: the person reads them too. `words` None: not opened."""

    id: str
    case: str
    seq: int
    outward: bool
    author: str
    at: datetime
    words: str | None


class NoticeState(StrEnum):
    """Where a notice stands."""

    PENDING = "pending"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    READ = "read"


def _line(source: NoticeState, verb: str, target: NoticeState, text: Text) -> Transition:
    return Transition(source, verb, target, text, NOTICE_SETTLED)


NOTICES = Machine(
    "notice",
    NoticeState.PENDING,
    [
        _line(NoticeState.PENDING, "deliver", NoticeState.DELIVERED, Text(zh="送达", en="deliver")),
        _line(NoticeState.PENDING, "bounce", NoticeState.BOUNCED, Text(zh="退回", en="send back")),
        # Mail is often accepted first and comes back later.
        _line(
            NoticeState.DELIVERED, "bounce", NoticeState.BOUNCED, Text(zh="退回", en="send back")
        ),
        _line(NoticeState.DELIVERED, "read", NoticeState.READ, Text(zh="阅读", en="read")),
    ],
)


@dataclass(frozen=True, slots=True)
class Message:
    """What is to be said to the person: which template at which version, by which way, in words.

    `channel`: `page` for their page here, else what a handler of the outbox knows, as `mail`.
    `decision`: the one that it is the notice of.
    """

    template: str
    language: str
    channel: str
    words: str
    decision: str | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A message as it was written, and what became of it. `words` None: not opened."""

    id: str
    case: str
    seq: int
    template: str
    language: str
    channel: str
    decision: str | None
    state: NoticeState
    written_at: datetime
    settled_at: datetime | None
    words: str | None
