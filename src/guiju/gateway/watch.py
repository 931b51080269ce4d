# SPDX-License-Identifier: Apache-2.0
"""The sentences of a stream on their way to classifier and guard models and back (Article 14).

Pure: says what is to be asked, and remembers what was asked until it is heard.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from guiju.gateway.sentences import Sentences
from guiju.gateway.signals import AskGuards
from guiju.kernel import Text
from guiju.screening import Verdict

if TYPE_CHECKING:
    from guiju.gateway.escapes import Resolver
    from guiju.gateway.rules import Streaming
    from guiju.gateway.withheld import Suspense
    from guiju.screening import Stream

CALLS = "tool_calls"
UNHEARD = "guards-not-heard"
# Characters before a sentence that are judged together with it: a sentence alone can be innocent.
_CONTEXT = 120


@dataclass(slots=True)
class Channel:
    """One channel of one choice: its scanner, what the model said and what was let through."""

    scanner: Stream
    index: int
    name: str
    resolver: Resolver | None = None
    raw: list[str] = field(default_factory=list)
    delivered: list[str] = field(default_factory=list)
    verdict: Verdict | None = None
    sentences: Sentences | None = None
    before: str = ""  # what stands before the next sentence, as far as it is of interest
    taken: int = 0  # characters of all sentences so far
    uncovered: int = 0  # characters delivered that a guard did not judge
    unscreened: str = ""  # and why not
    withdrawn: int | None = None  # from which character on
    known: str = ""  # the end of what stood before in the same channel, which its scanner knows
    suspense: Suspense | None = None  # what of it may be withdrawn content
    skip: int = 0  # characters of that which the scanner has yet to let go of
    straight: bool = False  # whether what the scanner lets go of leaves as it is, at once


@dataclass(frozen=True, slots=True)
class Window:
    """A sentence that is to be judged, or the whole of a channel, or a choice's tool calls."""

    index: int
    name: str
    text: str
    channel: Channel | None = None
    start: int = 0
    context: str = ""
    delivered: bool = False
    whole: bool = False


class Watch:
    """What waits to be asked about, and what was asked and is not heard yet."""

    def __init__(self, streaming: Streaming, prompt: str) -> None:
        """`prompt` is what the answer is to be understood by."""
        self._streaming = streaming
        self._prompt = prompt
        self._pending: list[Window] = []
        self._asked: dict[int, list[Window]] = {}
        self._number = 0
        self._at_once = streaming.mode == "fast"

    def take(self, channel: Channel, text: str) -> str:
        """Cut `text` into sentences; returns what of it may be delivered before it is judged."""
        if channel.sentences is None:
            strict = self._streaming.mode == "strict"
            channel.sentences = Sentences(None if strict else self._streaming.window)
        for sentence in channel.sentences.feed(text):
            self._add(channel, sentence)
        if not self._at_once:
            return ""
        channel.delivered.append(text)
        return text

    def end(self, channel: Channel) -> None:
        """The channel is at its end: its last sentence is one even if nothing ends it."""
        rest = "" if channel.sentences is None else channel.sentences.close()
        if rest:
            self._add(channel, rest)

    def add_calls(self, index: int, readable: str) -> None:
        """Tool calls are judged whole, and wait for that in every mode."""
        self._pending.append(Window(index, CALLS, readable))

    def look(self) -> AskGuards | None:
        """What is to be asked now."""
        windows, self._pending = self._pending, []
        return self._ask(windows, wait=not self._at_once) if windows else None

    def last_look(self, channels: Sequence[Channel]) -> AskGuards | None:
        """What is to be asked at the end of the answer; the whole of each channel comes first."""
        windows, self._pending = self._pending, []
        if self._streaming.whole and self._streaming.mode != "strict":
            windows = [*(_whole(one, windows) for one in channels if one.taken), *windows]
        return self._ask(windows, wait=True) if windows else None

    def heard(self, look: AskGuards, verdicts: Sequence[Verdict]) -> list[tuple[Window, Verdict]]:
        """The windows of a look with what was said of them; what a guard left out is noted."""
        windows = self._asked.pop(look.number)
        for window, verdict in zip(windows, verdicts, strict=True):
            if verdict.screened != "full" and window.channel is not None:
                window.channel.unscreened = verdict.screened
                window.channel.uncovered += len(window.text) * (not window.whole)
        return list(zip(windows, verdicts, strict=True))

    def give_up(self) -> None:
        """Nobody will be heard any more: what left unjudged is noted as such."""
        for window in [*self._pending, *(one for each in self._asked.values() for one in each)]:
            if window.delivered and not window.whole and window.channel is not None:
                window.channel.unscreened = UNHEARD
                window.channel.uncovered += len(window.text)
        self._pending, self._asked = [], {}

    def _add(self, channel: Channel, text: str) -> None:
        window = Window(
            channel.index,
            channel.name,
            text,
            channel,
            channel.taken,
            channel.before,
            delivered=self._at_once,
        )
        self._pending.append(window)
        channel.taken += len(text)
        channel.before = (channel.before + text)[-_CONTEXT:]

    def _ask(self, windows: list[Window], *, wait: bool) -> AskGuards:
        self._number += 1
        self._asked[self._number] = windows
        texts = tuple(one.context + one.text for one in windows)
        return AskGuards(texts, "output", self._prompt, wait, self._number)


def _whole(channel: Channel, waiting: Sequence[Window]) -> Window:
    texts = [one.text for one in waiting if one.channel is channel and not one.delivered]
    text = "".join((*channel.delivered, *texts))
    return Window(
        channel.index, channel.name, text, channel, delivered=bool(channel.delivered), whole=True
    )


def withdrawal(window: Window, verdict: Verdict, before: int, language: str) -> dict[str, Any]:
    """The extension event of contract.md; `choices` is empty so that no client stumbles over it."""
    return {
        "object": "guiju.withdrawal",
        "choices": [],
        "choice": window.index,
        "channel": window.name,
        "from": window.start + before if window.start else 0,
        "reason": "content-blocked",
        "harms": sorted(verdict.harms),
        "notice": _NOTICE.to(language),
    }


_NOTICE = Text(
    zh="此处以下的内容已被撤回：审查认定不得提供。如有异议可申诉。",
    en="What follows is withdrawn: it must not be provided. If you disagree, you may appeal.",
)
