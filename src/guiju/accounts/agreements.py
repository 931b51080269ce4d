# SPDX-License-Identifier: Apache-2.0
"""The service agreement: what is in force, and who was shown and accepted it (Article 9, para. 2).

How a version comes into force is in `agreement_reviews`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from guiju import profile
from guiju.accounts import agreement_refusing, agreement_store, consents, refusing, store
from guiju.accounts.agreement_model import Change, Draft, Served
from guiju.accounts.consent_model import Answer, Purpose
from guiju.accounts.model import Acceptance, Agreement, Person, Way
from guiju.accounts.people import get_person, introduce_end_user
from guiju.kernel import Actor, ActorKind, Form, Text, canonical, digest, isoformat, read_table
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

CODE = "agreement-invalid"
LONGEST = 200_000
LONGEST_NOTE = 1_000
_CONTROLS = ("agreement-before-use",)
_MOST_SHOWN = 100
_SAMPLE = Path(__file__).parent / "sample"


def agreement_in_force(tx: Tx) -> Agreement | None:
    """The newest version; raises Unavailable `agreement-altered` when it was tampered with."""
    found = agreement_store.newest(tx, 1)
    return true(found[0]) if found else None


def get_agreement(tx: Tx, version: int) -> Agreement:
    """One version; raises NotFound `agreement-unknown`, or Unavailable `agreement-altered`."""
    found = agreement_store.find(tx, version) if 0 < version < 2**31 else None
    if found is None:
        raise agreement_refusing.no_such_agreement(version)
    return true(found)


def agreements(tx: Tx) -> list[Agreement]:
    """The versions published, newest first."""
    return [true(one) for one in agreement_store.newest(tx, _MOST_SHOWN)]


def owed(tx: Tx, person: str) -> Agreement | None:
    """The version that this person has yet to accept, now or before it binds; None: nothing.

    A version that changed words only, or that people are merely told of, is owed by newcomers.
    """
    now = agreement_in_force(tx)
    if now is None:
        return None
    accepted = accepted_version(tx, person)
    if accepted is None:
        return now
    later = (one for one in agreements(tx) if one.version > accepted)
    return now if any(one.change is Change.MATERIAL for one in later) else None


def may_go_on(tx: Tx, person: str) -> bool:
    """Whether what this person accepted still counts now."""
    accepted, least = accepted_version(tx, person), agreement_store.in_force(tx).least
    return accepted is not None and least is not None and accepted >= least


def accepted_version(tx: Tx, person: str) -> int | None:
    """The newest version accepted; None where none was, or the consent was withdrawn since."""
    if consents.is_withdrawn(tx, person, Purpose.SERVICE):
        return None
    return agreement_store.accepted_version(tx, person)


def serve_agreement(tx: Tx, actor: Actor, person: str, language: str, way: Way) -> Served | None:
    """Put on record that the version in force was shown to `person`; None without any.

    Once for each version, language and way: showing it again is no news.

    Raises:
        Refused: `not-yours`.
        NotFound: `person-unknown`.
    """
    owner = get_person(tx, person)
    check_own(actor, owner)
    now = agreement_in_force(tx)
    if now is None:
        return None
    made = Served(person, now.version, language, way.value, now.digest, annex_digest(tx), tx.now)
    keep_served(tx, actor, made)
    return made


def keep_served(tx: Tx, actor: Actor, made: Served) -> None:
    """Put on record what was shown; for the verbs of this room, which know that it was."""
    if agreement_store.serve(tx, made):
        append(
            tx,
            "agreement-served",
            controls=_CONTROLS,
            actor=actor,
            subject=made.person,
            facts={
                "version": made.version,
                "digest": made.digest,
                "annex": made.annex,
                "language": made.language,
                "way": made.way,
                "shown_at": isoformat(made.at),
            },
        )


@enforces("agreement-before-use")
def accept_agreement(
    tx: Tx,
    actor: Actor,
    person: str,
    version: int,
    way: Way = Way.PAGE,
    *,
    language: str | None = None,
) -> Acceptance:
    """Record that `person` accepts `version`; nobody else can, except the app whose user it is.

    Accepting twice is the first acceptance, unless the consent was withdrawn between. `language` is
    that of the text that was read. Afterwards caches must be told of the person.

    Raises:
        Refused: `not-yours`.
        Conflict: `agreement-superseded`.
        NotFound: `person-unknown` or `agreement-unknown`.
        Invalid: `language-invalid`.
    """
    owner = get_person(tx, person)
    check_own(actor, owner)
    read = consents.checked_language(language or owner.language)
    one = Acceptance(person, version, _acceptable(tx, version).digest, way, tx.now)
    fresh = agreement_store.accept(tx, one)
    if not fresh and not consents.is_withdrawn(tx, person, Purpose.SERVICE):
        mine = agreement_store.acceptances_of(tx, person)
        return next(earlier for earlier in mine if earlier.version == version)
    consents.record(tx, actor, Answer(person, Purpose.SERVICE, given=True), way, read)
    append(
        tx,
        "agreement-accepted",
        controls=_CONTROLS,
        actor=actor,
        subject=person,
        facts={**_accepted(tx, one), "language": read},
    )
    return one


def app_accepts(
    tx: Tx, app: str, end_user: str, version: int, *, language: str | None = None
) -> Acceptance:
    """An app reports that its end user accepted; a new end user is registered by it.

    Raises:
        Conflict: `agreement-superseded`.
        NotFound: `app-unknown` or `agreement-unknown`.
        Invalid: `user-missing`, `user-invalid` or `language-invalid`.
    """
    if store.find_app(tx, app) is None:
        raise refusing.no_such_app()
    actor = Actor(ActorKind.APP, app)
    person = introduce_end_user(tx, actor, end_user)
    return accept_agreement(tx, actor, person.id, version, Way.APP, language=language)


def acceptances_of(tx: Tx, person: str) -> list[Acceptance]:
    """What a person accepted, newest first."""
    return agreement_store.acceptances_of(tx, person)


def acceptances_counted(tx: Tx) -> dict[int, int]:
    """How many people stand at each version, by the newest that each accepted."""
    return agreement_store.acceptances_counted(tx)


def annex_digest(tx: Tx) -> str | None:
    """The digest of the statement that is the agreement's annex; None while there is none."""
    now = profile.current(tx)
    return None if now is None else now.digest


