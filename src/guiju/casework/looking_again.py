# SPDX-License-Identifier: Apache-2.0
"""A share of closed decisions is drawn and looked at again, blind (Article 14).

Who looks again sees the evidence and what could have been decided, not what was. Nothing follows
for the person by itself: a look that disagrees is a question to those who decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Row

from guiju.casework import look_store, refusing, ruling_store, store
from guiju.casework.case import Case
from guiju.casework.drawing_lots import Share, drawn
from guiju.casework.kind import Kinds
from guiju.casework.model import Transition, says_something
from guiju.casework.welfare import ReviewRules, day_of
from guiju.kernel import Actor, ActorKind, Conflict, Invalid, NotFound, Refused, Text, new_id
from guiju.ledger import append, checkpoint
from guiju.measures import enforces
from guiju.storage import Tx

DECISIONS_SAMPLED = "decisions-sampled"
DECISION_LOOKED_AT = "decision-looked-at"
OFFICERS = ("safety-officer", "auditor")
_CONTROLS = ("second-look",)
_LOOK = Text(zh="复看决定", en="look at a decision again")
_DRAW = Text(zh="抽取决定", en="draw decisions")
_FIRST = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Look:
    """A decision that was drawn, for who looks at it blind: the case, and what could be decided.

    `agrees` None: nobody has looked. `verb` and `outcome` are what the second reviewer says.
    """

    id: str
    case: Case
    decision: str
    state: str
    choices: tuple[Transition, ...]
    agrees: bool | None
    verb: str | None
    outcome: str | None
    reviewer: str | None
    at: datetime | None


class Said(NamedTuple):
    """What a second reviewer says: the verb, its outcome if it has several, and why."""

    verb: str
    reason: str
    outcome: str = ""

    @property
    def word(self) -> str:
        """The outcome, which is the verb where it has but one."""
        return self.outcome or self.verb


@dataclass(frozen=True, slots=True)
class Quality:
    """Of one kind: how many decisions were drawn, and in how many of those taken both agree."""

    kind: str
    drawn: int
    agree: Share


@enforces("second-look")
def draw(tx: Tx, actor: Actor, rules: ReviewRules) -> int | None:
    """Draw from the cases that were closed since the last draw and before today; how many.

    None when there is nothing to draw from yet. Software draws daily; officers need not wait.

    Raises:
        Refused: `role-needed`.
        Conflict: `sampling-not-set`, when the policy says nothing of it.
    """
    if actor.kind is ActorKind.STAFF and not actor.has(*OFFICERS):
        raise refusing.role_needed(_DRAW, OFFICERS)
    if not rules.sampled:
        raise _not_set()
    until, last, signed = day_of(tx.now), look_store.last_draw(tx), checkpoint(tx)
    since = until - _FIRST if last is None else last.until
    if not looks_due(tx, rules) or signed is None or signed.at < until:
        return None
    found = {row.id: row for row in look_store.closed_decisions(tx, since, until)}
    seed = signed.root.hex()
    lots = drawn(found.keys(), seed, rules.sampled)
    name = new_id("draw")
    values = {
        "id": name,
        "since": since,
        "until": until,
        "seed": seed,
        "permille": rules.sampled,
        "population": len(found),
        "drawn": len(lots),
        "at": tx.now,
    }
    if not look_store.add_draw(tx, values):
        return None
    look_store.add_looks(tx, [_new(name, found[one]) for one in lots])
    facts = {
        "draw": name,
        "seed": seed,
        "signed_size": signed.size,
        "permille": rules.sampled,
        "population": len(found),
        "drawn": lots,
    }
    append(tx, DECISIONS_SAMPLED, controls=_CONTROLS, actor=actor, subject=name, facts=facts)
    return len(lots)


def looks_due(tx: Tx, rules: ReviewRules) -> bool:
    """Whether cases were closed since the last draw and before today."""
    last, until = look_store.last_draw(tx), day_of(tx.now)
    since = until - _FIRST if last is None else last.until
    return bool(rules.sampled) and since < until and look_store.any_closed(tx, since, until)


def waiting_looks(tx: Tx, actor: Actor, kinds: Kinds, most: int = 50) -> list[Look]:
    """What this member of staff may look at again: of their kinds, and not what they acted in."""
    mine = Kinds(one for one in kinds if actor.has(*one.roles))
    rows = look_store.waiting(tx, [one.name for one in mine], most)
    found = [_look(tx, mine, row) for row in rows]
    return [one for one in found if actor.id not in _actors(tx, one.case)]


def get_look(tx: Tx, actor: Actor, kinds: Kinds, name: str) -> Look:
    """One of them.

    Raises:
        NotFound: `look-unknown`.
        Refused: `person-needed`, `role-needed`, or `outsider-needed` for who acted in the case.
    """
    row = look_store.find(tx, name)
    if row is None:
        raise _no_such(name)
    found = _look(tx, kinds, row)
    if actor.kind is not ActorKind.STAFF:
        raise refusing.person_needed(_LOOK, found.case.kind.roles)
    if not actor.has(*found.case.kind.roles):
        raise refusing.role_needed(_LOOK, found.case.kind.roles)
    if actor.id in _actors(tx, found.case):
        raise _took_part()
    return found


@enforces("second-look")
def look_again(tx: Tx, actor: Actor, kinds: Kinds, name: str, said: Said) -> bool:
    """Say what one would have decided, and why; whether it is what was decided.

    Raises:
        Conflict: `look-taken`.
        Invalid: `reason-needed` or `choice-unknown`.
        NotFound, Refused: those of `get_look`.
    """
    found = get_look(tx, actor, kinds, name)
    if said.verb not in {one.verb for one in found.choices}:
        raise _no_choice(said.verb)
    if not says_something(said.reason):
        raise refusing.reason_needed(_LOOK)
    made = _decision(tx, found)
    # A verb that has one outcome agrees as a verb, whatever its room calls that outcome.
    agrees = bool(made.verb == said.verb and said.outcome in {"", made.outcome})
    sealed = tx.seal(found.case.sealed_for, said.reason.strip().encode(), f"casework_look/{name}")
    values = {
        "reviewer": actor.id,
        "verb": said.verb,
        "outcome": said.word,
        "reason": sealed,
        "agrees": agrees,
        "at": tx.now,
    }
    if found.at is not None or not look_store.decide(tx, name, values):
        raise _taken()
    facts = {
        "look": name,
        "decision": found.decision,
        "agrees": agrees,
        "reviewer": actor.id,
        "decider": made.decider,
    }
    append(
        tx, DECISION_LOOKED_AT, controls=_CONTROLS, actor=actor, subject=found.case.id, facts=facts
    )
    return agrees


def quality(tx: Tx) -> list[Quality]:
    """How far second looks agree, kind by kind, with how many there were."""
    return [
        Quality(row.kind, row.drawn, Share(row.agree, row.taken)) for row in look_store.counted(tx)
    ]


def disagreements(tx: Tx, kinds: Kinds, most: int = 20) -> list[Look]:
    """The newest looks that say something else, for those who answer for the decisions."""
    known = {one.name for one in kinds}
    rows = look_store.disagreements(tx, most)
    return [_look(tx, kinds, row) for row in rows if row.kind in known]


def _look(tx: Tx, kinds: Kinds, row: Row[tuple[object, ...]]) -> Look:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's documented accessor
    case = store.find_case(tx, kinds, values["case_id"])
    if case is None:
        raise _no_such(values["id"])
    state = _state_before(tx, case, values["decision"])
    lines = tuple(one for one in case.kind.machine.possible(state) if one.by_person)
    return Look(
        id=values["id"],
        case=case,
        decision=values["decision"],
        state=state,
        choices=lines,
        agrees=values["agrees"],
        verb=values["verb"],
        outcome=values["outcome"],
        reviewer=values["reviewer"],
        at=values["at"],
    )


def _state_before(tx: Tx, case: Case, decision: str) -> str:
    made = next(row for row in ruling_store.decisions(tx, case.id) if row.id == decision)
    event = next(row for row in store.events(tx, case.id) if row.seq == made.seq)
    return str(event.source or event.target)


def _decision(tx: Tx, look: Look) -> Row[tuple[object, ...]]:
    rows = ruling_store.decisions(tx, look.case.id)
    return next(row for row in rows if row.id == look.decision)


def _actors(tx: Tx, case: Case) -> frozenset[str]:
    return store.actors(tx, (case.id,))


def _new(draw_name: str, row: Row[tuple[object, ...]]) -> dict[str, object]:
    values = row._mapping  # noqa: SLF001 - as above
    return {
        "id": new_id("look"),
        "draw": draw_name,
        "decision": values["id"],
        "case_id": values["case_id"],
        "kind": values["kind"],
    }


def _not_set() -> Conflict:
    return Conflict(
        "sampling-not-set",
        Text(
            zh="现行规则没有写明抽查比例。",
            en="The policy in force says nothing of second looks.",
        ),
        Text(
            zh="请在规则的 [review] 中写明 sampled_permille 并经批准。",
            en="Say sampled_permille in its part [review], and have it approved.",
        ),
    )


def _no_such(name: str) -> NotFound:
    return NotFound(
        "look-unknown",
        Text(zh=f"没有复看 {name[:40]}。", en=f"There is no second look {name[:40]}."),
        Text(zh="请从抽查页进入。", en="Start from the page of second looks."),
    )


def _took_part() -> Refused:
    return Refused(
        "outsider-needed",
        Text(zh="您参与过此案，不能复看。", en="You had a part in this case."),
        Text(zh="请由未参与的同事复看。", en="Leave it to a colleague who had none."),
    )


def _taken() -> Conflict:
    return Conflict(
        "look-taken",
        Text(zh="已有人复看过这一决定。", en="Somebody has looked at this decision already."),
        Text(zh="请另取一件。", en="Take another one."),
    )


def _no_choice(verb: str) -> Invalid:
    return Invalid(
        "choice-unknown",
        Text(zh=f"当时不能作出“{verb[:40]}”。", en=f"“{verb[:40]}” could not be decided then."),
        Text(zh="请选择列出的一项。", en="Choose one of those listed."),
        param="verb",
    )
