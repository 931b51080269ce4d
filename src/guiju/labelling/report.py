# SPDX-License-Identifier: Apache-2.0
"""What can be said of labels that were read: a verdict with reasons, axis by axis (Article 12).

The absence of a label never shows that something was not generated.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from guiju.kernel import Invalid
from guiju.labelling.code import GENERATES, check_producer_code
from guiju.labelling.provenance import Provenance, State
from guiju.labelling.reading import FoundLabel
from guiju.labelling.security import Standing, Trust
from guiju.labelling.text import Place

_NOT_CHECKED = "not-checked"
NOBODY_LOOKED = Provenance(State.NOT_CHECKED)


class LabelVerdict(StrEnum):
    """What can be said of a file's labels; never that it is not generated."""

    VALID = "present_valid"
    INVALID = "present_invalid"
    ABSENT = "absent"
    INCONCLUSIVE = "inconclusive"


class Judgement(StrEnum):
    """What a platform tells its users: rule labels.propagation.verdicts, or nothing known."""

    IS = "is"
    MAY_BE = "may-be"
    SUSPECTED = "suspected"
    UNKNOWN = "unknown"


class Hiding(StrEnum):
    """What a watermark says; that none was found says nothing of where a picture is from."""

    NOT_CHECKED = "not-checked"
    NONE_FOUND = "none-found"
    FOUND = "found"
    """A mark, and no label that could be held against it."""
    SAME = "same"
    """The mark of the number in the label."""
    OTHER = "other"
    """The mark of another number than the label gives."""


@dataclass(frozen=True, slots=True)
class ExplicitFound:
    """A visible label and where it stands; `standard`: it has the elements as the standard says."""

    words: str
    place: Place
    standard: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text or a file carries.

    `answer`: the text is the JSON answer of an interface. `stopped` says why reading ended early.
    `looked`: a visible label was looked for, which in pictures and sound it cannot be.
    """

    explicit: ExplicitFound | None
    labels: tuple[FoundLabel, ...]
    answer: bool = False
    stopped: tuple[str, ...] = ()
    format: str = "text"
    looked: bool = True

    @property
    def has_a_place(self) -> bool:
        """Whether this has a place for an implicit label, as plain text has not."""
        return self.answer or self.format != "text"


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on the labels with its reasons, axis by axis; `mark` is that of a watermark."""

    verdict: LabelVerdict
    label: dict[str, str] | None
    axes: dict[str, str]
    reasons: tuple[str, ...] = field(default=())
    mark: str | None = None

    def as_json(self) -> dict[str, object]:
        """The public form, without the file's name."""
        said: dict[str, object] = {
            "verdict": self.verdict.value,
            "label": self.label,
            "axes": self.axes,
            "reasons": list(self.reasons),
        }
        return said if self.mark is None else {**said, "mark": self.mark}


def report(
    reading: Reading,
    standing: Standing | None = None,
    hiding: Hiding = Hiding.NOT_CHECKED,
    manifest: Provenance = NOBODY_LOOKED,
) -> Report:
    """The verdict on what was read.

    `standing` is what the signatures in its first label show, `hiding` what a watermark does,
    `manifest` what one of C2PA does.
    """
    beside = (*_HIDDEN.get(hiding, ()), *_vouched(reading, manifest))
    said = (*_reasons(reading), *_unsound(standing), *beside)
    reasons = tuple(dict.fromkeys(said))
    first = reading.labels[0] if reading.labels else None
    return Report(
        _verdict(reading, reasons),
        None if first is None else first.label.fields,
        _axes(reading, first, hiding, manifest) | _trust(standing),
        reasons,
    )


def _verdict(reading: Reading, reasons: tuple[str, ...]) -> LabelVerdict:
    if reading.stopped:
        return LabelVerdict.INCONCLUSIVE
    if reading.explicit is None and not reading.labels:
        return LabelVerdict.ABSENT
    return LabelVerdict.INVALID if reasons else LabelVerdict.VALID


def _reasons(reading: Reading) -> Iterator[str]:
    yield from reading.stopped
    if not reading.stopped:
        yield from _missing(reading)
    if len(reading.labels) > 1:
        yield "implicit-repeated"
    for one in reading.labels:
        yield from one.faults
        if _code(one) == "wrong":
            yield "provider-code-wrong:ContentProducer"


def _unsound(standing: Standing | None) -> Iterator[str]:
    if standing is None:
        return
    if standing.signature is Trust.FAILED:
        yield "signature-failed:ReservedCode1"
    if standing.propagator is Trust.FAILED:
        yield "signature-failed:ReservedCode2"
    if standing.content is Trust.FAILED:
        yield "content-other"


def _vouched(reading: Reading, manifest: Provenance) -> Iterator[str]:
    if manifest.state is State.INVALID:
        yield "c2pa-invalid"
    elif manifest.captured and any(one.label.label == "1" for one in reading.labels):
        yield "c2pa-contradicts"


def _trust(standing: Standing | None) -> dict[str, str]:
    if standing is None:
        return {}
    return {
        "signature": standing.signature.value,
        "propagator": standing.propagator.value,
        "content": standing.content.value,
    }


def _missing(reading: Reading) -> Iterator[str]:
    if reading.looked and reading.explicit is None:
        yield "explicit-absent"
    elif reading.explicit is not None and not reading.explicit.standard:
        yield "explicit-english-only"
    if reading.has_a_place and not reading.labels:
        yield "implicit-absent"


_HIDDEN = {Hiding.FOUND: ("watermark-alone",), Hiding.OTHER: ("watermark-other",)}


def _judgement(
    reading: Reading, first: FoundLabel | None, hiding: Hiding, manifest: Provenance
) -> Judgement:
    if first is not None:
        said = {"1": Judgement.IS, "2": Judgement.MAY_BE, "3": Judgement.SUSPECTED}
        return said.get(first.label.label, Judgement.SUSPECTED)
    hidden = hiding is Hiding.FOUND or manifest.generated
    traces = reading.explicit is not None or hidden
    return Judgement.SUSPECTED if traces else Judgement.UNKNOWN


def _axes(
    reading: Reading, first: FoundLabel | None, hiding: Hiding, manifest: Provenance
) -> dict[str, str]:
    unread = "inconclusive" if reading.stopped else "absent"
    faults = () if first is None else first.faults
    charset = any(one.startswith("charset:") for one in faults)
    explicit = unread if reading.looked else _NOT_CHECKED
    return {
        "format": reading.format,
        "place": unread if first is None else first.place or "text",
        "explicit": explicit if reading.explicit is None else reading.explicit.place.value,
        "structure": unread if first is None else first.form,
        "fields": unread if first is None else _state(bad=bool(faults)),
        "charset": unread if first is None else _state(bad=charset),
        "code": unread if first is None else _code(first),
        "signature": _NOT_CHECKED,
        "propagator": _NOT_CHECKED,
        "content": _NOT_CHECKED,
        "ledger": _NOT_CHECKED,
        "c2pa": manifest.state.value,
        "watermark": hiding.value,
        "judgement": _judgement(reading, first, hiding, manifest).value,
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
