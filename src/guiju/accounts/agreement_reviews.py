# SPDX-License-Identifier: Apache-2.0
"""How a version of the agreement comes into force: one proposes, another approves (Article 9).

The change class is part of what both decide. A text that does not state what it must is refused
before anybody has to read it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from guiju import policies, profile
from guiju.accounts import agreement_particulars as particulars
from guiju.accounts import agreement_refusing, agreement_store
from guiju.accounts.agreement_model import (
    REVIEW,
    AgreementProposal,
    AgreementState,
    Change,
    Draft,
)
from guiju.accounts.agreement_particulars import Stated
from guiju.accounts.agreements import (
    CODE,
    LONGEST,
    LONGEST_NOTE,
    agreement_in_force,
    annex_digest,
    text_digest,
)
from guiju.accounts.model import Agreement
from guiju.kernel import Actor, Form, Text, isoformat, new_id
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

_CONTROLS = ("agreement-reviewed",)
_MOST_SHOWN = 100


def propose_agreement(tx: Tx, actor: Actor, draft: Draft) -> AgreementProposal:
    """Propose a text as the next version; nobody has to accept anything by it.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Conflict: `agreement-unchanged`.
        Invalid: `agreement-invalid`, `agreement-lacks-particulars`, or `agreement-not-editorial`.
    """
    step = REVIEW.step(AgreementState.DRAFT, "propose", actor)
    text, note = _readable(draft)
    mark = text_digest(text)
    now = agreement_in_force(tx)
    if now is not None and now.digest == mark:
        raise agreement_refusing.agreement_unchanged(now.version)
    _check_change(now, text, draft.change)
    check_states_all(tx, text)
    made = AgreementProposal(
        id=new_id("agr"),
        version=None,
        state=AgreementState(step.target),
        change=draft.change,
        text=text,
        digest=mark,
        note=note,
        proposer=actor.id,
        proposed_at=tx.now,
        decider=None,
        decided_at=None,
        reason=None,
    )
    agreement_store.propose(tx, made)
    append(
        tx,
        "agreement-proposed",
        controls=_CONTROLS,
        actor=actor,
        subject=made.id,
        facts=_facts(made),
    )
    return made


@enforces("agreement-reviewed")
def approve_agreement(tx: Tx, actor: Actor, proposal: str) -> Agreement:
    """Put a proposed version in force; a material one binds after the grace of the policy.

    Afterwards caches must be told of everybody.

    Raises:
        Refused: `second-person-needed` for the proposer, `person-needed`, `role-needed`.
        Conflict: `wrong-state`, `agreement-unchanged`, `agreement-overtaken`, or `already-there`
            when somebody published meanwhile.
        Invalid: `agreement-lacks-particulars` when the profile offers more by now.
        NotFound: `agreement-proposal-unknown`.
    """
    proposed = get_proposal(tx, proposal)
    step = REVIEW.step(proposed.state, "approve", actor, earlier=(proposed.proposer,))
    now = agreement_in_force(tx)
    if now is not None and now.digest == proposed.digest:
        raise agreement_refusing.agreement_unchanged(now.version)
    _check_change(now, proposed.text, proposed.change)
    check_states_all(tx, proposed.text)
    made = Agreement(
        version=1 if now is None else now.version + 1,
        text=proposed.text,
        digest=proposed.digest,
        note=proposed.note,
        published_by=actor.id,
        published_at=tx.now,
        change=proposed.change,
        binds_from=_binds_from(tx, now, proposed.change),
    )
    decided = {
        "version": made.version,
        "state": step.target,
        "zh": None,
        "en": None,
        "decider": actor.id,
        "decided_at": tx.now,
        "binds_from": made.binds_from,
    }
    if not agreement_store.move(tx, proposed, decided):
        raise agreement_refusing.agreement_overtaken()
    facts = {**_facts(proposed), "approver": actor.id, "version": made.version}
    append(
        tx, "agreement-reviewed", controls=_CONTROLS, actor=actor, subject=proposed.id, facts=facts
    )
    agreement_store.add(tx, made)
    append(
        tx,
        "agreement-published",
        controls=("agreement-before-use", "agreement-reviewed"),
        actor=actor,
        subject=f"agreement-{made.version}",
        facts={
            "version": made.version,
            "digest": made.digest,
            "change": made.change.value,
            "binds_from": None if made.binds_from is None else isoformat(made.binds_from),
            "annex": annex_digest(tx),
        },
    )
    return made


def reject_agreement(tx: Tx, actor: Actor, proposal: str, reason: str) -> AgreementProposal:
    """Turn a proposed version down, with a reason.

    Raises:
        Refused: `second-person-needed` for the proposer, `person-needed`, `role-needed`.
        Invalid: `reason-needed` or `agreement-invalid`.
        Conflict: `wrong-state`, or `agreement-overtaken` by somebody else.
        NotFound: `agreement-proposal-unknown`.
    """
    proposed = get_proposal(tx, proposal)
    step = REVIEW.step(proposed.state, "reject", actor, earlier=(proposed.proposer,), reason=reason)
    words = Form({"reason": step.reason or ""}, CODE).text("reason", longest=LONGEST_NOTE)
    decided = {
        "state": step.target,
        "decider": actor.id,
        "decided_at": tx.now,
        "reason": words,
    }
    if not agreement_store.move(tx, proposed, decided):
        raise agreement_refusing.agreement_overtaken()
    append(
        tx,
        "agreement-rejected",
        controls=_CONTROLS,
        actor=actor,
        subject=proposed.id,
        facts={**_facts(proposed), "decider": actor.id},
    )
    return replace(
        proposed,
        state=AgreementState(step.target),
        decider=actor.id,
        decided_at=tx.now,
        reason=words,
    )


def install_agreement(tx: Tx, proposer: Actor, approver: Actor, text: Text) -> Agreement:
    """Put the first agreement of an empty house in force, by the same two persons' path.

    Raises:
        Conflict: `agreement-exists`.
    """
    if agreement_store.in_force(tx).newest is not None:
        raise agreement_refusing.agreement_exists()
    made = propose_agreement(tx, proposer, Draft(text, Change.MATERIAL))
    return approve_agreement(tx, approver, made.id)


def get_proposal(tx: Tx, proposal: str) -> AgreementProposal:
    """One version on its way or published.

    Raises:
        NotFound: `agreement-proposal-unknown`.
        Unavailable: `agreement-altered`.
    """
    found = agreement_store.find_proposal(tx, proposal)
    if found is None:
        raise agreement_refusing.no_such_proposal(proposal)
    if text_digest(found.text) != found.digest:
        raise agreement_refusing.agreement_altered(found.version or 0)
    return found


def proposals(tx: Tx) -> list[AgreementProposal]:
    """The newest versions with how they stand, newest first; their texts are not looked at."""
    return agreement_store.proposals(tx, _MOST_SHOWN)


def states(tx: Tx, text: Text) -> list[Stated]:
    """Where `text` states each particular, for the kinds of content that the profile offers."""
    now = profile.current(tx)
    offered = () if now is None else now.statement.modalities
    # A statement from before services could be said names none: then texts are what is offered.
    return particulars.stated(text, {one.value for one in offered} or {"text"})


def check_states_all(tx: Tx, text: Text) -> None:
    """Pass a text that states all that binds; raises Invalid `agreement-lacks-particulars`."""
    lacks = list(particulars.lacking(states(tx, text)))
    if lacks:
        raise agreement_refusing.agreement_lacks(lacks)


def _check_change(now: Agreement | None, text: Text, change: Change) -> None:
    if now is None and change is not Change.MATERIAL:
        raise agreement_refusing.first_is_material()
    words_only = now is None or particulars.same_clauses(now.text, text)
    if change is Change.EDITORIAL and not words_only:
        raise agreement_refusing.not_editorial()


def _binds_from(tx: Tx, now: Agreement | None, change: Change) -> datetime | None:
    """When a new version begins to bind: the first at once, a material one after the grace."""
    if change is not Change.MATERIAL:
        return None
    if now is None:
        return tx.now
    policy = policies.active(tx)
    days = 0 if policy is None else policies.grace_days(policy.body)
    return tx.now + timedelta(days=days)


def _readable(draft: Draft) -> tuple[Text, str]:
    form = Form({"zh": draft.text.zh, "en": draft.text.en, "note": draft.note}, CODE)
    text = Text(zh=form.text("zh", longest=LONGEST), en=form.text("en", longest=LONGEST))
    return text, form.text("note", longest=LONGEST_NOTE, default="").strip()


def _facts(one: AgreementProposal) -> dict[str, Any]:
    return {
        "proposal": one.id,
        "digest": one.digest,
        "change": one.change.value,
        "proposer": one.proposer,
    }
