# SPDX-License-Identifier: Apache-2.0
"""Consents for programs: read them, and say yes or no to one purpose, by a key (Article 11)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Body, Header, Query
from pydantic import BaseModel, BeforeValidator, Field

from guiju.accounts import refusing, service
from guiju.accounts.agreement_api import bearer
from guiju.accounts.consent_model import Answer, Consent, Purpose
from guiju.accounts.model import Key, KeyKind, Publish, Way
from guiju.accounts.names import LONGEST_END_USER
from guiju.kernel import Actor, ActorKind, ConsentWithdrawn, StandingChanged, isoformat
from guiju.storage import Database, Tx
from guiju.web import read_json

_User = Annotated[str, Query(max_length=LONGEST_END_USER, description="An app's end user.")]


class AnswerIn(BaseModel):
    """What a client says: yes or no, and for an app, for whom."""

    given: bool = Field(description="true: consents; false: does not, or no longer.")
    language: Literal["zh", "en"] | None = Field(
        default=None, description="In which language the words were read."
    )
    user: str | None = Field(
        default=None, max_length=LONGEST_END_USER, description="An app's end user."
    )


class ConsentApi:
    """Consents for programs."""

    def __init__(self, database: Database, publish: Publish) -> None:
        """Work on `database`; `publish` tells caches and other rooms."""
        self._database = database
        self._publish = publish

    def read(
        self, authorization: Annotated[str, Header()] = "", user: _User = ""
    ) -> dict[str, Any]:
        """What counts for each purpose, with the words that were asked, and every answer."""
        with self._database.read() as tx:
            person = _person(tx, service.known_key(tx, bearer(authorization)), user)
            found = service.consents_of(tx, person)
            every = service.consent_history(tx, person)
        return {
            "consents": {one.value: _standing(one, found[one]) for one in Purpose},
            "history": [_plain(one) for one in every],
        }

    def answer(
        self,
        purpose: Purpose,
        body: Annotated[AnswerIn, Body(), BeforeValidator(read_json)],
        authorization: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        """A person's key answers for that person; an app's key reports for its end user."""
        with self._database.write() as tx:
            key = service.known_key(tx, bearer(authorization))
            if key.kind is KeyKind.APP:
                made = service.app_answers(
                    tx,
                    key.owner,
                    body.user or "",
                    purpose,
                    given=body.given,
                    language=body.language,
                )
            else:
                actor = Actor(ActorKind.PERSON, key.owner)
                said = Answer(key.owner, purpose, body.given)
                made = service.answer(tx, actor, said, Way.API, body.language)
        self._publish(StandingChanged(made.person))
        if not made.given:
            self._publish(ConsentWithdrawn(made.person, made.purpose.value))
        return _standing(made.purpose, made)


def _person(tx: Tx, key: Key, user: str) -> str:
    """Whose consents are read; an app reads those of its own end users."""
    if key.kind is not KeyKind.APP:
        return key.owner
    found = service.look_up_end_user(tx, key.owner, user)
    if found is None:
        raise refusing.no_such_person()
    return found.id


def _standing(purpose: Purpose, one: Consent | None) -> dict[str, Any]:
    return {
        "purpose": purpose.value,
        "given": one is not None and one.given,
        "answered_at": None if one is None else isoformat(one.at),
        "number": None if one is None else one.number,
        "asked": purpose.asked_digest,
        "text": {"zh": purpose.asked.zh, "en": purpose.asked.en},
    }


def _plain(one: Consent) -> dict[str, Any]:
    return {
        "purpose": one.purpose.value,
        "number": one.number,
        "given": one.given,
        "asked": one.asked,
        "language": one.language,
        "way": one.way,
        "by": one.by,
        "at": isoformat(one.at),
    }
