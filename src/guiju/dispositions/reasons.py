# SPDX-License-Identifier: Apache-2.0
"""Statements of reasons: what was decided, on which grounds and facts (Article 14).

The axes are those of the EU's schema for such statements; the grounds are the Measures and a clause
of the agreement. Its words are sealed for the person; evidence holds the axes and the digest, so
that whoever has a statement can show that it was given, and given so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Row

from guiju.casework import Case, Decision, decisions
from guiju.dispositions import finding_store, refusing, statement_store, telling
from guiju.dispositions.content_model import Content, Reach
from guiju.dispositions.model import Action, Effect, Finding, Measure, Statement
from guiju.kernel import Actor, canonical, digest, isoformat, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.records import SamePart
from guiju.storage import Tx

REASONS_STATED = "reasons-stated"
SCHEMA = "guiju-statement-of-reasons/1"
_CONTROLS = ("statements-of-reasons",)
_MOST_LISTED = 20

# What a measure does to the service for the person, and to the account, in the words of the schema.
_PROVISION = {
    Measure.WARN: None,
    Measure.RESTRICT: "partial-suspension",
    Measure.SUSPEND: "total-suspension",
    Measure.TERMINATE: "total-termination",
}
_ACCOUNT = {Measure.SUSPEND: "suspended", Measure.TERMINATE: "terminated"}
_SOURCES = {"complaint": "notice", "authority": "authority"}
_OWN = "own-initiative"


@enforces("statements-of-reasons")
def state(
    tx: Tx, actor: Actor, case: Case, action: Action, because: Decision | None = None
) -> Statement:
    """Give the person the reasons of the last decision in the case, and tell them of it.

    `because`: another decision that it rests on, as that on an appeal.
    """
    decision = because or decisions(tx, case, opened=True)[-1]
    return _give(tx, actor, case, decision, {**_measure(action, case), **_account(tx, action)})


@enforces("statements-of-reasons")
def state_content(tx: Tx, actor: Actor, case: Case, content: Content) -> Statement:
    """Give the person whose content it is the reasons of the last decision about it."""
    decision = decisions(tx, case, opened=True)[-1]
    return _give(tx, actor, case, decision, {**_UNTOUCHED, **_visibility(tx, content, case)})


@enforces("statements-of-reasons")
def state_same(
    tx: Tx,
    actor: Actor,
    case: Case,
    content: Content,
    decision: Decision,
    *,
    to: str,
    parts: Sequence[SamePart],
) -> Statement:
    """Give somebody else, who got the same content, the reasons why it is withdrawn.

    Without the words that were written for whom the case is about.
    """
    file = parts[0].place if content.produce_id else None
    facts = {**_facts("same-content", []), "count": len(parts), "harms": [content.harm]}
    requests = list(dict.fromkeys(one.request for one in parts))[:_MOST_LISTED]
    axes = {
        **_UNTOUCHED,
        **_reach(tx, content, case),
        "facts": {**facts, "requests": requests},
        "content": file,
        "words": "",
    }
    return _give(tx, actor, case, decision, axes, to=to)


def _give(
    tx: Tx,
    actor: Actor,
    case: Case,
    decision: Decision,
    axes: Mapping[str, Any],
    *,
    to: str | None = None,
) -> Statement:
    name = new_id("sor")
    said = {**_common(tx, name, case, decision), **axes}
    content = canonical(said)
    made = Statement(name, case.id, to or case.subject or "", digest(content), tx.now, said)
    statement_store.add(
        tx,
        {
            "id": made.id,
            "case": made.case,
            "person": made.person,
            "digest": made.digest,
            "said": tx.seal(made.person, content, _place(made.id)),
            "made_at": made.made_at,
        },
    )
    append(
        tx,
        REASONS_STATED,
        controls=_CONTROLS,
        actor=actor,
        subject=made.person,
        facts=_evidence(made),
    )
    if to is None:
        telling.stated(tx, actor, case, made, decision.id)
    else:
        telling.stated_elsewhere(tx, made)
    return made


def statements_to(tx: Tx, person: str, most: int = 50) -> list[Statement]:
    """The newest statements to a person, opened, the newest first."""
    return [_opened(tx, row) for row in statement_store.of_person(tx, person, most)]


def statements_of(tx: Tx, case: str) -> list[Statement]:
    """The statements given in a case, opened, in order."""
    return [_opened(tx, row) for row in statement_store.of_case(tx, case)]


def get_statement(tx: Tx, statement: str, person: str) -> Statement:
    """A statement to this person; raises NotFound `statement-unknown`, also for another's."""
    row = statement_store.find(tx, statement)
    if row is None or row.person != person:
        raise refusing.no_such_statement(statement)
    return _opened(tx, row)


