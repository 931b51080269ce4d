# SPDX-License-Identifier: Apache-2.0
"""Take a step as a form or a program says it: with grounds and facts where it decides something.

Pages and the interface for programs go through here, so that the same is asked of both: a step that
is hidden from the form is refused to who sends the form all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from guiju.casework import own_steps, refusing_steps
from guiju.casework.case import Case
from guiju.casework.kind import Kind
from guiju.casework.model import Transition
from guiju.casework.panel import Bench, Words
from guiju.casework.review import Review
from guiju.casework.ruling import Ground, GroundKind, Ruling
from guiju.casework.service import advance
from guiju.kernel import Actor, Conflict
from guiju.storage import Tx

_FOUND_BY = {"screening", "automation"}


class Sent(NamedTuple):
    """A step as a program sends it, with its fields as they came."""

    verb: str
    fields: Mapping[str, Any]


class Said(NamedTuple):
    """A step and what goes with it: grounds by reference, and a clause of an agreement."""

    verb: str
    reason: str = ""
    facts: str = ""
    outcome: str = ""
    grounds: tuple[str, ...] = ()
    clause: str = ""


def take_step(tx: Tx, actor: Actor, case: Case, said: Said, review: Review) -> None:
    """Take a step; the room of the case does more than its table says where it must.

    Raises as `casework.advance`, or as the room does.

    Raises:
        Conflict: `step-elsewhere`, `step-not-here` or `step-by-software`.
    """
    verb, bench = said.verb, review.bench(case.kind.name)
    refused = why_not(case.kind, verb, bench, case.number)
    if refused is not None:
        raise refused
    own = bench.steps.get(verb)
    if own is not None:
        own(tx, actor, case, Words(said.facts, said.reason))
        return
    line = next((one for one in case.kind.machine.transitions if one.verb == verb), None)
    ruling = None if line is None or not line.decides else _ruling(case, line, said, review)
    advance(tx, actor, case, verb, reason=said.reason or None, ruling=ruling)


def take_own(tx: Tx, actor: Actor, case: Case, sent: Sent, review: Review) -> bool:
    """Take a step that takes more than words, as a program sends it; False: it takes only those.

    Raises:
        Invalid: a field that the step does not take, or lacks; else as the room does.
    """
    own = review.bench(case.kind.name).own.get(sent.verb)
    if own is None:
        return False
    own.take(tx, actor, case, own_steps.read(own, sent.fields))
    return True


def why_not(kind: Kind, verb: str, bench: Bench, number: str) -> Conflict | None:
    """Why no form of words takes this step, and where or by whom it is taken; None: one does."""
    if verb in bench.hides:
        return refusing_steps.not_here(verb, bench.hides[verb], number)
    if verb in bench.elsewhere:
        return refusing_steps.taken_elsewhere(verb, bench.elsewhere[verb], number)
    lines = [one for one in kind.machine.transitions if one.verb == verb]
    if lines and not any(one.by_person or one.roles for one in lines):
        return refusing_steps.by_software(verb, lines[0].text, number)
    return None


def takes(line: Transition, bench: Bench, review: Review, kind: Kind) -> Mapping[str, Any]:
    """What a program sends for a step besides the version, as a JSON Schema."""
    if line.verb in bench.own:
        return own_steps.schema(bench.own[line.verb].form)
    said: dict[str, Any] = {"reason": _WORDS}
    needed = ["reason"] if line.needs_reason else []
    if line.decides:
        said["facts"] = _WORDS
        needed.append("facts")
    if line.decides and line.verb not in bench.steps:
        named = [one.reference for one, _ in review.grounds(kind.name)]
        said["grounds"] = {"type": "array", "items": {"enum": named}}
        said["clause"] = {"type": "string"}
        if line.verb in bench.outcomes:
            said["outcome"] = {"enum": list(bench.outcomes[line.verb])}
            needed.append("outcome")
    return {"type": "object", "properties": said, "required": needed}


_WORDS = {"type": "string"}


def _ruling(case: Case, line: Transition, said: Said, review: Review) -> Ruling:
    """What is decided; what is missing is said by who takes the step."""
    named = {one.reference: one for one, _ in review.grounds(case.kind.name)}
    chosen = [named[one] for one in said.grounds if one in named]
    if said.clause:
        chosen.append(Ground(GroundKind.AGREEMENT, said.clause))
    bench = review.bench(case.kind.name)
    outcomes = bench.outcomes.get(line.verb, {})
    return Ruling(
        outcome=(said.outcome if said.outcome in outcomes else "") if outcomes else str(line.verb),
        grounds=tuple(chosen),
        facts=said.facts,
        found_by_software=case.origin.value in _FOUND_BY,
        appeal=bench.appeals.get(line.verb),
    )
