# SPDX-License-Identifier: Apache-2.0
"""Samples of a rectification, frozen before anything is changed, and the regressions over them."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from guiju import records
from guiju.casework import Case, get_case, hold
from guiju.dispositions import findings, refusing
from guiju.dispositions import rectification_refusing as refusing_here
from guiju.dispositions import rectification_store as store
from guiju.dispositions.model import REVIEWERS, Finding
from guiju.dispositions.rectification_acting import CONTROLS, round_of
from guiju.dispositions.rectification_kind import RECTIFICATION
from guiju.dispositions.rectification_model import (
    LONGEST_TEXT,
    MOST_SAMPLES,
    Expected,
    Judge,
    Phase,
    Recall,
    Run,
    Sample,
    Tally,
    Wanted,
    Words,
)
from guiju.kernel import Actor, NotFound, Text, canonical, digest, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.screening import Direction, Verdict
from guiju.storage import Database, Tx

SAMPLE_KEPT = "rectification-sample-kept"
TESTED = "rectification-tested"
_TRY = Text(zh="测试整改样本", en="try the samples of a rectification")
_PHASES = {"opened": Phase.BEFORE, "implemented": Phase.AFTER, "verified": Phase.RETEST}


@enforces("rectification")
def keep_written(tx: Tx, actor: Actor, case: Case, words: Words, wanted: Wanted) -> Sample:
    """Keep a sample that staff wrote; its words are sealed with a key of the case.

    Raises:
        Conflict: `samples-frozen`.
        Refused: `role-needed`.
        Invalid: `sample-invalid`.
    """
    _check_open(tx, actor, case)
    return _keep(tx, actor, case, words, wanted)


@enforces("rectification")
def keep_recorded(
    tx: Tx,
    actor: Actor,
    case: Case,
    request: str,
    wanted: Wanted,
    *,
    recall: Recall,
    reason: str,
) -> Sample:
    """Keep the input or the output of a record; reading it is logged, and the record is held.

    Its words are sealed with the person's key: who is erased takes them along.

    Raises:
        Conflict: `samples-frozen`.
        Refused: `role-needed` or `reason-needed`.
        NotFound: `exchange-not-found` or `key-destroyed`.
        Invalid: `sample-invalid`, where the record has no such text.
    """
    _check_open(tx, actor, case)
    given, answered = records.read(tx, actor, request, reason)
    view = records.find(tx, request)
    if view is None:
        raise refusing.no_such_record(request)
    text = dict(recall(given, answered)).get(wanted.direction, "")
    owner = str(view.values["person"])
    hold(tx, actor, get_case(tx, RECTIFICATION, case.id), request, reason=reason)
    return _keep(tx, actor, case, Words(text), wanted, request=request, owner=owner)


@enforces("rectification")
def run_regression(tx: Tx, actor: Actor, case: Case, judge: Judge) -> Run:
    """Judge every sample: before the cure, after it or for the re-test, as the case stands.

    Raises:
        Refused: `role-needed`.
        Conflict: `regression-idle`, or `policy-changed` when two samples met different rules.
    """
    _check_role(actor)
    phase, kept = _PHASES.get(case.state), store.samples(tx, case.id)
    if phase is None or not kept:
        raise refusing_here.nothing_to_try(case.number)
    verdicts = [(one, _judged(tx, one, sealed, judge)) for one, sealed in kept]
    policies = {verdict.policy for _, verdict in verdicts if verdict is not None}
    if len(policies) > 1:
        raise refusing_here.rules_changed()
    made = Run(
        id=new_id("rr"),
        case=case.id,
        round=round_of(tx, case),
        phase=phase,
        policy=next(iter(policies), ""),
        tally=_tally(verdicts),
        results=digest(canonical([_result(one, verdict) for one, verdict in verdicts])),
        differ=tuple(one.id for one, found in verdicts if found and not one.expected.is_met(found)),
        ran_by=actor.id,
        ran_at=tx.now,
    )
    store.add_run(tx, made)
    facts = {"case": case.number, **made.as_facts()}
    append(tx, TESTED, controls=CONTROLS, actor=actor, subject=case.id, facts=facts)
    return made


def judged_ahead(database: Database, actor: Actor, case: Case, judge: Judge) -> Judge:
    """The same judge with its verdicts on the samples of a case made already.

    To judge takes a while, and nobody is to wait for that with a transaction that writes.

    Raises:
        Refused: `role-needed`.
    """
    _check_role(actor)
    texts = set()
    with database.read() as tx:
        for one, sealed in store.samples(tx, case.id):
            words = _readable(tx, one, sealed)
            if words is not None:
                texts.add((words.text, one.direction))
    known = {one: judge(*one) for one in texts}

    def judged(text: str, direction: Direction) -> Verdict:
        found = known.get((text, direction))
        return judge(text, direction) if found is None else found

    return judged


def next_phase(case: Case) -> Phase | None:
    """What a regression would be now; None: it would show nothing."""
    return _PHASES.get(case.state)


def runs_of(tx: Tx, case: Case) -> list[Run]:
    """The runs of a case, in order."""
    return store.runs(tx, case.id)


def samples_of(tx: Tx, case: Case) -> list[Sample]:
    """The samples of a case without their words, in order."""
    return [one for one, _ in store.samples(tx, case.id)]


def rests_on(tx: Tx, case: Case) -> dict[str, list[Finding]]:
    """The records that the findings and the samples of a case are from, with what was found."""
    made: dict[str, list[Finding]] = {}
    for name in store.get(tx, case.id).findings:
        one = findings.get_finding(tx, name)
        if one.request is not None:
            made.setdefault(one.request, []).append(one)
    for sample in samples_of(tx, case):
        if sample.request is not None:
            made.setdefault(sample.request, [])
    return made


def written(tx: Tx, case: Case) -> Iterator[tuple[Sample, Words]]:
    """The samples that staff wrote, opened; those of records stay sealed."""
    for one, sealed in store.samples(tx, case.id):
        if one.request is None and sealed:
            yield one, _opened(tx, one, sealed)


# -- inside ----------------------------------------------------------------------------------------


def _check_role(actor: Actor) -> None:
    if not actor.has(*REVIEWERS):
        raise refusing.role_needed(_TRY, REVIEWERS)


def _check_open(tx: Tx, actor: Actor, case: Case) -> None:
    _check_role(actor)
    if case.state != "opened":
        raise refusing_here.samples_frozen(case.number)
    if store.count_samples(tx, case.id) >= MOST_SAMPLES:
        raise refusing_here.bad_sample(
            f"一案最多 {MOST_SAMPLES} 个样本", f"a case has {MOST_SAMPLES} at most"
        )


def _keep(
    tx: Tx,
    actor: Actor,
    case: Case,
    words: Words,
    wanted: Wanted,
    *,
    request: str | None = None,
    owner: str | None = None,
) -> Sample:
    _check_words(words)
    made = Sample(
        id=new_id("rs"),
        case=case.id,
        owner=owner or case.sealed_for,
        request=request,
        direction=wanted.direction,
        expected=wanted.expected,
        kept_by=actor.id,
        kept_at=tx.now,
    )
    store.add_sample(tx, made, tx.seal(made.owner, msgspec.json.encode(words), _place(made.id)))
    facts = {
        "case": case.number,
        "sample": made.id,
        "request": request,
        "direction": wanted.direction,
        "expected": wanted.expected.value,
    }
    append(tx, SAMPLE_KEPT, controls=CONTROLS, actor=actor, subject=case.id, facts=facts)
    return made


def _check_words(words: Words) -> None:
    if not words.text.strip():
        raise refusing_here.bad_sample("没有文字", "it has no words")
    if max(map(len, words)) > LONGEST_TEXT:
        raise refusing_here.bad_sample(
            f"超过 {LONGEST_TEXT} 个字符", f"it has more than {LONGEST_TEXT} characters"
        )


def _judged(tx: Tx, sample: Sample, sealed: bytes, judge: Judge) -> Verdict | None:
    """The verdict on a sample; None when its person was erased and it cannot be read any more."""
    words = _readable(tx, sample, sealed)
    return None if words is None else judge(words.text, sample.direction)


def _readable(tx: Tx, sample: Sample, sealed: bytes) -> Words | None:
    """The words of a sample, None once they are gone with the key of its person."""
    try:
        return _opened(tx, sample, sealed)
    except NotFound:
        return None


def _opened(tx: Tx, sample: Sample, sealed: bytes) -> Words:
    return msgspec.json.decode(tx.unseal(sample.owner, sealed, _place(sample.id)), type=Words)


def _tally(verdicts: list[tuple[Sample, Verdict | None]]) -> Tally:
    judged = [(one.expected, verdict) for one, verdict in verdicts if verdict is not None]
    of = {way: [found for want, found in judged if want is way] for way in Expected}
    met = {way: sum(map(way.is_met, found)) for way, found in of.items()}
    return Tally(
        samples=len(verdicts),
        gone=len(verdicts) - len(judged),
        to_stop=len(of[Expected.STOPPED]),
        stopped=met[Expected.STOPPED],
        to_pass=len(of[Expected.PASSED]),
        passed=met[Expected.PASSED],
    )


def _result(sample: Sample, verdict: Verdict | None) -> list[object]:
    if verdict is None:
        return [sample.id, None, False]
    return [sample.id, verdict.outcome.value, sample.expected.is_met(verdict)]


def _place(sample: str) -> str:
    return f"disposition_rectification_sample/{sample}"
