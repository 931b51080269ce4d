# SPDX-License-Identifier: Apache-2.0
"""Who uses the service and who works for it: persons, keys, agreement, staff (Articles 9, 14)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from guiju.accounts.agreement_model import Change
from guiju.accounts.passkey_model import Party
from guiju.accounts.roles import Role
from guiju.casework import Machine, Transition
from guiju.kernel import Actor, ActorKind, Event, Text

# Whom an event names that concerns all: caches forget everybody, e.g. for a new agreement.
EVERYBODY = "*"
# Who hears, once it is committed, that somebody's standing changed or what they agreed to.
Publish = Callable[[Event], None]


class PersonState(StrEnum):
    """How a person stands; restricted still answers, what is closed to them is a disposition's."""

    ACTIVE = "active"
    RESTRICTED = "restricted"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class KeyKind(StrEnum):
    """Whose key it is: a person's own, or that of an app which names its end users."""

    USER = "user"
    APP = "app"


class SessionKind(StrEnum):
    """Who is signed in."""

    PERSON = "person"
    STAFF = "staff"


class Entry(StrEnum):
    """By what somebody entered: what they know, what they have, or who vouches for them."""

    PASSWORD = "password"  # noqa: S105 - a word, not one
    PASSKEY = "passkey"
    BOTH = "both"
    OPENID = "openid"
    RECOVERY = "recovery"

    @property
    def is_strong(self) -> bool:
        """Whether two factors stood behind it: an authenticator asks for its PIN or a finger."""
        return self in {Entry.PASSKEY, Entry.BOTH}


class Visit(NamedTuple):
    """Where somebody comes from who wants to enter.

    `address` is the network address, `browser` what the browser calls itself, `device` the token of
    an earlier sign-in, `replacing` the token of the session it had, `binding` the token of its
    forms, which binds the steps of one sign-in to each other, `party` the site that was visited.
    """

    address: str = ""
    browser: str = ""
    device: str | None = None
    replacing: str | None = None
    binding: str = ""
    party: Party = Party("localhost", "http://localhost:8080")


class Way(StrEnum):
    """How the agreement was accepted."""

    PAGE = "page"
    API = "api"
    APP = "app"


def _line(source: PersonState, verb: str, target: PersonState) -> Transition:
    return Transition(
        source,
        verb,
        target,
        _VERBS[verb],
        "person-standing-changed",
        roles=_MAY[verb],
        needs_other_person=verb == "terminate",
        by_person=True,
        needs_reason=True,
    )


_VERBS = {
    "restrict": Text(zh="限制账号", en="restrict an account"),
    "suspend": Text(zh="暂停账号", en="suspend an account"),
    "reinstate": Text(zh="恢复账号", en="reinstate an account"),
    "terminate": Text(zh="终止账号", en="terminate an account"),
}
_MAY = {
    "restrict": (Role.REVIEWER, Role.SAFETY_OFFICER),
    "suspend": (Role.SAFETY_OFFICER,),
    "reinstate": (Role.SAFETY_OFFICER, Role.APPEALS_OFFICER),
    "terminate": (Role.SAFETY_OFFICER,),
}
VERB_TO = {
    PersonState.RESTRICTED: "restrict",
    PersonState.SUSPENDED: "suspend",
    PersonState.ACTIVE: "reinstate",
    PersonState.TERMINATED: "terminate",
}
# A named person decides each step. Termination takes two: whoever suspended may not terminate.
STANDING = Machine(
    "person",
    PersonState.ACTIVE,
    [
        _line(PersonState.ACTIVE, "restrict", PersonState.RESTRICTED),
        _line(PersonState.ACTIVE, "suspend", PersonState.SUSPENDED),
        _line(PersonState.RESTRICTED, "suspend", PersonState.SUSPENDED),
        _line(PersonState.RESTRICTED, "reinstate", PersonState.ACTIVE),
        _line(PersonState.SUSPENDED, "reinstate", PersonState.ACTIVE),
        _line(PersonState.SUSPENDED, "terminate", PersonState.TERMINATED),
    ],
)


