# SPDX-License-Identifier: Apache-2.0
"""What a room keeps of people, in one shape, so that a request reaches every room (Article 11).

Each room that keeps something of people offers a `PersonStore`; `app` gathers them for the room
`privacy`, which knows none of the others. A law test holds that every table belongs to one of them
or is excused in writing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from guiju.kernel import Actor, Text
from guiju.storage.database import Database
from guiju.storage.transaction import Tx


class Stage(IntEnum):
    """In which order an erasure reaches the stores.

    First the ways in are closed, so that nothing new comes; then what waits on disk is taken up;
    then content goes, and last the name, by which the person could be found again.
    """

    ACCESS = 1
    WAITING = 2
    CONTENT = 3
    NAME = 4


class Hinders(StrEnum):
    """What a conflict keeps from being done while it lasts."""

    ALL = "all"
    """Nothing is erased yet: an open case needs the account, too."""
    KEY = "key"
    """Single things stay, sealed, and with them the key."""
    NOTHING = "nothing"
    """What a rule asks to keep stays without content and without a name."""


class Conflict(NamedTuple):
    """Why something of a person may not go yet. `until` None: nobody can say."""

    kind: str
    hinders: Hinders
    number: int
    text: Text
    until: datetime | None = None
    rule: str | None = None


class Piece(NamedTuple):
    """One thing for the person's own copy: a line in the file of its section, or a file.

    `words` are what a person reads of it first; `data` is the file at `name`, if there is one.
    """

    section: str
    values: Mapping[str, Any]
    name: str = ""
    data: bytes | None = None


def _nothing(_tx: Tx, _person: str) -> Sequence[Conflict]:
    return ()


@dataclass(frozen=True, slots=True)
class PersonStore:
    """What one room keeps of people.

    `data_class`: a word of the profile of what is collected. `tables`: those it answers for.
    `what_of`: how much there is of a person, by sort. `export`: all that they may have of it,
    opened by this actor in transactions of its own. `erase`: one step in the caller's transaction,
    as the actor, for the request of this number: how many things went, 0 when nothing more may go.
    `probe`: what is still found of an erased person, by sort, which must be empty. `conflicts`:
    what may not go yet. `how`: in words, what becomes of it; `sorts`: the names of what is counted.
    """

    name: str
    text: Text
    data_class: str
    tables: tuple[str, ...]
    stage: Stage
    how: Text
    sorts: Mapping[str, Text]
    what_of: Callable[[Tx, str], Mapping[str, int]]
    export: Callable[[Database, Actor, str], Iterator[Piece]]
    erase: Callable[[Tx, Actor, str, str], int]
    probe: Callable[[Tx, str], Mapping[str, int]]
    conflicts: Callable[[Tx, str], Sequence[Conflict]] = _nothing
