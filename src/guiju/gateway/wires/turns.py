# SPDX-License-Identifier: Apache-2.0
"""What APIs of blocks and items have in common: how earlier turns are read, and a voice."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from guiju.gateway.passages import PLACE

if TYPE_CHECKING:
    from guiju.gateway.choices import Choice
    from guiju.gateway.watch import Channel
    from guiju.gateway.work import Work

Json = dict[str, Any]

_GAP = "\n\n"


def as_one_text(texts: Iterable[str]) -> str:
    """Texts that stand beside each other; the model reads a gap between them."""
    return _GAP.join(texts)


def content_of(parts: list[str | Json]) -> str | list[Json]:
    """Texts and pictures as the content of a message; texts alone are one text."""
    texts = [one for one in parts if isinstance(one, str)]
    if len(texts) == len(parts):
        return as_one_text(texts)
    return [{"type": "text", "text": one} if isinstance(one, str) else one for one in parts]


def picture(url: str, where: str, detail: Any = None) -> Json:
    """A picture as a part of a chat, which remembers where it stood."""
    image: dict[Any, Any] = {"url": url, PLACE: where}
    if detail is not None:
        image["detail"] = detail
    return {"type": "image_url", "image_url": image}


def assistant_turn(texts: list[str], calls: list[Json], thoughts: list[str]) -> Json:
    """What the assistant said before: text, calls, and the thought that led to calls.

    Thoughts before a mere text are left out, as the services that think leave them out as well.
    """
    message: Json = {"role": "assistant", "content": as_one_text(texts) if texts else None}
    if calls:
        message["tool_calls"] = calls
        if thoughts:
            message["reasoning_content"] = as_one_text(thoughts)
    elif not texts:
        message["content"] = ""
    return message


class TurnVoice(ABC):
    """Says a stream as one block after another.

    Calls of tools are kept for the end: then the visible label still stands in the text before
    them, and no program acts on an answer that is not on record.
    """

    in_turn = True

    def __init__(self, work: Work) -> None:
        """Nothing was said yet."""
        self._work = work
        self._model = work.model
        self._speaking: str | None = None  # the channel whose block is open
        self._place = -1  # the number of that block
        self._calls: list[Json] = []
        self._places: dict[int, int] = {}  # in which block a channel was said

    def named(self, model: str) -> None:
        """The model that says it answers."""
        self._model = model

    def part(self, index: int, choice: Choice, delta: Json) -> bytes:  # noqa: ARG002 - there is one
        """Text goes into the open block, or a new one; calls wait."""
        events: list[bytes] = []
        for name, said in delta.items():
            if name == "tool_calls":
                self._calls += said
                continue
            if name != self._speaking:
                events += self._ended()
                events += self._begin(name)
                self._speaking = name
            channel = choice.channels.get(name)
            if channel is not None:
                self._places[id(channel)] = self._place
            events.append(self._say(name, said, choice.marks or []))
        return b"".join(events)

    def _where(self, name: str, channel: Channel) -> Json:
        """In which block the text of a channel stands, as a field of this name."""
        place = self._places.get(id(channel))
        return {} if place is None else {name: place}

    def _ended(self) -> list[bytes]:
        """End the open block, if there is one."""
        name, self._speaking = self._speaking, None
        return [] if name is None else self._end(name)

    @abstractmethod
    def _begin(self, name: str) -> list[bytes]:
        """Open a block for the text of a channel, and count it in `_place`."""

    @abstractmethod
    def _say(self, name: str, said: str, marks: list[Json]) -> bytes:
        """A piece of the open block, with its log probabilities where they are wanted."""

    @abstractmethod
    def _end(self, name: str) -> list[bytes]:
        """Close the block of a channel."""
