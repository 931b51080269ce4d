# SPDX-License-Identifier: Apache-2.0
"""An exchange without sockets: rules with invented words, a caller, and the events of a model."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

from guiju.accounts import Caller, KeyKind, PersonState
from guiju.gateway.chunks import chunks_of
from guiju.gateway.exchange import Exchange
from guiju.gateway.route import ROUTES
from guiju.gateway.rules import Rules
from guiju.gateway.signals import (
    AskModel,
    CallerKnown,
    Command,
    End,
    Event,
    LookUp,
    ModelChunk,
    Record,
    Recorded,
    Reply,
    RequestArrived,
    Send,
    StopModel,
)
from guiju.gateway.sse import EventReader
from guiju.gateway.work import Ask, Work
from guiju.kernel import Text
from guiju.labelling import ExplicitLabel, Place, first_write, producer_code
from guiju.limits import Plan
from guiju.screening import Screen

BLOCKED, MASKED, REVIEWED = "青铜月亮会", "蓝鲸口令", "石榴暗号"
REFUSAL = Text(zh="抱歉，不能回答。", en="Sorry, no answer.")
ENTRIES = [
    {"term": BLOCKED, "harm": "A1g", "action": "block"},
    {"term": MASKED, "harm": "A4f", "action": "mask"},
    {"term": REVIEWED, "harm": "A4g", "action": "review"},
]


@cache
def screen() -> Screen:
    """The screen of these words. It never changes, so all tests have one: each takes a while."""
    return Screen.load({"entry": ENTRIES}, "d" * 64)


def rules(*, place: Place = Place.END, as_error: bool = False, plan: Plan | None = None) -> Rules:
    return Rules(
        policy="d" * 64,
        screen=screen(),
        reply_as_error=as_error,
        refusal=REFUSAL,
        label=ExplicitLabel(place, "本回答由人工智能生成", "AI-generated"),
        retention_days=183,
        service="service",
        plan=plan or Plan(),
        implicit=first_write(producer_code("91000000EXAMPLE03X", model="DEMO"), "x").fields,
    )


def caller(**changes: Any) -> Caller:
    values: dict[str, Any] = {
        "kind": KeyKind.USER,
        "key": "key_1",
        "app": None,
        "person": "pe_1",
        "state": PersonState.ACTIVE,
        "agreement": 1,
        "agreement_required": 1,
    }
    return Caller(**(values | changes))


def exchange(text: str = "你好", used: Rules | None = None, **body: Any) -> Exchange:
    asked = {"model": "m", "messages": [{"role": "user", "content": text}], **body}
    return on("/v1/chat/completions", asked, used)


def on(path: str, body: dict[str, Any], used: Rules | None = None) -> Exchange:
    """An exchange for a request to `path`."""
    wire, stations = ROUTES[path]
    ask = Ask(
        request="req_1",
        produce_id="p-1",
        at=datetime(2026, 11, 24, tzinfo=UTC),
        route=path,
        token="gj-user-x",
        user_header=None,
        language="zh",
        raw=json.dumps(body).encode(),
    )
    return Exchange(Work(ask, used or rules(), wire), stations)


def come(chunk: Any) -> ModelChunk:
    """A chunk as it comes off the wire."""
    (read,) = chunks_of([json.dumps(chunk).encode()]).chunks
    return ModelChunk(read)


class Play:
    """Plays the world around an exchange and keeps what it commanded."""

    def __init__(self, subject: Exchange, who: Caller | None = None) -> None:
        self.subject = subject
        self.who = who or caller()
        self.commands: list[Command] = []

    def tell(self, event: Event) -> list[Command]:
        found = self.subject.handle(event)
        self.commands += found
        for one in found:
            if isinstance(one, LookUp):
                self.tell(CallerKnown(self.who))
        return found

    def begin(self) -> Play:
        self.tell(RequestArrived())
        return self

    def speak(self, *pieces: str, **delta: Any) -> bool:
        """Send content chunks; False when the exchange stopped the model."""
        for piece in pieces:
            choice = {"index": 0, "delta": {"content": piece, **delta}, "finish_reason": None}
            if StopModel() in self.tell(come({"choices": [choice]})):
                return False
        return True

    def recorded(self) -> Play:
        self.tell(Recorded())
        return self

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.commands if isinstance(one, kind)]

    @property
    def asked(self) -> bool:
        return bool(self.of(AskModel))

    @property
    def record(self) -> Any:
        (found,) = self.of(Record)
        return found.item

    @property
    def reply(self) -> tuple[int, dict[str, Any]]:
        (found,) = self.of(Reply)
        return found.status, json.loads(found.body)

    def chunks(self) -> list[dict[str, Any]]:
        wire = b"".join(one.data for one in self.commands if isinstance(one, Send | End))
        payloads = EventReader().feed(wire)
        return [json.loads(one) for one in payloads if one != b"[DONE]"]

    @property
    def done(self) -> bool:
        return b"".join(one.data for one in self.of(End)).endswith(b"data: [DONE]\n\n")

    def said(self) -> str:
        deltas = [one["delta"] for chunk in self.chunks() for one in chunk.get("choices", ())]
        return "".join(one.get("content") or "" for one in deltas)

    def finish(self) -> str | None:
        found = [one["finish_reason"] for chunk in self.chunks() for one in chunk["choices"]]
        return next((one for one in found if one), None)
