# SPDX-License-Identifier: Apache-2.0
"""Requests for programs: by a person's key, or by receipt code; the same as on the pages."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Header, Path
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response

from guiju import accounts
from guiju.casework import Case, get_case
from guiju.kernel import Actor, ActorKind, Language
from guiju.privacy import (
    entering,
    following,
    looking,
    packing,
    planning,
    reading,
    refusing,
    service,
    store,
)
from guiju.privacy.faces import Means
from guiju.privacy.kind import ANSWER, CAP, REQUEST
from guiju.privacy.model import LONGEST_CONTACT, LONGEST_TEXT, Channel, Proof, Wish
from guiju.privacy.public import certificate, sent
from guiju.web import address_of, sign_in_needed

_STRICT = ConfigDict(extra="forbid")
Number = Annotated[
    str, Path(pattern="^PR-[0-9]{6}-[0-9A-Z]{4}-[0-9A-Z]{4}$", description="The request's number.")
]
_WISHES = ", ".join(one.value for one in Wish)


class RequestIn(BaseModel):
    """What is asked. With a person's key, `password` proves it is still them."""

    model_config = _STRICT
    wish: str = Field(max_length=20, description=f"One of {_WISHES}.")
    text: str = Field(default="", max_length=LONGEST_TEXT)
    contact: str = Field(default="", max_length=LONGEST_CONTACT, description="Sealed; optional.")
    language: str = Field(default="zh", max_length=2)
    consent: str = Field(
        default="",
        max_length=20,
        description="To withdraw at once, with a key: " + ", ".join(reading.WITHDRAWN) + ".",
    )
    password: str = Field(default="", max_length=1_000, description="For copies and deletion.")


class ReceiptIn(BaseModel):
    """Whose request it is, where there is no key."""

    model_config = _STRICT
    receipt: str = Field(max_length=100)


class AnswerIn(ReceiptIn):
    """What is added when asked."""

    text: str = Field(max_length=LONGEST_TEXT)


class LinkIn(BaseModel):
    """The token of a link."""

    model_config = _STRICT
    token: str = Field(max_length=100)


class PrivacyApi:
    """The same as the pages, as JSON."""

    def __init__(self, means: Means) -> None:
        """Work with these means."""
        self._means = means
        self._database = means.database

    def rules(self) -> dict[str, Any]:
        """What can be asked, which proof it takes, within which limits, which stores it reaches."""
        return {
            "wishes": [
                {
                    "wish": one.value,
                    "text": {"zh": one.text.zh, "en": one.text.en},
                    "proof": one.terms.proof.name.lower(),
                    "ground": one.terms.ground,
                }
                for one in Wish
            ],
            "limits": [
                {"amount": one.amount, "unit": one.unit.value, "rule": one.rule}
                for clock in (ANSWER, CAP)
                if (one := REQUEST.clock(clock).limit) is not None
            ],
            "stores": [
                {
                    "store": one.name,
                    "text": {"zh": one.text.zh, "en": one.text.en},
                    "how": {"zh": one.how.zh, "en": one.how.en},
                }
                for one in self._means.stores
            ],
        }

    def file(
        self,
        request: Request,
        body: Annotated[RequestIn, Body()],
        authorization: Annotated[str, Header()] = "",
    ) -> dict[str, Any]:
        """Ask; the receipt code is in this answer and nowhere else."""
        language: Language = "en" if body.language == "en" else "zh"
        if authorization:
            person = self._person(authorization)
            proof = entering.proof_of(self._database, person, body.password, None)
            asked = reading.asking(
                wish=body.wish,
                text=body.text,
                contact=body.contact,
                person=person,
                proof=proof,
                language=language,
                channel=Channel.API,
                consent=body.consent,
            )
            filed = entering.file_by_person(self._database, asked)
        else:
            filed = entering.file_from(
                self._database,
                address_of(request),
                lambda: reading.asking(
                    wish=body.wish,
                    text=body.text,
                    contact=body.contact,
                    proof=Proof.NONE,
                    language=language,
                    channel=Channel.API,
                ),
            )
        return {"receipt": filed.code, **self._shown(filed.case)}

    def mine(self, authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
        """My requests, the newest first, and what is kept of me by store."""
        person = self._person(authorization)
        with self._database.read() as tx:
            asked = [
                following.plain(following.follow(tx, get_case(tx, REQUEST, one.case)))
                for one in store.heads(tx, person=person)
            ]
            made = planning.plan(tx, self._means.stores, person)
        return {"requests": asked, "kept": planning.plain(made)["stores"]}

    def readings(self, authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
        """Who looked at what is mine, by role and purpose, and to whom it was given."""
        person = self._person(authorization)
        with self._database.read() as tx:
            return looking.plain(looking.looked(tx, person), looking.given(tx, person))

    def one(self, number: Number, authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
        """One of my requests."""
        person = self._person(authorization)
        with self._database.read() as tx:
            return following.plain(following.follow(tx, entering.mine(tx, person, number)))

    def link(self, number: Number, authorization: Annotated[str, Header()] = "") -> dict[str, Any]:
        """A link to my copy that works once; an earlier one counts no more."""
        person = self._person(authorization)
        with self._database.write() as tx:
            return {"token": packing.link(tx, entering.mine(tx, person, number))}

    def take_back(
        self, number: Number, authorization: Annotated[str, Header()] = ""
    ) -> dict[str, Any]:
        """Take one of my requests back, as long as nothing was done."""
        person = self._person(authorization)
        with self._database.write() as tx:
            actor = Actor(ActorKind.PERSON, person)
            case = service.take_back(tx, actor, entering.mine(tx, person, number))
        return self._shown(case)

    def fetch(self, body: Annotated[LinkIn, Body()]) -> Response:
        """The copy behind a link; the link is spent."""
        return sent(*self._means.packer.fetch(body.token))

    def follow(self, request: Request, body: Annotated[ReceiptIn, Body()]) -> dict[str, Any]:
        """How a request stands, by its receipt code."""
        return self._shown(self._by_receipt(request, body.receipt))

    def answer(self, request: Request, body: Annotated[AnswerIn, Body()]) -> dict[str, Any]:
        """Answer what was asked."""
        case, words = self._by_receipt(request, body.receipt), reading.words("text", body.text)
        with self._database.write() as tx:
            now = get_case(tx, REQUEST, case.id)
            case = service.answer(tx, service.REQUESTER, now, words)
        return self._shown(case)

    def link_by_receipt(
        self, request: Request, body: Annotated[ReceiptIn, Body()]
    ) -> dict[str, Any]:
        """A link to the copy, by receipt code."""
        case = self._by_receipt(request, body.receipt)
        with self._database.write() as tx:
            return {"token": packing.link(tx, get_case(tx, REQUEST, case.id))}

    def certificate(self, request: Request, body: Annotated[ReceiptIn, Body()]) -> Response:
        """The certificate of an erasure with the bundle that proves it, as a zip."""
        return certificate(self._means, self._by_receipt(request, body.receipt).id)

    def _person(self, header: str) -> str:
        """Whose key a request shows; an app's key is nobody's here."""
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise sign_in_needed()
        with self._database.read() as tx:
            key = accounts.known_key(tx, token.strip())
        if key.person is None:
            raise refusing.person_unknown()
        return key.person

    def _by_receipt(self, request: Request, code: str) -> Case:
        name = entering.look_up(self._database, address_of(request), code)
        with self._database.read() as tx:
            return get_case(tx, REQUEST, name)

    def _shown(self, case: Case) -> dict[str, Any]:
        with self._database.read() as tx:
            return following.plain(following.follow(tx, get_case(tx, REQUEST, case.id)))
