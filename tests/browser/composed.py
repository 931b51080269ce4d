# SPDX-License-Identifier: Apache-2.0
"""The pages of all rooms on a seeded database, without the data plane: what the browser visits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import msgspec
from fastapi import FastAPI
from tools.make_migration import import_every_table

from guiju import accounts, complaints, incidents, ledger, minors, policies, profile
from guiju.accounts import granting
from guiju.accounts import routes as accounts_routes
from guiju.app import review, verify_page
from guiju.app.asking_age import age_question
from guiju.app.cases import KINDS
from guiju.app.desks import benches
from guiju.app.look_around import what_runs
from guiju.app.stores import person_stores
from guiju.casework import Review, ask_contact
from guiju.casework import routes as casework_routes
from guiju.complaints import routes as complaints_routes
from guiju.dispositions import (
    Measure,
    Proposal,
    Source,
    Watch,
    appeals,
    reasons,
    rectification,
    rectification_trying,
    restored_to,
)
from guiju.dispositions import routes as dispositions_routes
from guiju.dispositions.finding_store import newest_of
from guiju.dispositions.model import Cause
from guiju.dispositions.rectification_model import Expected, Wanted, Words
from guiju.dispositions.service import approve, propose
from guiju.gateway import ROUTE_NAMES, recalled
from guiju.gateway import routes as gateway_routes
from guiju.gateway.telemetry import Counters, Gauges, Seen, Tallies
from guiju.incidents import Category, Grade, Statement
from guiju.incidents import routes as incidents_routes
from guiju.kernel import FixedClock, Keyring, LocalMasterKey, Text, new_id, software
from guiju.measures import Signal
from guiju.minors import routes as minors_routes
from guiju.policies import routes as policies_routes
from guiju.privacy import Eraser, Packer
from guiju.privacy import routes as privacy_routes
from guiju.profile import routes as profile_routes
from guiju.records import Exchange, Finding, Label, Refusal, Screening, Usage, record
from guiju.reporting import routes as reporting_routes
from guiju.screening import Screen
from guiju.storage import Database, Tx, metadata
from guiju.supervision import StandingBoard
from guiju.supervision import routes as supervision_routes
from guiju.web import Site

FOLDER = "GUIJU_BROWSER_FOLDER"
URL = "GUIJU_BROWSER_URL"
BEGIN = datetime(2026, 10, 30, 1, 0, tzinfo=UTC)
PASSWORD = "correct horse battery"
MAIL_SECRET = "the-link-in-a-mail-to-newcomer"
NOTICE = Text(
    zh="演示：内容与人员均为虚构。", en="A demonstration: content and people are invented."
)
_SETUP = software("installer")
_FAR = ((0, 3), (4, 5), (9, 14), (15, 7), (21, 19), (24, 11))


class Composed(NamedTuple):
    """The application and what a test wants to reach behind it."""

    app: Any
    database: Database
    board: StandingBoard
    clock: FixedClock


def open_database(folder: Path) -> tuple[Database, FixedClock]:
    """The database in `folder`, made when it is not there; the clock stands still."""
    import_every_table()
    clock = FixedClock(BEGIN)
    keys = Keyring(LocalMasterKey(bytes(range(32))))
    database = Database.open(f"sqlite:///{folder / 'guiju.db'}", keys, clock)
    metadata.create_all(database.engine)
    return database, clock


def compose(
    database: Database, clock: FixedClock, public_url: str = "http://localhost:8080"
) -> Composed:
    """The pages of the rooms on `database`."""
    site = Site(
        accounts_routes.viewer_of(database),
        notice=lambda: NOTICE,
        names=accounts_routes.names_of(database),
    )
    board = StandingBoard(
        database, lambda: {"ledger-verified": Signal(holds=True, at=clock.now())}, fresh_seconds=0
    )
    app = FastAPI(title="guiju", openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    for routes in (
        profile_routes.router(
            database,
            site,
            lambda: promised(database),
            lambda tx: what_runs(tx, None),
            accounts_routes.takes_newcomers(database),
        ),
        complaints_routes.router(database, site),
        accounts_routes.router(
            database,
            site,
            public_url=public_url,
            verifiers=accounts.verifiers_of("", "", database.keys, development=True),
            ask=age_question(),
            proofs=minors.Proving(),
            news=restored_to,
        ),
        supervision_routes.router(database, site, board),
        policies_routes.router(database, site),
        casework_routes.router(database, site, reviewing(database)),
        incidents_routes.router(
            database, site, lambda _: None, ROUTE_NAMES, KINDS, note_reading=review.note_reading
        ),
        reporting_routes.router(database, site, lambda *_: None, review.note_reading),
        verify_page.router(site),
        dispositions_routes.router(database, site, sends_mail=True, workbench=workbench(database)),
        minors_routes.router(database, site, lambda _: None),
        privacy_routes.router(means(database), site),
        gateway_routes.router(database, site, lambda: counted(clock)),
    ):
        app.include_router(routes)
    return Composed(site.install(app), database, board, clock)


def means(database: Database) -> privacy_routes.Means:
    """What requests of people are served with; nothing is made or erased here."""
    nowhere = Path(os.devnull)
    stores = person_stores(nowhere, nowhere)
    packer = Packer(database, stores, nowhere)
    return privacy_routes.Means(database, stores, Eraser(database, stores), packer, nowhere)


def reviewing(database: Database) -> Review:
    """What reviewers are shown: the exchanges beside the cases, as in the house."""
    beside = benches(database, policies.Screens(None, database.keys))
    names, leads = review.names, review.LEADS
    return Review(KINDS, beside, review.rules, names, review.QUEUES, leads, review.note_reading)


def workbench(database: Database) -> dispositions_routes.Workbench:
    """With what a cure is tried: the policy in force, as in the house."""

    def screen() -> Screen:
        with database.read() as tx:
            policy = policies.active(tx)
            assert policy is not None
            return policies.Screens(None, database.keys).of(tx, policy.body, policy.digest)

    return dispositions_routes.Workbench(KINDS, screen, recalled, review.note_reading)


def promised(database: Database) -> Text | None:
    """What the first page says of complaints."""
    with database.read() as tx:
        return complaints.promised(tx)


def counted(clock: FixedClock) -> tuple[Tallies, Gauges]:
    """Counts of a morning: two routes, some refusals, and a gap in the coverage."""
    counters = Counters(clock)
    for number in range(400):
        refused = number % 11 == 0
        counters.arrived()
        counters.left(
            Seen(
                f"/v1/{'chat/' if number % 3 else ''}completions",
                429 if refused else 200,
                0.3 + 0.001 * (number % 50),
                "rate-limited" if refused else None,
                exchange=True,
                asked=not refused,
                characters=100,
                covered=99 if number == 7 else 100,
                screening=0.0004 * (number % 9),
                upstream=0.3,
                first=0.31,
            )
        )
    counters.gauges.stalled = 1
    return counters.tallies, counters.gauges


def application() -> Any:
    """For an ASGI server in a process of its own."""
    database, clock = open_database(Path(os.environ[FOLDER]))
    clock.advance(days=25, hours=7)
    return compose(database, clock, os.environ[URL]).app


# -- what has happened before the browser comes ----------------------------------------------------


def seed(database: Database, clock: FixedClock) -> None:
    """Four weeks of an invented service, by the services of the rooms."""
    with database.write() as tx:
        _staff(tx)
    clock.advance(hours=1)
    with database.write() as tx:
        _service(tx)
    clock.advance(hours=2)
    with database.write() as tx:
        person = _person(tx, "xiaoming")
        _person(tx, "newcomer", accepts=False)
    for day, count in _FAR:
        clock.advance(days=day - (clock.now() - BEGIN).days)
        with database.write() as tx:
            record(tx, list(_exchanges(clock, person, count)))
        ledger.integrate(database)
    with database.write() as tx:
        _late(tx, person, clock)
    _incident(database)
    _mail(database)
    ledger.integrate(database)


def _mail(database: Database) -> None:
    """An address that its owner has still to confirm, by a link that the tests know."""
    with database.write() as tx, patch("secrets.token_urlsafe", return_value=MAIL_SECRET):
        person = accounts.find_person(tx, "newcomer")
        assert person is not None
        ask_contact(tx, person.actor, person.id, "newcomer@example.com", "zh")


def _incident(database: Database) -> None:
    """One incident, graded, with a stop, a draft and a word to the public."""
    with database.write() as tx:
        officer = accounts.staff_actor(tx, "safety")
        cause = incidents.Cause(Category.LEAK, "一个页面显示了他人的姓名。", "drill")
        made = incidents.open_incident(tx, officer, cause)
    if made is None:
        raise RuntimeError("the incident was there before")
    number = made.case.number
    with database.write() as tx:
        statement = Statement.from_mapping(
            {"facts": {"persons": 1_200_000}, "words": {"summary": cause.summary}}
        )
        incidents.state_facts(tx, officer, incidents.find_case(tx, number), statement)
    with database.write() as tx:
        case = incidents.find_case(tx, number)
        incidents.grade(tx, officer, case, Grade.LARGER, "已达界限")
    with database.write() as tx:
        case, part = incidents.find_case(tx, number), ROUTE_NAMES[-1]
        target = policies.Target(policies.StopKind.ROUTE, part)
        incidents.stop(tx, officer, target, "排查中", routes=ROUTE_NAMES, case=case)
        incidents.draft_report(tx, officer, case, "initial")
        words = Text(zh="部分服务暂停。", en="A part of the service is stopped for now.")
        incidents.publish_entry(tx, officer, case, words)


def _staff(tx: Tx) -> None:
    for name, display, roles in (
        ("safety", "林安", ("safety-officer",)),
        ("second", "周复", ("safety-officer", "accountable-person")),
        ("legal", "陈约", ("agreement-manager", "filing-manager")),
        ("auditor", "吴审", ("auditor",)),
    ):
        accounts.appoint_staff(tx, _SETUP, name, PASSWORD, roles, display=display)


def _service(tx: Tx) -> None:
    first, second, legal = (accounts.staff_actor(tx, one) for one in ("safety", "second", "legal"))
    policies.install_default(tx, first, second)
    profile.install(tx, legal, second, profile.demo_statement())
    accounts.install_agreement(tx, legal, second, accounts.first_agreement())


def _person(tx: Tx, name: str, *, accepts: bool = True) -> str:
    person = accounts.register_person(tx, None, name, PASSWORD)
    if accepts:
        accounts.accept_agreement(tx, person.actor, person.id, 1)
        accounts.issue_key(tx, person.actor, person.id, "笔记本")
    return person.id


def _exchanges(clock: FixedClock, person: str, count: int) -> Iterator[Exchange | Refusal]:
    for number in range(count):
        blocked = number % 9 == 8
        yield _exchange(clock, person, blocked=blocked)
        if number % 5 == 4:
            code = "agreement-not-accepted"
            yield Refusal(new_id("req"), clock.now(), "chat", "key_0", None, code)


def _exchange(clock: FixedClock, person: str, *, blocked: bool, labelled: bool = True) -> Exchange:
    verdict = "block" if blocked else "pass"
    findings = (Finding("output", "A1h", "lexicon", "entry-1", "block", 3, 8),) if blocked else ()
    return Exchange(
        request=new_id("req"),
        at=clock.now(),
        route="chat",
        stream=False,
        service="chat",
        person=person,
        key="key_0",
        model="guiju-demo",
        policy="0" * 64,
        agreement=1,
        incoming=Screening("pass", "full"),
        outgoing=Screening(verdict, "full"),
        label=Label(new_id("pid"), "end" if labelled else None, labelled),
        usage=Usage(12, 40, 64, 64),
        finish="content_filter" if blocked else "stop",
        retention_days=183,
        input="你好".encode(),
        output="你好，我是演示模型。".encode(),
        findings=findings,
    )


def _late(tx: Tx, person: str, clock: FixedClock) -> None:
    """One answer went out without a label, a statement was signed, a version waits for approval."""
    record(tx, [_exchange(clock, person, blocked=False, labelled=False)])
    second = accounts.staff_actor(tx, "second")
    ledger.append(
        tx,
        "attestation-signed",
        controls=("business-ethics-commitment",),
        actor=second,
        subject=second.id,
        facts={"statement": "0" * 64, "valid_until": "2027-11-01"},
    )
    body = policies.default_body()
    body["screening"]["entry"].append(
        {"term": "示例新词戊", "harm": "A4g", "action": "review", "scope": ["input"], "note": ""}
    )
    body["screening"]["reply"] = "error"
    safety = accounts.staff_actor(tx, "safety")
    policies.propose(tx, safety, body, "新增一个示例词，改为返回错误")


def seed_case(database: Database, clock: FixedClock) -> None:
    """Somebody asked for a word of the policy, and an officer proposed to warn them."""
    with database.write() as tx:
        second = accounts.staff_actor(tx, "second")
        accounts.appoint_staff(tx, second, "reviewer", PASSWORD, ("reviewer",), display="何审")
        accounts.appoint_staff(
            tx, second, "privacy", PASSWORD, ("privacy-officer",), display="沈密"
        )
        granting.approve_roles(tx, accounts.staff_actor(tx, "safety"), granting.grants(tx)[0].id)
        person = accounts.register_person(tx, None, "asker", PASSWORD)
        _case(tx, person.id, clock)
    seed_appeal(database)
    seed_cure(database)
    ledger.integrate(database)


def seed_appeal(database: Database) -> None:
    """Somebody was suspended by two people, appealed, and a third looks into it."""
    with database.write() as tx:
        officer = accounts.staff_actor(tx, "second")
        accounts.appoint_staff(
            tx, officer, "appeals", PASSWORD, ("appeals-officer",), display="郑申"
        )
    with database.write() as tx:
        safety, second = (accounts.staff_actor(tx, one) for one in ("safety", "second"))
        person = accounts.register_person(tx, None, "appellant", PASSWORD)
        made = propose(tx, safety, person.id, Proposal(Measure.SUSPEND, 7, "10"), "多次触犯")
        approve(tx, second, made, "七日内三次触犯。")
    with database.write() as tx:
        (said,) = reasons.statements_to(tx, person.id)
        appeal = appeals.file_appeal(tx, person.id, said.id, "那是引用。")
        appeals.admit(tx, accounts.staff_actor(tx, "appeals"), appeal)


def seed_cure(database: Database) -> None:
    """A cause is being put right: one text is still let through that is to be stopped."""
    with database.write() as tx:
        safety = accounts.staff_actor(tx, "safety")
        case = rectification.open_rectification(tx, safety, [])
        for text, expected in (("示例新词己", Expected.STOPPED), ("你好", Expected.PASSED)):
            words = Words(text, answer="一个更好的回答。")
            rectification_trying.keep_written(tx, safety, case, words, Wanted("input", expected))
        judge = workbench(database).screen().judge
        rectification_trying.run_regression(tx, safety, case, judge)


def _case(tx: Tx, person: str, clock: FixedClock) -> None:
    policy = policies.active(tx)
    assert policy is not None
    asked = {"messages": [{"role": "user", "content": "写一个有示例禁词甲的故事"}]}
    message = {"choices": [{"message": {"role": "assistant", "content": "不写。"}}]}
    stopped = msgspec.structs.replace(
        _exchange(clock, person, blocked=True),
        policy=policy.digest,
        incoming=Screening("block", "full"),
        findings=(Finding("input", "A1h", "lexicon", "entry-1", "block", 4, 9),),
        input=msgspec.json.encode(asked),
        output=msgspec.json.encode({"wire": "chat", "delivered": message, "withheld": None}),
    )
    Watch().record(tx, [stopped])
    cause = Cause(Source.SCREENING, tuple(newest_of(tx, person, 1)))
    warning = Proposal(Measure.WARN, 30, "10")
    safety = accounts.staff_actor(tx, "safety")
    propose(tx, safety, person, warning, "词条命中，须提醒", cause=cause)