def _common(tx: Tx, name: str, case: Case, decision: Decision) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "id": name,
        "case": case.number,
        "made_at": isoformat(tx.now),
        "monetary": None,
        "grounds": [one.written() for one in decision.grounds],
        "words": decision.facts,
        "automated_detection": decision.found_by_software,
        "automated_decision": decision.decided_by_software,
        "appeal_until": decision.appealable_until and isoformat(decision.appealable_until),
    }


def _measure(action: Action, case: Case) -> dict[str, Any]:
    in_force = action.effect is Effect.IN_FORCE
    # A hold closes everything; what the measure will be stands beside it as a proposal.
    measure = action.measure if in_force else Measure.SUSPEND
    until = action.ends_at if in_force else case.due
    return {
        "visibility": None,
        "provision": _PROVISION[measure],
        "account": _ACCOUNT.get(measure),
        "warning": measure is Measure.WARN,
        "functions": list(action.functions) if measure is Measure.RESTRICT else [],
        "provisional": not in_force,
        "until": None if until is None else isoformat(until),
        "scope": "whole-service" if measure is not Measure.RESTRICT else "functions",
    }


def _account(tx: Tx, action: Action) -> dict[str, Any]:
    return {
        "from": isoformat(action.in_force_at or tx.now),
        "facts": _facts(action.trigger, finding_store.of_case(tx, action.case)),
        "source": _SOURCES.get(action.trigger, _OWN),
        "strikes_before": action.strikes,
        "policy": action.policy,
    }


# What happens to content touches neither the service for the person nor the account.
_UNTOUCHED: Mapping[str, Any] = {
    "provision": None,
    "account": None,
    "warning": False,
    "functions": [],
    "scope": "content",
    "strikes_before": 0,
}


def _visibility(tx: Tx, content: Content, case: Case) -> dict[str, Any]:
    found = finding_store.find(tx, content.finding) if content.finding else None
    facts = _facts(content.source.value, [] if found is None else [found])
    # A complaint names no request; the case does.
    named = {**facts, "harms": [content.harm], "requests": [content.request]}
    return {**_reach(tx, content, case), "facts": named, "content": content.produce_id}


def _reach(tx: Tx, content: Content, case: Case) -> dict[str, Any]:
    provisional = content.reach is Reach.WITHHELD
    return {
        "visibility": content.reach.value,
        "provisional": provisional,
        "from": isoformat(content.closed_at or tx.now),
        "until": isoformat(case.due) if provisional and case.due else None,
        "source": _SOURCES.get(content.source.value, _OWN),
        "policy": content.policy,
    }


def _facts(trigger: str, found: list[Finding]) -> dict[str, Any]:
    """Where, when and for which harms; the person can look up each request."""
    return {
        "trigger": trigger,
        "count": len(found),
        "harms": sorted({one.harm for one in found}),
        "first": isoformat(found[0].raised_at) if found else None,
        "last": isoformat(found[-1].raised_at) if found else None,
        "requests": [one.request for one in found if one.request][:_MOST_LISTED],
    }


_SHOWN = (
    *("case", "visibility", "provision", "account", "warning", "provisional", "from", "until"),
    "grounds",
    *("source", "automated_detection", "automated_decision", "scope", "appeal_until"),
)


def _evidence(made: Statement) -> Mapping[str, Any]:
    return {
        "statement": made.id,
        "digest": made.digest,
        **{name: made.said[name] for name in _SHOWN},
    }


def _opened(tx: Tx, row: Row[Any]) -> Statement:
    content = tx.unseal(row.person, row.said, _place(row.id))
    said = msgspec.json.decode(content)
    return Statement(row.id, row.case, row.person, row.digest, row.made_at, said)


def _place(statement: str) -> str:
    return f"disposition_statement/{statement}"
