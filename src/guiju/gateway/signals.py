# SPDX-License-Identifier: Apache-2.0
"""The events an exchange is told and the commands it gives back: all its talk with I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from guiju.accounts import Caller
from guiju.kernel import GuijuError
from guiju.records import Exchange, Refusal

# -- what happened ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RequestArrived:
    """The request has been read whole."""


@dataclass(frozen=True, slots=True)
class CallerKnown:
    """Whose key it is, and how that person stands."""

    caller: Caller


@dataclass(frozen=True, slots=True)
class ModelAnswered:
    """The model's whole answer."""

    answer: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelChunk:
    """One chunk of the model's stream."""

    chunk: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ModelDone:
    """The model's stream has ended, of itself or because it was stopped."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Somebody who was asked could not answer: accounts, the model, the recorder."""

    error: GuijuError


@dataclass(frozen=True, slots=True)
class ClientGone:
    """Nobody reads the answer any more."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """The record and its evidence are durable."""


Event = (
    RequestArrived
    | CallerKnown
    | ModelAnswered
    | ModelChunk
    | ModelDone
    | Failed
    | ClientGone
    | Recorded
)

# -- what to do ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LookUp:
    """Find out whose key this is; answered by CallerKnown or Failed."""

    token: str
    end_user: str | None


@dataclass(frozen=True, slots=True)
class AskModel:
    """Ask; answered by ModelAnswered, or by ModelChunks and ModelDone, or by Failed."""

    body: bytes
    stream: bool


@dataclass(frozen=True, slots=True)
class Send:
    """Send this part of the stream now."""

    data: bytes


@dataclass(frozen=True, slots=True)
class StopModel:
    """Let the model generate no further; answered by ModelDone."""


@dataclass(frozen=True, slots=True)
class Record:
    """Make this durable; answered by Recorded or Failed."""

    item: Exchange | Refusal


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole answer, or an error."""

    status: int
    body: bytes


@dataclass(frozen=True, slots=True)
class End:
    """The last bytes of the stream."""

    data: bytes


Command = LookUp | AskModel | Send | StopModel | Record | Reply | End
