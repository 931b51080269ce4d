# SPDX-License-Identifier: Apache-2.0
"""What becomes of a generated picture or sound: what the model made, its order, what leaves."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from guiju.gateway.credentials import Vouching
from guiju.labelling import AigcLabel, ExplicitLabel, Pair
from guiju.records import Medium, Sameness
from guiju.screening.images import ImageVerdict


class FormFile(msgspec.Struct, frozen=True):
    """A file that goes to the model service: the field of the form, its media type, its bytes."""

    field: str
    kind: str
    data: bytes


class Order(msgspec.Struct, frozen=True):
    """How a medium is to be labelled.

    `format` is what it must be: `picture`, or a format of speech interfaces such as `mp3`. `words`
    is what a picture shows, in `language`; None: nothing. `heard` says whether a sound gets a label
    that is heard, and `at_start` where. `signer` signs our part of the label. With `watermark` a
    picture also gets a mark of its number, where it has room for one. `vouching` says whether it
    gets content credentials, and by whom. `same` tells it from others before it has a label.
    """

    data: bytes
    label: AigcLabel
    format: str
    words: ExplicitLabel | None = None
    language: str = "zh"
    heard: bool = True
    at_start: bool = True
    signer: Pair | None = None
    watermark: bool = False
    vouching: Vouching | None = None
    same: Sameness | None = None


class Labelled(msgspec.Struct, frozen=True):
    """A medium as it may leave; the words as in `records.Medium`.

    `digest` is that of the medium as it was made, before it had a label.
    """

    data: bytes
    label: AigcLabel
    kind: str
    explicit: str
    implicit: str
    producer: str | None = None
    watermark: str | None = None
    credentials: bool = False
    digest: str | None = None


@dataclass(slots=True)
class Made:
    """One medium of an answer on its way; `url` stands until its bytes are here.

    `beside` is a judged text that stands beside it. `as_url`: the client fetches it later.
    """

    index: int
    data: bytes | None = None
    url: str | None = None
    beside: str | None = None
    as_url: bool = False
    verdict: ImageVerdict | None = None
    labelled: Labelled | None = None
    medium: Medium | None = None

    @property
    def may_leave(self) -> bool:
        """Whether nothing that was seen in it stops it."""
        return self.verdict is None or not self.verdict.stops
