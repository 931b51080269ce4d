# SPDX-License-Identifier: Apache-2.0
"""Both labels for what was generated; what cannot carry them does not leave (Article 12).

What a model service has labelled itself keeps its producer: ours is added as whoever passes it on,
since another's label may not be altered (Labelling Measures, Article 10).
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

from msgspec.structs import replace as with_more

from guiju.gateway.credentials import Vouching
from guiju.gateway.media.model import Labelled, Order
from guiju.kernel import Conflict, Invalid, Text, Unavailable
from guiju.labelling import (
    GENERATED,
    AigcLabel,
    ExplicitLabel,
    Marked,
    can_sign,
    mark,
    signed,
    telling,
    unbound,
    vouched_for,
)
from guiju.labelling.containers import Container, Medium, container_of
from guiju.measures import enforces

_SHOWN = {"picture": Medium.IMAGE, "film": Medium.VIDEO}
RAW_SAMPLES = "pcm"
SAMPLES_TYPE = "audio/pcm"
FORMATS = {
    "mp3": ("mp3",),
    "opus": ("ogg",),
    "aac": ("aac", "m4a"),
    "flac": ("flac",),
    "wav": ("wav",),
}
"""Formats of speech interfaces, and which files they are."""

INSIDE, BESIDE, NOTHING, CREDENTIALS = "inside", "beside", "none", "credentials"


@enforces("media-label")
def labelled(order: Order) -> Labelled:
    """The medium with its labels.

    Raises:
        Unavailable: `media-not-labelled`, when these bytes are not what was asked for, are broken,
            or have no room for a label; or why sound of this format cannot be packed here.
    """
    try:
        shown = order.format in _SHOWN
        made = _shown(order, _SHOWN[order.format]) if shown else _sound(order)
    except (Conflict, Invalid) as error:
        raise _not_labelled(error.what, error.code) from error
    # Here, where nobody waits: it takes as long as the bytes are many.
    same = order.same
    return made if same is None else with_more(made, digest=same.of_bytes(order.data))


def _shown(order: Order, medium: Medium) -> Labelled:
    _check(order, (medium,), None)
    shown = NOTHING if order.words is None else "words"
    return _marked(order, order.data, order.words, shown)


def _sound(order: Order) -> Labelled:
    from guiju.labelling.audio import Where, explicit_audio  # noqa: PLC0415 - numpy

    where = Where.START if order.at_start else Where.END
    if order.format == RAW_SAMPLES:
        _check_manifest(order, SAMPLES_TYPE)
        data = explicit_audio(order.data, RAW_SAMPLES, where=where) if order.heard else order.data
        explicit = "rhythm" if order.heard else NOTHING
        return Labelled(data, _signed_alone(order, order.label), SAMPLES_TYPE, explicit, BESIDE)
    container = _check(order, (Medium.AUDIO,), FORMATS[order.format])
    format_ = "m4a" if container.name == "m4a" else order.format
    data = explicit_audio(order.data, format_, where=where) if order.heard else order.data
    return _marked(order, data, None, "rhythm" if order.heard else NOTHING)


def _marked(order: Order, data: bytes, words: ExplicitLabel | None, explicit: str) -> Labelled:
    """The file with its labels; our signature covers what is ours, as producer or propagator."""
    if order.vouching is not None and not order.vouching.profile.labels:
        return _credentials_alone(order, order.vouching, data, words, explicit)
    with nullcontext() if order.vouching is None else telling(GENERATED):
        marked, hidden, theirs = _with_label(order, data, words)
    kind = marked.media_type
    data, vouched = _vouched(order, marked.data, kind)
    return Labelled(data, marked.label, kind, explicit, INSIDE, theirs, hidden, vouched)


def _with_label(
    order: Order, data: bytes, words: ExplicitLabel | None
) -> tuple[Marked, str | None, str | None]:
    """The file with its label, the mark in its pixels, and whose label it had before.

    What a manifest is put around is tied to its label by that, not by the label's own signature.
    """
    producing, tied = _produces(order.label), order.vouching is None
    label = order.label if producing and tied else _signed_alone(order, order.label)
    signer = order.signer if producing and tied else None
    marked = mark(
        data,
        label,
        words,
        order.language,
        present="keep",
        signer=signer,
        watermark=order.watermark,
    )
    hidden = None if marked.hidden is None else marked.hidden.mark.hex()
    ours = replace(marked.label, reserved_code1="") == replace(label, reserved_code1="")
    theirs = None if ours else marked.label.content_producer
    if not ours:
        passed_on = _signed_alone(order, _with_ours(marked.label, order))
        marked = mark(marked.data, passed_on, present="replace")
    return marked, hidden, theirs


def _credentials_alone(
    order: Order, by: Vouching, data: bytes, words: ExplicitLabel | None, explicit: str
) -> Labelled:
    """The file with a manifest, and without the label of the Chinese standard."""
    marked = mark(
        data,
        order.label,
        words,
        order.language,
        present="keep",
        watermark=order.watermark,
        profile=by.profile,
        credential=by.credential,
    )
    hidden = None if marked.hidden is None else marked.hidden.mark.hex()
    return Labelled(
        marked.data,
        marked.label,
        marked.media_type,
        explicit,
        CREDENTIALS,
        watermark=hidden,
        credentials=True,
    )


def _vouched(order: Order, data: bytes, kind: str) -> tuple[bytes, bool]:
    """The labelled file with a manifest around it, where its format holds one, and whether so."""
    by = order.vouching
    if by is None or not _check_manifest(order, kind):
        return data, False
    return vouched_for(data, kind, by.credential, before=order.data), True


def _check_manifest(order: Order, kind: str) -> bool:
    """Whether a manifest has room; raises Unavailable where each medium must have one."""
    by = order.vouching
    if by is None:
        return False
    holds = can_sign(kind)
    if not holds and (by.required or not by.profile.labels):
        raise _not_labelled(_NO_MANIFEST, "c2pa-not-signed")
    return holds


def _check(order: Order, media: tuple[Medium, ...], formats: tuple[str, ...] | None) -> Container:
    container = container_of(order.data)
    if container is None or container.medium not in media:
        raise _not_labelled(_OTHER, "another-format")
    if formats is not None and container.name not in formats:
        raise _not_labelled(_OTHER, "another-format")
    return container


def _with_ours(theirs: AigcLabel, order: Order) -> AigcLabel:
    """The label of whoever generated it, with our pair.

    With a label that people perceive it is not the content any more that they have signed.
    """
    ours = order.label
    return replace(
        theirs,
        reserved_code1=unbound(theirs.reserved_code1),
        content_propagator=ours.content_propagator,
        propagate_id=ours.propagate_id,
        reserved_code2="",
    )


def _produces(label: AigcLabel) -> bool:
    """Whether we have generated it from nothing; else the first pair of fields is another's."""
    return label.produce_id == label.propagate_id


