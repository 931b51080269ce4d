# SPDX-License-Identifier: Apache-2.0
"""What is done about content that was delivered: withheld, removed, restored (Article 14).

Each verb is a step of the table in `content_kind`; what follows from it is in `content_acting`.
"""

from __future__ import annotations

from guiju import policies, records
from guiju.casework import (
    Case,
    Ground,
    GroundKind,
    Limit,
    Ruling,
    Severity,
    get_case,
    hold,
    open_case,
)
from guiju.dispositions import content_store, policy, refusing, withdrawing
from guiju.dispositions.content_acting import about
from guiju.dispositions.content_kind import APPEAL, CONFIRM, CONTENT_ACTION
from guiju.dispositions.content_model import Content, Reach
from guiju.dispositions.model import Finding, Source
from guiju.dispositions.stepping import ORIGINS, step
from guiju.kernel import Actor, software
from guiju.measures import enforces, harms
from guiju.screening import Entry, Outcome
from guiju.storage import Tx

# To stop, to stop transmitting, to remove: Article 14, first paragraph.
BY_LAW = Ground(GroundKind.LAW, "order15:14.1")
_SOFTWARE = software("dispositions")


def propose_removal(tx: Tx, actor: Actor, found: Finding, reason: str, number: str = "") -> Case:
    """Propose to remove what a finding names; another person decides.

    `number`: the produce id of one picture, sound or film of the exchange; else its text.

    Raises:
        Invalid: `content-invalid` or `reason-needed`.
        Conflict: `content-in-case`, when another case is about it.
        Refused: `person-needed` or `role-needed`.
    """
    return step(tx, actor, _opened(tx, actor, found, number), "propose", reason=reason)


@enforces("content-removed")
def withhold(tx: Tx, actor: Actor, found: Finding, facts: str, number: str = "") -> Case:
    """Stop handing it out at once; it lapses after the published hours unless another confirms.

    Raises:
        Invalid: `content-invalid` or `ruling-needed`.
        Conflict: `content-in-case`.
        Refused: `person-needed` or `role-needed`.
    """
    case, now = _opened(tx, actor, found, number), policy.now(tx)
    ruling = _ruling(tx, case, "withhold", facts, now.to_appeal)
    return step(tx, actor, case, "withhold", ruling=ruling, limits={CONFIRM: now.to_confirm})


@enforces("content-removed")
def remove(tx: Tx, actor: Actor, case: Case, facts: str) -> Case:
    """Decide that it is not handed out again; `facts` are what was found, which the person reads.

    Raises:
        Refused: `person-needed`, `second-person-needed` or `role-needed`.
        Invalid: `ruling-needed`.
        Conflict: `wrong-state`.
    """
    now = policy.pinned(tx, case.policy)
    ruling = _ruling(tx, case, "remove", facts, now.to_appeal)
    return step(tx, actor, case, "remove", ruling=ruling, limits={APPEAL: now.to_appeal})


@enforces("content-removed")
def withdraw(tx: Tx, actor: Actor, case: Case, facts: str) -> Case:
    """Decide the same, and that it is handed out nowhere else either while the decision stands.

    It counts at once for all that has the same digest; what was delivered to others is marked, and
    they are told why, in the seconds that follow.

    Raises:
        Conflict: `content-too-short`.
        NotFound: `content-not-kept` or `key-destroyed`.
        All that `remove` raises.
    """
    now = policy.pinned(tx, case.policy)
    ruling = _ruling(tx, case, "withdraw", facts, now.to_appeal)
    found = withdrawing.elsewhere(tx, content_store.get(tx, case.id))
    evidence = {"answers": found.answers, "files": found.files}
    limits = {APPEAL: now.to_appeal}
    return step(tx, actor, case, "withdraw", ruling=ruling, limits=limits, facts=evidence)


