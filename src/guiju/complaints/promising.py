# SPDX-License-Identifier: Apache-2.0
"""What the public is promised: published with its version as soon as a policy is in force.

Articles 15 and 18: process and limits are public, and so is the way to the authorities.
"""

from __future__ import annotations

from guiju import policies
from guiju.casework import Case, Limit, Unit
from guiju.complaints import store
from guiju.complaints.model import AUTHORITIES, Authority, Process
from guiju.kernel import Text, canonical, digest, software
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

_CONTROLS = ("complaint-limits-published", "authority-pointer")
_EDITOR = software("complaints")


def in_force(tx: Tx) -> Process | None:
    """What is promised now; None when the policy promises nothing."""
    head = policies.active_head(tx)
    if head is None:
        return None
    row = store.find_process(tx, head.digest)
    if row is None:
        return _unpublished(tx)
    if row.body is None:
        return None
    return Process.read(row.body, row.version, row.digest, row.policy)


def at_opening(tx: Tx, case: Case) -> Process | None:
    """What was promised when the complaint came in; None when nothing was."""
    row = None if case.policy is None else store.find_process(tx, case.policy)
    if row is None or row.body is None:
        return None
    return Process.read(row.body, row.version, row.digest, row.policy)


def limit(process: Process, days: int) -> Limit:
    """So many working days, as was promised."""
    return Limit.published(days, Unit.WORKING_DAYS, process.name)


def is_published(tx: Tx) -> bool:
    """Whether what the policy in force promises has been published, or there is no policy."""
    head = policies.active_head(tx)
    return head is None or store.find_process(tx, head.digest) is not None


@enforces("complaint-limits-published")
def publish(tx: Tx) -> Process | None:
    """Publish what the policy in force promises, once; a version counts for as long as it is said.

    The decision was that of the two people who put the policy in force; this puts it on record.
    """
    if is_published(tx):
        return in_force(tx)
    policy = policies.active(tx)
    if policy is None:
        return None
    said = _unpublished(tx)
    row = {
        "policy": policy.digest,
        "version": said.version if said else 0,
        "digest": said.digest if said else "",
        "body": policy.body.get("complaints"),
        "published_at": tx.now,
    }
    store.add_process(tx, row)
    append(
        tx,
        "complaint-process-published",
        controls=_CONTROLS,
        actor=_EDITOR,
        subject=policy.digest,
        facts=_facts(said),
    )
    return said


def promised(tx: Tx) -> Text | None:
    """The limits in one sentence, for the first page; None when none are published."""
    process = in_force(tx)
    if process is None:
        return None
    first, last, version = process.acceptance_days, process.feedback_days, process.version
    return Text(
        zh=f"{first} 个工作日内决定是否受理，{last} 个工作日内反馈结果（流程第 {version} 版）。",
        en=f"Accepted or not within {first} working days, answered within {last}"
        f" (version {version} of the process).",
    )


@enforces("authority-pointer")
def authorities(process: Process | None) -> tuple[Authority, ...]:
    """Where users may turn besides; never empty, whatever has been published."""
    return process.authorities if process else AUTHORITIES


def _unpublished(tx: Tx) -> Process | None:
    policy = policies.active(tx)
    table = None if policy is None else policy.body.get("complaints")
    if policy is None or table is None:
        return None
    mark, last = digest(canonical(table)), store.last_process(tx)
    version = 1 if last is None else last.version + (last.digest != mark)
    return Process.read(table, version, mark, policy.digest)


def _facts(said: Process | None) -> dict[str, object]:
    """Nothing promised is on record as such."""
    return {
        "version": said.version if said else 0,
        "process": said.digest if said else None,
        "acceptance_days": said.acceptance_days if said else 0,
        "feedback_days": said.feedback_days if said else 0,
        "authorities": len(authorities(said)),
    }