def _signed_alone(order: Order, label: AigcLabel) -> AigcLabel:
    """A label with a signature for our pair, tied to no content."""
    if order.signer is None:
        return label
    return signed(label, order.signer, 1 if _produces(label) else 2)


_NO_MANIFEST = Text(
    zh="规则要求内容凭证，而这种格式不能携带。",
    en="The policy wants content credentials, and this format cannot hold them.",
)
_OTHER = Text(
    zh="模型服务交来的不是所要求的格式。",
    en="The model service gave another format than asked for.",
)


def _not_labelled(what: Text, why: str) -> Unavailable:
    return Unavailable(
        "media-not-labelled",
        Text(
            zh=f"生成内容无法加标识，因此不予交付（{why}）：{what.zh}",
            en=f"What was generated cannot be labelled and is not delivered ({why}): {what.en}",
        ),
        Text(zh="请换一种尺寸或格式重试。", en="Try another size or format."),
        article=12,
        status=502,
    )


def too_many_wait() -> Unavailable:
    """More media wait for their labels than this process can hold."""
    return Unavailable(
        "labelling-unavailable",
        Text(zh="等待加标识的文件过多，暂不受理。", en="Too many files wait for their labels."),
        Text(zh="请稍后重试。", en="Try again shortly."),
        article=12,
    )
