# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from guiju.kernel import Bus, Event, PolicyActivated, StandingChanged


def test_listeners_hear_an_event_in_the_order_of_subscription() -> None:
    """What is wired first happens first."""
    bus, heard = Bus(), list[str]()
    bus.subscribe(PolicyActivated, lambda event: heard.append(f"one {event.digest}"))
    bus.subscribe(PolicyActivated, lambda event: heard.append(f"two {event.digest}"))
    bus.publish(PolicyActivated("d1"))
    assert heard == ["one d1", "two d1"]


def test_a_listener_hears_only_what_it_asked_for() -> None:
    """Neither another event nor the general one, and an event without listeners is no error."""
    bus, heard = Bus(), list[Event]()
    bus.subscribe(StandingChanged, heard.append)
    bus.publish(PolicyActivated("d1"))
    bus.publish(Event())
    bus.publish(StandingChanged("person_1"))
    assert heard == [StandingChanged("person_1")]


def test_an_error_of_a_listener_is_the_publisher_s_to_see() -> None:
    """Nothing is swallowed: the publisher knows that those behind it did not hear."""
    bus, heard = Bus(), list[Event]()

    def fails(_event: Event) -> None:
        raise LookupError("no such cache")

    bus.subscribe(StandingChanged, fails)
    bus.subscribe(StandingChanged, heard.append)
    with pytest.raises(LookupError, match="no such cache"):
        bus.publish(StandingChanged("person_1"))
    assert heard == []


def test_a_fact_of_the_past_cannot_be_changed() -> None:
    """Events are frozen."""
    event = PolicyActivated("d1")
    with pytest.raises(FrozenInstanceError):
        event.digest = "d2"  # type: ignore[misc]
