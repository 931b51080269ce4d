# SPDX-License-Identifier: Apache-2.0
"""The register of disclosures: asked by one, decided by another, made, and kept (Article 11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import Row

from guiju.casework import Step
from guiju.inventory import class_named
from guiju.kernel import Actor, new_id
from guiju.ledger import append
from guiju.measures import enforces, rule
from guiju.records import disclosure_store as store
from guiju.records.assessing import check_weighed
from guiju.records.disclosure_model import (
    BASES,
    CONTROLS,
    DISCLOSURES,
    Disclosure,
    DisclosureAsked,
    DisclosureState,
    RecipientKind,
    no_such_disclosure,
    not_whole,
    overtaken,
)
from guiju.storage import Tx

_LONGEST_NAME = 200
_LONGEST = 2_000
_MOST_LISTED = 200
_DAYS_OF_A_YEAR = 366


@enforces("disclosure-approved")
def ask_disclosure(tx: Tx, actor: Actor, asked: DisclosureAsked, reason: str) -> Disclosure:
    """Ask whether personal data may go to somebody else.

    Raises:
        Refused: `person-needed` or `role-needed`.
        Invalid: `reason-needed`, or `disclosure-invalid` with the field.
        NotFound: `data-class-unknown`, or `assessment-unknown`.
        Conflict: `assessment-needed`: what goes to a processor, another recipient or abroad has
            been weighed first, by an assessment that two people stand for.
    """
    step = DISCLOSURES.step(DisclosureState.NEW, "ask", actor, reason=reason)
    checked = _checked(asked)
    if asked.abroad or asked.recipient_kind is not RecipientKind.AUTHORITY:
        check_weighed(tx, asked.assessment, list(asked.classes))
    name = new_id("dis")
    values = checked | {
        "id": name,
        "state": str(step.target),
        "asked_by": actor.id,
        "asked_at": tx.now,
        "purpose": f"{asked.purpose.strip()}",
        "ground": f"{asked.ground.strip()} ({step.reason})",
    }
    store.add(tx, values)
    append(
        tx,
        "disclosure-asked",
        controls=CONTROLS,
        actor=actor,
        subject=asked.person or name,
        facts={
            "disclosure": name,
            "recipient_kind": asked.recipient_kind.value,
            "basis": asked.basis,
            "classes": list(asked.classes),
            "people": asked.people,
            "abroad": asked.abroad,
        },
    )
    return disclosure(tx, name)


@enforces("disclosure-approved")
def decide_disclosure(tx: Tx, actor: Actor, name: str, reason: str, *, approve: bool) -> Disclosure:
    """Approve or refuse; never whoever asked.

    Raises:
        Refused: `person-needed`, `role-needed`, or `second-person-needed`.
        Invalid: `reason-needed`.
        NotFound: `disclosure-unknown`.
        Conflict: `wrong-state`, or `disclosure-overtaken`.
    """
    found = disclosure(tx, name)
    verb = "approve" if approve else "refuse"
    step = DISCLOSURES.step(found.state, verb, actor, earlier=(found.asked_by,), reason=reason)
    changes = {"decided_by": actor.id, "decided_at": tx.now, "decision": _short(step.reason)}
    facts = {
        "disclosure": name,
        "approved": approve,
        "asker": found.asked_by,
        "decider": actor.id,
        "basis": found.asked.basis,
    }
    return _moved(tx, actor, found, step, changes, facts)


@enforces("disclosure-approved")
def note_given(tx: Tx, actor: Actor, name: str, digest: str) -> Disclosure:
    """Put on record that it was given; `digest` is SHA-256 of what was (64 hex digits).

    Records of providing are kept three years at least. Raises as `decide_disclosure`, and Invalid
    `disclosure-invalid` for what is no digest.
    """
    found = disclosure(tx, name)
    step = DISCLOSURES.step(found.state, "give", actor)
    if len(digest) != 64 or any(one not in "0123456789abcdef" for one in digest):  # noqa: PLR2004 - SHA-256
        raise not_whole(
            "digest", "应为所提供内容的 SHA-256（64 位十六进制）。", "It must be a SHA-256 in hex."
        )
    years = int(rule("privacy.transfer-records.years").number)
    keep = tx.now + timedelta(days=years * _DAYS_OF_A_YEAR)
    changes = {"given_by": actor.id, "given_at": tx.now, "digest": digest, "keep_until": keep}
    return _moved(tx, actor, found, step, changes, {"disclosure": name, "digest": digest})


@enforces("disclosure-approved")
def end_disclosure(tx: Tx, actor: Actor, name: str, reason: str) -> Disclosure:
    """End an entrusting: from now on nothing more goes there. Raises as `decide_disclosure`."""
    found = disclosure(tx, name)
    step = DISCLOSURES.step(found.state, "end", actor, reason=reason)
    changes = {"decision": _short(f"{found.decision} / {step.reason}")}
    return _moved(tx, actor, found, step, changes, {"disclosure": name})


def disclosure(tx: Tx, name: str) -> Disclosure:
    """The entry with this id; raises NotFound `disclosure-unknown`."""
    row = store.find(tx, name) if name.isascii() and name.isprintable() else None
    if row is None:
        raise no_such_disclosure(name)
    return _of(row)


def disclosures(tx: Tx) -> list[Disclosure]:
    """The newest entries of the register."""
    return [_of(row) for row in store.newest(tx, _MOST_LISTED)]


def disclosures_of(tx: Tx, person: str) -> list[Disclosure]:
    """To whom data of one person were given, and data of many people, theirs perhaps among them."""
    rows = store.of_person(tx, person)
    own = [one for one in map(_of, rows) if one.state in _MADE]
    many = [one for state in _MADE for one in map(_of, store.to_many(tx, state.value))]
    return [*own, *many]


_MADE = (DisclosureState.GIVEN, DisclosureState.ENDED)


def _moved(  # noqa: PLR0917 - what each step says, always in this order
    tx: Tx,
    actor: Actor,
    found: Disclosure,
    step: Step,
    changes: dict[str, Any],
    facts: dict[str, Any],
) -> Disclosure:
    if not store.change(tx, found.id, found.state.value, {"state": str(step.target), **changes}):
        raise overtaken()
    append(
        tx,
        step.transition.evidence,
        controls=CONTROLS,
        actor=actor,
        subject=found.asked.person or found.id,
        facts=facts,
    )
    return disclosure(tx, found.id)


def _checked(asked: DisclosureAsked) -> dict[str, Any]:
    """The values of a row; raises Invalid `disclosure-invalid`."""
    if not asked.recipient.strip() or len(asked.recipient) > _LONGEST_NAME:
        raise not_whole("recipient", "请写明接收方。", "Say who gets it.")
    if asked.basis not in BASES:
        raise not_whole("basis", "请选择依据。", "Choose the ground.")
    for field in ("ground", "purpose"):
        if not getattr(asked, field).strip() or len(getattr(asked, field)) > _LONGEST:
            raise not_whole(field, "请写明依据和用途。", "State ground and purpose.")
    if not asked.classes:
        raise not_whole("classes", "请选择数据类别。", "Choose the classes of data.")
    for one in asked.classes:
        class_named(one)
    if asked.people < 1:
        raise not_whole("people", "涉及人数至少为一。", "At least one person is concerned.")
    values: dict[str, Any] = msgspec.structs.asdict(asked)
    return values | {
        "recipient_kind": asked.recipient_kind.value,
        "recipient": asked.recipient.strip(),
        "classes": list(asked.classes),
    }


def _of(row: Row[Any]) -> Disclosure:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented accessor
    names = {one.name for one in msgspec.structs.fields(DisclosureAsked)}
    asked = {name: values.pop(name) for name in names}
    asked["recipient_kind"] = RecipientKind(asked["recipient_kind"])
    asked["classes"] = tuple(asked["classes"])
    values["state"] = DisclosureState(values["state"])
    return Disclosure(asked=DisclosureAsked(**asked), **values)


def _short(text: str | None) -> str:
    return (text or "")[:_LONGEST]
