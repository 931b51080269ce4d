# SPDX-License-Identifier: Apache-2.0
"""The agreement for programs: reading it, and accepting it by a key (Article 9)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Body, Header, Query
from pydantic import BaseModel, BeforeValidator, Field

from guiju.accounts import agreement_refusing, service
from guiju.accounts.model import Acceptance, Agreement, KeyKind, Publish, Way
from guiju.accounts.names import LONGEST_END_USER
from guiju.kernel import (
    Actor,
    ActorKind,
    AgreementAccepted,
    NotFound,
    StandingChanged,
    Text,
    isoformat,
)
from guiju.storage import Database, Tx
from guiju.web import read_json, sign_in_needed


class AcceptanceIn(BaseModel):
    """What a client says when the agreement is accepted."""

    version: int | None = Field(
        default=None, ge=1, description="The version read; default: in force."
    )
    digest: str | None = Field(
        default=None, pattern="^[0-9a-f]{64}$", description="The digest of the text that was read."
    )
    language: Literal["zh", "en"] | None = Field(
        default=None, description="In which language it was read."
    )
    user: str | None = Field(
        default=None, max_length=LONGEST_END_USER, description="An app's end user."
    )


class AgreementApi:
    """The agreement for programs."""

    def __init__(self, database: Database, publish: Publish) -> None:
        """Work on `database`."""
        self._database = database
        self._publish = publish

    def in_force(
        self,
        authorization: Annotated[str, Header()] = "",
        language: Annotated[Literal["zh", "en"], Query()] = "zh",
        user: Annotated[str, Query(max_length=LONGEST_END_USER)] = "",
    ) -> dict[str, Any]:
        """The agreement in force, in both languages, with the digest that acceptances name.

        With a key it is on record that it was shown in `language`, to whoever has yet to accept it.
        """
        with self._database.read() as tx:
            found = _needed(service.agreement_in_force(tx))
            annex = service.annex_digest(tx)
            reader = _reader(tx, authorization, user)
            owes = reader is not None and service.owed(tx, reader[1]) is not None
        if reader is not None and owes:
            actor, person, way = reader
            with self._database.write() as tx:
                service.serve_agreement(tx, actor, person, language, way)
        return {**_plain(found), "annex": {"profile": annex, "address": "/api/profile"}}

    def accept(
        self,
        authorization: Annotated[str, Header()] = "",
        body: Annotated[AcceptanceIn | None, Body(), BeforeValidator(read_json)] = None,
    ) -> dict[str, Any]:
        """A person's key accepts for that person; an app's key reports for its end user."""
        asked = body or AcceptanceIn()
        with self._database.write() as tx:
            key = service.known_key(tx, bearer(authorization))
            now = _needed(service.agreement_in_force(tx))
            if asked.digest is not None and asked.digest != now.digest:
                raise agreement_refusing.agreement_superseded(now.version)
            version, tongue = asked.version or now.version, asked.language
            if key.kind is KeyKind.APP:
                made = service.app_accepts(
                    tx, key.owner, asked.user or "", version, language=tongue
                )
            else:
                actor = Actor(ActorKind.PERSON, key.owner)
                made = service.accept_agreement(
                    tx, actor, key.owner, version, Way.API, language=tongue
                )
        self._publish(StandingChanged(made.person))
        self._publish(AgreementAccepted(made.person, made.version))
        return _receipt(made)


def _reader(tx: Tx, authorization: str, user: str) -> tuple[Actor, str, Way] | None:
    """Who reads by a key: themselves, or an app for an end user whom it has introduced."""
    if not authorization:
        return None
    key = service.known_key(tx, bearer(authorization))
    if key.kind is not KeyKind.APP:
        return Actor(ActorKind.PERSON, key.owner), key.owner, Way.API
    found = service.look_up_end_user(tx, key.owner, user) if user else None
    return None if found is None else (Actor(ActorKind.APP, key.owner), found.id, Way.APP)


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
        "change": one.change.value,
        "binds_from": None if one.binds_from is None else isoformat(one.binds_from),
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
