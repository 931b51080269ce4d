# SPDX-License-Identifier: Apache-2.0
"""Agreement: nobody is served without having accepted the version in force (Article 9)."""

from __future__ import annotations

from guiju.accounts import require_agreement
from guiju.gateway.reminding import HEADER
from guiju.gateway.signals import Command
from guiju.gateway.stations.identify import known
from guiju.gateway.work import Work

NEWER = (HEADER, b"agreement.newer")


def agreement(work: Work) -> tuple[Command, ...]:
    """Raise Refused 403 `agreement-not-accepted` unless the caller has accepted it.

    Whom an earlier version still serves is told of the newer one in the head of each answer, so
    that a program does not first hear of it when the grace is over.
    """
    caller = known(work)
    require_agreement(caller)
    if caller.agreement_newest is not None and caller.agreement != caller.agreement_newest:
        work.marks.append(NEWER)
    return ()
