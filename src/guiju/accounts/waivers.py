# SPDX-License-Identifier: Apache-2.0
"""The terms on which somebody gets content without a visible label (Labelling Measures, Article 9).

The provider writes them into its policy (`[labels.waiver]`): who asks for such content takes over
the duty to label it where it is shown. They are accepted apart from the service agreement; other
words are other terms, and have to be accepted anew.
"""

from __future__ import annotations

from guiju import policies
from guiju.accounts import agreement_refusing, refusing, store, waiver_store
from guiju.accounts.model import Way
from guiju.accounts.people import get_person, introduce_end_user
from guiju.kernel import Actor, ActorKind, Text, canonical, digest
from guiju.ledger import append
from guiju.storage import Tx


def waiver_terms(tx: Tx) -> Text | None:
    """The terms of the policy in force; None: the visible label cannot be waived here."""
    policy = policies.active(tx)
    said = None if policy is None else policy.body["labels"].get("waiver")
    return None if said is None else Text(zh=said["zh"], en=said["en"])


def terms_digest(terms: Text) -> str:
    """The digest by which an acceptance names its terms."""
    return digest(canonical({"zh": terms.zh, "en": terms.en}))


def accept_waiver(tx: Tx, actor: Actor, person: str, terms: str, way: Way = Way.PAGE) -> None:
    """Record that `person` accepts the terms in force, whose digest is `terms`; twice is once.

    Afterwards caches must be told of the person.

    Raises:
        Refused: `not-yours`, unless it is the person or the app whose user it is.
        Conflict: `label-waiver-superseded`, when these are not the terms in force.
        Invalid: `label-waiver-not-offered`.
    """
    owner = get_person(tx, person)
    itself = actor.kind is ActorKind.PERSON and actor.id == owner.id
    if not itself and not (actor.kind is ActorKind.APP and actor.id == owner.app):
        raise refusing.not_yours()
    now = waiver_terms(tx)
    if now is None:
        raise agreement_refusing.waiver_not_offered()
    if terms_digest(now) != terms:
        raise agreement_refusing.waiver_superseded()
    if waiver_store.add(tx, person, terms, way):
        append(
            tx,
            "label-waiver-accepted",
            controls=("label-waiver-log",),
            actor=actor,
            subject=person,
            facts={"terms": terms, "way": way.value},
        )


def app_accepts_waiver(tx: Tx, app: str, end_user: str, terms: str) -> str:
    """An app reports that its end user accepted; returns the person. Raises as `accept_waiver`."""
    if store.find_app(tx, app) is None:
        raise refusing.no_such_app()
    actor = Actor(ActorKind.APP, app)
    person = introduce_end_user(tx, actor, end_user)
    accept_waiver(tx, actor, person.id, terms, Way.APP)
    return person.id


def accepted_waiver(tx: Tx, person: str, terms: Text | None) -> bool:
    """Whether this person accepted these terms."""
    return terms is not None and terms_digest(terms) in waiver_store.accepted(tx, person)
