# SPDX-License-Identifier: Apache-2.0
"""What the house sees of itself and shows to the room that opens cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from guiju.app.notices import _event, _text
from guiju.app.noticing import AWAY_FOR, Noticing
from guiju.gateway.telemetry import UpstreamNow
from guiju.kernel import PartsChanged

START = datetime(2026, 11, 24, 2, tzinfo=UTC)
AWAY, HALF = UpstreamNow(states={"open": 1}), UpstreamNow(states={"half-open": 1})
HERE = UpstreamNow(states={"well": 1})


def seen(noticing: Noticing, seconds: float, **stands: UpstreamNow) -> list[str | None]:
    at = START + timedelta(seconds=seconds)
    return [one.thing for one in noticing.outages(stands, at)]


@pytest.mark.control("incident-detected")
def test_an_upstream_is_an_incident_once_it_has_been_away_for_a_minute() -> None:
    """A short break is none; who comes back begins anew; trying again is still being away."""
    noticing, minute = Noticing(), AWAY_FOR.total_seconds()
    assert seen(noticing, 0, a=AWAY, b=HERE) == []
    assert seen(noticing, minute - 1, a=HALF, b=AWAY) == []
    assert seen(noticing, minute, a=AWAY, b=AWAY) == ["upstream:a"]
    assert seen(noticing, minute + 1, a=HERE, b=AWAY) == []
    assert seen(noticing, 2 * minute, a=AWAY, b=AWAY) == ["upstream:b"]
    assert seen(noticing, 3 * minute - 1, a=AWAY) == []


def test_other_workers_are_told_that_stops_have_changed() -> None:
    """As a word that they read back as the same event."""
    said = _text(PartsChanged())
    assert said is not None
    assert _event(said) == PartsChanged()
