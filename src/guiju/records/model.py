# SPDX-License-Identifier: Apache-2.0
"""What is kept of one use of the service: a head without content, and a body that is sealed.

Structs of msgspec, as some are made for each request: frozen dataclasses cost ten times as much to
make.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from guiju.kernel import Statement
from guiju.records.sameness import Part


class Screening(Statement, frozen=True):
    """How one direction was judged; `verdict` is None when there was nothing to judge."""

    verdict: str | None
    screened: str


class Finding(msgspec.Struct, frozen=True):
    """One hit: where and by which rule, never the words themselves. Offsets are characters.

    `by` is the operator's named rule that decided what was done; None where the hit's own rule did.
    """

    direction: str
    harm: str
    detector: str
    rule: str
    action: str
    start: int
    end: int
    by: str | None = None

    def as_facts(self) -> dict[str, object]:
        """The form in which evidence holds it."""
        facts: dict[str, object] = {
            "direction": self.direction,
            "harm": self.harm,
            "detector": self.detector,
            "rule": self.rule,
            "action": self.action,
            "start": self.start,
            "end": self.end,
        }
        return facts if self.by is None else facts | {"by": self.by}


WAIVED = "waived"
"""In place of where the visible label stands, of content that somebody gets without one."""


class Label(Statement, frozen=True):
    """The AI label an answer carried (Article 12); `place` is where the visible one stood."""

    produce_id: str
    place: str | None
    implicit: bool


class Medium(msgspec.Struct, frozen=True):
    """A picture, a sound or a film that was delivered, and the marks it carries (Article 12).

    `kind` is its media type; `explicit` says what people perceive, `implicit` where machines read
    the label: `inside` it, or `beside` it for raw samples. `digest` and `size` are those of the
    bytes that left. `content` is kept, sealed, only of what is fetched later. `producer` is whose
    label it had before and keeps, where it had one. `watermark` is the mark in a picture, in
    hexadecimal. `looked` says how it was screened. `credentials`: a manifest of C2PA is around it;
    with that alone `implicit` is `credentials`.
    """

    produce_id: str
    kind: str
    digest: str
    size: int
    explicit: str
    implicit: str
    content: bytes | None = None
    producer: str | None = None
    looked: str | None = None
    watermark: str | None = None
    credentials: bool | None = None

    def as_facts(self) -> dict[str, object]:
        """The form in which evidence holds it; never the content."""
        facts: dict[str, object] = {
            "produce_id": self.produce_id,
            "kind": self.kind,
            "digest": self.digest,
            "size": self.size,
            "explicit": self.explicit,
            "implicit": self.implicit,
        }
        beside = {
            "producer": self.producer,
            "looked": self.looked,
            "watermark": self.watermark,
            "credentials": self.credentials,
        }
        return facts | {name: value for name, value in beside.items() if value is not None}


class Job(msgspec.Struct, frozen=True):
    """A film that a model service has begun to make; `theirs` is the id by which it knows it."""

    theirs: str
    seconds: str
    size: str


class Carried(msgspec.Struct, frozen=True):
    """The label of a picture that came with a request: its numbers and producer.

    `digest` is that of the picture which carries it.
    """

    numbers: tuple[str, ...]
    producer: str
    digest: str


class PictureScreening(msgspec.Struct, frozen=True, omit_defaults=True):
    """One judged picture; `parts` says of each part of screening whether it looked, or why not."""

    picture: str
    direction: str
    verdict: str
    screened: str
    policy: str
    found: int
    harms: list[str]
    parts: dict[str, str]
    request: str = ""


class Usage(Statement, frozen=True):
    """Tokens as the model counted them; characters of the model's text delivered and covered."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    characters: int = 0
    covered: int = 0


class Source(Statement, frozen=True):
    """Who generated, where a policy names several: the upstream, the model as it knows it.

    `name` is that under which people ask for the model, another than they asked for when that one
    was not to be had; `attempts` is how many were asked, this one included.
    """

    upstream: str
    model: str
    name: str
    attempts: int


class Detail(Statement, frozen=True, omit_defaults=True):
    """What a head holds beside its columns, as its evidence has it too."""

    input: Screening
    output: Screening
    label: Label
    usage: Usage
    source: Source | None = None
    training: int = 0
    companion: bool = False
    sensitive: int = 0


class Exchange(msgspec.Struct, frozen=True):
    """One answered request. `input` and `output` are the content; all else is the head.

    The content stays for `retention_days`; 0: it is not kept at all.
    """

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
    media: tuple[Medium, ...] = ()
    pictures: tuple[PictureScreening, ...] = ()
    carried: tuple[Carried, ...] = ()
    job: Job | None = None
    waived: str | None = None
    terms: tuple[tuple[str, str], ...] = ()
    """Exact terms in the input by which the policy lets it be found: kind and form."""
    training: int = 0
    """The number of the person's consent to training that was in force; 0: there was none."""
    companion: bool = False
    """Whether it was said to a companion (CAC Order 21)."""
    sensitive: int = 0
    """The number of the consent to sensitive information by which content is kept; 0: by none."""
    parts: tuple[Part, ...] = ()
    """By what each piece of the content is found again where it was delivered to others too."""

    def detail(self) -> Detail:
        """Verdicts, label, usage and source."""
        return Detail(
            self.incoming,
            self.outgoing,
            self.label,
            self.usage,
            self.source,
            self.training,
            self.companion,
            self.sensitive,
        )


class ExchangeFacts(Statement, frozen=True, omit_defaults=True):
    """What the evidence of an exchange says; never its content."""

    request: str
    service: str
    agreement: int
    policy: str
    input: Screening
    output: Screening
    label: Label
    usage: Usage
    finish: str
    model: str
    route: str
    stream: bool
    source: Source | None = None
    training: int = 0
    companion: bool = False
    sensitive: int = 0


class Refusal(msgspec.Struct, frozen=True):
    """A request of a known caller that was turned away before any generation.

    `count` is more than one where the same was said to many that came within a second.
    """

    request: str
    at: datetime
    route: str
    key: str
    person: str | None
    code: str
    count: int = 1
    pictures: tuple[PictureScreening, ...] = ()
