# SPDX-License-Identifier: Apache-2.0
"""Facts in the past tense, by which rooms that may not know each other hear of each other.

A room publishes after its transaction has committed; `app.wiring` decides who listens.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""


@dataclass(frozen=True, slots=True)
class PolicyActivated(Event):
    """A reviewed policy version is now the one in force."""

    digest: str


@dataclass(frozen=True, slots=True)
class StandingChanged(Event):
    """What a person or a key may do has changed; caches must forget them."""

    person: str


@dataclass(frozen=True, slots=True)
class PartsChanged(Event):
    """A route, a model or a scene was stopped, or runs again."""


@dataclass(frozen=True, slots=True)
class AgreementAccepted(Event):
    """A person has accepted this version of the service agreement."""

    person: str
    version: int


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Event):
    """A person has withdrawn the consent to this purpose; it counts from now on."""

    person: str
    purpose: str


E = TypeVar("E", bound=Event)


class Bus:
    """Delivers events in-process, in the order of subscription."""

    def __init__(self) -> None:
        """Nobody listens yet."""
        self._listeners: dict[type[Event], list[Callable[[Event], None]]] = defaultdict(list)

    def subscribe(self, kind: type[E], listener: Callable[[E], None]) -> None:
        """Call `listener` for each published event of exactly this kind."""

        def deliver(event: Event) -> None:
            if isinstance(event, kind):
                listener(event)

        self._listeners[kind].append(deliver)

    def publish(self, event: Event) -> None:
        """Tell every listener; a listener's error is the publisher's to see."""
        for listener in self._listeners[type(event)]:
            listener(event)
