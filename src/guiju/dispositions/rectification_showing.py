# SPDX-License-Identifier: Apache-2.0
"""What the pages of rectifications show: the list, and one with its figures and evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from guiju import ledger
from guiju.casework import Case, Kinds, choices, clocks, get_case, history, page, reads_until
from guiju.dispositions import rectification as verbs
from guiju.dispositions import rectification_export as exporting
from guiju.dispositions import rectification_store as store
from guiju.dispositions import rectification_trying as trying
from guiju.dispositions.rectification_acting import round_opened
from guiju.dispositions.rectification_kind import RECTIFICATION
from guiju.dispositions.rectification_model import Phase, Rectification, Run, Sample
from guiju.kernel import Actor
from guiju.storage import Tx, has_key

MOST = 100
"""So many in the list."""
_SEEN_TO = {"choose": frozenset({"measure-named"})}


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: a case, what it is about, and what its last run came to."""

    case: Case
    about: Rectification
    last: Run | None


def rows(tx: Tx, *, every: bool) -> list[Row]:
    """What waits, by date; or the newest of all."""
    if every:
        about = store.newest(tx, MOST)
        cases = [get_case(tx, RECTIFICATION, one.case) for one in about]
    else:
        cases = list(page(tx, Kinds([RECTIFICATION]), RECTIFICATION.queue, size=MOST).cases)
        about = [store.get(tx, one.id) for one in cases]
    last = [next(iter(reversed(trying.runs_of(tx, one))), None) for one in cases]
    return [Row(*one) for one in zip(cases, about, last, strict=True)]


def values(tx: Tx, actor: Actor, case: Case) -> dict[str, Any]:
    """What the page shows; words of staff only while somebody has them open."""
    until = reads_until(tx, actor, case)
    events, runs = history(tx, case, opened=until is not None), trying.runs_of(tx, case)
    samples = trying.samples_of(tx, case)
    leaves = ledger.of_case(tx, case.id)
    figures = _figures(runs, [one.verb for one in events])
    return {
        "about": verbs.rectification_of(tx, case),
        "reads_until": until,
        "words": {} if until is None else {one.id: said for one, said in trying.written(tx, case)},
        "samples": samples,
        "gone": {one.id for one in samples if not has_key(tx, one.owner)},
        "runs": runs,
        "figures": figures,
        "outcome": _outcome,
        "events": events,
        "proofs": {(one["facts"].get("seq"), one["facts"].get("verb")): one for one in leaves},
        "tests": {one["facts"]["run"]: one for one in leaves if one["kind"] == trying.TESTED},
        "exports": [one for one in leaves if one["kind"] == exporting.EXPORTED],
        "clocks": clocks(tx, case),
        "choices": choices(tx, actor, case, _SEEN_TO),
        "next_phase": trying.next_phase(case),
        "now": tx.now,
    }


def _figures(runs: Sequence[Run], verbs_taken: Sequence[str]) -> dict[Phase, Run | None]:
    """The last run of each phase since the case was last opened; None: none has run."""
    opened_in = round_opened(verbs_taken)
    return {
        phase: next(
            (one for one in reversed(runs) if one.phase is phase and one.round >= opened_in), None
        )
        for phase in Phase
    }


def _outcome(run: Run | None, sample: Sample, gone: set[str]) -> str:
    """How a sample came out in a run: `met`, `differs`, `gone`, or empty: it was not tried."""
    if run is None or sample.kept_at > run.ran_at:
        return ""
    if sample.id in run.differ:
        return "differs"
    return "gone" if sample.id in gone else "met"


def described(number: str) -> str:
    """What LLaMA-Factory is to find in its `dataset_info.json` about the files of this case."""
    found = {
        f"{number}-{name}": {"file_name": f"{number}-{name}.jsonl", **one.entry}
        for name, one in exporting.FORMS.items()
        if one.entry is not None
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()
