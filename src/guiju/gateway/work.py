# SPDX-License-Identifier: Apache-2.0
"""What the stations pass along: one request's plain values, filled in from front to back."""

from __future__ import annotations

from dataclasses import replace as amend
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from guiju.accounts import Caller
from guiju.gateway.limiting import Hold, Mark, Shares, Tally
from guiju.gateway.passages import by_message
from guiju.gateway.rules import Rules
from guiju.gateway.wires import CHAT, Wire
from guiju.kernel import Text, digest
from guiju.labelling import TELLING, AigcLabel, Place, language_of, unbound
from guiju.records import (
    Carried,
    Finding,
    Job,
    Part,
    PictureScreening,
    Screening,
    Source,
    Usage,
    VideoJob,
    picture_screening,
)
from guiju.screening import Direction, Outcome, Screen, Verdict
from guiju.screening.images import ImageVerdict

if TYPE_CHECKING:
    from guiju.gateway.eyes import Eyes
    from guiju.gateway.media.model import Made
    from guiju.gateway.pictures import Picture
    from guiju.gateway.relay import Relay
    from guiju.gateway.signals import AskGuards
    from guiju.gateway.use import Use
    from guiju.minors import Wards

_GAP = "\n\n"
_MOST_FINDINGS = 100
_STOPPING = frozenset({Outcome.REFUSE.value, Outcome.BLOCK.value})
_JSON = frozenset({"json_object", "json_schema"})
NOTHING = Screening(None, "nothing-to-judge")


class Ask(msgspec.Struct, frozen=True):
    """The request as it came in: headers that count, and the raw body.

    `kind` is the media type of the body, `base` the address by which the client reached us,
    `explicit_label` what is asked of the visible label.
    """

    request: str
    produce_id: str
    at: datetime
    route: str
    token: str | None
    user_header: str | None
    language: str
    raw: bytes
    kind: str = ""
    base: str = ""
    explicit_label: str | None = None
    signals: Signals | None = None


class Signals(msgspec.Struct, frozen=True):
    """What an app says by headers: that its reader's minors' mode is on, which persona it is."""

    mode: str | None
    persona: str | None


class Judged(msgspec.Struct):
    """One choice of a whole answer: how it may leave, and how much of it the verdict covers.

    `raw` are its texts as the model wrote them, `texts` as they would leave.
    """

    choice: dict[str, Any]
    outcome: Outcome
    screened: str
    characters: int
    covered: int
    raw: list[str]
    texts: list[str]


