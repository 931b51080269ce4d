# SPDX-License-Identifier: Apache-2.0
"""What was found to be right: the harm in a record that is kept, and what other rooms hear."""

from __future__ import annotations

from guiju import records
from guiju.casework import Case, get_case, history
from guiju.complaints import refusing, store
from guiju.complaints.kind import COMPLAINT
from guiju.complaints.model import CONFIRMING, ComplaintUpheld, Harmed, Outcome
from guiju.measures import harms
from guiju.storage import Tx


def harmed(tx: Tx, case: Case, outcome: Outcome, harm: str, number: str = "") -> Harmed | None:
    """The harm that somebody names, in the record of `number` or of what the complaint is about.

    `number`: of an answer, or of a picture, sound or film. None, when no harm is named.

    Raises:
        Invalid: `choice-unknown` for a harm that is none of the standard, `harm-not-upheld`,
            `record-unknown` when no such record is kept.
    """
    if not harm:
        if number:
            raise refusing.harm_missing()
        return None
    if harm not in harms():
        raise refusing.unknown_choice("harm", list(harms()))
    if outcome not in CONFIRMING:
        raise refusing.harm_not_upheld()
    request = _recorded(tx, number or case.about or "")
    if request is None:
        raise refusing.record_unknown(number or case.about or "")
    return Harmed(harm, request)


def recorded(tx: Tx, case: Case) -> str | None:
    """The request that a complaint is about: as was decided, else as it says; if it is kept."""
    harmed = harm_found(tx, case)
    return _recorded(tx, case.about or "") if harmed is None else harmed.request


def _recorded(tx: Tx, number: str) -> str | None:
    """The request of an answer or a file, if its record is kept."""
    made = records.made(tx, number)
    request = number if made is None else made.request
    return request if records.find(tx, request) is not None else None


def upheld(tx: Tx, case: str) -> ComplaintUpheld | None:
    """What others should hear of a complaint that was found to be right; None otherwise.

    In a transaction that writes, nobody else is told of it at the same time.
    """
    pace = store.hold_pace(tx, case)
    found, row = get_case(tx, COMPLAINT, case), store.find(tx, case)
    if row is None or pace is None or pace.outcome not in CONFIRMING:
        return None
    return ComplaintUpheld(
        case=found.id,
        number=found.number,
        about=found.about,
        category=row.category,
        outcome=pace.outcome,
        harmed=harm_found(tx, found),
    )


def harm_found(tx: Tx, case: Case) -> Harmed | None:
    """What whoever decided last has found in a record that is still kept."""
    facts = next((one.facts for one in reversed(history(tx, case)) if one.verb == "decide"), {})
    if "harm" not in facts or records.find(tx, facts["request"]) is None:
        return None
    return Harmed(facts["harm"], facts["request"])
