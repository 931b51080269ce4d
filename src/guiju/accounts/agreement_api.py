# SPDX-License-Identifier: Apache-2.0
"""The agreement for programs: reading it, and accepting it by a key (Article 9)."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import Body, Header
from pydantic import BaseModel, BeforeValidator, Field

from guiju.accounts import service
from guiju.accounts.model import Acceptance, Agreement, KeyKind, Publish, Way
from guiju.accounts.names import LONGEST_END_USER
from guiju.kernel import Actor, ActorKind, NotFound, StandingChanged, Text, isoformat
from guiju.storage import Database
from guiju.web import sign_in_needed


class AcceptanceIn(BaseModel):
    """What a client says when the agreement is accepted."""

    version: int | None = Field(
        default=None, ge=1, description="The version read; default: in force."
    )
    user: str | None = Field(
        default=None, max_length=LONGEST_END_USER, description="An app's end user."
    )


def read_json(value: Any) -> Any:
    """JSON, however it was announced: `curl -d` says that it sends a form."""
    return msgspec.json.decode(value) if isinstance(value, bytes) else value


class AgreementApi:
    """The agreement for programs."""

    def __init__(self, database: Database, publish: Publish) -> None:
        """Work on `database`."""
        self._database = database
        self._publish = publish

    def in_force(self) -> dict[str, Any]:
        """The agreement in force, in both languages, with the digest that acceptances name."""
        with self._database.read() as tx:
            found = service.agreement_in_force(tx)
        return _plain(_needed(found))

    def accept(
        self,
        authorization: Annotated[str, Header()] = "",
        body: Annotated[AcceptanceIn | None, Body(), BeforeValidator(read_json)] = None,
    ) -> dict[str, Any]:
        """A person's key accepts for that person; an app's key reports for its end user."""
        asked = body or AcceptanceIn()
        with self._database.write() as tx:
            key = service.known_key(tx, bearer(authorization))
            version = asked.version or _needed(service.agreement_in_force(tx)).version
            if key.kind is KeyKind.APP:
                made = service.app_accepts(tx, key.owner, asked.user or "", version)
            else:
                actor = Actor(ActorKind.PERSON, key.owner)
                made = service.accept_agreement(tx, actor, key.owner, version, Way.API)
        self._publish(StandingChanged(made.person))
        return _receipt(made)


def bearer(header: str) -> str:
    """The key that a request shows; raises Refused when there is none."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise sign_in_needed()
    return token.strip()


def _plain(one: Agreement) -> dict[str, Any]:
    return {
        "version": one.version,
        "digest": one.digest,
        "published_at": isoformat(one.published_at),
        "text": {"zh": one.text.zh, "en": one.text.en},
        "note": one.note,
    }


def _receipt(one: Acceptance) -> dict[str, Any]:
    return {
        "version": one.version,
        "digest": one.digest,
        "way": one.way.value,
        "accepted_at": isoformat(one.at),
    }


def _needed(found: Agreement | None) -> Agreement:
    if found is None:
        raise NotFound(
            "agreement-none",
            Text(zh="尚未发布服务协议。", en="No agreement has been published yet."),
            Text(
                zh="请联系提供者，联系方式见首页。",
                en="Ask the provider; the first page says how to reach them.",
            ),
            article=9,
        )
    return found