def dismiss_content(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """Take no measure; the finding is dismissed with it."""
    return step(tx, actor, case, "dismiss", reason=reason)


def restore(tx: Tx, actor: Actor, case: Case, reason: str) -> Case:
    """Hand it out again."""
    return step(tx, actor, case, "restore", reason=reason)


def keep_from_others(tx: Tx, actor: Actor, case: Case, passage: str, lexicon: str) -> str:
    """Let no other answer on any worker say this passage of it; the id of the urgent term.

    It is one of the urgent terms: another person confirms it, or it lapses.

    Raises:
        Conflict: `content-free` unless the case withholds or has removed the content;
            `urgent-term-stands` or `urgent-terms-too-many`.
        Invalid: `lexicon-entry-hopeless`, for a passage that ordinary texts have too.
        Refused: `person-needed` or `role-needed`.
    """
    content = content_store.get(tx, case.id)
    if content.reach is Reach.FREE:
        raise refusing.content_is_free(case.number)
    entry = Entry(passage, content.harm, Outcome.BLOCK, source="disposition", note=case.number)
    return policies.add_urgent_term(tx, actor, entry, lexicon, case.number)


def content_of(tx: Tx, case: Case) -> Content:
    """What this case is about."""
    return content_store.get(tx, case.id)


# -- inside ----------------------------------------------------------------------------------------


def _opened(tx: Tx, actor: Actor, found: Finding, number: str) -> Case:
    request = _request(tx, found)
    medium = _medium(tx, request, number) if number else None
    now, what = policy.now(tx), about(request, number or None)
    person = str(_record(tx, request).values["person"])
    if content_store.holder(tx, what) is not None:
        raise refusing.content_in_case(_number_of_holder(tx, what))
    if found.harm not in harms():
        raise refusing.bad_content("没有这种风险", "no harm of the standard has this id")
    case = open_case(
        tx,
        actor,
        CONTENT_ACTION,
        origin=ORIGINS[found.source],
        severity=Severity.HIGH,
        subject=person,
        about=what,
        policy=now.policy,
    )
    # Two may have found nobody's case a moment ago: of them one has it, and the other's is undone.
    if not content_store.take(tx, what, case.id):
        raise refusing.content_in_case(_number_of_holder(tx, what))
    made = Content(
        case=case.id,
        number=case.number,
        request=request,
        person=person,
        produce_id=medium and medium.produce_id,
        digest=medium and medium.digest,
        harm=found.harm,
        source=found.source,
        finding=found.id,
        reach=Reach.FREE,
        policy=now.policy,
    )
    content_store.add(tx, made)
    # Who decides, and who reviews it on appeal, must still find what it is about.
    return hold(tx, _SOFTWARE, case, request, reason=f"measure about content {case.number}")


def _number_of_holder(tx: Tx, what: str) -> str:
    holder = content_store.holder(tx, what)
    # Whoever had it may have let it go since.
    return "" if holder is None else get_case(tx, CONTENT_ACTION, holder).number


def _request(tx: Tx, found: Finding) -> str:
    if found.request is None:
        raise refusing.bad_content("该发现没有对应的记录", "the finding names no record")
    return _record(tx, found.request).request


def _record(tx: Tx, request: str) -> records.ExchangeView:
    found = records.find(tx, request)
    if found is None:
        raise refusing.no_such_record(request)
    return found


def _medium(tx: Tx, request: str, number: str) -> records.MadeMedium:
    made = next((one for one in records.made_in(tx, request) if one.produce_id == number), None)
    if made is None:
        raise refusing.bad_content(
            f"该请求没有产生编号为 {number[:80]} 的文件",
            f"the request has made no file with the number {number[:80]}",
        )
    return made


def _ruling(tx: Tx, case: Case, outcome: str, facts: str, appeal: Limit) -> Ruling:
    found_by_software = content_store.get(tx, case.id).source is Source.SCREENING
    return Ruling(outcome, (BY_LAW,), facts, found_by_software, appeal)
