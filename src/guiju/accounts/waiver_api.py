# SPDX-License-Identifier: Apache-2.0
"""The terms for content without a visible label, for programs: reading and accepting them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Header
from pydantic import BaseModel, BeforeValidator, Field

from guiju.accounts import agreement_refusing, service
from guiju.accounts.agreement_api import bearer
from guiju.accounts.model import KeyKind, Publish, Way
from guiju.accounts.names import LONGEST_END_USER
from guiju.kernel import Actor, ActorKind, StandingChanged
from guiju.storage import Database
from guiju.web import read_json


class WaiverIn(BaseModel):
    """What a client says when the terms are accepted."""

    terms: str = Field(pattern="^[0-9a-f]{64}$", description="The digest of the terms read.")
    user: str | None = Field(
        default=None, max_length=LONGEST_END_USER, description="An app's end user."
    )


class WaiverApi:
    """The terms for programs."""

    def __init__(self, database: Database, publish: Publish) -> None:
        """Work on `database`."""
        self._database = database
        self._publish = publish

    def in_force(self) -> dict[str, Any]:
        """The terms in force, in both languages, with the digest that acceptances name."""
        with self._database.read() as tx:
            terms = service.waiver_terms(tx)
        if terms is None:
            raise agreement_refusing.waiver_not_offered()
        return {"terms": service.terms_digest(terms), "text": {"zh": terms.zh, "en": terms.en}}

    def accept(
        self,
        body: Annotated[WaiverIn, Body(), BeforeValidator(read_json)],
        authorization: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        """A person's key accepts for that person; an app's key reports for its end user."""
        with self._database.write() as tx:
            key = service.known_key(tx, bearer(authorization))
            if key.kind is KeyKind.APP:
                person = service.app_accepts_waiver(tx, key.owner, body.user or "", body.terms)
            else:
                person = key.owner
                actor = Actor(ActorKind.PERSON, person)
                service.accept_waiver(tx, actor, person, body.terms, Way.API)
        self._publish(StandingChanged(person))
        return {"terms": body.terms}
