# SPDX-License-Identifier: Apache-2.0
"""Findings of screening, complaints, staff and authorities; people confirm or dismiss them.

They say where the words are and never what the words are (Article 14).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from guiju import records
from guiju.dispositions import content_store, finding_store, refusing
from guiju.dispositions.model import FINDING, REVIEWERS, Finding, FindingState, Source
from guiju.kernel import Actor, ActorKind, Invalid, Text, new_id, software
from guiju.ledger import Evidence, append_many
from guiju.measures import enforces, harms
from guiju.storage import Tx

OPENED = "finding-opened"
DECIDED = "finding-decided"
_CONTROLS = ("findings-triaged",)
_GATEWAY = software("gateway")
_STOPPED = frozenset({"block", "refuse"})
_LONGEST_RULE = 80


def stopped(one: records.Exchange) -> Iterator[Finding]:
    """The findings of an exchange that was stopped: one of its input, one of its output."""
    for direction, judged in (("input", one.incoming), ("output", one.outgoing)):
        if judged.verdict in _STOPPED:
            cause = _cause(one, direction)
            if cause is not None:
                yield Finding(
                    id=new_id("fd"),
                    person=one.person,
                    source=Source.SCREENING,
                    request=one.request,
                    direction=direction,
                    harm=cause.harm,
                    rule=(cause.by or cause.rule)[:_LONGEST_RULE],
                    detector=cause.detector[:_LONGEST_RULE],
                    action=cause.action,
                    policy=one.policy,
                    state=FindingState.RAISED,
                    case=None,
                    raised_by=_GATEWAY.id,
                    raised_at=one.at,
                )


def _cause(one: records.Exchange, direction: str) -> records.Finding | None:
    """What stopped it; nothing when an upstream or a limit did."""
    found = (hit for hit in one.findings if hit.direction == direction and hit.action in _STOPPED)
    return next(found, None)


def note_stopped(tx: Tx, findings: Sequence[Finding]) -> None:
    """Keep what the gateway stopped, with its evidence."""
    finding_store.add(tx, findings)
    append_many(tx, [_opened(_GATEWAY, one) for one in findings])


def open_finding(
    tx: Tx,
    actor: Actor,
    source: Source,
    harm: str,
    *,
    person: str | None = None,
    request: str | None = None,
    direction: str | None = None,
    rule: str = "person",
) -> Finding:
    """Put a finding on record that somebody brings: staff, a complaint, an authority.

    With `request` it is that of the record, and so is the person.

    Raises:
        Refused: `role-needed`.
        Invalid: `finding-invalid`: no such harm, or about nobody and nothing.
        NotFound: `exchange-not-found`.
    """
    if actor.kind is not ActorKind.SOFTWARE and not actor.has(*REVIEWERS):
        raise refusing.role_needed(Text(zh="登记发现", en="bring a finding"), REVIEWERS)
    if harm not in harms():
        raise _invalid("harm", "没有这种风险", "is no harm of the standard")
    if request is not None:
        person = _owner(tx, request)
    if person is None and request is None:
        raise _invalid("person", "须写明涉及谁或哪条记录", "name a person or a record")
    made = Finding(
        id=new_id("fd"),
        person=person,
        source=source,
        request=request,
        direction=direction,
        harm=harm,
        rule=rule[:_LONGEST_RULE],
        detector=source.value,
        action="report",
        policy=None,
        state=FindingState.RAISED,
        case=None,
        raised_by=actor.id,
        raised_at=tx.now,
    )
    finding_store.add(tx, [made])
    append_many(tx, [_opened(actor, made)])
    return made


def bring_finding(
    tx: Tx, actor: Actor, source: Source, harm: str, request: str, *, reference: str
) -> Finding:
    """The finding of a harm in a record under the number of a case elsewhere: opened once.

    Who calls holds that case, so that nobody opens a second one meanwhile.

    Raises as `open_finding`.
    """
    there = (one for one in findings_in(tx, request, source, reference) if one.harm == harm)
    found = next(there, None)
    return found or open_finding(tx, actor, source, harm, request=request, rule=reference)


def findings_in(tx: Tx, request: str, source: Source, reference: str) -> list[Finding]:
    """What a source has found in a record under this number of a case elsewhere."""
    found = finding_store.of_request(tx, request)
    return [one for one in found if one.source is source and one.rule == reference]


@enforces("findings-triaged")
def decide_finding(tx: Tx, actor: Actor, finding: str, verb: str, reason: str) -> Finding:
    """`confirm` or `dismiss` a finding, with a reason, which is sealed.

    Raises:
        NotFound: `finding-unknown`.
        Refused: `person-needed` or `role-needed`.
        Invalid: `reason-needed`.
        Conflict: `wrong-state`.
    """
    found = get_finding(tx, finding)
    step = FINDING.step(found.state, verb, actor, reason=reason)
    words = tx.seal(found.person or found.id, (step.reason or "").encode(), _place(found.id))
    _decide(tx, actor, found, FindingState(step.target), words)
    append_many(tx, [_decided(actor, found, FindingState(step.target))])
    return get_finding(tx, finding)


def settle(tx: Tx, actor: Actor, findings: Sequence[Finding], state: FindingState) -> None:
    """Let what a case came to count for the findings it rests on."""
    waiting = [one for one in findings if one.state is not state]
    for one in waiting:
        _decide(tx, actor, one, state, None)
    append_many(tx, [_decided(actor, one, state) for one in waiting])


def get_finding(tx: Tx, finding: str) -> Finding:
    """One finding; raises NotFound `finding-unknown`."""
    found = finding_store.find(tx, finding)
    if found is None:
        raise refusing.no_such_finding(finding)
    return found


def findings_of(tx: Tx, case: str) -> list[Finding]:
    """The findings that a case about a person or about content rests on."""
    content = content_store.find(tx, case)
    if content is None:
        return finding_store.of_case(tx, case)
    found = content.finding and finding_store.find(tx, content.finding)
    return [found] if found else []


def spend(tx: Tx, findings: Sequence[Finding], case: str) -> None:
    """Note that a case rests on these findings; the caller's next evidence covers it."""
    for one in findings:
        finding_store.change(tx, one, {"case": case})


def _decide(
    tx: Tx, actor: Actor, finding: Finding, state: FindingState, words: bytes | None
) -> None:
    changes = {
        "state": state.value,
        "decided_by": actor.id,
        "decided_at": tx.now,
        "reason": words,
    }
    if not finding_store.change(tx, finding, changes):
        raise refusing.finding_overtaken()


def _owner(tx: Tx, request: str) -> str:
    found = records.find(tx, request)
    if found is None:
        raise refusing.no_such_record(request)
    return str(found.values["person"])


def _opened(actor: Actor, one: Finding) -> Evidence:
    return Evidence(OPENED, _CONTROLS, actor, one.person, one.as_facts())


def _decided(actor: Actor, one: Finding, state: FindingState) -> Evidence:
    facts = {**one.as_facts(), "decided": state.value, "decider": actor.id}
    return Evidence(DECIDED, _CONTROLS, actor, one.person, facts)


def _place(finding: str) -> str:
    return f"disposition_finding/{finding}"


def _invalid(param: str, zh: str, en: str) -> Invalid:
    return Invalid(
        "finding-invalid",
        Text(zh=f"{param}：{zh}。", en=f"{param}: {en}."),
        Text(zh="风险编号见 guiju law rules。", en="docs/law.md lists the harms by id."),
        article=14,
        param=param,
    )
