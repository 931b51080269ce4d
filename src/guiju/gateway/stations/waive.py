# SPDX-License-Identifier: Apache-2.0
"""Waive: content without a visible label, for whoever has taken over the duty to label it.

Labelling Measures, Article 9: only after an agreement that says so, and with the recipient on
record. The implicit label stays in any case.
"""

from __future__ import annotations

from guiju.accounts import require_waiver
from guiju.gateway.signals import Command
from guiju.gateway.stations.identify import known
from guiju.gateway.wires.strict import wrong
from guiju.gateway.work import Work
from guiju.measures import enforces

HEADER = "x-guiju-explicit-label"
WITHOUT = "none"


@enforces("label-waiver-log")
def waive(work: Work) -> tuple[Command, ...]:
    """Leave the visible label out where that is asked for, allowed and agreed.

    Raises:
        Invalid: `invalid-request` for another word in the header, or `label-waiver-not-offered`.
        Refused: 403 `label-waiver-not-accepted`.
    """
    asked = work.ask.explicit_label
    if asked is None:
        return ()
    if asked != WITHOUT:
        raise wrong(HEADER, f"应为 {WITHOUT}", f"must be {WITHOUT}")
    terms = work.rules.waiver
    require_waiver(known(work), terms)
    work.waived = terms
    work.marks.append((HEADER.encode(), b"waived"))
    return ()
