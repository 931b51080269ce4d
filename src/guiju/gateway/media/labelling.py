# SPDX-License-Identifier: Apache-2.0
"""Both labels for what was generated; what cannot carry them does not leave (Article 12).

What a model service has labelled itself keeps its producer: ours is added as whoever passes it on,
since another's label may not be altered (Labelling Measures, Article 10).
"""

from __future__ import annotations

from guiju.gateway.media.model import Labelled, Order
from guiju.kernel import Conflict, Invalid, Text, Unavailable
from guiju.labelling import AigcLabel, Marked, mark, propagate
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

INSIDE, BESIDE, NOTHING = "inside", "beside", "none"


@enforces("media-label")
def labelled(order: Order) -> Labelled:
    """The medium with its labels.

    Raises:
        Unavailable: `media-not-labelled`, when these bytes are not what was asked for, are broken,
            or have no room for a label; or why sound of this format cannot be packed here.
    """
    try:
        if order.format in _SHOWN:
            return _shown(order, _SHOWN[order.format])
        return _sound(order)
    except (Conflict, Invalid) as error:
        raise _not_labelled(error.what, error.code) from error


def _shown(order: Order, medium: Medium) -> Labelled:
    _check(order, (medium,), None)
    marked = mark(order.data, order.label, order.words, order.language, present="keep")
    shown = NOTHING if order.words is None else "words"
    return _as(_with_ours(marked, order.label), order, shown)


def _sound(order: Order) -> Labelled:
    from guiju.labelling.audio import Where, explicit_audio  # noqa: PLC0415 - numpy

    where = Where.START if order.at_start else Where.END
    if order.format == RAW_SAMPLES:
        data = explicit_audio(order.data, RAW_SAMPLES, where=where) if order.heard else order.data
        explicit = "rhythm" if order.heard else NOTHING
        return Labelled(data, order.label, SAMPLES_TYPE, explicit, BESIDE)
    container = _check(order, (Medium.AUDIO,), FORMATS[order.format])
    format_ = "m4a" if container.name == "m4a" else order.format
    data = explicit_audio(order.data, format_, where=where) if order.heard else order.data
    marked = mark(data, order.label, present="keep")
    return _as(_with_ours(marked, order.label), order, "rhythm" if order.heard else NOTHING)


def _check(order: Order, media: tuple[Medium, ...], formats: tuple[str, ...] | None) -> Container:
    container = container_of(order.data)
    if container is None or container.medium not in media:
        raise _not_labelled(_OTHER, "another-format")
    if formats is not None and container.name not in formats:
        raise _not_labelled(_OTHER, "another-format")
    return container


def _with_ours(marked: Marked, ours: AigcLabel) -> Marked:
    if marked.label == ours:
        return marked
    return propagate(marked.data, ours.content_propagator, ours.propagate_id)


def _as(marked: Marked, order: Order, explicit: str) -> Labelled:
    theirs = marked.label.content_producer
    producer = None if marked.label == order.label else theirs
    return Labelled(marked.data, marked.label, marked.media_type, explicit, INSIDE, producer)


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
