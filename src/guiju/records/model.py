# SPDX-License-Identifier: Apache-2.0
"""What is kept of one use of the service: a head without content, and a body that is sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Screening:
    """How one direction was judged; `verdict` is None when there was nothing to judge."""

    verdict: str | None
    screened: str

    def as_facts(self) -> dict[str, Any]:
        """The form in which evidence holds it."""
        return {"verdict": self.verdict, "screened": self.screened}


@dataclass(frozen=True, slots=True)
class Finding:
    """One hit: where and by which rule, never the words themselves. Offsets are characters."""

    direction: str
    harm: str
    detector: str
    rule: str
    action: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Label:
    """The AI label an answer carried (Article 12); `place` is where the visible one stood."""

    produce_id: str
    place: str | None
    implicit: bool


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the model counted them; characters of the model's text delivered and covered."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    characters: int = 0
    covered: int = 0


@dataclass(frozen=True, slots=True)
class Exchange:
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

    def detail(self) -> dict[str, Any]:
        """Verdicts, label and usage: the same in the head and in the evidence."""
        label, usage = self.label, self.usage
        return {
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


@dataclass(frozen=True, slots=True)
class Refusal:
    """A request of a known caller that was turned away before any generation."""

    request: str
    at: datetime
    route: str
    key: str
    person: str | None
    code: str
