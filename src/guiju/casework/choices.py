# SPDX-License-Identifier: Apache-2.0
"""What can be done with a case now, and by whom: read off its table, for a page of forms."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from guiju.casework.approving import Approval, approvals
from guiju.casework.case import Case
from guiju.casework.model import Transition
from guiju.casework.service import step_of
from guiju.casework.trail import NOTHING
from guiju.kernel import Actor, GuijuError
from guiju.storage import Tx

# Says something, so that a page can ask whether a step is possible before there are words for it.
_WORDS = "-0"


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the table that starts here. `against`: why this person may not take it now.

    `asked`: the request for a second pair of eyes that stands for it, if there is one.
    """

    line: Transition
    against: GuijuError | None
    asked: Approval | None

    @property
    def waits(self) -> bool:
        """Whether another person has yet to say yes."""
        return bool(self.line.approved_by) and (self.asked is None or not self.asked.approved)


def choices(
    tx: Tx, actor: Actor, case: Case, seen_to: Mapping[str, Collection[str]] = NOTHING
) -> list[Choice]:
    """What people can do now; what timers do by themselves is not among it.

    `seen_to`: the guards that taking a verb sees to, by verb.
    """
    timers = {one.then for one in case.kind.clocks if one.then}
    lines = [one for one in case.kind.machine.possible(case.state) if one.verb not in timers]
    stands = [one for one in approvals(tx, case) if _stands(tx, case, one)]
    return [
        Choice(one, _against(tx, actor, case, one, seen_to.get(one.verb, ())), _asked(stands, one))
        for one in lines
    ]


def _against(
    tx: Tx, actor: Actor, case: Case, line: Transition, seen_to: Collection[str]
) -> GuijuError | None:
    try:
        step_of(tx, actor, case, line.verb, _WORDS, seen_to=seen_to)
    except GuijuError as error:
        return error
    return None


def _stands(tx: Tx, case: Case, one: Approval) -> bool:
    open_ = one.state == case.state and one.used_at is None and one.expires_at > tx.now
    return open_ and one.approved is not False


def _asked(stands: Sequence[Approval], line: Transition) -> Approval | None:
    return next((one for one in reversed(stands) if one.verb == line.verb), None)
