# SPDX-License-Identifier: Apache-2.0
"""Which labels a text carries and whether they are right (Article 12).

The absence of a label never shows that a text was not generated.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import msgspec

from guiju.kernel import Invalid
from guiju.labelling.code import GENERATES, check_producer_code
from guiju.labelling.reading import FoundLabel, labels_in
from guiju.labelling.text import Place, has_elements, has_english_elements

WINDOW = 64
"""A label is looked for in so many characters from either end."""

LARGEST_TEXT = 16 * 1024 * 1024
_SENTENCE = re.compile(r"[^\n\r。！？!?；;]+")
_NOT_CHECKED = "not-checked"


class LabelVerdict(StrEnum):
    """What can be said of a file's labels; never that it is not generated."""

    VALID = "present_valid"
    INVALID = "present_invalid"
    ABSENT = "absent"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class ExplicitFound:
    """A visible label and where it stands; `standard`: it has the elements as the standard says."""

    words: str
    place: Place
    standard: bool


@dataclass(frozen=True, slots=True)
class TextReading:
    """What a text carries; `answer` says that it is the JSON answer of an interface."""

    explicit: ExplicitFound | None
    labels: tuple[FoundLabel, ...]
    answer: bool = False
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on a text's labels with its reasons, axis by axis."""

    verdict: LabelVerdict
    label: dict[str, str] | None
    axes: dict[str, str]
    reasons: tuple[str, ...] = field(default=())

    def as_json(self) -> dict[str, object]:
        """The public form, without the file's name."""
        return {
            "verdict": self.verdict.value,
            "label": self.label,
            "axes": self.axes,
            "reasons": list(self.reasons),
        }


def read(text: str) -> TextReading:
    """The labels in a plain text or in the JSON answer of a chat interface."""
    if len(text) > LARGEST_TEXT:
        return TextReading(None, (), complete=False)
    answer = _answer(text)
    shown = text if answer is None else answer
    return TextReading(_explicit(shown), labels_in(text), answer=answer is not None)


def check(text: str) -> Report:
    """The verdict on the labels of a plain text or of the JSON answer of a chat interface."""
    reading = read(text)
    reasons = tuple(_reasons(reading))
    first = reading.labels[0] if reading.labels else None
    return Report(
        _verdict(reading, reasons),
        None if first is None else first.label.fields,
        _axes(reading, first),
        reasons,
    )


def _verdict(reading: TextReading, reasons: tuple[str, ...]) -> LabelVerdict:
    if not reading.complete:
        return LabelVerdict.INCONCLUSIVE
    if reading.explicit is None and not reading.labels:
        return LabelVerdict.ABSENT
    return LabelVerdict.INVALID if reasons else LabelVerdict.VALID


def _reasons(reading: TextReading) -> Iterator[str]:
    if not reading.complete:
        yield "too-large"
        return
    if reading.explicit is None:
        yield "explicit-absent"
    elif not reading.explicit.standard:
        yield "explicit-english-only"
    if reading.answer and not reading.labels:
        yield "implicit-absent"
    if len(reading.labels) > 1:
        yield "implicit-repeated"
    for one in reading.labels:
        yield from one.faults
        if _code(one) == "wrong":
            yield "provider-code-wrong:ContentProducer"


def _axes(reading: TextReading, first: FoundLabel | None) -> dict[str, str]:
    unread = "absent" if reading.complete else "inconclusive"
    faults = () if first is None else first.faults
    charset = any(one.startswith("charset:") for one in faults)
    return {
        "explicit": unread if reading.explicit is None else reading.explicit.place.value,
        "structure": unread if first is None else first.form,
        "fields": unread if first is None else _state(bad=bool(faults)),
        "charset": unread if first is None else _state(bad=charset),
        "code": unread if first is None else _code(first),
        "signature": _NOT_CHECKED,
        "content": _NOT_CHECKED,
        "ledger": _NOT_CHECKED,
        "c2pa": _NOT_CHECKED,
    }


def _state(*, bad: bool) -> str:
    return "wrong" if bad else "right"


def _code(found: FoundLabel) -> str:
    """Whether the producer is named by a right code, a wrong one, or by something else."""
    producer = found.label.content_producer
    if not producer.startswith("00") or not producer.isalnum():
        return "name"
    try:
        check_producer_code(producer, GENERATES)
    except Invalid:
        return "wrong"
    return "right"


def _explicit(text: str) -> ExplicitFound | None:
    shown = text.strip()
    found = [
        ExplicitFound(words, place, has_elements(words))
        for words, place in _edges(shown)
        if has_elements(words) or has_english_elements(words)
    ]
    return max(found, key=lambda one: one.standard, default=None)


def _edges(shown: str) -> Iterator[tuple[str, Place]]:
    """The sentences near either end, each with the end it is nearer to."""
    bases = (0, len(shown) - WINDOW) if len(shown) > WINDOW else (0,)
    for base in bases:
        for one in _SENTENCE.finditer(shown, base, base + WINDOW):
            place = Place.START if one.start() + one.end() < len(shown) else Place.END
            yield one[0].strip(), place


def _answer(text: str) -> str | None:
    """The words of a chat answer, if `text` is one."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        body = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return None
    choices = body.get("choices") if isinstance(body, dict) else None
    if not isinstance(choices, list):
        return None
    return "\n".join(_words(one) for one in choices)


def _words(choice: Any) -> str:
    message = choice.get("message") if isinstance(choice, dict) else None
    holder, key = (message, "content") if isinstance(message, dict) else (choice, "text")
    words = holder.get(key) if isinstance(holder, dict) else None
    return words if isinstance(words, str) else ""
