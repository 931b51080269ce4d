# SPDX-License-Identifier: Apache-2.0
"""What the page of a policy shows of it: its words, and its parts cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from guiju.kernel import Text
from guiju.policies.entry_words import conditions
from guiju.policies.saying import answers_said, guard_actions, rules_said
from guiju.policies.saying_asides import asides
from guiju.policies.upstreams import models_said, upstreams_said
from guiju.policies.words import ACTIONS, KINDS, PLACES, REPLIES, SCOPES, listed, plain
from guiju.screening.guards import GuardConfig, read_guards

_ALL = Text(zh="所有能辨别的", en="all that it can tell")


class GuardShown(NamedTuple):
    """A guard model; where it is asked is for those who decide about it."""

    name: str
    family: str
    model: str
    url: str
    directions: Text
    harms: Text
    actions: Text


def page_words() -> dict[str, Any]:
    """The words of the page, by what stands in a body."""
    return {
        "actions": ACTIONS,
        "conditions": conditions,
        "scopes": SCOPES,
        "kinds": KINDS,
        "places": PLACES,
        "replies": REPLIES,
    }


def page_parts(body: Mapping[str, Any]) -> dict[str, Any]:
    """The parts of the body besides its words."""
    screening = body["screening"]
    return {
        "asides": asides(screening),
        "personal": screening.get("personal", {}),
        "guards": [_guard(one) for one in read_guards(screening)],
        "rules": rules_said(screening),
        "answers": answers_said(screening),
        "upstreams": upstreams_said(body),
        "models": models_said(body),
    }


def _guard(one: GuardConfig) -> GuardShown:
    ways = listed(SCOPES[way] for way in one.directions)
    harms = plain(" ".join(one.harms)) if one.harms else _ALL
    return GuardShown(one.name, one.family, one.model, one.url, ways, harms, guard_actions(one))
