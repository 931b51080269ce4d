# SPDX-License-Identifier: Apache-2.0
"""What is offered: services with their kinds of content and ways in, and the data they collect."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from guiju.kernel import Form, Text
from guiju.profile.reading_fields import flag

_NAME = 200
_MOST = 50


class Modality(StrEnum):
    """A kind of content that a service makes."""

    TEXT = "text"
    IMAGES = "images"
    AUDIO = "audio"
    VIDEO = "video"
    VECTORS = "vectors"


class Reach(StrEnum):
    """The way in which people come to a service."""

    WEB = "web"
    APP = "app"
    API = "api"
    MINI_PROGRAM = "mini-program"
    DEVICE = "device"


@dataclass(frozen=True, slots=True)
class Offer:
    """One service of the provider; `models` are names of the statement's models."""

    name: Text
    reach: tuple[Reach, ...]
    modalities: tuple[Modality, ...]
    models: tuple[str, ...]

    @classmethod
    def from_form(cls, form: Form, known: tuple[str, ...]) -> Offer:
        """Read `{ name, reach, modalities, models }`; a model is one that the statement names."""
        read = cls(
            name=form.both("name", longest=_NAME),
            reach=tuple(Reach(one) for one in form.words("reach", list(Reach))),
            modalities=tuple(Modality(one) for one in form.words("modalities", list(Modality))),
            models=tuple(form.words("models", known)),
        )
        form.done()
        return read


@dataclass(frozen=True, slots=True)
class Collected:
    """Data that the service collects, and what for; `sensitive` is personal data of that kind."""

    what: Text
    purpose: Text
    sensitive: bool

    @classmethod
    def from_form(cls, form: Form) -> Collected:
        """Read `{ what, purpose, sensitive? }`."""
        read = cls(
            what=form.both("what", longest=500),
            purpose=form.both("purpose", longest=500),
            sensitive=flag(form, "sensitive", default=False),
        )
        form.done()
        return read


def offers(form: Form, known: tuple[str, ...]) -> tuple[Offer, ...]:
    """The services at `services`."""
    return tuple(Offer.from_form(one, known) for one in form.forms("services", most=_MOST))


def collected(form: Form) -> tuple[Collected, ...]:
    """The data at `collected`."""
    return tuple(Collected.from_form(one) for one in form.forms("collected", most=_MOST))
