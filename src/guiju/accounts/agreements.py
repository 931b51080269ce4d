# SPDX-License-Identifier: Apache-2.0
"""The service agreement: its versions, and who accepted which of them (Article 9, paragraph 2)."""

from __future__ import annotations

from pathlib import Path

from guiju.accounts import agreement_store, refusing, store
from guiju.accounts.model import Acceptance, Agreement, Way
from guiju.accounts.people import get_person, introduce_end_user
from guiju.accounts.roles import Role, requires_role
from guiju.kernel import Actor, ActorKind, Form, Text, canonical, digest, read_table
from guiju.ledger import append
from guiju.measures import enforces
from guiju.storage import Tx

_CONTROLS = ("agreement-before-use",)
_CODE = "agreement-invalid"
_LONGEST = 200_000
_LONGEST_NOTE = 1_000
_MOST_SHOWN = 100
_SAMPLE = Path(__file__).parent / "sample"


def publish_agreement(tx: Tx, actor: Actor, texts: Text, note: str = "") -> Agreement:
    """Put `texts` in force as the next version; everybody has to accept it before the next use.

    Raises:
        Refused: `role-needed`: publishing is a named person's decision.
        Conflict: `agreement-unchanged`, or `already-there` when somebody published meanwhile.
        Invalid: `agreement-invalid`.
    """
    requires_role(actor, Role.AGREEMENT_MANAGER, Role.ACCOUNTABLE_PERSON)
    form = Form({"zh": texts.zh, "en": texts.en, "note": note}, _CODE)
    text = Text(zh=form.text("zh", longest=_LONGEST), en=form.text("en", longest=_LONGEST))
    mark = text_digest(text)
    now = agreement_in_force(tx)
    if now is not None and now.digest == mark:
        raise refusing.agreement_unchanged(now.version)
    published = Agreement(
        version=1 if now is None else now.version + 1,
        text=text,
        digest=mark,
        note=form.text("note", longest=_LONGEST_NOTE, default=""),
        published_by=actor.id,
        published_at=tx.now,
    )
    agreement_store.add(tx, published)
    append(
        tx,
        "agreement-published",
        controls=_CONTROLS,
        actor=actor,
        subject=f"agreement-{published.version}",
        facts={"version": published.version, "digest": mark},
    )
    return published


def agreement_in_force(tx: Tx) -> Agreement | None:
    """The newest version; raises Unavailable `agreement-altered` when it was tampered with."""
    found = agreement_store.newest(tx, 1)
    return _true(found[0]) if found else None


def get_agreement(tx: Tx, version: int) -> Agreement:
    """One version; raises NotFound `agreement-unknown`, or Unavailable `agreement-altered`."""
    found = agreement_store.find(tx, version) if 0 < version < 2**31 else None
    if found is None:
        raise refusing.no_such_agreement(version)
    return _true(found)


def agreements(tx: Tx) -> list[Agreement]:
    """The versions published, newest first."""
    return [_true(one) for one in agreement_store.newest(tx, _MOST_SHOWN)]


@enforces("agreement-before-use")
def accept_agreement(
    tx: Tx, actor: Actor, person: str, version: int, way: Way = Way.PAGE
) -> Acceptance:
    """Record that `person` accepts `version`; nobody else can, except the app whose user it is.

    Accepting twice is the first acceptance. Afterwards caches must be told of the person.

    Raises:
        Refused: `not-yours`.
        Conflict: `agreement-superseded`.
        NotFound: `person-unknown` or `agreement-unknown`.
    """
    owner = get_person(tx, person)
    itself = actor.kind is ActorKind.PERSON and actor.id == owner.id
    its_app = actor.kind is ActorKind.APP and actor.id == owner.app
    if not (itself or its_app):
        raise refusing.not_yours()
    one = Acceptance(person, version, _acceptable(tx, version).digest, way, tx.now)
    if not agreement_store.accept(tx, one):
        mine = agreement_store.acceptances_of(tx, person)
        return next(earlier for earlier in mine if earlier.version == version)
    append(
        tx,
        "agreement-accepted",
        controls=_CONTROLS,
        actor=actor,
        subject=person,
        facts={"version": version, "digest": one.digest, "way": way.value},
    )
    return one


def app_accepts(tx: Tx, app: str, end_user: str, version: int) -> Acceptance:
    """An app reports that its end user accepted; a new end user is registered by it.

    Raises:
        Conflict: `agreement-superseded`.
        NotFound: `app-unknown` or `agreement-unknown`.
        Invalid: `user-missing` or `user-invalid`.
    """
    if store.find_app(tx, app) is None:
        raise refusing.no_such_app()
    actor = Actor(ActorKind.APP, app)
    person = introduce_end_user(tx, actor, end_user)
    return accept_agreement(tx, actor, person.id, version, Way.APP)


def acceptances_of(tx: Tx, person: str) -> list[Acceptance]:
    """What a person accepted, newest first."""
    return agreement_store.acceptances_of(tx, person)


def read_agreement(path: Path) -> tuple[Text, str]:
    """The texts and the change note in a file `{ zh, en, note }` (TOML or JSON).

    Raises:
        Invalid: `agreement-invalid`: file, place, what and remedy on one line.
    """
    form = Form(read_table(path, _CODE), _CODE, origin=path.name)
    text = Text(zh=form.text("zh", longest=_LONGEST), en=form.text("en", longest=_LONGEST))
    note = form.text("note", longest=_LONGEST_NOTE, default="")
    form.done()
    return text, note


def first_agreement() -> Text:
    """A sample in our own words for the first hour, which the provider's lawyer must review."""
    return Text(
        zh=(_SAMPLE / "agreement.zh.txt").read_text(encoding="utf-8"),
        en=(_SAMPLE / "agreement.en.txt").read_text(encoding="utf-8"),
    )


def text_digest(text: Text) -> str:
    """The digest that both languages of a version have together."""
    return digest(canonical({"zh": text.zh, "en": text.en}))


def _acceptable(tx: Tx, version: int) -> Agreement:
    now = agreement_in_force(tx)
    if now is None:
        raise refusing.no_such_agreement(version)
    if get_agreement(tx, version).version != now.version:
        raise refusing.agreement_superseded(now.version)
    return now


def _true(one: Agreement) -> Agreement:
    if text_digest(one.text) != one.digest:
        raise refusing.agreement_altered(one.version)
    return one
