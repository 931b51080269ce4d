# SPDX-License-Identifier: Apache-2.0
"""The way of a request through the house, as one visible list, and the wires that lead to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from guiju.gateway import wires
from guiju.gateway.signals import Command
from guiju.gateway.stations.agreement import agreement
from guiju.gateway.stations.allow import allow
from guiju.gateway.stations.arrive import arrive
from guiju.gateway.stations.ask_model import ask_model
from guiju.gateway.stations.films import ask_film, need_film_eyes, take_film, take_job
from guiju.gateway.stations.guard_input import guard_input
from guiju.gateway.stations.guard_output import guard_output
from guiju.gateway.stations.identify import identify
from guiju.gateway.stations.know_model import know_model
from guiju.gateway.stations.label import label
from guiju.gateway.stations.label_media import label_media
from guiju.gateway.stations.minors import minors
from guiju.gateway.stations.note_labels import note_labels
from guiju.gateway.stations.record import record
from guiju.gateway.stations.reply import reply
from guiju.gateway.stations.screen_input import screen_input
from guiju.gateway.stations.screen_output import screen_output
from guiju.gateway.stations.see_input import see_input
from guiju.gateway.stations.see_output import need_eyes, see_output
from guiju.gateway.stations.settle import settle
from guiju.gateway.stations.spoken import screen_spoken, settle_spoken, take_sound
from guiju.gateway.stations.standing import standing
from guiju.gateway.stations.stopped import stopped
from guiju.gateway.stations.take_media import take_media
from guiju.gateway.stations.vectors import vectors
from guiju.gateway.stations.waive import waive
from guiju.gateway.work import Work

Station = Callable[[Work], tuple[Command, ...]]

CHAT: tuple[Station, ...] = (
    arrive,
    identify,
    agreement,
    standing,
    stopped,
    minors,
    waive,
    know_model,
    allow,
    screen_input,
    see_input,
    guard_input,
    ask_model,
    screen_output,
    guard_output,
    settle,
    label,
    record,
    reply,
)

VECTORS: tuple[Station, ...] = (
    arrive,
    identify,
    agreement,
    standing,
    stopped,
    minors,
    know_model,
    allow,
    screen_input,
    guard_input,
    ask_model,
    vectors,
    record,
    reply,
)


PICTURES: tuple[Station, ...] = (
    arrive,
    identify,
    agreement,
    standing,
    stopped,
    minors,
    waive,
    know_model,
    allow,
    screen_input,
    see_input,
    note_labels,
    guard_input,
    need_eyes,
    ask_model,
    take_media,
    see_output,
    label_media,
    record,
    reply,
)


SPEECH: tuple[Station, ...] = (
    arrive,
    identify,
    agreement,
    standing,
    stopped,
    minors,
    waive,
    know_model,
    allow,
    screen_input,
    guard_input,
    screen_spoken,
    guard_output,
    settle_spoken,
    ask_model,
    take_sound,
    label_media,
    record,
    reply,
)


VIDEOS: tuple[Station, ...] = (
    arrive,
    identify,
    agreement,
    standing,
    stopped,
    minors,
    know_model,
    allow,
    screen_input,
    see_input,
    note_labels,
    guard_input,
    need_film_eyes,
    ask_model,
    take_job,
    record,
    reply,
)

FILM: tuple[Station, ...] = (
    identify,
    agreement,
    standing,
    stopped,
    ask_film,
    take_film,
    label_media,
    record,
    reply,
)


class Route(NamedTuple):
    """How a request comes in, and which stations it passes."""

    wire: wires.Wire
    stations: tuple[Station, ...]


CONTENT = Route(wires.FILM, FILM)
"""The way of a finished film, which is found by its id."""

ROUTES: dict[str, Route] = {
    "/v1/chat/completions": Route(wires.CHAT, CHAT),
    "/v1/completions": Route(wires.COMPLETIONS, CHAT),
    "/v1/responses": Route(wires.RESPONSES, CHAT),
    "/v1/messages": Route(wires.MESSAGES, CHAT),
    "/v1/embeddings": Route(wires.EMBEDDINGS, VECTORS),
    "/v1/images/generations": Route(wires.IMAGES, PICTURES),
    "/v1/images/edits": Route(wires.EDITS, PICTURES),
    "/v1/audio/speech": Route(wires.SPEECH, SPEECH),
    "/v1/videos": Route(wires.VIDEOS, VIDEOS),
}
"""Routes that ask a model. What is not here, nor in the table of the server, is closed."""

ROUTE_NAMES: tuple[str, ...] = (*ROUTES, "/v1/models", "/v1/moderations", "/v1/media")
"""What can be stopped: with a route goes what lies below it."""


def wire_of(path: str) -> wires.Wire:
    """The wire in which a request to `path` is told what went wrong with it."""
    if path.startswith("/v1/messages"):
        return wires.MESSAGES
    route = ROUTES.get(path)
    return wires.CHAT if route is None else route.wire
