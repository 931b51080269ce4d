# SPDX-License-Identifier: Apache-2.0
"""Take a request in, and do at once what needs no person of ours: a copy, a withdrawal."""

from __future__ import annotations

from guiju import accounts
from guiju.casework import Case, Origin, Severity, advance, afterwards, get_case, open_case
from guiju.kernel import Actor, ActorKind, Text
from guiju.ledger import append
from guiju.measures import enforces
from guiju.privacy import kind as kinds
from guiju.privacy import refusing, service, store
from guiju.privacy.kind import REQUEST
from guiju.privacy.model import Asking, Channel, Does, Given, Outcome, Proof
from guiju.storage import Tx

WITHDRAWN = "consent-withdrawn"
"""The topic of what follows outside: `PERSON PURPOSE`."""
_LEFT = frozenset({kinds.TOLD, kinds.TAKEN_BACK, kinds.SETTLED})


@enforces("privacy-requests")
def file_request(tx: Tx, actor: Actor, asking: Asking, receipt: str) -> Case:
    """Take a request in; `receipt` is the slow digest of its code.

    A copy for somebody who has proved who they are is begun at once, and a consent that they name
    is withdrawn at once; nothing in either needs a person of ours.

    Raises:
        Refused: `proof-needed`, for somebody signed in whose proof is not enough.
        Conflict: `request-under-way`.
    """
    wish = asking.wish
    if asking.person is not None:
        if asking.proof < wish.terms.proof and wish.terms.proof is not Proof.PAPERS:
            raise refusing.proof_needed(wish.terms.proof)
        _check_new(tx, asking)
    case = open_case(
        tx,
        actor,
        REQUEST,
        origin=Origin.STAFF if actor.kind is ActorKind.STAFF else Origin.USER,
        severity=Severity.NORMAL,
    )
    values = {
        "case_id": case.id,
        "number": case.number,
        "wish": wish.value,
        "person": asking.person,
        "proof": int(asking.proof),
        "channel": asking.channel.value,
        "language": asking.language,
        "receipt": receipt,
        "words": service.sealed(tx, case, Given(asking.text, asking.contact)),
        "received_at": tx.now,
    }
    store.add(tx, values)
    append(
        tx,
        kinds.REQUEST_RECEIVED,
        controls=("privacy-requests",),
        actor=actor,
        subject=case.id,
        facts={
            "case": case.number,
            "wish": wish.value,
            "channel": asking.channel.value,
            "proof": asking.proof.name.lower(),
        },
    )
    if wish.terms.does == (Does.COPY,) and store.head(tx, case.id).is_proved:
        return service.prepare(tx, service.DESK, case)
    if asking.consent and asking.person is not None:
        return _withdraw(tx, actor, case, asking.person, accounts.Purpose(asking.consent))
    return case


def _withdraw(tx: Tx, actor: Actor, case: Case, person: str, purpose: accounts.Purpose) -> Case:
    """Take the consent back by the same verb as at `/me`, and close with the answer as evidence.

    Nobody decides whether: withdrawing is to be as easy as agreeing (PIPL, Article 15).
    """
    head = store.head(tx, case.id)
    way = accounts.Way.API if head.channel is Channel.API else accounts.Way.PAGE
    said = accounts.Answer(person, purpose, given=False)
    made = accounts.answer(tx, actor, said, way, head.language)
    store.change(tx, case.id, {"outcome": Outcome.FULFILLED.value})
    facts = {
        "outcome": Outcome.FULFILLED.value,
        "purpose": purpose.value,
        "consent": f"consent/{made.number}",
    }
    case = advance(tx, service.DESK, case, "withdraw", facts=facts, limits=service.SETTLING)
    # Whoever remembers what this person agreed to forgets it.
    afterwards(tx, "standing-changed", person)
    afterwards(tx, WITHDRAWN, f"{person} {purpose.value}")
    name = purpose.text
    return service.tell(
        tx,
        case,
        "privacy-withdrawn",
        Text(
            zh=f"已撤回同意：{name.zh}。即时生效，此前依同意所做的处理不受影响。",
            en=f"Your consent is withdrawn: {name.en}. It counts from now; what was done before by"
            " your consent stays as it is.",
        ),
    )


def _check_new(tx: Tx, asking: Asking) -> None:
    for one in store.heads(tx, person=asking.person):
        if one.wish is asking.wish and not asking.wish.terms.words:
            case = get_case(tx, REQUEST, one.case)
            if case.state not in _LEFT:
                raise refusing.already_asked(case.number)
