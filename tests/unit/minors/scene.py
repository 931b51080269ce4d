# SPDX-License-Identifier: Apache-2.0
"""An invented family: a child, a guardian, staff; and a clock that is told when it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from guiju import accounts, ledger, policies
from guiju.accounts import Person
from guiju.casework import Kinds, sweep
from guiju.kernel import BEIJING, Actor, ActorKind, FixedClock, Refused
from guiju.minors import AGE_APPEAL, COMPANION_ASSESSMENT, CRISIS, service
from guiju.minors.ages import Source, Stage
from guiju.minors.model import Link, Ward
from guiju.minors.spans import millis
from guiju.minors.using import Begun, Entry, Stretch
from guiju.policies import MinorRules
from guiju.storage import Database

KINDS = Kinds([AGE_APPEAL, CRISIS, COMPANION_ASSESSMENT])
SOFTWARE = Actor(ActorKind.SOFTWARE, "inference")
RULES: MinorRules = policies.minor_rules({})
EVENING = date(2026, 11, 24)


def member(name: str, *roles: str) -> Actor:
    return Actor(ActorKind.STAFF, f"st_{name}", frozenset(roles))


PRIVACY = member("privacy", "privacy-officer")
APPEALS = member("appeals", "appeals-officer")
EDITOR = member("editor", "policy-editor")
OFFICER = member("officer", "safety-officer")


class Scene:
    """What tests do with this room, each act in a transaction of its own."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        """A child and a grown-up have registered."""
        self.db, self.clock = db, clock
        with db.write() as tx:
            self.child: Person = accounts.register_person(tx, None, "kite", "orchard 42 lamp")
            self.parent: Person = accounts.register_person(tx, None, "oak", "orchard 43 lamp")

    @property
    def id(self) -> str:
        return self.child.id

    def do(self, act: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """A verb of the room."""
        with self.db.write() as tx:
            return act(tx, *given, **more)

    def read(self, look: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """A question of the room."""
        with self.db.read() as tx:
            return look(tx, *given, **more)

    def set(self, when: str, day: date = EVENING) -> int:
        """Set the clock to a time of day in China; the moment in milliseconds."""
        at = datetime.combine(day, time.fromisoformat(when), tzinfo=BEIJING).astimezone(UTC)
        self.clock._at = at
        return millis(at)

    def say(self, source: Source, stage: Stage | None = None, **more: Any) -> Stage:
        """Somebody says an age of the child."""
        actor = {
            Source.SELF: self.child.actor,
            Source.GUARDIAN: self.parent.actor,
            Source.DECISION: APPEALS,
        }.get(source, SOFTWARE)
        found: Stage = self.do(service.assert_age, actor, self.id, source, stage=stage, **more)
        return found

    def ward(self) -> Ward:
        found: Ward | None = self.read(service.ward_of, self.id)
        assert found is not None
        return found

    def link(self, *, verified: bool = True) -> Link:
        """Let the parent be the guardian of the child."""
        code = self.do(service.invite, self.child.actor, self.id).code
        link: Link = self.do(service.accept, self.parent.actor, code)
        self.do(service.confirm, self.child.actor, link.id)
        if verified:
            link = self.do(service.verify, PRIVACY, link.id)
        return link

    def begin(self, **more: Any) -> Begun | Refused:
        """The child asks something now."""
        now = millis(self.clock.now())
        found: Begun | Refused = self.do(service.begin, RULES, Entry(self.ward(), now, **more))
        return found

    def use(self, minutes: float, **more: Any) -> Begun | Refused:
        """The child asks something now, and is answered for so long."""
        begun = self.begin(**more)
        if isinstance(begun, Begun):
            stretch = Stretch(self.id, begun.at, int(minutes * 60_000))
            self.clock.advance(minutes=minutes)
            self.do(service.go_on, RULES, stretch)
        return begun

    def later(self, **parts: float) -> None:
        """Let time pass, and let software do what it does then."""
        self.clock.advance(**parts)
        sweep(self.db, KINDS)

    def leaves(self, kind: str) -> list[dict[str, Any]]:
        """What is on record of one kind."""
        ledger.integrate(self.db)
        with self.db.read() as tx:
            return [one for one in ledger.leaves(tx, limit=10_000) if one["kind"] == kind]

    def rule(self, **parts: Any) -> None:
        """Put a policy with these parts in force."""
        body = policies.default_body() | parts
        with self.db.write() as tx:
            made = policies.propose(tx, EDITOR, body, "")
            policies.approve(tx, OFFICER, made.id)


def tomorrow(days: int = 1) -> date:
    return EVENING + timedelta(days=days)