@dataclass(frozen=True, slots=True)
class Person:
    """A registered user under a pseudonym; the name is sealed elsewhere. `app`: whose end user."""

    id: str
    app: str | None
    language: str
    state: PersonState
    reason: str
    standing_by: str
    standing_at: datetime
    registered_at: datetime
    registered_by: str

    @property
    def actor(self) -> Actor:
        """The person as the one who acts."""
        return Actor(ActorKind.PERSON, self.id)


@dataclass(frozen=True, slots=True)
class App:
    """A front end of the provider's own that speaks for its end users."""

    id: str
    name: str
    state: str
    registered_at: datetime
    registered_by: str


@dataclass(frozen=True, slots=True)
class Key:
    """An API key without its token, of which only a digest is kept. `last4` ends the token."""

    id: str
    kind: KeyKind
    person: str | None
    app: str | None
    label: str
    last4: str
    issued_at: datetime
    revoked_at: datetime | None

    @property
    def owner(self) -> str:
        """The id of the person or app that holds it."""
        return self.person or self.app or ""


class Issued(NamedTuple):
    """A new key and its token, which is shown this once."""

    key: Key
    token: str


class IssuedApp(NamedTuple):
    """A new app, its first key and the token, which is shown this once."""

    app: App
    key: Key
    token: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """A published version of the service agreement, whose digest was found to be true.

    `binds_from`: from when on nobody may go on who has not accepted it; None: nobody has to.
    """

    version: int
    text: Text
    digest: str
    note: str
    published_by: str
    published_at: datetime
    change: Change = Change.MATERIAL
    binds_from: datetime | None = None


@dataclass(frozen=True, slots=True)
class Acceptance:
    """Who accepted which text, how and when."""

    person: str
    version: int
    digest: str
    way: Way
    at: datetime


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works for the provider, and in which roles."""

    id: str
    name: str
    display: str
    roles: tuple[Role, ...]
    appointed_by: str
    appointed_at: datetime
    dismissed_at: datetime | None

    @property
    def actor(self) -> Actor:
        """The member as the one who acts."""
        return Actor(ActorKind.STAFF, self.id, frozenset(role.value for role in self.roles))


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody signed in; `actor` has the roles of this moment, not those of the sign-in."""

    key: str
    kind: SessionKind
    actor: Actor
    csrf: str = field(repr=False)
    started_at: datetime
    seen_at: datetime
    expires_at: datetime
    id: str = ""
    """By which its owner names it; it opens nothing."""
    entry: Entry = Entry.PASSWORD
    browser: str = ""
    """Which browser on which system, in words of ours."""


class Opened(NamedTuple):
    """A new session and its token, which goes into a cookie and nowhere else."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose key a request carries and how they stand: all that the gateway asks of this room.

    `person` is None for an end user whom the app has not introduced yet. `agreement` is the
    newest version the person accepted, None also once that consent was withdrawn;
    `agreement_required` is the oldest with which one may go on now. The limits are those
    that differ from the policy's, by measure. `models` are what the key may ask for; None: all.
    """

    kind: KeyKind
    key: str
    app: str | None
    person: str | None
    state: PersonState
    agreement: int | None
    agreement_required: int | None
    key_limits: Mapping[str, int | None] = field(default_factory=dict)
    person_limits: Mapping[str, int | None] = field(default_factory=dict)
    models: frozenset[str] | None = None
    closed: frozenset[str] = frozenset()
    """The functions that are closed to the person, who is restricted then."""
    waivers: frozenset[str] = frozenset()
    """The digests of the terms for content without a visible label that the person accepted."""
    agreement_newest: int | None = None
    """The version in force, which is the one to accept."""
    consents: Mapping[str, int] = field(default_factory=dict)
    """The purposes to which the person has said yes, with the number of that answer."""
    level: int = 0
    """How well the person is known: an index into `policies.LEVELS`."""
