# SPDX-License-Identifier: Apache-2.0
"""The events an exchange is told and the commands it gives back: all its talk with I/O.

Structs of msgspec, as a dozen are made for each request and frozen dataclasses cost ten times as
much to make.
"""

from __future__ import annotations

from typing import Any

import msgspec

from guiju.accounts import Caller
from guiju.gateway.chunks import Chunk
from guiju.gateway.limiting import Group, Hold, Tally
from guiju.gateway.media.model import FormFile, Labelled, Order
from guiju.gateway.use import Use
from guiju.kernel import GuijuError
from guiju.minors import Ward
from guiju.records import Exchange, Refusal, Source, VideoJob
from guiju.screening import Direction, Verdict
from guiju.screening.images import ImageVerdict

# -- what happened ---------------------------------------------------------------------------------


class RequestArrived(msgspec.Struct, frozen=True):
    """The request has been read whole."""


class CallerKnown(msgspec.Struct, frozen=True):
    """Whose key it is, and how that person stands."""

    caller: Caller


class Allowed(msgspec.Struct, frozen=True):
    """There is enough left for this request; it holds its part until it is over."""

    hold: Hold | Tally


class WardFound(msgspec.Struct, frozen=True):
    """How the caller is protected; None: not at all."""

    ward: Ward | None


class Minded(msgspec.Struct, frozen=True):
    """The caller may begin; `use` is what is counted, None where nothing is."""

    use: Use | None


class ModelAnswered(msgspec.Struct, frozen=True):
    """The model's whole answer, and where it came from when several could have given it."""

    answer: dict[str, Any]
    source: Source | None = None


class ModelBegan(msgspec.Struct, frozen=True):
    """The model's stream has begun, and where it comes from."""

    source: Source


class ModelChunk(msgspec.Struct, frozen=True):
    """One chunk of the model's stream."""

    chunk: Chunk


class ModelDone(msgspec.Struct, frozen=True):
    """The model's stream has ended, of itself or because it was stopped."""


class GuardsSaid(msgspec.Struct, frozen=True):
    """What classifier and guard models say: one verdict for each text they were asked about."""

    look: AskGuards
    verdicts: tuple[Verdict, ...]


class EyesSaid(msgspec.Struct, frozen=True):
    """What was seen in each picture of a request."""

    verdicts: tuple[ImageVerdict, ...]


class TakenIn(msgspec.Struct, frozen=True):
    """The bytes that stood at the addresses of an answer, in order."""

    media: tuple[bytes, ...]


class MediaLabelled(msgspec.Struct, frozen=True):
    """Pictures or sound with their labels, in the order of the orders."""

    media: tuple[Labelled, ...]


class Failed(msgspec.Struct, frozen=True):
    """Somebody who was asked could not answer: accounts, the model, the recorder."""

    error: GuijuError


class ClientGone(msgspec.Struct, frozen=True):
    """Nobody reads the answer any more."""


class Recorded(msgspec.Struct, frozen=True):
    """The record and its evidence are durable."""


Event = (
    RequestArrived
    | CallerKnown
    | Allowed
    | WardFound
    | Minded
    | ModelAnswered
    | ModelBegan
    | ModelChunk
    | ModelDone
    | GuardsSaid
    | EyesSaid
    | TakenIn
    | MediaLabelled
    | Failed
    | ClientGone
    | Recorded
)

# -- what to do ------------------------------------------------------------------------------------


class LookUp(msgspec.Struct, frozen=True):
    """Find out whose key this is; answered by CallerKnown or Failed."""

    token: str
    end_user: str | None


class FindWard(msgspec.Struct, frozen=True):
    """Find out how this person is protected; answered by WardFound or Failed."""

    person: str


class Mind(msgspec.Struct, frozen=True):
    """Let this person begin, and count it; answered by Minded or Failed.

    `crisis` and `exits` go on record whether or not there is time left. `signalled`: only a device
    or platform protects this person.
    """

    ward: Ward
    request: str
    companion: bool = False
    crisis: bool = False
    exits: bool = False
    signalled: bool = False


class Allow(msgspec.Struct, frozen=True):
    """See whether so many tokens are left; answered by Allowed or Failed."""

    group: Group
    tokens: int


class AskModel(msgspec.Struct, frozen=True):
    """Ask; answered by ModelAnswered, or by ModelChunks and ModelDone, or by Failed.

    `model` is the name that the client gave; it is the first member of the JSON in `body`. As a
    `form` the members of `body` go as its fields, beside the `files`. `raw`: the answer is no JSON
    but a file, which comes as `{"file": bytes, "type": its media type}`. `job`: it is about a film
    that is being made, and goes to whoever makes it, by this `method` and without a body.
    """

    body: bytes
    stream: bool
    path: str = "/chat/completions"
    model: str = ""
    files: tuple[FormFile, ...] = ()
    form: bool = False
    raw: bool = False
    method: str = "POST"
    job: VideoJob | None = None


class AskGuards(msgspec.Struct, frozen=True):
    """Let classifier and guard models judge; answered by GuardsSaid, whose `look` is this.

    `met` are the operator's named rules that findings of the lexicon have met before. Unless
    `wait`, the stream goes on meanwhile. Nobody fails here: who did not answer says so in
    the verdict.
    """

    texts: tuple[str, ...]
    direction: str
    prompt: str = ""
    wait: bool = True
    number: int = 0
    minor: bool = False
    met: tuple[str, ...] = ()


class AskEyes(msgspec.Struct, frozen=True):
    """Let the policy's eyes judge these pictures; answered by EyesSaid or Failed."""

    pictures: tuple[bytes, ...]
    direction: Direction = "input"


class TakeIn(msgspec.Struct, frozen=True):
    """Fetch what the model service left at its own addresses; answered by TakenIn or Failed."""

    urls: tuple[str, ...]
    source: Source | None


class LabelMedia(msgspec.Struct, frozen=True):
    """Put labels into these; answered by MediaLabelled or Failed."""

    orders: tuple[Order, ...]


class Send(msgspec.Struct, frozen=True):
    """Send this part of the stream now."""

    data: bytes


class StopModel(msgspec.Struct, frozen=True):
    """Let the model generate no further; answered by ModelDone."""


class Record(msgspec.Struct, frozen=True):
    """Make this durable; answered by Recorded or Failed."""

    item: Exchange | Refusal


class Reply(msgspec.Struct, frozen=True):
    """The whole answer, or an error; `retry_after` is in seconds, as HTTP has it.

    `kind` is its media type, `marks` are further headers.
    """

    status: int
    body: bytes
    retry_after: int | None = None
    kind: str = "application/json"
    marks: tuple[tuple[bytes, bytes], ...] = ()


class End(msgspec.Struct, frozen=True):
    """The last bytes of the stream."""

    data: bytes


class HandOut(msgspec.Struct, frozen=True):
    """Say nothing: another worker has labelled this film meanwhile, and that one is handed out."""


Command = (
    LookUp
    | FindWard
    | Mind
    | Allow
    | AskModel
    | AskGuards
    | AskEyes
    | TakeIn
    | LabelMedia
    | Send
    | StopModel
    | Record
    | Reply
    | End
    | HandOut
)
