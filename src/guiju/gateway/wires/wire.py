# SPDX-License-Identifier: Apache-2.0
"""What a wire is, and the voice in which it says a stream."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import msgspec

from guiju.gateway.media.model import FormFile
from guiju.gateway.passages import KEPT_BACK
from guiju.gateway.signals import Reply
from guiju.gateway.wires.strict import json_of

if TYPE_CHECKING:
    from guiju.gateway.choices import Choice
    from guiju.gateway.watch import Channel
    from guiju.gateway.work import Ask, Work

MOST_BODY = 8 * 1024 * 1024
Json = dict[str, Any]
_encode = msgspec.json.Encoder().encode


class Voice(Protocol):
    """Says one stream in the manner of its wire; what it says was judged and may leave."""

    in_turn: bool
    """Whether a text ends where another channel begins, as blocks and items do."""

    def named(self, model: str) -> None:
        """The model that says it answers; heard before the first part."""
        ...

    def part(self, index: int, choice: Choice, delta: Json) -> bytes:
        """A piece of a choice: the text of channels by name, or whole tool calls."""
        ...

    def withdrawal(self, notice: Json, channel: Channel) -> bytes:
        """The extension event that takes back what has left of a channel."""
        ...

    def notice(self, notice: Json) -> bytes:
        """The extension event that tells the reader something beside the answer."""
        ...

    def ending(self, finishes: Mapping[int, str], usage: Json, aigc: Mapping[str, str]) -> bytes:
        """The last events: why each choice ended, what was used, the implicit label."""
        ...

    def broken(self, error: Json, status: int) -> bytes:
        """The last event of a stream that was not answered; `error` is our error shape."""
        ...


class Wire(ABC):
    """One API of the outside. As it stands here, a request and an answer are a chat already."""

    name: ClassVar[str]
    in_words: ClassVar[bool] = True
    """Whether its answers are words: then a refusal may be one, and there is a label."""
    request_mark: ClassVar[bytes] = b"x-request-id"
    """The header in which its clients look for the number of a request."""
    asks: ClassVar[str] = "/chat/completions"
    """Where the model service is asked, below its base address."""

    most: ClassVar[int] = MOST_BODY
    """How many bytes a request may have."""
    makes: ClassVar[str] = ""
    """What its answers are made of, if not of words or numbers: `picture` or `sound`."""

    forms: ClassVar[bool] = False
    """Whether the model service is asked by a form."""

    def parsed(self, ask: Ask) -> Json:
        """The request as an object; raises Invalid `invalid-request`."""
        return json_of(ask.raw)

    def given(self, work: Work) -> bytes:
        """What of the request goes into the record."""
        return work.ask.raw

    def files(self, body: Json) -> tuple[FormFile, ...]:  # noqa: ARG002 - other wires have some
        """The files that go to the model service beside the question."""
        return ()

    def format_of(self, body: Json) -> str:  # noqa: ARG002 - as above
        """What a medium of the answer must be, as `media.labelling` knows it."""
        return self.makes

    def handed_over(self, work: Work) -> Reply:
        """The answer of a wire that makes media, once each carries its label."""
        return Reply(200, _encode(self.whole(work, {}, {})))

    def read(self, body: Json) -> Json:
        """The request as a chat; raises Invalid naming the field that cannot be read."""
        return body

    def again(self, body: Json) -> Json:
        """A request as it was kept, as a chat; raises as `read`."""
        return self.read(body)

    def choices(self, body: Json) -> int:
        """How many answers side by side were asked for."""
        return int(body.get("n") or 1)

    def question(self, body: Json, *, stream: bool) -> Json:
        """What the model service is asked, without what it need not know (Article 11)."""
        question = body.copy()
        for key in body.keys() & KEPT_BACK:
            del question[key]
        if stream:
            # Usage is part of the record, whether the client asked for it or not.
            question["stream_options"] = {"include_usage": True}
        return question

    def ear(self) -> Callable[[Json], Json] | None:
        """How a chunk of the model becomes a chunk of a chat; None where it is one."""
        return None

    def answered(self, answer: Json) -> Json:
        """The model's whole answer as that of a chat."""
        return answer

    def kept(self, answer: Json | None) -> Any:
        """What of a whole answer goes into the record."""
        return answer

    @abstractmethod
    def whole(self, work: Work, answer: Json, aigc: Mapping[str, str]) -> Json:
        """What the client gets for a judged and labelled answer."""

    def voice(self, work: Work) -> Voice:
        """Who says this stream; a wire that refuses streams has nobody."""
        raise RuntimeError(f"a stream was asked of {work.wire.name}")

    def error(self, body: Json, status: int) -> Json:  # noqa: ARG002 - other wires word it by status
        """Our error shape as the clients of this wire read it."""
        return body
