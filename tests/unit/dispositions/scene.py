# SPDX-License-Identifier: Apache-2.0
"""An invented provider with a policy about abuse, and a person whose requests can be stopped."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from guiju import accounts, ledger, policies, profile, records
from guiju.accounts import Person, PersonState
from guiju.casework import Case, Kind, Kinds, cases_of, sweep
from guiju.dispositions import (
    APPEAL,
    CONTENT_ACTION,
    RECTIFICATION,
    USER_ACTION,
    Measure,
    Proposal,
    Watch,
    appeals,
    reasons,
    service,
)
from guiju.dispositions.model import Statement
from guiju.kernel import Actor, ActorKind, FixedClock, Text, new_id
from guiju.storage import Database

KINDS = Kinds([USER_ACTION, CONTENT_ACTION, RECTIFICATION, APPEAL])
WEEK = Proposal(Measure.SUSPEND, 7, "10")
END = Proposal(Measure.TERMINATE, None, "10")


def member(name: str, *roles: str) -> Actor:
    return Actor(ActorKind.STAFF, f"st_{name}", frozenset(roles))


REVIEWER = member("reviewer", "reviewer")
OFFICER = member("officer", "safety-officer")
SECOND = member("second", "safety-officer", "appeals-officer")
APPEALS = member("appeals", "appeals-officer")
EDITOR = member("editor", "policy-editor")
LEGAL = member("legal", "agreement-manager")


class Scene:
    """What tests do with this room, each act in a transaction of its own."""

    def __init__(self, db: Database, clock: FixedClock) -> None:
        """Somebody has registered, and the agreement has a clause 10."""
        self.db, self.clock, self.watch = db, clock, Watch()
        with db.write() as tx:
            whole = accounts.first_agreement()
            # There is a clause 10 and none that it begins like.
            text = Text(
                zh=re.sub(r"(?m)^1\. .*$", "", whole.zh), en=re.sub(r"(?m)^1\. .*$", "", whole.en)
            )
            accounts.install_agreement(tx, LEGAL, SECOND, text)
            self.person: Person = accounts.register_person(tx, None, "wanderer", "orchard 42 lamp")

    @property
    def id(self) -> str:
        return self.person.id

    def stands(self) -> PersonState:
        """How the person stands."""
        with self.db.read() as tx:
            return accounts.get_person(tx, self.id).state

    def rule(self, tiers: Mapping[str, Any] | None = None, **part: Any) -> None:
        """Put a policy with these rules about dispositions, and about tiers, in force."""
        body = policies.default_body() | {"dispositions": part}
        body |= {} if tiers is None else {"tiers": tiers}
        with self.db.write() as tx:
            made = policies.propose(tx, EDITOR, body, "")
            policies.approve(tx, OFFICER, made.id)

    def tier(self, tier: str) -> None:
        """Make a statement public by which the service has this tier."""
        said = profile.demo_statement().to_mapping()
        said["scope"]["tier"] = tier
        with self.db.write() as tx:
            made = profile.propose(tx, OFFICER, profile.Statement.from_mapping(said))
            profile.approve(tx, SECOND, made.id)

    def say(self, *verdicts: str, **more: Any) -> list[str]:
        """Record requests of the person that were judged so; whose standing changed."""
        changed: list[str] = []
        for one in verdicts:
            self.clock.advance(seconds=1)
            with self.db.write() as tx:
                made = exchange(self.id, self.clock, one, **more)
                changed += self.watch.record(tx, [made])
        return changed

    def do(self, act: Callable[..., Case], *given: Any, **more: Any) -> Case:
        """A verb of the room."""
        with self.db.write() as tx:
            return act(tx, *given, **more)

    def read(self, look: Callable[..., Any], *given: Any, **more: Any) -> Any:
        """A question of the room."""
        with self.db.read() as tx:
            return look(tx, *given, **more)

    def pass_time(self, **parts: float) -> None:
        """Let time pass, and let software do what it does when time passes."""
        self.clock.advance(**parts)
        sweep(self.db, KINDS)

    def case(self, kind: Kind = USER_ACTION) -> Case:
        """The newest case about the person."""
        with self.db.read() as tx:
            return cases_of(tx, kind, self.id)[0]

    def statement(self) -> Statement:
        """The newest statement to the person."""
        with self.db.read() as tx:
            return reasons.statements_to(tx, self.id)[0]

    def leaves(self, kind: str) -> list[dict[str, Any]]:
        """The leaves of one kind."""
        ledger.integrate(self.db)
        with self.db.read() as tx:
            return [one for one in ledger.leaves(tx, limit=10_000) if one["kind"] == kind]

    def suspend(self) -> Case:
        """Suspend the person for a week, by two people."""
        made = self.do(service.propose, REVIEWER, self.id, WEEK, "seen by staff")
        return self.do(service.approve, OFFICER, made, "What staff saw.")

    def appeal(self) -> Case:
        """Appeal against the newest statement."""
        return self.do(appeals.file_appeal, self.id, self.statement().id, "It was a quotation.")


def exchange(
    person: str, clock: FixedClock, verdict: str = "block", harm: str = "A1g", **more: Any
) -> records.Exchange:
    """An exchange whose input was judged so."""
    found = records.Finding("input", harm, "lexicon", "rule-1", verdict, 0, 4)
    values: dict[str, Any] = {
        "request": new_id("req"),
        "at": clock.now(),
        "route": "/v1/chat/completions",
        "stream": False,
        "service": "svc",
        "person": person,
        "key": "key_1",
        "model": "m",
        "policy": "p" * 64,
        "agreement": 1,
        "incoming": records.Screening(verdict, "full"),
        "outgoing": records.Screening(None, "full"),
        "label": records.Label("p-1", None, implicit=False),
        "usage": records.Usage(),
        "finish": "content_filter" if verdict != "pass" else "stop",
        "retention_days": 183,
        "input": b"words",
        "output": b"",
        "findings": () if verdict == "pass" else (found,),
    }
    return records.Exchange(**values | more)
