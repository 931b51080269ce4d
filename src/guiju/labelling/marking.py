# SPDX-License-Identifier: Apache-2.0
"""Puts labels into texts and files and reads back what was written (Article 12).

A label that is there is nobody's to overwrite: the Labelling Measures, Article 10, forbid it.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, overload

from guiju.labelling import text as texts
from guiju.labelling.containers import Container, Medium, container_of
from guiju.labelling.containers.jpeg_segments import scans_kept
from guiju.labelling.containers.walking import StopsError
from guiju.labelling.containers.xmp import telling
from guiju.labelling.files import Source, labels_of, loaded
from guiju.labelling.model import AigcLabel
from guiju.labelling.perceiving import with_mark, with_words
from guiju.labelling.profile import GENERATED, Profile
from guiju.labelling.reading import FoundLabel
from guiju.labelling.refusals import (
    already_labelled,
    is_plain,
    not_read_back,
    not_read_through,
    not_supported,
    nothing_to_propagate,
)
from guiju.labelling.security import Pair, Slot, Trust, examine, written
from guiju.labelling.security.binding import binding_of

if TYPE_CHECKING:
    from guiju.labelling.audio import Heard
    from guiju.labelling.provenance import Credential
    from guiju.labelling.showing import Shown
    from guiju.labelling.video import ShownFilm
    from guiju.labelling.watermark import Put

Present = Literal["refuse", "keep", "replace"]
"""What happens when a file carries another label already."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A file with its label; `label` is the one that stands in it now.

    `shown` is what people see or hear of a picture, a film or a sound, where that was asked for;
    `hidden` the watermark of a picture, where it has one.
    """

    data: bytes
    label: AigcLabel
    format: str
    media_type: str
    shown: Shown | ShownFilm | Heard | None = None
    hidden: Put | None = None


@overload
def mark(
    source: str,
    label: AigcLabel,
    explicit: texts.ExplicitLabel,
    accept_language: str = ...,
) -> texts.MarkedText: ...
@overload
def mark(
    source: bytes | Path,
    label: AigcLabel,
    explicit: texts.ExplicitLabel | None = ...,
    accept_language: str = ...,
    *,
    name: str = ...,
    present: Present = ...,
    signer: Pair | None = ...,
    watermark: bool = ...,
    profile: Profile = ...,
    credential: Credential | None = ...,
) -> Marked: ...
def mark(
    source: Source,
    label: AigcLabel,
    explicit: texts.ExplicitLabel | None = None,
    accept_language: str = "zh",
    *,
    name: str = "",
    present: Present = "refuse",
    signer: Pair | None = None,
    watermark: bool = False,
    profile: Profile = Profile.CN,
    credential: Credential | None = None,
) -> texts.MarkedText | Marked:
    """A text, or the bytes of a file, with the implicit label and the visible one; twice is once.

    A file gets a visible label where `explicit` is given; sound gets the rhythm at its start. One
    that carries another implicit label is refused, kept, or gets the new one: as `present` says.
    With a `signer` the label of a file is signed, and tied to the content where its format lets
    other labels be put in without a trace; a text has its label elsewhere, see `signed`. With
    `watermark` a still picture also gets a mark of the number that `label` gives it last, if it has
    room; `Marked.hidden` tells. Its pixels change by that. `profile` says which marks machines
    read; with that of the EU, or both, a manifest of C2PA by `credential` comes last and covers all
    else, so a signature of `signer` is not tied to the content again; where the
    label stands in XMP, IPTC's kind of source stands beside it.

    Raises:
        Invalid: `label-not-writable`, `medium-not-supported`, `file-broken`, `file-unreadable`,
            `label-not-supported`, `metadata-too-large`; those of `showing.show`, `audio.hear` and
            `video.explicit_video`; or `label-not-read-back`, and then nothing is given out.
        Conflict: `label-present`.
        Unavailable: `ffmpeg-missing` and others, for packed sound and for films;
            `c2pa-not-installed`.
    """
    if isinstance(source, str):
        if explicit is None:
            raise TypeError("a text needs the words of its visible label")
        return texts.mark(source, label, explicit, accept_language)
    data, name = loaded(source, name)
    with scans_kept():
        return _marked(
            data,
            _container(data, name),
            label,
            explicit,
            accept_language,
            present=present,
            signer=signer,
            watermark=watermark,
            profile=profile,
            credential=credential,
        )


def _marked(
    data: bytes,
    container: Container,
    label: AigcLabel,
    explicit: texts.ExplicitLabel | None,
    accept_language: str,
    *,
    present: Present,
    signer: Pair | None,
    watermark: bool,
    profile: Profile,
    credential: Credential | None,
) -> Marked:
    """The bytes of a file with all its marks: what people see first, what covers it all last."""
    there, before = _whole(container, data), data
    kept = None
    if there and present != "replace":
        signed_before = signer is not None and _is_signed(there[0].label, container, data, signer)
        kept = _kept(there, label, present, signed=signed_before)
    shown: Shown | ShownFilm | Heard | None = None
    hidden: Put | None = None
    words = None if explicit is None else explicit.words(texts.language_of("", accept_language))
    if watermark and container.medium is Medium.IMAGE:
        data, shown, hidden = with_mark(data, label, words, before=bool(there))
    elif explicit is not None:
        data, shown = with_words(container, data, explicit, accept_language)
    if not profile.labels:
        label = kept or label.checked()
    elif kept is None or explicit is not None or hidden is not None:
        with telling(GENERATED) if profile.signs else nullcontext():
            data, label = _put(container, data, kept or label, None if kept else signer, profile)
    if profile.signs:
        if credential is None:
            raise TypeError("a manifest needs a credential")
        data = vouched_for(data, container.media_type, credential, before=before)
    return Marked(data, kept or label, container.name, container.media_type, shown, hidden)


def _put(
    container: Container, data: bytes, label: AigcLabel, signer: Pair | None, profile: Profile
) -> tuple[bytes, AigcLabel]:
    """The file with its implicit label, signed or not."""
    if signer is not None:
        return _signed(container, data, label, signer, bound=not profile.signs)
    return _written(container, data, label.checked()), label


def vouched_for(
    data: bytes, media_type: str, credential: Credential, *, before: bytes | None = None
) -> bytes:
    """A labelled file with a manifest, as the last thing that is done to it.

    `before` is the file as it came: a manifest in it becomes the parent of this one.

    Raises:
        Unavailable: `c2pa-not-installed`.
        Invalid: `c2pa-not-signed`.
    """
    from guiju.labelling.provenance import State, provenance_of, with_manifest  # noqa: PLC0415

    there = State.ABSENT if before is None else provenance_of(before, media_type).state
    if data == before and there in {State.UNTRUSTED, State.VERIFIED}:
        return data  # it holds, and covers all that is there
    parent = None if there is State.ABSENT else before
    return with_manifest(data, media_type, credential, parent=parent)


def signed(label: AigcLabel, signer: Pair, slot: Slot = 1) -> AigcLabel:
    """The label with security data of its producer (slot 1) or propagator (2), tied to no content.

    Raises:
        Invalid: `label-not-writable`.
    """
    return _with_reserved(label, slot, written(signer, label.checked(), slot))


@scans_kept()
def propagate(
    source: bytes | Path,
    propagator: str,
    propagate_id: str,
    *,
    reserved: str = "",
    name: str = "",
    signer: Pair | None = None,
    credential: Credential | None = None,
) -> Marked:
    """A file that is passed on: the fields of its producer stay, those of the propagator are new.

    `reserved` is what the propagator puts into its own field; with a `signer` that is a signature.
    A manifest of C2PA that was there covers other bytes now; with a `credential` a new one is made
    that has it for its parent.

    Raises:
        Invalid: as `mark`.
        Conflict: `label-not-single`, when there is not exactly one label that can be read.
    """
    data, name = loaded(source, name)
    container = _container(data, name)
    there = _whole(container, data)
    label = passed_on(there, propagator, propagate_id, reserved=reserved, signer=signer)
    out = _written(container, data, label)
    if credential is not None:
        from guiju.labelling.provenance import with_manifest  # noqa: PLC0415 - as above

        out = with_manifest(out, container.media_type, credential, parent=data)
    return Marked(out, label, container.name, container.media_type)


def passed_on(
    there: tuple[FoundLabel, ...],
    propagator: str,
    propagate_id: str,
    *,
    reserved: str = "",
    signer: Pair | None = None,
) -> AigcLabel:
    """The one label that is there, with the fields of whoever passes it on; as `propagate`."""
    if len(there) != 1 or "unreadable" in there[0].faults:
        raise nothing_to_propagate(len(there))
    label = replace(
        there[0].label,
        content_propagator=propagator,
        propagate_id=propagate_id,
        reserved_code2=reserved,
    ).checked()
    return label if signer is None else signed(label, signer, 2)


def _signed(
    container: Container, data: bytes, label: AigcLabel, signer: Pair, *, bound: bool
) -> tuple[bytes, AigcLabel]:
    """The file with a signed label, tied to its content unless another label leaves a trace."""
    binding = binding_of(container, data) if bound else None
    made = _with_reserved(label, 1, written(signer, label.checked(), 1, binding))
    out = _written(container, data, made)
    if binding is None or binding_of(container, out) == binding:
        return out, made
    made = signed(label, signer)
    return _written(container, data, made), made


def _with_reserved(label: AigcLabel, slot: Slot, text: str) -> AigcLabel:
    if slot == 1:
        return replace(label, reserved_code1=text).checked()
    return replace(label, reserved_code2=text).checked()


def _container(data: bytes, name: str) -> Container:
    container = container_of(data, name)
    if container is None:
        if not data:
            raise not_read_through(("truncated",))
        raise is_plain(name) if _is_text(data) else not_supported(name)
    return container


def _is_text(data: bytes) -> bool:
    if b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_signed(label: AigcLabel, container: Container, data: bytes, signer: Pair) -> bool:
    """Whether this label is one that `signer` has made for this very content."""
    own = {label.content_producer: frozenset({signer.public})}
    standing = examine(label, lambda: binding_of(container, data), own)
    return standing.signature is Trust.VERIFIED and standing.content is not Trust.FAILED


def _kept(
    there: tuple[FoundLabel, ...], label: AigcLabel, present: Present, *, signed: bool
) -> AigcLabel:
    """The label that a file keeps, if it may; a `signed` one is the same without its signature."""
    one = there[0]
    right = len(there) == 1 and not one.faults
    same = replace(one.label, reserved_code1="") if signed else one.label
    if right and (present == "keep" or same == label):
        return one.label
    raise already_labelled(one.label.content_producer)


def _whole(container: Container, data: bytes) -> tuple[FoundLabel, ...]:
    """The labels of a file that was looked through to its end; else there is no saying "one"."""
    contents = container.read(data)
    if contents.stopped:
        raise not_read_through(contents.stopped)
    return labels_of(contents)


def _written(container: Container, data: bytes, label: AigcLabel) -> bytes:
    """The file with this label, and proof that exactly it can be read from there."""
    try:
        out = container.write(data, label.to_json())
    except StopsError as stop:
        raise not_read_through((stop.why,)) from stop
    contents = container.read(out)
    labels = labels_of(contents)
    if contents.stopped or [(one.label, one.faults) for one in labels] != [(label, ())]:
        raise not_read_back(", ".join(one.place for one in labels))
    return out
