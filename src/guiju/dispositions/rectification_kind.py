# SPDX-License-Identifier: Apache-2.0
"""The kind of case in which the cause is put right, in the rules or in the model (Article 14).

Nothing is believed that was not tried: the samples are judged before the cure, after it, and once
more after somebody else has verified it. Each of these steps is a guard of the table.
"""

from __future__ import annotations

from guiju.casework import (
    CASE_MOVED,
    Case,
    Effect,
    Guard,
    Kind,
    LegalClock,
    Limit,
    Machine,
    Transition,
    cancels,
    meets,
    starts,
)
from guiju.dispositions import policy, rectification_acting, rectification_store
from guiju.dispositions.model import OFFICER, REVIEWERS
from guiju.kernel import Text
from guiju.storage import Tx

CURE, RETEST = "cure", "re-test"
_SAID = {
    "diagnose": Text(zh="写明原因", en="say what caused it"),
    "choose": Text(zh="选定整改措施", en="choose a measure"),
    "implement": Text(zh="实施措施", en="put the measure in place"),
    "pass": Text(zh="通过回归测试", en="pass the regression"),
    "verify": Text(zh="核实整改", en="verify the cure"),
    "close": Text(zh="复测通过，关闭", en="close after the re-test"),
    "reopen": Text(zh="重新整改", en="open it again"),
    "dismiss": Text(zh="无须整改", en="put nothing right"),
}


def _by_people(
    source: str,
    verb: str,
    target: str,
    *clocks: Effect,
    roles: tuple[str, ...] = REVIEWERS,
    guards: tuple[str, ...] = (),
) -> Transition:
    return Transition(
        source,
        verb,
        target,
        _SAID[verb],
        CASE_MOVED,
        roles=roles,
        by_person=True,
        needs_reason=True,
        clocks=clocks,
        guards=guards,
    )


MACHINE = Machine(
    "rectification",
    "opened",
    [
        _by_people("opened", "diagnose", "diagnosed", guards=("samples-tried",)),
        _by_people("opened", "dismiss", "dismissed", cancels(CURE), roles=(OFFICER,)),
        _by_people("diagnosed", "choose", "measure-chosen", guards=("measure-named",)),
        _by_people("diagnosed", "dismiss", "dismissed", cancels(CURE), roles=(OFFICER,)),
        _by_people("measure-chosen", "implement", "implemented"),
        _by_people("implemented", "pass", "passed", guards=("regression-met",)),
        _by_people("implemented", "reopen", "opened"),
        Transition(
            "passed",
            "verify",
            "verified",
            _SAID["verify"],
            CASE_MOVED,
            roles=(OFFICER,),
            by_person=True,
            needs_other_person=True,
            decides=True,
            clocks=(meets(CURE), starts(RETEST)),
        ),
        _by_people("passed", "reopen", "opened"),
        _by_people(
            "verified", "close", "closed", meets(RETEST), roles=(OFFICER,), guards=("retest-met",)
        ),
        _by_people("verified", "reopen", "opened", cancels(RETEST), starts(CURE)),
    ],
)
STATES = {
    "opened": Text(zh="已立案", en="opened"),
    "diagnosed": Text(zh="已查明原因", en="diagnosed"),
    "measure-chosen": Text(zh="已选定措施", en="measure chosen"),
    "implemented": Text(zh="已实施", en="put in place"),
    "passed": Text(zh="已通过回归测试", en="regression passed"),
    "verified": Text(zh="已核实，待复测", en="verified, to be tested again"),
    "closed": Text(zh="已关闭", en="closed"),
    "dismissed": Text(zh="无须整改", en="nothing put right"),
}


def _samples_tried(tx: Tx, case: Case) -> bool:
    return rectification_acting.last_run(tx, case) is not None


def _measure_named(tx: Tx, case: Case) -> bool:
    return rectification_store.get(tx, case.id).round == rectification_acting.round_of(tx, case)


def _is_met(tx: Tx, case: Case) -> bool:
    run = rectification_acting.last_run(tx, case)
    return run is not None and run.tally.is_met


def _limit_of(tx: Tx, digest: str | None, clock: str) -> Limit:
    """The provider's own; no law says how long it may take."""
    rules = policy.pinned(tx, digest)
    return rules.to_cure if clock == CURE else rules.to_retest


RECTIFICATION = Kind(
    name="rectification",
    prefix="RC",
    text=Text(zh="整改", en="rectification"),
    machine=MACHINE,
    states=STATES,
    queue="rectification",
    roles=REVIEWERS,
    controls=("rectification",),
    clocks=(
        LegalClock(CURE, Text(zh="完成整改", en="put it right")),
        LegalClock(RETEST, Text(zh="复测", en="test it again")),
    ),
    opens=(starts(CURE),),
    guards=(
        Guard(
            "samples-tried",
            Text(zh="现有样本都已测试", en="the samples as they are have been tried"),
            _samples_tried,
        ),
        Guard(
            "measure-named", Text(zh="已选定措施", en="a measure has been named"), _measure_named
        ),
        Guard(
            "regression-met",
            Text(
                zh="实施后最近一次回归测试全部符合预期",
                en="in the last regression since all came out as expected",
            ),
            _is_met,
        ),
        Guard(
            "retest-met",
            Text(
                zh="核实后最近一次复测全部符合预期",
                en="in the last re-test since all came out as expected",
            ),
            _is_met,
        ),
    ),
    forget=lambda tx, case: rectification_store.forgotten(tx, case.id),
    after=rectification_acting.carried_out,
    limit_of=_limit_of,
)
