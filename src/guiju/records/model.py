# SPDX-License-Identifier: Apache-2.0
"""What is kept of one use of the service: a head without content, and a body that is sealed.

Structs of msgspec, as some are made for each request: frozen dataclasses cost ten times as much to
make.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec


class Screening(msgspec.Struct, frozen=True):
    """How one direction was judged; `verdict` is None when there was nothing to judge."""

    verdict: str | None
    screened: str

    def as_facts(self) -> dict[str, Any]:
        """The form in which evidence holds it."""
        return {"verdict": self.verdict, "screened": self.screened}


class Finding(msgspec.Struct, frozen=True):
    """One hit: where and by which rule, never the words themselves. Offsets are characters."""

    direction: str
    harm: str
    detector: str
    rule: str
    action: str
    start: int
    end: int


class Label(msgspec.Struct, frozen=True):
    """The AI label an answer carried (Article 12); `place` is where the visible one stood."""

    produce_id: str
    place: str | None
    implicit: bool


class Usage(msgspec.Struct, frozen=True):
    """Tokens as the model counted them; characters of the model's text delivered and covered."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    characters: int = 0
    covered: int = 0


class Source(msgspec.Struct, frozen=True):
    """Who generated, where a policy names several: the upstream, the model as it knows it.

    `name` is that under which people ask for the model, another than they asked for when that one
    was not to be had; `attempts` is how many were asked, this one included.
    """

    upstream: str
    model: str
    name: str
    attempts: int


class Exchange(msgspec.Struct, frozen=True):
    """One answered request. `input` and `output` are the content; all else is the head."""

    request: str
    at: datetime
    route: str
    stream: bool
    service: str
    person: str
    key: str
    model: str
    policy: str
    agreement: int
    incoming: Screening
    outgoing: Screening
    label: Label
    usage: Usage
    finish: str
    retention_days: int
    input: bytes
    output: bytes
    findings: tuple[Finding, ...] = ()
    source: Source | None = None

    def detail(self) -> dict[str, Any]:
        """Verdicts, label, usage, source: the same in the head and in the evidence."""
        label, usage, source = self.label, self.usage, self.source
        detail: dict[str, Any] = {
            "input": self.incoming.as_facts(),
            "output": self.outgoing.as_facts(),
            "label": {
                "produce_id": label.produce_id,
                "place": label.place,
                "implicit": label.implicit,
            },
            "usage": {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "characters": usage.characters,
                "covered": usage.covered,
            },
        }
        if source is not None:
            detail["source"] = msgspec.structs.asdict(source)
        return detail


class Refusal(msgspec.Struct, frozen=True):
    """A request of a known caller that was turned away before any generation."""

    request: str
    at: datetime
    route: str
    key: str
    person: str | None
    code: str
