# SPDX-License-Identifier: Apache-2.0
"""The console of reviewers over the sample kind, with invented evidence on its bench."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from fastapi import FastAPI
from starlette.testclient import TestClient
from tests.unit.casework.sample import (
    CLERK,
    KINDS,
    OFFICER,
    OTHER,
    PERSON,
    RULING,
    SECOND,
    said,
)

from guiju.casework import (
    Case,
    Ground,
    GroundKind,
    Origin,
    Severity,
    advance,
    open_case,
)
from guiju.casework.panel import Bench, Panel, Passage, Picture, Row, Sheet, Span
from guiju.casework.review import Review
from guiju.casework.routes import router
from guiju.casework.welfare import Allowance, HarmAllowance, ReviewRules
from guiju.kernel import Actor
from guiju.storage import Database, Tx
from guiju.web import NOBODY, Site, Viewer

HERE = "/console/cases"
TEXT = "天上有示例禁词甲，地上也有。"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(8)
PANEL = Panel(
    name="exchange",
    title=said("What was said"),
    kind="exchange",
    rows=(Row(said("Route"), "chat"), Row(said("Rules"), "policy 3", "/console/policies/p3")),
    items=2,
    harms=("A1f",),
)
SHEET = Sheet(
    passages=(
        Passage(said("Prompt"), TEXT, (Span(3, 8, "A1h", "entry-1"), Span(3, 5, "A1f", "entry-2"))),
        Passage(said("Answer"), "没有。"),
    ),
    pictures=(Picture("first", said("first upload")),),
)
RULES = ReviewRules(
    shown=timedelta(minutes=5),
    a_day=Allowance(minutes=120),
    of_harms=(HarmAllowance(("A1*",), Allowance(items=40)),),
    rest_after=timedelta(minutes=50),
    rest=timedelta(minutes=10),
    sampled=250,
    opt_in=frozenset({"decisions"}),
)


@dataclass
class Desk:
    """A database with pages on it, for who comes with which roles."""

    database: Database
    rules: ReviewRules = RULES
    read: list[tuple[str, str]] = field(default_factory=list)
    opened_words: list[tuple[str, str, str, str]] = field(default_factory=list)

    def bench(self) -> Bench:
        def uncover(_tx: Tx, actor: Actor, _case: Case, _panel: str, reason: str) -> Sheet:
            self.read.append((actor.id, reason))
            return SHEET

        return Bench(
            panels=lambda _tx, _case: (PANEL,),
            uncover=uncover,
            picture=lambda _tx, _case, _panel, _name: (PNG, "image/png"),
            outcomes={"decide": {"founded": said("founded"), "unfounded": said("unfounded")}},
            grounds=((Ground(GroundKind.LAW, "order15:15.1"), said("complaints")),),
        )

    def note_reading(self, _tx: Tx, actor: Actor, thing: str, reason: str, subject: str) -> None:
        self.opened_words.append((actor.id, thing, reason, subject))

    def by_token(self, token: str) -> Viewer:
        known = {one.id: one for one in (CLERK, OTHER, OFFICER, SECOND)}
        one = known.get(token)
        return NOBODY if one is None else Viewer("staff", one.id, "林安", one.roles, "token")

    def program(self, token: str) -> TestClient:
        """A program that works for a member of staff, or for nobody."""
        client = self.of(CLERK)
        client.headers = {"authorization": f"Bearer {token}", "accept": "application/json"}
        return client

    def of(self, actor: Actor) -> TestClient:
        """A browser in which this member of staff has signed in."""
        viewer = Viewer("staff", actor.id, "林安", actor.roles, "token")
        site = Site(lambda _: viewer)
        review = Review(
            KINDS,
            benches={"objection": self.bench()},
            rules=lambda _: self.rules,
            names=lambda _, staff: {one: f"name-of-{one}" for one in staff},
            queues={"objections": said("Objections")},
            note_reading=self.note_reading,
        )
        app = FastAPI()
        app.include_router(router(self.database, site, review, self.by_token))
        headers = {"accept": "text/html", "accept-language": "en"}
        return TestClient(site.install(app), headers=headers, follow_redirects=False)

    def opened(self, severity: Severity = Severity.NORMAL) -> Case:
        with self.database.write() as tx:
            return open_case(
                tx,
                PERSON,
                KINDS.of("objection"),
                origin=Origin.SCREENING,
                subject="person_a",
                severity=severity,
                policy="a" * 64,
            )

    def taken(self, case: Case, *steps: tuple[Actor, str]) -> Case:
        for actor, verb in steps:
            with self.database.write() as tx:
                line = next(one for one in case.kind.machine.transitions if one.verb == verb)
                ruling = RULING if line.decides else None
                case = advance(tx, actor, case, verb, reason="because", ruling=ruling)
        return case


def token(**more: str) -> dict[str, str]:
    """A form that one of our pages sent."""
    return {"form_token": "token", **more}
