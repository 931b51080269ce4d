# SPDX-License-Identifier: Apache-2.0
"""Steps of this room that take more than words, as programs of staff take them, by kind of case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import msgspec
from msgspec import Meta

from guiju.casework import Case, Facts, OwnStep, Reason
from guiju.dispositions import appeals, rectification, rectification_refusing, refusing, service
from guiju.dispositions.action_kind import USER_ACTION
from guiju.dispositions.appeal_kind import APPEAL
from guiju.dispositions.model import Measure, Proposal
from guiju.dispositions.rectification_kind import RECTIFICATION
from guiju.dispositions.rectification_model import Cure
from guiju.kernel import Actor
from guiju.policies import FUNCTIONS
from guiju.storage import Tx


class _Measure(msgspec.Struct, forbid_unknown_fields=True):
    measure: Annotated[
        str, Meta(max_length=20, description=f"One of {', '.join(one.value for one in Measure)}.")
    ]
    clause: Annotated[str, Meta(max_length=12, description="Of the agreement, as 4.2.")]
    days: Annotated[int, Meta(ge=1, le=366)] | None = None
    functions: Annotated[
        list[Annotated[str, Meta(max_length=20)]],
        Meta(max_length=20, description=f"To close: {', '.join(FUNCTIONS)}."),
    ] = []

    def proposal(self) -> Proposal:
        """The measure; raises Invalid `measure-invalid` for one that is none."""
        if self.measure not in set(Measure):
            raise refusing.bad_measure(f"没有措施 {self.measure}", f"no measure {self.measure}")
        functions = tuple(self.functions)
        return Proposal(Measure(self.measure), self.days, self.clause, functions)


class _Revise(_Measure, forbid_unknown_fields=True, kw_only=True):
    reason: Reason


class _Vary(_Measure, forbid_unknown_fields=True, kw_only=True):
    facts: Facts


class _Choose(msgspec.Struct, forbid_unknown_fields=True):
    cure: Annotated[
        str, Meta(max_length=20, description=f"One of {', '.join(one.value for one in Cure)}.")
    ]
    reason: Reason


class _Verify(msgspec.Struct, forbid_unknown_fields=True):
    facts: Facts


def _revise(tx: Tx, actor: Actor, case: Case, sent: _Revise) -> Case:
    return service.revise(tx, actor, case, sent.proposal(), sent.reason)


def _vary(tx: Tx, actor: Actor, case: Case, sent: _Vary) -> Case:
    return appeals.decide_appeal(tx, actor, case, "vary", sent.facts, lesser=sent.proposal())


def _choose(tx: Tx, actor: Actor, case: Case, sent: _Choose) -> Case:
    return rectification.choose(tx, actor, case, cure_named(sent.cure), sent.reason)


def _verify(tx: Tx, actor: Actor, case: Case, sent: _Verify) -> Case:
    return rectification.verify(tx, actor, case, sent.facts)


def cure_named(said: str) -> Cure:
    """The measure of this name; raises Invalid `cure-unknown`."""
    if said not in set(Cure):
        raise rectification_refusing.no_such_cure(said, [one.value for one in Cure])
    return Cure(said)


OWN_STEPS: Mapping[str, Mapping[str, OwnStep]] = {
    USER_ACTION.name: {"revise": OwnStep(_Revise, _revise)},
    APPEAL.name: {"vary": OwnStep(_Vary, _vary)},
    RECTIFICATION.name: {
        "choose": OwnStep(_Choose, _choose, frozenset({"measure-named"})),
        "verify": OwnStep(_Verify, _verify),
        "diagnose": OwnStep.reasoned(rectification.diagnose),
        "implement": OwnStep.reasoned(rectification.implement),
        "pass": OwnStep.reasoned(rectification.pass_regression),
        "close": OwnStep.reasoned(rectification.close),
        "reopen": OwnStep.reasoned(rectification.reopen),
        "dismiss": OwnStep.reasoned(rectification.dismiss),
    },
}
