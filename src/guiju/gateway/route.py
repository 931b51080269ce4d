# SPDX-License-Identifier: Apache-2.0
"""The way of a chat request through the house, as one visible list."""

from __future__ import annotations

from collections.abc import Callable

from guiju.gateway.signals import Command
from guiju.gateway.stations.agreement import agreement
from guiju.gateway.stations.arrive import arrive
from guiju.gateway.stations.ask_model import ask_model
from guiju.gateway.stations.guard_input import guard_input
from guiju.gateway.stations.guard_output import guard_output
from guiju.gateway.stations.identify import identify
from guiju.gateway.stations.label import label
from guiju.gateway.stations.record import record
from guiju.gateway.stations.reply import reply
from guiju.gateway.stations.screen_input import screen_input
from guiju.gateway.stations.screen_output import screen_output
from guiju.gateway.stations.settle import settle
from guiju.gateway.stations.standing import standing
from guiju.gateway.work import Work

Station = Callable[[Work], tuple[Command, ...]]

CHAT: tuple[Station, ...] = (
    arrive,
    identify,
    agreement,
    standing,
    screen_input,
    guard_input,
    ask_model,
    screen_output,
    guard_output,
    settle,
    label,
    record,
    reply,
)
