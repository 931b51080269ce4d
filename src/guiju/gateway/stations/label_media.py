# SPDX-License-Identifier: Apache-2.0
"""Label media: both labels inside each picture or sound, or it does not leave (Article 12)."""

from __future__ import annotations

from collections.abc import Sequence

from guiju.gateway.media.model import Labelled, Made, Order
from guiju.gateway.signals import Command, LabelMedia
from guiju.gateway.withheld import why_withdrawn
from guiju.gateway.work import Work
from guiju.kernel import digest
from guiju.records import WAIVED, Medium, Part, Screening
from guiju.screening import Outcome


def label_media(work: Work) -> tuple[Command, ...]:
    """Ask for the labels of all that may leave; each has a number of its own."""
    orders = tuple(_order(work, one) for one in _leaving(work))
    return (LabelMedia(orders),) if orders else ()


def hear_labelled(work: Work, media: Sequence[Labelled]) -> None:
    """Take what may leave, and note what the record says of it."""
    for one, labelled in zip(_leaving(work), media, strict=True):
        if why_withdrawn(work, labelled.digest, 0):
            work.outgoing = Screening(Outcome.BLOCK.value, work.outgoing.screened)
            work.finish = "content_filter"
            continue
        one.labelled = labelled
        one.medium = _medium(work, one, labelled)
        if labelled.digest is not None:
            work.parts.append(Part(one.medium.produce_id, labelled.digest))
    work.place = WAIVED if work.waived else "medium"


def _leaving(work: Work) -> list[Made]:
    return [one for one in work.made if one.data is not None and one.may_leave]


def _order(work: Work, one: Made) -> Order:
    return Order(
        data=one.data or b"",
        label=work.label_of(one.index),
        format=work.wire.format_of(work.body),
        words=None if work.waived else work.rules.shown,
        language=work.ask.language,
        heard=work.waived is None,
        at_start=work.rules.heard_at_start,
        watermark=work.rules.watermark,
        vouching=work.rules.vouching,
        signer=None if work.rules.signing is None else work.rules.signing.pair,
        same=work.rules.same,
    )


def _medium(work: Work, one: Made, labelled: Labelled) -> Medium:
    inherits = len(work.before) == 1
    return Medium(
        produce_id=work.produce_id(one.index),
        kind=labelled.kind,
        digest=digest(labelled.data),
        size=len(labelled.data),
        explicit=WAIVED if work.waived else labelled.explicit,
        implicit=labelled.implicit,
        content=labelled.data if one.as_url else None,
        producer=labelled.producer or (work.before[0].content_producer if inherits else None),
        watermark=labelled.watermark,
        credentials=labelled.credentials or None,
        looked=None if one.verdict is None else one.verdict.screened,
    )
