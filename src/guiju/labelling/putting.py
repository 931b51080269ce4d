# SPDX-License-Identifier: Apache-2.0
"""Labels one file and writes it elsewhere: media inside, plain text beside (Article 12)."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from pathlib import Path

from guiju.labelling import text as texts
from guiju.labelling.files import SIDE_CAR, beside, loaded
from guiju.labelling.folders import Job, put_file
from guiju.labelling.marking import Marked, Present, mark, passed_on, propagate, signed
from guiju.labelling.model import AigcLabel, first_write
from guiju.labelling.profile import Profile
from guiju.labelling.provenance import Credential
from guiju.labelling.refusals import not_supported
from guiju.labelling.security import Pair
from guiju.labelling.text import ExplicitLabel, Place

WORDS = "AI生成"
"""The words where neither policy nor caller says others."""

_PLAIN = frozenset({".txt", ".text"})


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be put into a file; without `visible` only the implicit label.

    With a `signer` the implicit label is signed; with `watermark` pictures get a mark of the
    number; `profile` says which marks machines read, `credential` signs those of the EU.
    """

    producer: str
    produce_id: str
    visible: ExplicitLabel | None
    present: Present = "refuse"
    signer: Pair | None = None
    watermark: bool = False
    profile: Profile = Profile.CN
    credential: Credential | None = None


@dataclass(frozen=True, slots=True)
class Put:
    """What was written: where, with which label, and what was measured of the visible one."""

    source: Path
    target: Path
    fields: dict[str, str]
    number: str
    shown: dict[str, object] | None = None
    watermark: dict[str, object] | None = None

    def as_json(self) -> dict[str, object]:
        """One line for other programs."""
        return {
            "file": str(self.source),
            "out": str(self.target),
            "label": self.fields,
            "shown": self.shown,
            "watermark": self.watermark,
        }


def in_words(words: str) -> ExplicitLabel:
    """A visible label with the same words for every reader; raises as `ExplicitLabel`."""
    return ExplicitLabel(Place.END, words, words)


def put(job: Job, out: Path, order: Order, *, overwrite: bool) -> Put:
    """Label a file and write it below `out`.

    Raises:
        Invalid, Conflict: as `mark` and `put_file`.
    """
    if job.source.suffix.lower() in _PLAIN:
        return _put_text(job, out, order, overwrite=overwrite)
    label = first_write(order.producer, order.produce_id)
    marked = mark(
        job.source,
        label,
        order.visible,
        present=order.present,
        signer=order.signer,
        watermark=order.watermark,
        profile=order.profile,
        credential=order.credential,
    )
    return _written(job, out, marked, marked.label.produce_id, overwrite=overwrite)


def pass_on(
    job: Job,
    out: Path,
    propagator: str,
    number: str,
    *,
    overwrite: bool,
    signer: Pair | None = None,
    credential: Credential | None = None,
) -> Put:
    """Pass a file on and write it below `out`; raises as `propagate` and `put_file`."""
    if job.source.suffix.lower() in _PLAIN:
        label = passed_on(beside(job.source), propagator, number, signer=signer)
        data, _ = loaded(job.source, "")
        return _with_side_car(job, out, data, label, number, overwrite=overwrite)
    marked = propagate(job.source, propagator, number, signer=signer, credential=credential)
    return _written(job, out, marked, number, overwrite=overwrite)


def _written(job: Job, out: Path, marked: Marked, number: str, *, overwrite: bool) -> Put:
    target = out / job.below
    put_file(job.source, target, marked.data, overwrite=overwrite)
    shown = None if marked.shown is None else marked.shown.as_json()
    hidden = None if marked.hidden is None else marked.hidden.as_json()
    return Put(job.source, target, marked.label.fields, number, shown, hidden)


def _put_text(job: Job, out: Path, order: Order, *, overwrite: bool) -> Put:
    """Plain text has no place for metadata: the visible label goes in, the implicit one beside."""
    data, _ = loaded(job.source, "")
    label = first_write(order.producer, order.produce_id)
    if order.signer is not None:
        label = signed(label, order.signer)
    try:
        text = data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        raise not_supported(str(job.source)) from error
    if order.visible is not None:
        text = texts.mark(text, label, order.visible).text
    head = BOM_UTF8 if data.startswith(BOM_UTF8) else b""
    whole = head + text.encode()
    return _with_side_car(job, out, whole, label, order.produce_id, overwrite=overwrite)


def _with_side_car(
    job: Job, out: Path, data: bytes, label: AigcLabel, number: str, *, overwrite: bool
) -> Put:
    target = out / job.below
    put_file(job.source, target, data, overwrite=overwrite)
    car = target.with_name(target.name + SIDE_CAR)
    put_file(job.source, car, label.to_json().encode(), overwrite=overwrite)
    return Put(job.source, target, label.fields, number)