def read_agreement(path: Path) -> Draft:
    """The texts, the kind of change and the note in a file `{ zh, en, change, note? }`.

    Raises:
        Invalid: `agreement-invalid`: file, place, what and remedy on one line.
    """
    form = Form(read_table(path, CODE), CODE, origin=path.name)
    text = Text(zh=form.text("zh", longest=LONGEST), en=form.text("en", longest=LONGEST))
    change = Change(form.word("change", list(Change), default=Change.MATERIAL.value))
    note = form.text("note", longest=LONGEST_NOTE, default="")
    form.done()
    return Draft(text, change, note)


def first_agreement() -> Text:
    """A sample in our own words for the first hour, which the provider's lawyer must review."""
    return Text(
        zh=(_SAMPLE / "agreement.zh.txt").read_text(encoding="utf-8"),
        en=(_SAMPLE / "agreement.en.txt").read_text(encoding="utf-8"),
    )


def text_digest(text: Text) -> str:
    """The digest that both languages of a version have together."""
    return digest(canonical({"zh": text.zh, "en": text.en}))


def check_own(actor: Actor, owner: Person) -> None:
    """Pass the person, and the app whose end user it is; raises Refused `not-yours`."""
    itself = actor.kind is ActorKind.PERSON and actor.id == owner.id
    its_app = actor.kind is ActorKind.APP and actor.id == owner.app
    if not (itself or its_app):
        raise refusing.not_yours()


def true(one: Agreement) -> Agreement:
    """The version, when its text is what was published; raises Unavailable `agreement-altered`."""
    if text_digest(one.text) != one.digest:
        raise agreement_refusing.agreement_altered(one.version)
    return one


def _accepted(tx: Tx, one: Acceptance) -> dict[str, Any]:
    shown = agreement_store.served(tx, one.person, one.version)
    return {
        "version": one.version,
        "digest": one.digest,
        "annex": annex_digest(tx),
        "way": one.way.value,
        "served_at": isoformat(shown[0].at) if shown else None,
    }


def _acceptable(tx: Tx, version: int) -> Agreement:
    now = agreement_in_force(tx)
    if now is None:
        raise agreement_refusing.no_such_agreement(version)
    if get_agreement(tx, version).version != now.version:
        raise agreement_refusing.agreement_superseded(now.version)
    return now