class Work(msgspec.Struct):
    """One request on its way through the stations.

    A struct, as those of `signals`: half of its forty members are made anew for each request.
    """

    ask: Ask
    rules: Rules
    wire: Wire = CHAT
    body: dict[str, Any] = msgspec.field(default_factory=dict)
    stream: bool = False
    model: str = ""
    end_user: str | None = None
    caller: Caller | None = None
    shares: Shares | None = None
    """What this worker has in hand of everybody; None where nothing is counted, as in a trial."""
    hold: Hold | Tally | None = None
    marks: list[Mark] = msgspec.field(default_factory=list)
    """What the head of the answer says besides."""
    wards: Wards | None = None
    """Who is protected; None where nobody is, as in a trial."""
    minor: bool = False
    """Whether a minor reads the answer."""
    signalled: bool = False
    """Whether only a device or platform says so."""
    companion: bool = False
    """Whether it is said to a companion (CAC Order 21)."""
    danger: bool = False
    """Whether somebody who says it may be in danger."""
    use: Use | None = None
    """The time that is counted while this is answered."""
    instead: Text | None = None
    """What the operator says in place of any answer."""
    notices: list[dict[str, Any]] = msgspec.field(default_factory=list)
    """What the reader is told beside the answer."""
    incoming: Screening = NOTHING
    outgoing: Screening = NOTHING
    findings: list[Finding] = msgspec.field(default_factory=list)
    met: set[str] = msgspec.field(default_factory=set)
    """The operator's named rules that have decided about a finding of this request."""
    named: set[str] = msgspec.field(default_factory=set)
    """What an answer of the operator may name of what stopped something: ids, rules of entries."""
    stopped: bool = False
    input_outcome: Outcome = Outcome.PASS
    answer: dict[str, Any] | None = None
    source: Source | None = None
    """Who generates, when the policy names several that could."""
    judged: list[Judged] = msgspec.field(default_factory=list)
    relay: Relay | None = None
    pictures: list[Picture] = msgspec.field(default_factory=list)
    seen: list[PictureScreening] = msgspec.field(default_factory=list)
    """What was seen in each picture, coming and going."""
    made: list[Made] = msgspec.field(default_factory=list)
    """The pictures or the sound of an answer."""
    before: list[AigcLabel] = msgspec.field(default_factory=list)
    """The labels that pictures of the request carry."""
    carried: list[Carried] = msgspec.field(default_factory=list)
    """The same as the record names them."""
    parts: list[Part] = msgspec.field(default_factory=list)
    """By what the content that leaves is found again."""
    job: Job | None = None
    """A film that has begun to be made."""
    film: VideoJob | None = None
    """The film that is fetched."""
    waived: str | None = None
    """The terms on which the visible label is left out."""
    withheld: dict[str, str] = msgspec.field(default_factory=dict)
    place: str | None = None
    usage: Usage = msgspec.field(default_factory=Usage)
    finish: str = "stop"
    _aigc: dict[str, str] | None = None
    _label_place: Place | None = None

    def note(self, verdict: Verdict, direction: str) -> None:
        """Keep what a verdict found, as records hold it; of a flood the worst of it.

        Each finding becomes a leaf of the ledger, and one request must not fill it.
        """
        found = verdict.findings
        if not found:
            return
        room = _MOST_FINDINGS - len(self.findings)
        if len(found) > room:
            found = tuple(sorted(found, key=lambda one: -one.outcome.rank)[: max(room, 1)])
        for one in found:
            if one.by is not None:
                self.met.add(one.by)
            if one.outcome.stops:
                self.named |= {one.entry, one.rule}
            self.findings.append(
                Finding(
                    direction=direction,
                    harm=one.harm,
                    detector=one.detector,
                    rule=one.rule,
                    action=one.outcome.value,
                    start=one.start,
                    end=one.end,
                    by=one.by,
                )
            )

    def note_picture(self, verdict: ImageVerdict, picture: bytes, direction: Direction) -> None:
        """Keep how a picture was judged and what was found; of text in it, where in what was read.

        The picture itself is told by its digest.
        """
        self.seen.append(picture_screening(verdict, digest(picture), direction, self.ask.request))
        room = max(_MOST_FINDINGS - len(self.findings), 1)
        self.findings += [
            Finding(
                direction=direction,
                harm=one.harm,
                detector=one.detector,
                rule=one.rule,
                action=one.outcome.value,
                start=one.start or 0,
                end=one.end or 0,
            )
            for one in verdict.findings[:room]
        ]

    @property
    def delivers(self) -> bool:
        """Whether anything of what was generated leaves."""
        return bool(self.usage.characters) or any(one.medium is not None for one in self.made)

    def eyes(self) -> Eyes | None:
        """Who looks at pictures for whoever reads this; None: nobody."""
        return self.rules.stricter_eyes if self.minor else self.rules.eyes

    def prompt(self) -> str:
        """The last message of the request: what an answer is to be understood by."""
        texts = by_message({"messages": self.body["messages"][-1:]})
        return texts[-1] if texts else ""

    def refusal(self) -> str:
        """What is said instead: one of the operator's answers, or the general refusal."""
        if self.instead is not None:
            return self.instead.to(self.ask.language)
        rules = self.rules
        stopping = [one for one in self.findings if one.action in _STOPPING]
        decided = {one.by for one in stopping if one.by is not None}
        harms = {one.harm for one in stopping}
        answer = rules.answers.for_finding(harms, self.named, decided)
        return (answer or rules.refusal).to(self.ask.language)

    def screen(self) -> Screen:
        """The screen for whoever reads this: minors have one of their own."""
        return self.rules.for_minors if self.minor else self.rules.screen

    def asked(self, look: AskGuards) -> AskGuards:
        """What guards are asked, with who reads it and which named rules were met."""
        return replace(look, minor=self.minor, met=tuple(sorted(self.met)))

    def most_choices(self) -> int:
        """How many answers side by side were asked for."""
        return self.wire.choices(self.body)

    # -- the AI label of this answer (Article 12) --------------------------------------------------

    def label_place(self) -> Place:
        """Where the visible label stands; beside text that a program will parse, never inside.

        Asked once what is asked for and whether the label is waived are known, which stays so.
        """
        if self._label_place is None:
            beside = self.waived is not None or self.format() != "text"
            self._label_place = Place.INTERFACE if beside else self.rules.label.place
        return self._label_place

    def wants_json(self) -> bool:
        """Whether the answer was asked for as JSON."""
        return self.format() in _JSON

    def format(self) -> str:
        """The kind of text that was asked for: `text`, `json_object`, `json_schema`, another."""
        wanted = self.body.get("response_format")
        if type(wanted) is not dict:
            return "text"
        kind = wanted.get("type")
        return kind if type(kind) is str else "text"

    def labelled(self, text: str) -> str:
        """A whole text that was delivered, with what precedes or follows it."""
        return self.label_before() + text + self.label_after(text)

    def label_before(self) -> str:
        """What a text is preceded by; of the text nothing is known yet but its reader."""
        if self.label_place() is not Place.START:
            return ""
        return self._words("") + _GAP

    def label_after(self, text: str) -> str:
        """What follows a whole text that was delivered."""
        return _GAP + self._words(text) if self.label_place() is Place.END else ""

    def _words(self, text: str) -> str:
        return self.rules.label.words(language_of(text[:TELLING], self.ask.language))

    def produce_id(self, index: int) -> str:
        """The number of one of several media; the first one's is that of the answer."""
        return f"{self.ask.produce_id}-{index}" if index else self.ask.produce_id

    def label_of(self, index: int) -> AigcLabel:
        """The implicit label of one of several media.

        What is made from one labelled picture keeps that producer; it is generated in any case.
        """
        ours = AigcLabel.from_fields(self.rules.aigc(self.produce_id(index)))
        if len(self.before) != 1:
            return ours
        (theirs,) = self.before
        return amend(
            ours,
            content_producer=theirs.content_producer,
            produce_id=theirs.produce_id,
            reserved_code1=unbound(theirs.reserved_code1),
        )

    def aigc(self) -> dict[str, str]:
        """The implicit label of an answer in words: the seven fields of GB 45438, signed once."""
        if self._aigc is None:
            self._aigc = self.rules.aigc_of_text(self.ask.produce_id)
        return self._aigc
