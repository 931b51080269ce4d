# SPDX-License-Identifier: Apache-2.0
"""What a proposed policy would have made of recent traffic: counted, never shown (Article 4).

The records are the room that opens them, for a stated reason and with a reading on record; here
each text is judged twice and forgotten.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

from guiju.kernel import Actor, Refused, Text
from guiju.ledger import append
from guiju.measures import enforces
from guiju.policies.judging import Judge
from guiju.policies.model import OFFICER, PolicyHead
from guiju.screening import Direction
from guiju.screening.matrix import GENERAL
from guiju.storage import Tx


class Said(NamedTuple):
    """A recorded input or output, as it was judged then: pieces joined by screening's border."""

    direction: Direction
    text: str


@runtime_checkable
class Traffic(Protocol):
    """What `app` hands over: recorded texts, opened for this purpose only."""

    def said(self, actor: Actor, reason: str, days: int, most: int) -> Iterator[Said]:
        """Up to `most` texts of the last `days`; the whole reading goes on record first.

        Raises:
            Refused: `role-needed` or `reason-needed`.
        """
        ...


@dataclass(frozen=True, slots=True)
class DryRun:
    """How many texts were judged each way, and how many would get another verdict."""

    texts: Counter[str]
    changes: Counter[tuple[str, str, str]]

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        changes = [
            {"direction": way, "now": now, "then": then, "count": count}
            for (way, now, then), count in sorted(self.changes.items())
        ]
        return {"texts": dict(sorted(self.texts.items())), "changes": changes}

    def lines(self) -> Iterator[str]:
        """For a person."""
        for (way, now, then), count in sorted(self.changes.items()):
            yield f"{way:<8}  {now:>6} -> {then:<6}  {count}"
        judged = ", ".join(f"{count} {way}s" for way, count in sorted(self.texts.items()))
        yield f"{judged or 'no texts'} judged, {self.changes.total()} would be judged otherwise"


def check_officer(actor: Actor) -> None:
    """Refuse whoever may not let records be opened for a policy's sake."""
    if not actor.has(OFFICER):
        raise Refused(
            "role-needed",
            Text(
                zh="只有内容安全负责人可以用近期记录试运行规则。",
                en="Only a safety officer may run a policy over recent records.",
            ),
            Text(zh=f"请由岗位 {OFFICER} 的人员操作。", en=f"Let somebody with {OFFICER} do it."),
            article=11,
        )


def compared(texts: Iterable[Said], now: Judge, then: Judge) -> DryRun:
    """Judge each text by both policies, as for all but minors, and count the differences."""
    judged: Counter[str] = Counter()
    changes: Counter[tuple[str, str, str]] = Counter()
    for one in texts:
        judged[one.direction] += 1
        pair = [_outcome(judge, one) for judge in (now, then)]
        if pair[0] != pair[1]:
            changes[one.direction, pair[0], pair[1]] += 1
    return DryRun(judged, changes)


@enforces("policy-dry-run")
def note_dry_run(tx: Tx, actor: Actor, then: PolicyHead, now: PolicyHead, found: DryRun) -> None:
    """Put on record what the version `then` would have made of traffic judged by `now`: counts."""
    append(
        tx,
        "policy-dry-run",
        controls=("policy-dry-run",),
        actor=actor,
        subject=then.id,
        facts={"policy": then.digest, "in_force": now.digest, **found.plain()},
    )


def _outcome(judge: Judge, said: Said) -> str:
    return judge.judge(said.text, said.direction, GENERAL).verdict.outcome.value
