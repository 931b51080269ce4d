# SPDX-License-Identifier: Apache-2.0
"""The companion profile of CAC Order 21 at one request: exits, danger, personas; pure.

A scene is a companion where the policy says so; all others are outside the Order.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping

from guiju.kernel import Refused
from guiju.measures import enforces
from guiju.minors import refusing
from guiju.policies import CLOSE_PERSONAS, PERSONAS, CompanionRules

DIRECT = "direct"
_EDGES = " \t\r\n.。!！?？~～…,，"
_LONGEST_EXIT = 60


class Companion:
    """The profile of a policy, made ready for the hot path."""

    def __init__(self, rules: CompanionRules) -> None:
        """Fold the operator's words once."""
        self.rules = rules
        self._scenes: Mapping[str, str] = dict(rules.scenes)
        self._exits = frozenset(folded(one).strip(_EDGES) for one in rules.exits)
        self._crisis = tuple(map(_squeezed, rules.crisis))
        self._personas = tuple(map(_squeezed, rules.personas))

    def covers(self, app: str | None) -> bool:
        """Whether the scene is a companion: an app, or people with their own key."""
        return (app or DIRECT) in self._scenes

    @enforces("companion-exit")
    def is_exit(self, said: str) -> bool:
        """Whether somebody says nothing but that they want to leave."""
        return len(said) <= _LONGEST_EXIT and folded(said).strip(_EDGES) in self._exits

    @enforces("companion-crisis")
    def is_crisis(self, said: str) -> bool:
        """Whether what somebody says holds one of the operator's words of danger."""
        return _holds(_squeezed(said), self._crisis)

    @enforces("companion-personas")
    def check_persona(
        self, app: str | None, declared: str | None, system: Iterable[str]
    ) -> Refused | None:
        """Why a minor is not served: the scene, the request or its system prompt is too close."""
        of_scene = self._scenes.get(app or DIRECT, "none")
        if of_scene in CLOSE_PERSONAS or declared in CLOSE_PERSONAS:
            return refusing.persona_closed()
        if any(_holds(_squeezed(one), self._personas) for one in system):
            return refusing.persona_closed()
        return None


def check_declared(declared: str | None) -> str | None:
    """The persona that a request declares; raises Invalid `persona-invalid`."""
    if declared is None:
        return None
    word = declared.strip().lower()
    if word not in PERSONAS:
        raise refusing.persona_invalid(", ".join(PERSONAS))
    return word


def folded(text: str) -> str:
    """The same for upper and lower case and for wide forms."""
    return unicodedata.normalize("NFKC", text).casefold()


def _squeezed(text: str) -> str:
    return "".join(one for one in folded(text) if one.isalnum())


def _holds(text: str, terms: Iterable[str]) -> bool:
    return any(one and one in text for one in terms)
